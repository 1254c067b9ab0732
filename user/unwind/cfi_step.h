/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step up the stack by a row of an unwind table (DWARF 5, 6.4.3): computes the
 * caller's registers from those of the callee. libdw reads the table; its expressions
 * are evaluated here, because libdwfl gives access to the registers of a frame only
 * since 0.188. For x86-64 and i386. Called by unwind.c.
 */
#ifndef FB_USER_CFI_STEP_H
#define FB_USER_CFI_STEP_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What differs between a thread that runs code of 64 bits and one that runs code of 32. Registers have their numbers of
 * DWARF (System V ABI for x86-64, figure 3.36, and for i386, figure 2.14). */
struct fb_cfi_machine {
	uint16_t elf_machine;  /* EM_X86_64 or EM_386 */
	unsigned word;         /* bytes of an address, and of what a push takes */
	unsigned frame;        /* the register RBP or EBP */
	unsigned stack;        /* RSP or ESP */
	unsigned pc;           /* RIP or EIP, which stands for the return address */
	unsigned count;        /* of registers: 0 to count - 1 */
	uint32_t callee_saved; /* bit N is set where a function must preserve register N */
};
extern const struct fb_cfi_machine fb_cfi_x86_64, fb_cfi_i386;

/* As many as either has. */
#define FB_DWARF_REGS 17

struct fb_cfi_registers {
	const struct fb_cfi_machine *machine;
	uint64_t values[FB_DWARF_REGS]; /* of 32 bits: the upper half is 0 */
	uint32_t known;                 /* bit N is set where values[N] is known */
};

/* Reads a word (of the machine's size) of the process at address; false where it cannot be read. */
typedef bool fb_cfi_read_fn(void *context, uint64_t address, uint64_t *word_ret);

struct fb_cfi_memory {
	fb_cfi_read_fn *read;
	void *context;
};

/* Computes the caller's registers by the row at the callee's pc. caller_ret may be the same struct as callee. Registers
 * that the row does not preserve, or that cannot be computed, are marked as not known. */
void fb_cfi_step(Dwarf_Frame *row, const struct fb_cfi_registers *callee,
		 const struct fb_cfi_memory *memory, struct fb_cfi_registers *caller_ret);

/* Whether the row marks the outermost frame, by an undefined return address. */
bool fb_cfi_is_outermost(const struct fb_cfi_machine *machine, Dwarf_Frame *row);

#endif
