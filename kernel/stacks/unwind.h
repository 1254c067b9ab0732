/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks a kernel stack frame by frame, by ORC or by rows that were worked out from code. It works on stacks, registers
 * and rows only, not on tasks: stack.c calls it and gives it the first frame.
 */
#ifndef FB_KERNEL_UNWIND_H
#define FB_KERNEL_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "base/space.h"
#include "kernel/stacks/orc.h"

/* pt_regs (arch/x86/include/asm/ptrace.h) has the same members as the beginning of user_regs_struct, up to ss; with
 * FRED the upper 48 bits of cs and ss describe the event. */
#define FB_PT_REGS_BYTES (21u * 8u)
/* What the CPU itself pushes on an interrupt: ip, cs, flags, sp, ss. */
#define FB_IRET_FRAME_BYTES (5u * 8u)

/* A task's stack, the interrupt stack and six exception stacks of a CPU, its entry stack. */
#define FB_MAX_STACK_AREAS 16u

struct fb_stack_area {
	uint64_t start, end; /* end exclusive */
	const char *name;    /* static: "task", "IRQ", "NMI"... */
};

/* Functions that look up rows and code: those of struct fb_orc, or a test's own. */
struct fb_unwind_ops {
	/* As fb_orc_find() and fb_orc_is_text(). */
	struct fb_error *(*find)(void *context, uint64_t pc, bool exact,
				 struct fb_orc_row *row_ret);
	bool (*is_text)(void *context, uint64_t address);
	/* Where the function that holds address begins; false if unknown. */
	bool (*function)(void *context, uint64_t address, uint64_t *start_ret);
};

/* Whether and why a walk ended. */
enum fb_unwind_end {
	FB_UNWIND_GOES_ON, /* there is a further frame */
	FB_UNWIND_USER,    /* the registers of user mode were reached */
	FB_UNWIND_START,   /* the outermost function was reached */
	FB_UNWIND_LOST,    /* the caller cannot be found; `reason` has what is missing or wrong */
};

struct fb_unwind {
	struct fb_space *space; /* borrowed; kernel virtual */
	const struct fb_unwind_ops *ops;
	void *context;
	struct fb_stack_area areas[FB_MAX_STACK_AREAS];
	size_t area_count;

	/* The current frame. */
	uint64_t pc, sp, bp;
	bool bp_known;
	bool bp_guessed; /* bp was kept from a frame without ORC, and may be wrong */
	bool exact;      /* pc is an interrupted instruction, not a return address */
	bool unreliable; /* pc was not found by ORC, or by ORC from a guessed bp */
	size_t area;     /* index of the area that holds sp */
	uint32_t left;   /* bit mask: areas that were left, which must not be entered again */

	/* The last pt_regs that were found. */
	uint64_t regs_address;        /* 0: none between this frame and the one before */
	bool regs_known;              /* regs holds this frame's general registers */
	struct user_regs_struct regs; /* up to ss */

	char reason[192]; /* of FB_UNWIND_LOST */
};

/* Makes the frame of these registers the current one. address: where they were read as pt_regs, or 0. FB_CORRUPT where
 * sp is in none of the areas, nor in the page below one, which is where a stack overflows to. Not to be called with
 * registers of user mode. */
FB_MUST_CHECK struct fb_error *fb_unwind_from_regs(struct fb_unwind *unwind,
						   const struct user_regs_struct *regs,
						   uint64_t address);
/* The same for a frame of which only these registers are known. */
FB_MUST_CHECK struct fb_error *fb_unwind_from_frame(struct fb_unwind *unwind, uint64_t pc,
						    uint64_t sp, uint64_t bp, bool exact);

/* Makes the caller's frame the current one. Where the end is FB_UNWIND_USER, regs and regs_address are those of user
 * mode. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_unwind_next(struct fb_unwind *unwind,
					      enum fb_unwind_end *end_ret);

/* unwind_guess.c: finds the caller's frame where ORC has no row for pc: by a return address on the stack behind a call
 * to the current function, by the frame pointer, or else by the next word on the stack that looks like a return
 * address.
 * *found_ret is false where there is none. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_unwind_guess(struct fb_unwind *unwind, bool *found_ret);
/* Whether the instruction before address is a direct call to the function that holds callee: false
 * where it cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_unwind_is_call_to(const struct fb_unwind *unwind,
						    uint64_t address, uint64_t callee,
						    bool *is_ret);

/* Whether the instruction before address may be a call. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_unwind_is_return_address(const struct fb_unwind *unwind,
							   uint64_t address, bool *is_ret);

/* The area that holds [address, address + length), or SIZE_MAX. */
size_t fb_unwind_area(const struct fb_unwind *unwind, uint64_t address, uint64_t length);

#endif
