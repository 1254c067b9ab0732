/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC, the kernel's unwind tables (arch/x86/include/asm/orc_types.h,
 * Documentation/arch/x86/orc-unwinder.rst). For each range of code a row tells how to
 * find the caller's stack pointer, its RBP, and its return address or saved registers.
 * Called by unwind.c and stack.c.
 *
 * Two parallel arrays, sorted by address: `ip`, of 32-bit offsets from the
 * element itself to the code, and `entry`, of 6 bytes:
 *	s16 sp_offset, s16 bp_offset, u16 flags
 * flags: bits 0-3 sp_reg, 4-7 bp_reg, and then
 *	v1	ee9f8fce9964 (4.14)	8-9 type, 10 end
 *	v2	ffb1b4a41016 (6.3)	8-9 type, 10 signal, 11 end
 *	v3	fb799447ae29 (6.4)	8-10 type, 11 signal
 *	v4	(7.1)			as v3, but the registers have other numbers
 */
#ifndef FB_KERNEL_ORC_H
#define FB_KERNEL_ORC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/return_hooks.h"

#define FB_ORC_IP_BYTES 4u
#define FB_ORC_ENTRY_BYTES 6u
/* .orc_header (b9f174c811e3, 6.4): the SHA-1 of the format's definition (scripts/orc_hash.sh). */
#define FB_ORC_HEADER_BYTES 20u

enum fb_orc_version {
	FB_ORC_UNKNOWN,
	FB_ORC_V1,
	FB_ORC_V2,
	FB_ORC_V3,
	FB_ORC_V4,
};

/* The register to which a row adds its offset. An INDIRECT register points to the value. */
enum fb_orc_reg {
	FB_ORC_REG_UNDEFINED, /* in sp_reg: there is no rule; in bp_reg: RBP is unchanged */
	FB_ORC_REG_PREV_SP,   /* the caller's stack pointer */
	FB_ORC_REG_AX,
	FB_ORC_REG_DX,
	FB_ORC_REG_DI,
	FB_ORC_REG_BP,
	FB_ORC_REG_SP,
	FB_ORC_REG_R10,
	FB_ORC_REG_R13,
	FB_ORC_REG_BP_INDIRECT,
	FB_ORC_REG_SP_INDIRECT,
	FB_ORC_REG_INVALID, /* a number that stands for no register in this version */
};

enum fb_orc_type {
	FB_ORC_TYPE_UNDEFINED,    /* nothing is known of this code */
	FB_ORC_TYPE_END,          /* the outermost frame */
	FB_ORC_TYPE_CALL,         /* a return address lies below the caller's stack pointer */
	FB_ORC_TYPE_REGS,         /* pt_regs */
	FB_ORC_TYPE_REGS_PARTIAL, /* its last five: ip, cs, flags, sp, ss */
};

/* One entry, the same for all versions. */
struct fb_orc_row {
	int16_t sp_offset;
	int16_t bp_offset;
	enum fb_orc_reg sp_reg;
	enum fb_orc_reg bp_reg;
	enum fb_orc_type type;
	bool signal; /* the caller was interrupted, so that its pc is no return address */
	bool by_code; /* not of a table, but worked out from the function's instructions: code_row.c */
};

/* FB_CORRUPT for a type or a register that the version does not have. */
FB_MUST_CHECK struct fb_error *fb_orc_decode(const uint8_t entry[FB_ORC_ENTRY_BYTES],
					     enum fb_orc_version version,
					     struct fb_orc_row *row_ret);

/* FB_ORC_UNKNOWN for a hash of no known version. */
enum fb_orc_version fb_orc_version_by_header(const uint8_t header[FB_ORC_HEADER_BYTES]);

/* One pair of arrays, the kernel's or a module's. Only the elements that are needed are read. */
struct fb_orc_table {
	struct fb_space *space; /* borrowed; kernel virtual */
	uint64_t ips;           /* address of the first ip */
	uint64_t entries;       /* address of the first entry */
	uint32_t count;         /* elements of each array */
	enum fb_orc_version version;
};

/* The row for pc: the last one that begins at or below it. FB_NOT_FOUND where pc is below the first; errors of
 * fb_space_read() where the table cannot be read; FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_orc_table_find(const struct fb_orc_table *table, uint64_t pc,
						 struct fb_orc_row *row_ret);

/* Determines the version from the entries; table->version is not used. entry_code: an address shortly before code that
 * has saved pt_regs (the entry of system calls), 0 if unknown: v1 and v2 then cannot be distinguished, and v1 is
 * returned. FB_CORRUPT where the entries fit no version. */
FB_MUST_CHECK struct fb_error *fb_orc_table_detect(const struct fb_orc_table *table,
						   uint64_t entry_code,
						   enum fb_orc_version *version_ret);

/* The tables of the kernel and of all its modules. Safe from many threads. */
struct fb_orc;

/* kernel and modules are borrowed and must outlive the result. modules may be NULL: code of modules has no rows then.
 * Of a kernel without ORC the rows are worked out from its code. FB_NOT_FOUND where it has no symbols either;
 * FB_CORRUPT. */
FB_MUST_CHECK struct fb_error *fb_orc_open(struct fb_kernel *kernel, struct fb_modules *modules,
					   struct fb_orc **orc_ret);
void fb_orc_destroy(struct fb_orc *orc);

/* FB_ORC_UNKNOWN: the kernel has no ORC. */
enum fb_orc_version fb_orc_version(const struct fb_orc *orc);
const struct fb_return_hooks *fb_orc_return_hooks(const struct fb_orc *orc);
/* The modules that fb_orc_open() was given; may be NULL. */
struct fb_modules *fb_orc_modules(const struct fb_orc *orc);
/* Whether address is in the kernel's, a module's or generated code. */
bool fb_orc_is_text(const struct fb_orc *orc, uint64_t address);
/* As fb_orc_table_find(), in the table whose code holds pc. For BPF programs it gives a row for a frame pointer, for
 * copies of ftrace_caller() the rows of that function; FB_NOT_FOUND for other generated code and what is no code.
 * exact: pc is the instruction itself; else pc is a return address, which may lie behind its function's end, and the
 * call before it is looked up. */
FB_MUST_CHECK struct fb_error *fb_orc_find(struct fb_orc *orc, uint64_t pc, bool exact,
					   struct fb_orc_row *row_ret);

#endif
