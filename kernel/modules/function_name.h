/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of functions that the kernel was to call, by the addresses that its structs keep. Called by the commands
 * that show what the kernel does later, workqueues, timers and irq, and by the check of worker pools.
 */
#ifndef FB_KERNEL_FUNCTION_NAME_H
#define FB_KERNEL_FUNCTION_NAME_H

#include <stdint.h>

#include "kernel/modules/module.h"

/* As the kernel's own messages have it: "wb_workfn", "xfs_end_io [xfs]", with "+0x10" where the address is not the
 * function's start; the address where no symbol is known. Escaped. */
struct fb_function_name {
	char text[176];
};

/* modules NULL: they cannot be read, and all names are addresses. */
struct fb_function_name fb_function_name(struct fb_modules *modules, uint64_t address);

#endif
