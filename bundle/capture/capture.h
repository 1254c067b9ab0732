/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A core of a running process, for `fbundle capture`: all threads stopped while memory is copied, and no
 * longer; what cannot be stopped (in D state, or traced by another) as it runs. The core's name has the boot
 * ID and the time in microseconds, as systemd-coredump's have, by which `merge` knows its age.
 */
#ifndef FB_BUNDLE_CAPTURE_CAPTURE_H
#define FB_BUNDLE_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/capture/proc.h"

/* The type of the note of owner "FBUNDLE" in a core, a text: a line for each thread that was not stopped,
 * and its kernel stack where that is told. */
#define FB_CAPTURE_NOTE 1u

/* A thread that could not be stopped. */
struct fb_unstopped_thread {
	int32_t tid;
	char state;     /* as ps shows it */
	int32_t tracer; /* PID of who traces it; 0: nobody */
	bool has_regs;  /* those that /proc/PID/syscall tells; false: it is not in the core */
};

struct fb_captured {
	char *path; /* owned */
	struct fb_proc_status status;
	int64_t taken_ns;                      /* since the epoch: when its threads stood still */
	uint64_t stopped_ns;                   /* how long they did; 0: none was stopped */
	uint64_t bytes;                        /* of the core */
	uint64_t lost_pages;                   /* could not be read */
	size_t threads;                        /* with registers in the core */
	struct fb_unstopped_thread *unstopped; /* owned */
	size_t unstopped_count;
	bool consistent; /* no thread ran while its memory was copied */
};

struct fb_capture_options {
	const char *folder;
	unsigned seconds;    /* for which threads may be stopped at most */
	unsigned at_once;    /* processes that are captured at the same time */
	const char *boot_id; /* 32 digits */
	bool force;
};

/* FB_NOT_FOUND: there is no such process any more, or it has no memory (a kernel thread, a zombie);
 * FB_UNSUPPORTED: a 32-bit program; FB_OS: it may not be traced, the core cannot be written. */
FB_MUST_CHECK struct fb_error *fb_capture(int32_t pid, const struct fb_capture_options *options,
					  struct fb_captured *captured_ret);
void fb_captured_deinit(struct fb_captured *captured);

/* Bytes that a core of it would have now. FB_NOT_FOUND as above. */
FB_MUST_CHECK struct fb_error *fb_capture_estimate(int32_t pid, uint64_t *bytes_ret);

/* The boot's ID without dashes. */
FB_MUST_CHECK struct fb_error *fb_capture_boot_id(char boot_id_ret[33]);

#endif
