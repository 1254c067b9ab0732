/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of kallsyms as a symbol table keeps them: compressed, with the hash of
 * each. A name is expanded when it is first needed, because most commands need a
 * hundred of a hundred thousand names.
 */
#ifndef FB_SYMBOLS_PACKED_NAMES_H
#define FB_SYMBOLS_PACKED_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "symbols/table/kallsyms_names.h"

struct fb_packed_names;

/* Checks all names once, so that none can fail to expand later. The structs tokens and names are copied;
 * the data that they point into, token_bytes and name_bytes, must be from malloc() and are owned by the
 * result. FB_CORRUPT where a name is empty or too long, FB_LIMIT where all names together have more than
 * FB_MAX_SYMBOL_BYTES bytes; on failure token_bytes and name_bytes remain the caller's. */
FB_MUST_CHECK struct fb_error *fb_packed_names_create(uint8_t *token_bytes, uint8_t *name_bytes,
						      const struct fb_kallsyms_tokens *tokens,
						      const struct fb_kallsyms_names *names,
						      struct fb_packed_names **packed_ret);
void fb_packed_names_destroy(struct fb_packed_names *packed);

uint32_t fb_packed_names_count(const struct fb_packed_names *packed);
/* The hash of the name at index (< count), and of a given name. */
uint32_t fb_packed_names_hash(const struct fb_packed_names *packed, uint32_t index);
uint32_t fb_packed_names_hash_of(const char *name);
/* The type letter, then the name, NUL-terminated; owned by packed. index < count. Safe from many threads. */
const char *fb_packed_names_text(const struct fb_packed_names *packed, uint32_t index);
/* The lowest index that has this name. False where there is none. */
bool fb_packed_names_find(const struct fb_packed_names *packed, const char *name,
			  uint32_t *index_ret);

#endif
