/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signals of a thread and its process: which are pending, blocked, ignored and handled, and what was queued with
 * those that are pending (include/linux/sched/signal.h); and the limits of a process (/proc/PID/limits). Called by the
 * commands sig and limits.
 */
#ifndef FB_KERNEL_SIGNALS_H
#define FB_KERNEL_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* Signals have numbers from 1 to FB_SIGNALS; signal N is bit N - 1 of a mask. */
#define FB_SIGNALS 64u

/* What was queued with a signal (siginfo_t). */
struct fb_queued_signal {
	int32_t number; /* of the signal */
	int32_t code;   /* si_code */
	bool has_sender;
	int32_t pid; /* of the sender, in the receiver's PID namespace; 0: the kernel */
	uint32_t uid;
	bool has_address;
	uint64_t address; /* of the memory or instruction that was at fault */
};

struct fb_pending {
	uint64_t mask;
	struct fb_queued_signal
		*queued; /* owned; those that a mask has and no queue were sent when it was full */
	size_t count;
};

struct fb_signal_action {
	uint64_t handler; /* an address of the process, 0: SIG_DFL, 1: SIG_IGN */
	uint64_t flags;   /* SA_* */
	uint64_t mask;    /* blocked while it runs */
};

struct fb_signals {
	struct fb_pending thread,
		shared;           /* for the thread alone, and for any thread of the process */
	uint64_t blocked;         /* by the thread */
	uint64_t ignored, caught; /* by the process */
	/* The action of signal N is at N - 1. */
	struct fb_signal_action actions[FB_SIGNALS];
	/* False for a thread that has released them on exit. */
	bool has_shared, has_actions;
};

/* FB_NOT_FOUND where types are missing, errors of fb_space_read(). A queue that is broken costs the rest of it, with a
 * warning. The caller frees the result with fb_signals_deinit(). */
FB_MUST_CHECK struct fb_error *fb_signals_load(struct fb_kernel *kernel, const struct fb_task *task,
					       struct fb_signals *signals_ret);
void fb_signals_deinit(struct fb_signals *signals);

/* "SIGTERM", "SIGRTMIN+3"; "SIG32" for those that the C library keeps. number: 1 to FB_SIGNALS. */
struct fb_signal_name {
	char text[16];
};
struct fb_signal_name fb_signal_name(unsigned number);
/* "SI_USER", "SI_KERNEL", ...; "" for a code that has its meaning for one signal only. Static. */
const char *fb_signal_code_name(int32_t code);

#define FB_LIMIT_KINDS 16u
/* The value of a limit that does not limit. */
#define FB_UNLIMITED UINT64_MAX

struct fb_limit {
	uint64_t soft, hard;
};

/* The name and the unit of a limit, as in /proc/PID/limits: "Max open files", "files". Static. */
const char *fb_limit_name(unsigned kind);
const char *fb_limit_unit(unsigned kind);

/* FB_NOT_FOUND where types are missing, or for a task that has exited; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_limits_load(struct fb_kernel *kernel, const struct fb_task *task,
					      struct fb_limit limits_ret[FB_LIMIT_KINDS]);

#endif
