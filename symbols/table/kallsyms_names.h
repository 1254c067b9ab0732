/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressed names of kallsyms (scripts/kallsyms.c, docs/formats/kallsyms.md):
 * each is a count of tokens and that many token numbers, and a token is one of 256
 * texts. These functions work on copies of the tables, which kallsyms.c finds in the
 * kernel's memory and reads. Called by kallsyms.c, kallsyms_scan.c and packed_names.c.
 */
#ifndef FB_SYMBOLS_KALLSYMS_NAMES_H
#define FB_SYMBOLS_KALLSYMS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"

#define FB_KALLSYMS_TOKENS 256u
/* kallsyms_token_index: one 16-bit offset per token. */
#define FB_KALLSYMS_INDEX_BYTES (FB_KALLSYMS_TOKENS * 2)
/* There is one marker, which is the offset of a name, for this many names. */
#define FB_KALLSYMS_GROUP 256u

struct fb_kallsyms_token {
	/* its first bytes, copied at a fixed length for speed; tokens have up to 20 */
	char start[24];
	uint32_t length; /* bytes */
	uint32_t offset; /* in the table, in bytes */
};

/* What a token adds to the hash (name_hash.h) and the length of a name. */
struct fb_kallsyms_part {
	uint32_t hash;
	uint32_t factor;
	uint32_t length;
	/* The hash without the token's first byte, which in the first token of a name is the type
	 * letter. */
	uint32_t first_hash;
};

struct fb_kallsyms_tokens {
	const char *table; /* borrowed */
	uint32_t longest;  /* bytes of the longest token */
	struct fb_kallsyms_token token[FB_KALLSYMS_TOKENS];
	struct fb_kallsyms_part part[FB_KALLSYMS_TOKENS];
};

/* table (size bytes) must hold 256 NUL-terminated texts, and index (256 little-endian 16-bit numbers) their
 * offsets; FB_CORRUPT where they do not. used_ret (may be NULL) gets how many bytes of table are in use. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_tokens_init(struct fb_kallsyms_tokens *tokens,
						       const void *table, size_t size,
						       const void *index, size_t *used_ret);

struct fb_kallsyms_names {
	const uint8_t *data; /* borrowed */
	size_t size;         /* bytes, exactly up to the end of the last name */
	uint32_t count;
	bool long_lengths; /* a length byte of 0x80 or more is the first of two (6.1 and newer) */
};

/*
 * Finds out which of the two forms of length the names have. With the right one, count names end right
 * where the table of markers begins (at the next multiple of 8), and every marker fits. data (size bytes,
 * borrowed by the result) starts at kallsyms_names, whose address is a multiple of 8, and reaches at least
 * to the end of the markers. *budget is how many names may be walked over, and is lowered by those that
 * were; FB_LIMIT where it does not suffice. FB_CORRUPT where neither form fits.
 */
FB_MUST_CHECK struct fb_error *fb_kallsyms_names_init(struct fb_kallsyms_names *names,
						      const uint8_t *data, size_t size,
						      uint32_t count, uint64_t *budget);

/* Expands the name at *offset (in bytes; 0 is the first name) into `to`: first the type letter, then the
 * name, without a NUL. *offset is moved to the next name. To be called at most names->count times.
 * FB_CORRUPT where the name is empty or longer than FB_MAX_SYMBOL_NAME. */
#define FB_KALLSYMS_NAME_ROOM (FB_MAX_SYMBOL_NAME + 24)
FB_MUST_CHECK struct fb_error *fb_kallsyms_names_next(const struct fb_kallsyms_names *names,
						      const struct fb_kallsyms_tokens *tokens,
						      size_t *offset,
						      char to[FB_KALLSYMS_NAME_ROOM],
						      size_t *length_ret);
/* The same without expanding the name. Gives its hash, without the type letter, by fb_part_hash() and
 * fb_part_hash_mix(); and its length in bytes, with the type letter. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_names_measure(const struct fb_kallsyms_names *names,
							 const struct fb_kallsyms_tokens *tokens,
							 size_t *offset, uint32_t *hash_ret,
							 size_t *length_ret);

#endif
