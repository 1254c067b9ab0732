/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ORC would say of an instruction, worked out from the code of its function: for kernels that were built without
 * ORC (CONFIG_UNWINDER_FRAME_POINTER, CONFIG_UNWINDER_GUESS), and those whose tables cannot be found. Called by
 * orc_load.c.
 */
#ifndef FB_KERNEL_CODE_ROW_H
#define FB_KERNEL_CODE_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/stacks/orc.h"

/* Compilers put what is seldom run apart: the function `name` goes on in `name.cold`. */
#define FB_MAX_CODE_PARTS 2u

struct fb_code_part {
	uint64_t address;
	const uint8_t *code; /* borrowed */
	size_t size;         /* bytes */
};

/* Finds the row for the instruction that has the byte at that address, of a function whose parts, count of them, begin
 * with the one that it is entered by. All ways through it are followed, with what each instruction does to the stack.
 * FB_NOT_FOUND where no way leads there, or the code does not say where the stack is there. */
FB_MUST_CHECK struct fb_error *fb_code_row(const struct fb_code_part *parts, size_t count,
					   uint64_t address, struct fb_orc_row *row_ret);

#endif
