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
	uint64_t size;    /* bytes; up to the next symbol where the source names none; 0 unknown */
	const char *name; /* owned by the table */
	const char *module; /* borrowed from the table's owner; NULL for the kernel itself */
	char type;          /* as nm prints it: 'T', 'd', 'A' ... */
};

struct fb_symtab;

FB_MUST_CHECK struct fb_error *fb_symtab_create(struct fb_symtab **table_ret);
/* The same for symbols that are added by fb_symtab_add_packed(). Takes names, on failure too. */
FB_MUST_CHECK struct fb_error *fb_symtab_create_packed(struct fb_packed_names *names,
						       struct fb_symtab **table_ret);
void fb_symtab_destroy(struct fb_symtab *table);

/* Optional: makes room for count symbols and name_bytes of names (2 more bytes each) at once. */
FB_MUST_CHECK struct fb_error *fb_symtab_reserve(struct fb_symtab *table, size_t count,
						 size_t name_bytes);
/* size 0: computed from the next symbol by fb_symtab_finish(). The name (length bytes) is copied. */
FB_MUST_CHECK struct fb_error *fb_symtab_add(struct fb_symtab *table, uint64_t address,
					     uint64_t size, char type, const char *name,
					     size_t length);
/* The next of the names that the table was created with, at this address. At most as often as there are
 * names. */
void fb_symtab_add_packed(struct fb_symtab *table, uint64_t address);
/* Ends adding; builds both indexes. limit: the exclusive end of the last symbol, 0 if unknown. */
FB_MUST_CHECK struct fb_error *fb_symtab_finish(struct fb_symtab *table, uint64_t limit);

/* False where there is none. Of several with one name the first added. */
bool fb_symtab_by_name(const struct fb_symtab *table, const char *name,
		       struct fb_symbol *symbol_ret);
/* The next one of the same name; *cursor starts at 0 and is the function's own. */
bool fb_symtab_next_by_name(const struct fb_symtab *table, const char *name, size_t *cursor,
			    struct fb_symbol *symbol_ret);
/* The symbol that holds the address: the last one at or below it whose size covers it; of several
 * at one address the first one added, as kallsyms_lookup() has it (kallsyms is sorted so that the
 * best name comes first; an ELF symbol table is added with its global symbols first). A symbol of
 * unknown size holds its own address only. */
bool fb_symtab_by_address(const struct fb_symtab *table, uint64_t address,
			  struct fb_symbol *symbol_ret);
size_t fb_symtab_count(const struct fb_symtab *table);
/* In order of address. */
void fb_symtab_get(const struct fb_symtab *table, size_t index, struct fb_symbol *symbol_ret);

#endif
