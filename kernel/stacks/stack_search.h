/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a sleeping task left its registers, when thread.sp is not in the dump:
 * some versions of makedumpfile drop pages of live task_structs, but not stacks.
 */
#ifndef FB_KERNEL_STACK_SEARCH_H
#define FB_KERNEL_STACK_SEARCH_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/stacks/unwind.h"

/* The return address that __schedule() leaves in every inactive_task_frame: behind its call of
 * __switch_to_asm(). FB_NOT_FOUND; read errors. */
FB_MUST_CHECK struct fb_error *fb_switch_return_address(const struct fb_kernel *kernel,
							uint64_t *address_ret);

/* Makes the frame in which the task on area (index) of unwind called __switch_to_asm() the one to
 * stand at, marked as unreliable. Stale frames lie below the one it sleeps in, so it is the highest
 * from which unwind tables alone lead to the stack's end. FB_NOT_FOUND where there is none. */
FB_MUST_CHECK struct fb_error *fb_stack_search(const struct fb_kernel *kernel, size_t area,
					       struct fb_unwind *unwind);

#endif
