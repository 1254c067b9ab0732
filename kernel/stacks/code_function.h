/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows for the code of a kernel without ORC: of its functions' instructions, and of the places where it is entered.
 * Called by orc_load.c. */
#ifndef FB_KERNEL_CODE_FUNCTION_H
#define FB_KERNEL_CODE_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/orc.h"

/* The row for the instruction that has the byte at address; exact: that was interrupted, else it is a call. modules may
 * be NULL. FB_NOT_FOUND where no function is known there, or its code does not say where its stack is; errors of
 * fb_space_read() where the code cannot be read. */
FB_MUST_CHECK struct fb_error *fb_code_function_row(const struct fb_kernel *kernel,
						    struct fb_modules *modules, uint64_t address,
						    bool exact, struct fb_orc_row *row_ret);

#endif
