/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own symbol table, read out of its memory. All forms of
 * shared knowledge in docs/formats/kallsyms.md: absolute, base-relative, absolute
 * per-CPU, place-relative; names before and after the two-byte length of 6.1.
 */
#ifndef FB_SYMBOLS_KALLSYMS_H
#define FB_SYMBOLS_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "base/warnings.h"
#include "symbols/symtab.h"

/* Where the tables are, as VMCOREINFO names them from 6.0 on; 0 is unknown. */
struct fb_kallsyms_hints {
	uint64_t names, num_syms, token_table, token_index;
	uint64_t offsets, relative_base; /* relative_base is gone from 7.0 */
	uint64_t addresses;
	uint64_t stext;      /* SYMBOL(_stext): must be reproduced; required */
	uint64_t scan_start; /* kernel virtual range of the kernel image, for the scan that */
	uint64_t scan_end;   /* finds the tables where the above are 0; end exclusive */
};

/* Reads the tables through space (kernel virtual). FB_NOT_FOUND where the scan finds none,
 * FB_ABSENT where their pages are not in the dump, FB_CORRUPT where no form reproduces _stext.
 * The caller destroys the table. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_load(struct fb_space *space,
						const struct fb_kallsyms_hints *hints,
						struct fb_warnings *warnings,
						struct fb_symtab **table_ret);

#endif
