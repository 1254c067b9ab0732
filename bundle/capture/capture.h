/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a core of a running process, for `fbundle capture`. All threads are stopped while memory is copied, and no
 * longer; threads that cannot be stopped (in D state, or traced by another process) go on running. The core's name has
 * the boot ID and the time in microseconds, like the names of systemd-coredump; from it `merge` gets the core's age.
 */
#ifndef FB_BUNDLE_CAPTURE_CAPTURE_H
#define FB_BUNDLE_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/capture/proc.h"

/* The type of the note of owner "FBUNDLE" in a core. It is a text with a line for each thread that was not stopped, and
 * with the thread's kernel stack where /proc shows that. */
#define FB_CAPTURE_NOTE 1u

/* A thread that could not be stopped. */
struct fb_unstopped_thread {
	int32_t tid;
	char state;     /* as ps(1) shows it */
	int32_t tracer; /* PID of the process that traces it; 0: none */
	bool has_regs;  /* /proc/PID/syscall has its registers; false: it is not in the core */
};

struct fb_captured {
	char *path; /* owned */
	struct fb_proc_status status;
	int64_t taken_ns;                      /* when the threads were stopped, since the epoch */
	uint64_t stopped_ns;                   /* for how long; 0: none was stopped */
	uint64_t bytes;                        /* of the core */
	uint64_t lost_pages;                   /* pages that could not be read */
	size_t threads;                        /* threads with registers in the core */
	struct fb_unstopped_thread *unstopped; /* owned */
	size_t unstopped_count;
	bool is_32bit;   /* a 32-bit program: the core is one of i386 */
	bool consistent; /* no thread ran while its memory was copied */
};

struct fb_capture_options {
	const char *folder;  /* in which the core is written */
	unsigned seconds;    /* the longest time for which threads may be stopped */
	unsigned at_once;    /* how many processes are captured at the same time */
	const char *boot_id; /* 32 digits */
	bool force;          /* replace an existing file */
};

/* Writes the core of a process. FB_NOT_FOUND: there is no such process any more, or it has no memory (a kernel thread,
 * a zombie); FB_LIMIT: a 32-bit program whose core would be larger than its format can say; FB_OS: it may not be
 * traced, or the core cannot be written. The caller frees the result with fb_captured_deinit(). */
FB_MUST_CHECK struct fb_error *fb_capture(int32_t pid, const struct fb_capture_options *options,
					  struct fb_captured *captured_ret);
void fb_captured_deinit(struct fb_captured *captured);

/* How many bytes a core of the process would have now. FB_NOT_FOUND as above. */
FB_MUST_CHECK struct fb_error *fb_capture_estimate(int32_t pid, uint64_t *bytes_ret);

/* The boot's ID without dashes. */
FB_MUST_CHECK struct fb_error *fb_capture_boot_id(char boot_id_ret[33]);

#endif
