/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own symbol table, read out of its memory. All forms, which
 * docs/formats/kallsyms.md describes: absolute, base-relative, absolute per-CPU,
 * place-relative; names before and after the two-byte length of 6.1.
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

/* Where the tables are, as VMCOREINFO names them from 6.0 on; 0 is unknown. */
struct fb_kallsyms_hints {
	uint64_t names, num_syms, token_table, token_index;
	uint64_t offsets, relative_base; /* relative_base is gone from 7.0 */
	uint64_t addresses;
	uint64_t stext; /* SYMBOL(_stext): must be reproduced; required */
	/* Kernel virtual range to search where one of the first four is 0; end exclusive. Searched
	 * upwards: where .rodata starts is the best start. */
	uint64_t scan_start;
	uint64_t scan_end;
	struct fb_pool *pool; /* borrowed; reads the tables; NULL: the caller does */
};

/* Reads the tables through space (kernel virtual). Where neither offsets nor addresses is named,
 * they are looked for where each version has them. FB_NOT_FOUND where the scan finds none,
 * FB_ABSENT where their pages are not in the dump, FB_CORRUPT where the tables contradict each
 * other or no form reproduces _stext. The caller destroys the table. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_load(struct fb_space *space,
						const struct fb_kallsyms_hints *hints,
						struct fb_warnings *warnings,
						struct fb_symtab **table_ret);

#endif
