/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out from a function's first instructions where they put registers and the return
 * address on the stack, for code without unwind tables, such as musl's. Called by
 * caller_guess.c.
 */
#ifndef FB_USER_PROLOGUE_H
#define FB_USER_PROLOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/unwind/cfi_step.h"

/* How many registers a callee has to preserve. */
#define FB_PROLOGUE_SAVED 6u

struct fb_prologue {
	bool known; /* depth is known; false: the stack pointer was aligned, or no code was read */
	/* Bytes from the stack pointer, after the prologue, up to the return address. */
	uint64_t depth;
	bool has_frame; /* RBP or EBP was made the frame pointer */
	uint64_t frame; /* bytes from it up to the return address, where has_frame is set */
	struct {
		unsigned reg;   /* DWARF number of the register */
		uint64_t below; /* bytes from where it was saved up to the return address */
	} saved[FB_PROLOGUE_SAVED];
	size_t saved_count;
	/* It clears the frame pointer without having saved it, which in the psABI marks the outermost frame. */
	bool outermost;
};

/* code: the function's code from its first instruction up to the current one, size bytes, or less. It is read in order,
 * on the assumption that branches are not taken, up to an instruction that reverses the prologue or is not known. */
void fb_prologue_read(const struct fb_cfi_machine *machine, const uint8_t *code, size_t size,
		      struct fb_prologue *prologue_ret);

#endif
