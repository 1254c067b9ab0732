/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds .eh_frame in bytes that nothing describes: linkers give static programs no PT_GNU_EH_FRAME, and section
 * headers are not mapped. The section is known by its form (LSB Core, "DWARF Extensions"): records that stand one
 * behind the other, of which each is a CIE, or an FDE that leads back to a CIE of the same chain and describes
 * code of the object.
 */
#ifndef FB_USER_EH_FRAME_CHAIN_H
#define FB_USER_EH_FRAME_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* ELF addresses; end exclusive, above start. */
struct fb_code_range {
	uint64_t start, end;
};

struct fb_eh_frame_chain {
	size_t offset; /* of its first CIE in the bytes */
	size_t size;   /* bytes up to the end of its last FDE */
	size_t fdes; /* those that describe code which no other one describes; 0: none was found */
};

/* The chain that has most such FDEs, of equals the first. bytes begin at an ELF address that is a multiple of 4,
 * as records do. code: where the object has code. At most FB_MAX_UNWIND_SEARCH_RECORDS records are
 * looked at: behind them the best chain so far is the answer. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_eh_frame_chain_find(const uint8_t *bytes, size_t size,
						      uint64_t address,
						      const struct fb_code_range *code,
						      size_t code_count,
						      struct fb_eh_frame_chain *chain_ret);

#endif
