/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One instruction of x86 code: its length, and what it does to the stack pointer and the frame pointer and where it
 * leads. All else about it is of no use to the callers: user/unwind/prologue.c and kernel/stacks/code_row.c, which find
 * out what a function did to its stack where no unwind tables say so.
 */
#ifndef FB_SYMBOLS_INSTRUCTION_H
#define FB_SYMBOLS_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fb_instruction_kind {
	FB_INSTRUCTION_OTHER,
	FB_INSTRUCTION_PUSH,     /* reg, or another word: reg is FB_NO_REGISTER */
	FB_INSTRUCTION_POP,      /* likewise */
	FB_INSTRUCTION_MOVES_SP, /* down by amount, up where that is negative */
	FB_INSTRUCTION_LOSES_SP, /* the stack pointer is aligned or loaded, to what the code alone does not say */
	FB_INSTRUCTION_SETS_FRAME,    /* the frame pointer = the stack pointer */
	FB_INSTRUCTION_CLEARS_FRAME,  /* the frame pointer = 0 */
	FB_INSTRUCTION_SP_FROM_FRAME, /* the stack pointer = the frame pointer - amount */
	FB_INSTRUCTION_LEAVE,     /* the stack pointer = the frame pointer, and that is popped */
	FB_INSTRUCTION_STORES_SP, /* the stack pointer is written to where reg points */
	FB_INSTRUCTION_CALL,      /* direct or not */
	FB_INSTRUCTION_JUMP, /* to target; without has_target to what the code alone does not say */
	FB_INSTRUCTION_BRANCH, /* to target, or on */
	FB_INSTRUCTION_RETURN,
	FB_INSTRUCTION_HALT,
	FB_INSTRUCTION_TRAP, /* ud2: of the kernel's WARN() and BUG(), the second of which does not go on */
};

#define FB_NO_REGISTER 16u
/* The machine's numbers. */
#define FB_REGISTER_SP 4u
#define FB_REGISTER_BP 5u

struct fb_instruction {
	size_t length; /* bytes */
	enum fb_instruction_kind kind;
	/* Of PUSH, POP, STORES_SP, and of LOSES_SP where it is loaded from a register; else FB_NO_REGISTER. */
	unsigned reg;
	int64_t amount; /* bytes */
	bool has_target;
	int64_t target; /* bytes from the end of the instruction */
};

/* Reads the instruction that code begins with. wide: it is of 64 bits, else of 32. False where size bytes do not hold
 * it, or it is one that is not known here, such as those of AVX. */
bool fb_instruction_read(bool wide, const uint8_t *code, size_t size,
			 struct fb_instruction *instruction_ret);

#endif
