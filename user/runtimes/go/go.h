/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the goroutines of a program in Go out of its process's memory: what each does, for what it waits, and its
 * frames. Versions 1.19 and 1.21 to 1.27 (go_layout.c); a program of another version is not read. Needs no symbols, so
 * that stripped programs are read too: the program's version is in the text with which its variables begin, its tables
 * and the list of its goroutines are searched for in its variables by their form. Only the program itself is read, no
 * library in Go. Called by runtimes.c and bundle/waits.
 *
 * Sources of the formats: Go's src/runtime/runtime2.go, symtab.go, traceback.go, chan.go, sema.go, and
 * src/debug/buildinfo/buildinfo.go.
 */
#ifndef FB_USER_GO_H
#define FB_USER_GO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "user/unwind/string_pool.h"
#include "user/unwind/unwind.h"

struct fb_go;

/* Finds the runtime in the program of the process. process and pool are borrowed; pool owns the texts of all that is
 * read. FB_NOT_FOUND: the program is none of Go; FB_UNSUPPORTED: one of a version that is not read; FB_CORRUPT; errors
 * of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_go_open(const struct fb_user_process *process,
					  struct fb_string_pool *pool, struct fb_go **go_ret);
void fb_go_destroy(struct fb_go *go);
FB_DESTROY_AT(struct fb_go, fb_go_destroy);

/* "1.24". Writes it to `to`, and returns `to`. */
#define FB_GO_VERSION_SIZE 16u
const char *fb_go_version(const struct fb_go *go, char to[FB_GO_VERSION_SIZE]);

struct fb_goroutine {
	uint64_t address; /* of its struct g */
	uint64_t id;
	uint64_t creator_id; /* of the goroutine that started it; 0: not recorded */
	uint64_t start,
		creator;    /* addresses of its first function, and of the go statement; 0: none */
	const char *state;  /* "waiting", "running"; static */
	const char *reason; /* "chan receive", of one that waits; NULL: none. Static */
	int64_t since; /* monotonic clock, ns: it has waited at least since then; 0: not recorded */
	uint64_t m;    /* address of the struct m (thread) that runs it; 0: none */
	int64_t m_id;  /* its number; -1: none */
	int32_t p_id;  /* number of its P (processor of the scheduler); -1: none */
	uint64_t thread;           /* TID of its thread, in the process's own namespace; 0: none */
	bool locked;               /* it runs on this one thread only (runtime.LockOSThread) */
	uint64_t stack, stack_end; /* end exclusive */
	uint64_t pc, sp;  /* where it goes on; of one that runs, its last ones that were saved */
	uint64_t waiting; /* address of the first of its entries in queues of channels; 0: none */
};

/* The goroutines that exist, in order of their IDs. What cannot be read is left out, and why_ret (160 bytes) says
 * what; "" if nothing is. The caller frees the array. FB_NOMEM; FB_OS. */
#define FB_GO_WHY 160u
FB_MUST_CHECK struct fb_error *fb_go_routines(struct fb_go *go, struct fb_goroutine **list_ret,
					      size_t *count_ret, char why_ret[FB_GO_WHY]);

/* Fills stack with the frames of a goroutine that runs on no thread, or of one as it was when it entered a system
 * call. Where a frame cannot be read, stack->end says why. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_go_frames(struct fb_go *go, const struct fb_goroutine *routine,
					    struct fb_user_stack *stack);

/* Whether the runtime started it for itself (runtime.bgsweep and the like), so that a stack dump of Go's does not show
 * it. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_go_is_system(struct fb_go *go, const struct fb_goroutine *routine,
					       bool *is_ret);

struct fb_go_line {
	const char *function, *file; /* "" where it is not known; owned by the pool */
	uint32_t line;               /* 0: unknown */
};

/* The function, file and line of an address of code. is_return: it is a return address, whose call is before it. Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_go_line_at(struct fb_go *go, uint64_t pc, bool is_return,
					     struct fb_go_line *line_ret);

/* A thread of the program. */
struct fb_go_thread {
	uint64_t routine; /* address of the struct g that it runs; 0: none */
	int64_t m_id;     /* number of its M; -1: not known */
};

/* Finds what the thread whose FS register has this base runs. *is_ret: whether it is a thread of Go's at all. Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_go_thread_find(struct fb_go *go, uint64_t fs_base,
						 struct fb_go_thread *thread_ret, bool *is_ret);

/* Replaces the frames of a thread of the program from the first that is Go's code on, by what Go's tables say. regs:
 * its registers. *routine_ret (may be NULL) gets the address of the struct g that it runs; 0: none, or not known.
 * Where Go's tables cannot be read the stack stays as it is, and its end says why. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_go_replace_frames(struct fb_go *go,
						    const struct user_regs_struct *regs,
						    struct fb_user_stack *stack,
						    uint64_t *routine_ret);

#endif
