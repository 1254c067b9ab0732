/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made kernel with a few threads, and what a recogniser of waits is given: a finder over them, and
 * a blocked thread at a time. The test puts the members that the recogniser asks for.
 */
#ifndef FB_TESTS_BUNDLE_MADE_WAITS_H
#define FB_TESTS_BUNDLE_MADE_WAITS_H

#include "bundle/waits/finder/wait_blocked.h"
#include "kernel/tasks/task_table.h"
#include "tests/kernel/made_types.h"

#define MADE_WAIT_TASKS 64u
#define MADE_MARKS 4u
#define MADE_WAIT_SYMBOLS 8u
/* Of task_structs: members of tests are below. */
#define MADE_TASK_BYTES 512u
/* Bytes of a kernel stack, of which the first page is written to: nothing else may lie in it. */
#define MADE_WAIT_STACK 16384u
/* Where in its stack the frames begin that are looked through for a waiter's structure. */
#define MADE_WAIT_FRAMES 1024u

struct made_waits {
	struct made_kernel *made;
	struct fb_wait_finder finder;
	struct fb_wait_recogniser site; /* of the blocked threads; the test sets the kind */
	struct fb_tasks tasks;
	struct fb_task list[MADE_WAIT_TASKS];
	uint32_t by_tid[MADE_WAIT_TASKS];
	struct made_types types; /* the kernel's, from made_waits_types() to the end */
	size_t left_out;         /* the member that these types do not have, from 1; 0: none */
	const char *symbols[MADE_WAIT_SYMBOLS + 1]; /* made_waits_symbol() adds */
	uint64_t addresses[MADE_WAIT_SYMBOLS];
	struct fb_modules *modules; /* the finder's, from made_waits_modules() to the end */
	uint64_t marks[MADE_MARKS]; /* addresses that a test gives names (made_answer.h) */
};

void made_waits_begin(struct made_waits *waits);
void made_waits_end(struct made_waits *waits);

/* Begins the kernel's types, for recognisers that ask for members by name: made_struct() adds, and
 * made_types_give(&waits->types, waits->made) ends them. */
struct made_types *made_waits_types(struct made_waits *waits);

/* One more symbol of the kernel, of 8 bytes. name is borrowed. */
void made_waits_symbol(struct made_waits *waits, const char *name, uint64_t address);
/* Gives the finder a kernel without modules: addresses of the kernel's own then have names. */
void made_waits_modules(struct made_waits *waits);

/* One more thread, asleep; to be made in order of (pid, tid), TIDs ascending. */
struct fb_task *made_waits_task(struct made_waits *waits, int32_t pid, int32_t tid,
				const char *comm);
/* The thread as if blocked below a function of this kind, without registers. */
struct fb_blocked made_waits_blocked(struct made_waits *waits, const struct fb_task *task,
				     const char *kind);
/* In a system call with these arguments. */
void made_waits_call(struct fb_blocked *blocked, int64_t syscall, uint64_t arg0, uint64_t arg1,
		     uint64_t arg2, uint64_t arg3);
/* Room on the thread's stack, where a waiter's structure is looked for; each call gives the same. */
uint64_t made_waits_frame(const struct fb_task *task);

/* The only wait of the thread; the test ends where it has none, or several. */
const struct fb_wait *made_waits_of(const struct made_waits *waits, const struct fb_task *task);
const struct fb_wait_object *made_waits_object(const struct made_waits *waits,
					       const struct fb_task *task);
/* Whether the object of the thread's wait has this owner, and how many it has. */
bool made_waits_owned_by(const struct made_waits *waits, const struct fb_task *task, int32_t tid);

#endif
