/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of kallsyms as a symbol table keeps them: compressed, with the hash of
 * each, and a name's text made when it is first asked for. Most commands ask for a
 * hundred of a hundred thousand.
 */
#ifndef FB_SYMBOLS_PACKED_NAMES_H
#define FB_SYMBOLS_PACKED_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/table/kallsyms_names.h"

struct fb_packed_names;

/* Goes through all names once: after that each can be had. tokens and names are copied; token_bytes and
 * name_bytes, in which they point, must be from malloc() and are owned by the result. FB_CORRUPT
 * where a name is empty or too long, FB_LIMIT where all are longer than FB_MAX_SYMBOL_BYTES; token_bytes
 * and name_bytes are then still the caller's. */
FB_MUST_CHECK struct fb_error *fb_packed_names_create(uint8_t *token_bytes, uint8_t *name_bytes,
						      const struct fb_kallsyms_tokens *tokens,
						      const struct fb_kallsyms_names *names,
						      struct fb_packed_names **packed_ret);
void fb_packed_names_destroy(struct fb_packed_names *packed);

uint32_t fb_packed_names_count(const struct fb_packed_names *packed);
/* What fb_packed_names_hash_of() gives for the name of that index. */
uint32_t fb_packed_names_hash(const struct fb_packed_names *packed, uint32_t index);
uint32_t fb_packed_names_hash_of(const char *name);
/* The type letter, then the name, NUL-terminated; owned by packed. index < count. From many threads. */
const char *fb_packed_names_text(const struct fb_packed_names *packed, uint32_t index);
/* The first index whose name that is. False where there is none. */
bool fb_packed_names_find(const struct fb_packed_names *packed, const char *name,
			  uint32_t *index_ret);

#endif
