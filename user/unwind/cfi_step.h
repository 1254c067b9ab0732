/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step up the stack by a row of an unwind table (DWARF 5, 6.4.3): the
 * caller's registers out of the callee's. By libdw's reading of the table and
 * an evaluator of our own, because libdwfl hands out the registers of a frame
 * only since 0.188. x86-64 only.
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
	uint32_t known; /* bit N: values[N] holds */
};

/* Reads 8 bytes of the process at address; false where they are not to be had. */
typedef bool fb_cfi_read_fn(void *context, uint64_t address, uint64_t *word_ret);

struct fb_cfi_memory {
	fb_cfi_read_fn *read;
	void *context;
};

/* What the row at the callee's pc makes of its registers. The result may be the callee itself.
 * Registers that the row does not keep, or that cannot be computed, are not known in it. */
void fb_cfi_step(Dwarf_Frame *row, const struct fb_cfi_registers *callee,
		 const struct fb_cfi_memory *memory, struct fb_cfi_registers *caller_ret);

/* Whether the row says that there is no caller: the return address is undefined. */
bool fb_cfi_is_outermost(Dwarf_Frame *row);

#endif
