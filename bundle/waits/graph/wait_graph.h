/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wait graph: threads wait for objects, and objects are held or fed by
 * threads or processes. Objects stand between, so that many waiters of one lock
 * cost one edge each, however many could release it.
 */
#ifndef FB_BUNDLE_WAIT_GRAPH_H
#define FB_BUNDLE_WAIT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"
#include "base/u64_map.h"

/* Who can release an object: TIDs are those of the host. */
struct fb_wait_owner {
	int32_t tid;
	bool process; /* any thread of the process with this PID */
};

struct fb_wait_object {
	const char *class; /* static; with key, what tells objects apart: "futex", "pipe"... */
	uint64_t key[2];
	char *name;   /* owned, printable */
	char *detail; /* owned, printable, or NULL: what is known of the object */
	char *need;   /* owned, printable, or NULL: what would tell (more of) its owners */
	struct fb_wait_owner *owners; /* owned; each once, in order of TID */
	size_t owner_count, owner_room;
	bool all;     /* every owner has to let go (readers of a lock); else any one can release */
	bool others;  /* somebody who is not among the owners may release it too */
	bool certain; /* the owners are known for certain */
	bool loose;   /* any of several things ends the wait, as of an event loop, and which it is
		       * waiting for cannot be known: chains end at who waits for it */
	size_t waiters;
	double longest; /* seconds that a thread has waited for it so far, at most; 0: unknown */
};

#define FB_WAIT_FRAMES 6u
/* More classes of objects than there are; one more fails where it first comes. */
#define FB_WAIT_CLASSES 64u

struct fb_wait {
	int32_t tid, pid;
	bool alone;       /* its process has no other thread */
	const char *kind; /* static: "mutex", "rwlock-read", "pipe-read"... */
	size_t object;
	char *detail;         /* owned, printable, or NULL: of this thread's wait */
	const char *evidence; /* static: how it is known that it waits for this */
	bool certain;         /* that it waits for this object */
	bool timeout;         /* goes on by itself when its time is over */
	double seconds;       /* since it last ran; NaN: unknown */
	/* Kernel functions it sleeps in, innermost first, schedule() left out; NULL behind the last.
	 * Borrowed from the kernel and its modules. */
	const char *frames[FB_WAIT_FRAMES];
};

struct fb_wait_graph {
	struct fb_wait_object *objects; /* owned */
	size_t object_count, object_room;
	struct fb_wait *waits; /* owned; those of one thread stand together */
	size_t wait_count, wait_room;
	/* Of objects, by what tells them apart: the words of keys and the classes are numbered, and the
	 * three numbers of an object are one key to its index. */
	struct fb_u64_map words, by_numbers;
	const char *classes[FB_WAIT_CLASSES]; /* static; the first class_count are in use */
	size_t class_count;
};

void fb_wait_graph_init(struct fb_wait_graph *graph);
void fb_wait_graph_deinit(struct fb_wait_graph *graph);

/* The object of this class and key, made where there is none (*fresh_ret). Pointers into objects
 * stay valid until the next one is made. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_object(struct fb_wait_graph *graph, const char *class,
						    uint64_t key0, uint64_t key1, size_t *index_ret,
						    bool *fresh_ret);
/* One that is there already counts once. Past FB_MAX_WAIT_OWNERS `others` is set instead. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_owner(struct fb_wait_graph *graph, size_t object,
						   int32_t tid, bool process);
/* Whether the owner is somebody else than the waiter: a thread that sleeps cannot end its own wait, nor
 * can its process where it has no other thread. */
bool fb_wait_owner_is_other(const struct fb_wait *wait, const struct fb_wait_owner *owner);
/* How many of the owners are, of the object that it waits for. One that alone could end its own wait
 * counts: it waits for itself. */
size_t fb_wait_count_owners(const struct fb_wait *wait, const struct fb_wait_object *object);
/* Whether the owner is one of those. */
bool fb_wait_owner_counts(const struct fb_wait *wait, const struct fb_wait_object *object,
			  const struct fb_wait_owner *owner);
/* Takes wait->detail, on failure too. */
FB_MUST_CHECK struct fb_error *fb_wait_graph_add(struct fb_wait_graph *graph,
						 const struct fb_wait *wait);

/* Replaces *text (freed) by the printf of the rest. */
FB_MUST_CHECK struct fb_error *fb_wait_text(char **text, const char *format, ...) FB_PRINTF(2, 3);
/* Appends to *text, behind "; " where there is some. */
FB_MUST_CHECK struct fb_error *fb_wait_append(char **text, const char *format, ...) FB_PRINTF(2, 3);

#endif
