/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the beginning of a function does to its stack, read from its code: for code
 * without unwind tables, such as musl's. caller_guess.c asks.
 */
#ifndef FB_USER_PROLOGUE_H
#define FB_USER_PROLOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Registers that a callee has to keep: six. */
#define FB_PROLOGUE_SAVED 6u

struct fb_prologue {
	bool known; /* the stack pointer's place is known; false: it was aligned, or all is unread */
	uint64_t
		depth; /* bytes from the stack pointer up to the return address, behind the prologue */
	bool has_frame; /* RBP was made the frame pointer */
	uint64_t frame; /* bytes from RBP up to the return address, where it was */
	struct {
		unsigned reg;   /* DWARF number */
		uint64_t below; /* bytes from its place up to the return address */
	} saved[FB_PROLOGUE_SAVED];
	size_t saved_count;
	bool outermost; /* it clears RBP, which it has not saved: the psABI's mark of the outermost frame */
};

/* code: the function's from its first instruction up to the one at hand, or less. Reads it in order, past
 * branches that are not taken, until something undoes what the prologue did, or cannot be read. */
void fb_prologue_read(const uint8_t *code, size_t size, struct fb_prologue *prologue_ret);

#endif
