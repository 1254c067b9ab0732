/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step up the stack by a row of an unwind table (DWARF 5, 6.4.3): computes the
 * caller's registers from those of the callee. libdw reads the table; its expressions
 * are evaluated here, because libdwfl gives access to the registers of a frame only
 * since 0.188. x86-64 only. Called by unwind.c.
 */
#ifndef FB_USER_CFI_STEP_H
#define FB_USER_CFI_STEP_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DWARF numbers of x86-64's registers (System V ABI, figure 3.36). */
#define FB_DWARF_RBP 6
#define FB_DWARF_RSP 7
#define FB_DWARF_RIP 16
#define FB_DWARF_REGS 17

struct fb_cfi_registers {
	uint64_t values[FB_DWARF_REGS];
	uint32_t known; /* bit N is set where values[N] is known */
};

/* Reads 8 bytes of the process at address; false where they cannot be read. */
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
bool fb_cfi_is_outermost(Dwarf_Frame *row);

#endif
