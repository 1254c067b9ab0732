/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wait graph: threads wait for objects, and threads or processes own the objects,
 * that is, they can release them. Because of the objects, each waiter of a lock takes one
 * edge, however many owners the lock has. Filled by the recognisers.
 */
#ifndef FB_BUNDLE_WAIT_GRAPH_H
#define FB_BUNDLE_WAIT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"
#include "base/u64_map.h"

/* A thread or process that can release an object. TIDs are those of the host's namespace. */
struct fb_wait_owner {
	int32_t tid;
	bool process; /* any thread of the process with this PID */
};

struct fb_wait_object {
	const char *class; /* static; "futex", "pipe"...; class and key identify an object */
	uint64_t key[2];
	char *name;   /* owned, printable */
	char *detail; /* owned, printable, or NULL; what is known of the object */
	char *need;   /* owned, printable, or NULL; what is needed to find its (other) owners */
	struct fb_wait_owner *owners; /* owned; each once, in order of TID */
	size_t owner_count, owner_room;
	bool all;     /* every owner has to release it (readers of a lock); else one suffices */
	bool others;  /* something that is not among the owners may release it too */
	bool certain; /* the owners are known for certain */
	/* Any of several events ends the wait, as in an event loop, and it is not known which one the thread
	 * needs. Chains of waits end at threads that wait for such an object. */
	bool loose;
	size_t waiters;
	double longest; /* the longest time that a thread has waited for it, seconds; 0: unknown */
};

#define FB_WAIT_FRAMES 6u
/* The most classes of objects. It is more than there are; an object of a further class fails. */
#define FB_WAIT_CLASSES 64u

struct fb_wait {
	int32_t tid, pid;
	bool alone;           /* its process has no other thread */
	const char *kind;     /* static: "mutex", "rwlock-read", "pipe-read"... */
	size_t object;        /* index in the graph */
	char *detail;         /* owned, printable, or NULL; about this thread's wait */
	const char *evidence; /* static; how it is known that the thread waits for the object */
	bool certain;         /* it is certain that it waits for the object */
	bool timeout;         /* it goes on by itself after some time */
	double seconds;       /* since it last ran; NaN: unknown */
	/* Kernel functions it sleeps in, innermost first, schedule() left out; NULL behind the last.
	 * Borrowed from the kernel and its modules. */
	const char *frames[FB_WAIT_FRAMES];
};

struct fb_wait_graph {
	struct fb_wait_object *objects; /* owned */
	size_t object_count, object_room;
	struct fb_wait *waits; /* owned; those of one thread follow each other */
	size_t wait_count, wait_room;
	/* The index of objects by class and key. `words` numbers the words of keys; the number of the class and
	 * those of the two words together are an object's key in by_numbers, whose value is the object's index. */
	struct fb_u64_map words, by_numbers;
	const char *classes[FB_WAIT_CLASSES]; /* static; the first class_count are in use */
	size_t class_count;
};

void fb_wait_graph_init(struct fb_wait_graph *graph);
void fb_wait_graph_deinit(struct fb_wait_graph *graph);

/* The index of the object with this class (static) and key; it is made where there is none, and *fresh_ret is then set.
 * Pointers to objects are valid until the next one is made. FB_NOMEM, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_object(struct fb_wait_graph *graph, const char *class,
						    uint64_t key0, uint64_t key1, size_t *index_ret,
						    bool *fresh_ret);
/* Adds an owner to an object, unless it is one already. After FB_MAX_WAIT_OWNERS owners, sets `others` instead. tid: of
 * the thread, or, where process is set, the PID of the process. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_owner(struct fb_wait_graph *graph, size_t object,
						   int32_t tid, bool process);
/* Whether the owner can be another thread than the waiter: a sleeping thread cannot end its own wait, and neither can
 * its process where it has no other thread. */
bool fb_wait_owner_is_other(const struct fb_wait *wait, const struct fb_wait_owner *owner);
/* How many owners of the object for which it waits are others. Where the waiter itself is the only owner, it counts,
 * because it then waits for itself. */
size_t fb_wait_count_owners(const struct fb_wait *wait, const struct fb_wait_object *object);
/* Whether the owner is one of those that fb_wait_count_owners() counts. */
bool fb_wait_owner_counts(const struct fb_wait *wait, const struct fb_wait_object *object,
			  const struct fb_wait_owner *owner);
/* Adds a copy of wait. Takes over wait->detail, on failure too. FB_NOMEM, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_add(struct fb_wait_graph *graph,
						 const struct fb_wait *wait);

/* Adds a wait for what one task does: its object, of this class and with the number as its key, is certain and has the
 * thread, or the process, of that number as its owner. what names the object ("the end of thread 7"); it is copied.
 * Sets the object of *wait; takes its detail as fb_wait_graph_add() does. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_add_on_task(struct fb_wait_graph *graph,
							 struct fb_wait *wait, const char *class,
							 int32_t number, bool process,
							 const char *what);

/* Replaces *text, which is freed, by a formatted text. */
FB_MUST_CHECK struct fb_error *fb_wait_text(char **text, const char *format, ...) FB_PRINTF(2, 3);
/* Appends a formatted text to *text, after "; " where *text is not empty or NULL. */
FB_MUST_CHECK struct fb_error *fb_wait_append(char **text, const char *format, ...) FB_PRINTF(2, 3);

#endif
