/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stopping all threads of a process, and letting them go whatever happens. The stop is made by a child that
 * does nothing else: it touches no disk and no memory of the process, so nothing can keep it from its clock,
 * and the kernel lets go what it holds when it dies. It ends with its parent.
 */
#ifndef FB_BUNDLE_CAPTURE_TRACER_H
#define FB_BUNDLE_CAPTURE_TRACER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"

struct fb_traced_thread {
	int32_t tid;
	bool stopped;  /* regs and fpregs are its own */
	bool is_32bit; /* then they are not */
	struct user_regs_struct regs;
	struct user_fpregs_struct fpregs;
};

struct fb_tracer;

/* Stops the threads of a process, each that can be; returns when they are. Those that do not stop within
 * a fifth of a second and are in D state, and those that another traces, are listed as not stopped. They
 * are let go seconds later at the latest. FB_NOT_FOUND: it has exited; FB_OS: no thread may be traced. */
FB_MUST_CHECK struct fb_error *fb_tracer_stop(int32_t pid, unsigned seconds,
					      struct fb_tracer **tracer_ret);
const struct fb_traced_thread *fb_tracer_threads(const struct fb_tracer *tracer, size_t *count_ret);
/* The PID of the child that holds them: /proc names it as their tracer. */
int32_t fb_tracer_pid(const struct fb_tracer *tracer);
/* Lets them go. *stopped_ns_ret: from the first thread's interruption to the last one's release;
 * *in_time_ret: they were still stopped when this was called. */
void fb_tracer_release(struct fb_tracer *tracer, uint64_t *stopped_ns_ret, bool *in_time_ret);
/* Lets them go, if that has not been done. */
void fb_tracer_destroy(struct fb_tracer *tracer);

#endif
