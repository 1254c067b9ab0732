/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of symbols, by name and by address. kallsyms, a module's symbols and
 * an ELF .symtab all become one of these.
 */
#ifndef FB_SYMBOLS_SYMTAB_H
#define FB_SYMBOLS_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_packed_names; /* symbols/table/packed_names.h */

struct fb_symbol {
	uint64_t address;
	uint64_t size; /* bytes, up to the next symbol where the source gives no size; 0: unknown */
	const char *name;   /* owned by the table */
	const char *module; /* name, borrowed from the table's owner; NULL for the kernel itself */
	char type;          /* the letter that nm prints: 'T', 'd', 'A' ... */
};

struct fb_symtab;

FB_MUST_CHECK struct fb_error *fb_symtab_create(struct fb_symtab **table_ret);
/* The same for symbols that are added by fb_symtab_add_packed(). Takes over names, on failure too. */
FB_MUST_CHECK struct fb_error *fb_symtab_create_packed(struct fb_packed_names *names,
						       struct fb_symtab **table_ret);
void fb_symtab_destroy(struct fb_symtab *table);

/* Optional: allocates room for count symbols at once, whose names have name_bytes bytes together (2 more
 * for each name are added). */
FB_MUST_CHECK struct fb_error *fb_symtab_reserve(struct fb_symtab *table, size_t count,
						 size_t name_bytes);
/* Adds a symbol. Where size is 0, fb_symtab_finish() computes it from the next symbol's address. The name
 * (length bytes) is copied. FB_LIMIT after FB_MAX_KALLSYMS symbols; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_symtab_add(struct fb_symtab *table, uint64_t address,
					     uint64_t size, char type, const char *name,
					     size_t length);
/* Gives an address to the next of the names that the table was created with. To be called at most once for
 * each name. */
void fb_symtab_add_packed(struct fb_symtab *table, uint64_t address);
/* Ends adding, and builds the indexes by name and by address. limit: the exclusive end of the last symbol,
 * 0 where unknown. FB_INVALID where it is called twice; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_symtab_finish(struct fb_symtab *table, uint64_t limit);

/* The symbol of this name; of several the one that was added first. False where there is none. */
bool fb_symtab_by_name(const struct fb_symtab *table, const char *name,
		       struct fb_symbol *symbol_ret);
/* Each call gives another symbol of this name. *cursor is 0 before the first call and must not be changed
 * between calls. False where there is no further one. */
bool fb_symtab_next_by_name(const struct fb_symtab *table, const char *name, size_t *cursor,
			    struct fb_symbol *symbol_ret);
/* The symbol that holds the address: the last one at or below it whose size covers it. Of several at one
 * address it is the one added first, as in the kernel's kallsyms_lookup() (kallsyms is sorted so that the
 * best name comes first; of an ELF symbol table the global symbols are added first). A symbol of unknown
 * size holds only its own address. */
bool fb_symtab_by_address(const struct fb_symtab *table, uint64_t address,
			  struct fb_symbol *symbol_ret);
size_t fb_symtab_count(const struct fb_symtab *table);
/* The symbol at index (< count), in order of address. */
void fb_symtab_get(const struct fb_symtab *table, size_t index, struct fb_symbol *symbol_ret);

#endif
