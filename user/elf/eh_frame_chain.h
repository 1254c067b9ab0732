/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds .eh_frame in bytes of memory without the help of headers: linkers give static programs no PT_GNU_EH_FRAME, and
 * section headers are not mapped. The section is recognised by its form (LSB Core, "DWARF Extensions"): a chain of
 * records that follow each other, each of which is a CIE, or an FDE that refers to a CIE of the same chain and
 * describes code of the object. Called by eh_frame_search.c.
 */
#ifndef FB_USER_EH_FRAME_CHAIN_H
#define FB_USER_EH_FRAME_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/elf/elf_form.h"

/* A range of code in ELF addresses, that is, as the object's headers have them; end exclusive, above start. */
struct fb_code_range {
	uint64_t start, end;
};

struct fb_eh_frame_chain {
	size_t offset; /* of its first CIE in the bytes */
	size_t size;   /* bytes from there to the end of its last FDE */
	size_t fdes; /* FDEs that describe code which no other one describes; 0: no chain was found */
};

/* The object whose tables are searched for. */
struct fb_code_ranges {
	const struct fb_elf_form *form;
	const struct fb_code_range *range; /* of its code; borrowed */
	size_t count;
};

/* Finds in size bytes the chain with the most such FDEs; of equal ones the first. address is the ELF address of the
 * first byte, a multiple of 4, because records are aligned to 4. At most
 * FB_MAX_UNWIND_SEARCH_RECORDS records are read; after that the best chain so far is the result. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_eh_frame_chain_find(const uint8_t *bytes, size_t size,
						      uint64_t address,
						      const struct fb_code_ranges *code,
						      struct fb_eh_frame_chain *chain_ret);

#endif
