/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds where a sleeping task saved its registers when its thread.sp is not in the dump:
 * some versions of makedumpfile leave out pages of live task_structs, but not stacks.
 * Called by stack.c.
 */
#ifndef FB_KERNEL_STACK_SEARCH_H
#define FB_KERNEL_STACK_SEARCH_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/stacks/unwind.h"

/* The return address in every struct inactive_task_frame, which is the one behind the call of __switch_to_asm() in
 * __schedule(). FB_NOT_FOUND; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_switch_return_address(const struct fb_kernel *kernel,
							uint64_t *address_ret);

/* Searches the area (its index in unwind) for the frame in which the task called __switch_to_asm(), and makes it the
 * current frame of unwind, marked as unreliable. Frames that are left over from earlier calls lie below the right one,
 * so the right one is the highest from which unwind tables alone lead to the stack's end. FB_NOT_FOUND where there is
 * none. */
FB_MUST_CHECK struct fb_error *fb_stack_search(const struct fb_kernel *kernel, size_t area,
					       struct fb_unwind *unwind);

#endif
