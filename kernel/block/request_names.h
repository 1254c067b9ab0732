/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of operations and flags of requests and bios: the low bits of cmd_flags and bi_opf are the operation, flags
 * are above (include/linux/blk_types.h). Called for requests.
 */
#ifndef FB_KERNEL_BLOCK_REQUEST_NAMES_H
#define FB_KERNEL_BLOCK_REQUEST_NAMES_H

#include <stdint.h>

#include "kernel/block/request.h"
#include "symbols/btf/btf.h"

#define FB_REQUEST_OPERATIONS 256u
#define FB_REQUEST_FLAGS 32u

struct fb_request_names {
	/* By number, without their prefix; NULL: the kernel has none. Owned by the kernel's types. */
	const char *operations[FB_REQUEST_OPERATIONS];
	const char *flags[FB_REQUEST_FLAGS];
};

/* names has to be zeroed. What the types lack has no name. */
void fb_request_names_load(const struct fb_btf *types, struct fb_request_names *names);
/* Sets the operation and the flags of a request by its word. */
void fb_request_name(const struct fb_request_names *names, uint32_t word,
		     struct fb_request *request);

#endif
