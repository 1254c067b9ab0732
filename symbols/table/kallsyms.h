/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads kallsyms, the kernel's own symbol table, out of the kernel's memory. Handles every form that
 * docs/formats/kallsyms.md describes: addresses that are absolute, relative to a base, absolute for per-CPU
 * symbols, or relative to their own place; names with lengths of one byte or, since 6.1, up to two.
 */
#ifndef FB_SYMBOLS_KALLSYMS_H
#define FB_SYMBOLS_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "base/space.h"
#include "base/warnings.h"
#include "symbols/table/symtab.h"

/* The virtual addresses of the tables, which VMCOREINFO names from 6.0 on; 0 is unknown. */
struct fb_kallsyms_hints {
	uint64_t names, num_syms, token_table, token_index;
	uint64_t offsets, relative_base; /* kernels from 7.0 on have no relative_base */
	uint64_t addresses;
	/* SYMBOL(_stext) of VMCOREINFO; required: the tables must give the same address for _stext. */
	uint64_t stext;
	/* Kernel virtual range to search where one of the first four is 0; end exclusive. It is searched
	 * upwards: the start of .rodata is the best start. */
	uint64_t scan_start;
	uint64_t scan_end;
	struct fb_pool
		*pool; /* borrowed; its threads read the tables; NULL: the calling thread does */
};

/* Reads the tables through space (kernel virtual). Where neither offsets nor addresses is known, the table
 * is looked for at each place that some kernel has it at. FB_NOT_FOUND where the scan finds none,
 * FB_ABSENT where their pages are not in the dump, FB_CORRUPT where the tables contradict each
 * other or no form reproduces _stext. The caller destroys the table. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_load(struct fb_space *space,
						const struct fb_kallsyms_hints *hints,
						struct fb_warnings *warnings,
						struct fb_symtab **table_ret);

#endif
