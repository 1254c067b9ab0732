/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel made of a few bytes, to unwind in: code, an ORC table, a task's and
 * an interrupt's stack, in one memory space.
 */
#ifndef FB_TESTS_KERNEL_MADE_STACK_H
#define FB_TESTS_KERNEL_MADE_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/stacks/unwind.h"

#define MADE_TEXT 0xffffffff81000000ull
#define MADE_TEXT_BYTES 0x1000u
#define MADE_IPS 0xffffffff82000000ull
#define MADE_ENTRIES 0xffffffff82010000ull
#define MADE_ROWS 512u
#define MADE_TASK 0xffffc90000010000ull
#define MADE_IRQ 0xffffc90000020000ull
#define MADE_STACK_BYTES 0x4000u
/* Each function has this many bytes, so that every address tells where its own begins. */
#define MADE_FUNCTION 0x100u

struct made_stack {
	struct fb_space space; /* first: it is the space */
	uint8_t text[MADE_TEXT_BYTES];
	uint8_t ips[MADE_ROWS * FB_ORC_IP_BYTES];
	uint8_t entries[MADE_ROWS * FB_ORC_ENTRY_BYTES];
	uint64_t task[MADE_STACK_BYTES / 8];
	uint64_t irq[MADE_STACK_BYTES / 8];
	uint64_t missing_start, missing_end; /* not in the dump: [start, end) */
	struct fb_orc_table table;           /* begins empty, of version 1 */
	struct fb_unwind unwind;             /* with both stacks */
};

/* Registers as v1 to v3 number them, for MADE_FLAGS. */
enum {
	MADE_UNDEFINED,
	MADE_PREV_SP,
	MADE_DX,
	MADE_DI,
	MADE_BP,
	MADE_SP,
	MADE_R10,
	MADE_R13,
	MADE_BP_INDIRECT,
	MADE_SP_INDIRECT
};
/* Flags of v1: types 0 to 2. */
#define MADE_FLAGS(sp_reg, bp_reg, type) ((uint16_t)((sp_reg) | (bp_reg) << 4 | (type) << 8))
#define MADE_CALL 0
#define MADE_REGS 1
#define MADE_IRET 2
#define MADE_END ((uint16_t)0x400)

void made_stack_init(struct made_stack *made);
/* Adds a row; to be called in the order of code. */
void made_stack_row(struct made_stack *made, uint64_t code, int16_t sp_offset, int16_t bp_offset,
		    uint16_t flags);
/* Writes a direct call that ends at address, to target. */
void made_stack_call(struct made_stack *made, uint64_t address, uint64_t target);
/* A word of either stack. */
void made_stack_put(struct made_stack *made, uint64_t address, uint64_t word);
/* pt_regs on either stack. */
void made_stack_regs(struct made_stack *made, uint64_t address,
		     const struct user_regs_struct *regs);
/* Walks to the end; the pcs met, the first included. Returns how many (at most room). */
size_t made_stack_walk(struct made_stack *made, uint64_t *pcs, size_t room,
		       enum fb_unwind_end *end_ret);

#endif
