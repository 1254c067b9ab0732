/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Return addresses that function graph tracing and return probes replaced by
 * their own on a task's stack, and where the kernel keeps the real ones
 * (kernel/trace/fgraph.c, kernel/trace/rethook.c, kernel/kprobes.c).
 */
#ifndef FB_KERNEL_RETURN_HOOKS_H
#define FB_KERNEL_RETURN_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

#define FB_RETURN_HOOKS 4u

/* Where this kernel diverts to. */
struct fb_return_hooks {
	struct fb_kernel *kernel;          /* borrowed */
	uint64_t address[FB_RETURN_HOOKS]; /* 0: not in this kernel */
	bool shadow_stack;                 /* ret_stack is words, not structs */
};

void fb_return_hooks_init(struct fb_kernel *kernel, struct fb_return_hooks *hooks);

/* The function that a return address was diverted to; NULL: it was not. */
const char *fb_return_hooks_name(const struct fb_return_hooks *hooks, uint64_t return_address);

/* The real return address in place of `diverted`, which was read at `slot` on the stack of the task
 * at task. FB_NOT_FOUND where the kernel keeps none for that slot; read errors, FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_return_hooks_find(const struct fb_return_hooks *hooks,
						    uint64_t task, uint64_t slot, uint64_t diverted,
						    uint64_t *address_ret);

#endif
