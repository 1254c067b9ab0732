/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Function graph tracing and return probes replace return addresses on a task's stack
 * by the addresses of their own functions. This finds the real ones, which the kernel
 * keeps elsewhere (kernel/trace/fgraph.c, kernel/trace/rethook.c, kernel/kprobes.c).
 * Called by stack.c.
 */
#ifndef FB_KERNEL_RETURN_HOOKS_H
#define FB_KERNEL_RETURN_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

#define FB_RETURN_HOOKS 4u

/* The functions of this kernel whose addresses replace return addresses. */
struct fb_return_hooks {
	struct fb_kernel *kernel;          /* borrowed */
	uint64_t address[FB_RETURN_HOOKS]; /* 0: not in this kernel */
	bool shadow_stack; /* task_struct.ret_stack is an array of words, not of structs */
};

void fb_return_hooks_init(struct fb_kernel *kernel, struct fb_return_hooks *hooks);

/* The name of the function whose address replaced a return address; NULL where it was not replaced. Static. */
const char *fb_return_hooks_name(const struct fb_return_hooks *hooks, uint64_t return_address);

/* The real return address for `diverted`, which was read at the address slot on the stack of the task whose task_struct
 * is at task. FB_NOT_FOUND where the kernel has none for that slot; FB_CORRUPT; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_return_hooks_find(const struct fb_return_hooks *hooks,
						    uint64_t task, uint64_t slot, uint64_t diverted,
						    uint64_t *address_ret);

#endif
