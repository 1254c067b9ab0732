/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stops all threads of a process, and makes sure that they go on whatever happens. A child process stops them and does
 * nothing else but to read the memory that it alone may read; a signal ends it when the time is over, and when it dies,
 * the kernel lets the threads go on. It ends when its parent does. Called by capture.c and memory.c.
 */
#ifndef FB_BUNDLE_CAPTURE_TRACER_H
#define FB_BUNDLE_CAPTURE_TRACER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/cleanup.h"
#include "base/error.h"

struct fb_traced_thread {
	int32_t tid;
	bool stopped;                 /* regs and fpregs are valid */
	struct user_regs_struct regs; /* of 32-bit code too: upper halves zero */
	struct user_fpregs_struct fpregs;
	uint8_t *xstate; /* NT_X86_XSTATE of ptrace(2); owned by the tracer; NULL: there is none */
	size_t xstate_size;
};

struct fb_tracer;

/* Stops the threads of a process and returns when they are stopped. Threads in D state that do not stop within a fifth
 * of a second, and threads that another process traces, are listed as not stopped. After so many seconds the threads go
 * on in any case. FB_NOT_FOUND: the process has exited; any other error: its threads cannot be listed, or the child
 * that stops them cannot be made or has ended. */
FB_MUST_CHECK struct fb_error *fb_tracer_stop(int32_t pid, unsigned seconds,
					      struct fb_tracer **tracer_ret);
const struct fb_traced_thread *fb_tracer_threads(const struct fb_tracer *tracer, size_t *count_ret);
/* The PID of the child, which /proc shows as the threads' tracer. */
int32_t fb_tracer_pid(const struct fb_tracer *tracer);
/* Copies memory of the process that the process itself may not read (PROT_NONE, or write-only), as far as it can be
 * read from address on. Of others' /proc/PID/mem kernels may refuse such pages, but to who traces the process: from
 * 6.12 on (41e8149c8892, "proc: add config & param to block forcing mem writes"), where CONFIG_PROC_MEM_FORCE_PTRACE is
 * set. Returns how many bytes were copied; 0: none, or the threads were not stopped, or went on. */
size_t fb_tracer_read(struct fb_tracer *tracer, uint64_t address, void *to, size_t length);
/* Lets the threads go on. *stopped_ns_ret: the time from the first thread's stop to the last one's release;
 * *in_time_ret: they were still stopped when this was called. */
void fb_tracer_release(struct fb_tracer *tracer, uint64_t *stopped_ns_ret, bool *in_time_ret);
/* Lets the threads go on, where fb_tracer_release() was not called, and frees the tracer. */
void fb_tracer_destroy(struct fb_tracer *tracer);
FB_DESTROY_AT(struct fb_tracer, fb_tracer_destroy);

#endif
