/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressed names of kallsyms (scripts/kallsyms.c, docs/formats/kallsyms.md):
 * each a count of tokens and that many token numbers; a token is one of 256 texts.
 * Works on copies of the tables; where they lie in memory is kallsyms.c's business.
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
/* One marker, the offset of a name, per this many names. */
#define FB_KALLSYMS_GROUP 256u

struct fb_kallsyms_token {
	char start[24]; /* its first bytes, to copy at fixed length; real ones have up to 20 */
	uint32_t length;
	uint32_t offset; /* in the table */
};

/* What a token does to the hash (name_hash.h) and the length of a name. */
struct fb_kallsyms_part {
	uint32_t hash;
	uint32_t factor;
	uint32_t length;
	uint32_t first_hash; /* without its first byte: that of a name's first token is the type */
};

struct fb_kallsyms_tokens {
	const char *table; /* borrowed */
	uint32_t longest;  /* length */
	struct fb_kallsyms_token token[FB_KALLSYMS_TOKENS];
	struct fb_kallsyms_part part[FB_KALLSYMS_TOKENS];
};

/* table (size bytes) must be 256 NUL-terminated texts, and index (256 little-endian 16-bit
 * numbers) their offsets. FB_CORRUPT. used_ret (may be NULL): the bytes of table in use. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_tokens_init(struct fb_kallsyms_tokens *tokens,
						       const void *table, size_t size,
						       const void *index, size_t *used_ret);

struct fb_kallsyms_names {
	const uint8_t *data; /* borrowed */
	size_t size;         /* exact: the end of the last name */
	uint32_t count;
	bool long_lengths; /* a length byte of 0x80 and more is the first of two (6.1 and newer) */
};

/*
 * Tells the two forms of length apart: the right one makes count names end right where the table
 * of markers begins (at the next multiple of 8) and agrees with every marker. data (size bytes)
 * starts at kallsyms_names, which is a multiple of 8, and reaches at least to the markers' end.
 * *budget is lowered by the names walked; FB_LIMIT where it ends. FB_CORRUPT where neither fits.
 */
FB_MUST_CHECK struct fb_error *fb_kallsyms_names_init(struct fb_kallsyms_names *names,
						      const uint8_t *data, size_t size,
						      uint32_t count, uint64_t *budget);

/* The name at *offset (0 is the first), type letter first, not NUL-terminated, into `to`;
 * *offset moves to the next one. FB_CORRUPT where it is empty or longer than
 * FB_MAX_SYMBOL_NAME. At most names->count calls. */
#define FB_KALLSYMS_NAME_ROOM (FB_MAX_SYMBOL_NAME + 24)
FB_MUST_CHECK struct fb_error *fb_kallsyms_names_next(const struct fb_kallsyms_names *names,
						      const struct fb_kallsyms_tokens *tokens,
						      size_t *offset,
						      char to[FB_KALLSYMS_NAME_ROOM],
						      size_t *length_ret);
/* The same without expanding it: the hash of the name without its type letter, by fb_part_hash() and
 * mixed, and the length with it. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_names_measure(const struct fb_kallsyms_names *names,
							 const struct fb_kallsyms_tokens *tokens,
							 size_t *offset, uint32_t *hash_ret,
							 size_t *length_ret);

#endif
