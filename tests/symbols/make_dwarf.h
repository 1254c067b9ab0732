/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes ELF files with DWARF 4, entry by entry, for tests: each says exactly what a test wants to be
 * read, what no compiler would write included.
 */
#ifndef FB_TESTS_SYMBOLS_MAKE_DWARF_H
#define FB_TESTS_SYMBOLS_MAKE_DWARF_H

#include <dwarf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the code of every file begins, and how long it is. */
#define MK_TEXT 0xffffffff81000000ull
#define MK_TEXT_SIZE 0x100000ull

enum mk_dwarf_section {
	MK_INFO,
	MK_ABBREVIATIONS,
	MK_LINES,
	MK_RANGES,
	MK_SYMBOLS,
	MK_NAMES, /* of the symbols */
	MK_BUILD_ID,
	MK_DWARF_SECTIONS
};

/* Zeroed: a file of nothing. */
struct mk_dwarf {
	struct mk_dwarf_part {
		uint8_t *data;
		size_t size, room;
	} parts[MK_DWARF_SECTIONS];
	size_t unit;        /* where in .debug_info the unit at hand begins */
	unsigned last_code; /* of the abbreviations */
	unsigned open;      /* entries whose children are being written, the unit's among them */
	uint16_t type;      /* ET_EXEC where 0 */
};

/* An attribute of an entry; name 0 ends a list of them. */
struct mk_attribute {
	unsigned name, form;
	uint64_t value;
	const char *text; /* of DW_FORM_string */
};

#define MK_NUMBER(name, value)                                 \
	{                                                      \
		(name), DW_FORM_udata, (uint64_t)(value), NULL \
	}
#define MK_SIGNED(name, value)                                 \
	{                                                      \
		(name), DW_FORM_sdata, (uint64_t)(value), NULL \
	}
#define MK_ADDRESS(name, value)                     \
	{                                           \
		(name), DW_FORM_addr, (value), NULL \
	}
/* An offset into another section. */
#define MK_OFFSET(name, value)                            \
	{                                                 \
		(name), DW_FORM_sec_offset, (value), NULL \
	}
#define MK_TEXT_OF(name, text)                    \
	{                                         \
		(name), DW_FORM_string, 0, (text) \
	}
#define MK_FLAG(name)                                 \
	{                                             \
		(name), DW_FORM_flag_present, 0, NULL \
	}
/* Another entry: what mk_entry() gave, or mk_dwarf_here() will. */
#define MK_REFERENCE(name, entry)                       \
	{                                               \
		(name), DW_FORM_ref_addr, (entry), NULL \
	}
#define MK_NAMED(text) MK_TEXT_OF(DW_AT_name, text)
#define MK_TYPE(entry) MK_REFERENCE(DW_AT_type, entry)
#define MK_BYTES(value) MK_NUMBER(DW_AT_byte_size, value)
/* Code of [start, start + size). */
#define MK_CODE(start, size) MK_ADDRESS(DW_AT_low_pc, start), MK_NUMBER(DW_AT_high_pc, size)

/* The unit's own entry, with children. Returns where it stands. */
#define mk_unit(dwarf, ...) \
	mk_dwarf_unit(dwarf, (const struct mk_attribute[]){__VA_ARGS__, {0, 0, 0, NULL}})
/* An entry without children, and one whose children follow until mk_dwarf_end(). Return where it stands. */
#define mk_entry(dwarf, tag, ...)         \
	mk_dwarf_entry(dwarf, tag, false, \
		       (const struct mk_attribute[]){__VA_ARGS__, {0, 0, 0, NULL}})
#define mk_parent(dwarf, tag, ...)       \
	mk_dwarf_entry(dwarf, tag, true, \
		       (const struct mk_attribute[]){__VA_ARGS__, {0, 0, 0, NULL}})

uint64_t mk_dwarf_unit(struct mk_dwarf *dwarf, const struct mk_attribute *attributes);
uint64_t mk_dwarf_entry(struct mk_dwarf *dwarf, unsigned tag, bool parent,
			const struct mk_attribute *attributes);
/* Behind the last child of the entry at hand; behind that of a unit, the unit is whole. */
void mk_dwarf_end(struct mk_dwarf *dwarf);
/* Where the next entry will stand. */
uint64_t mk_dwarf_here(const struct mk_dwarf *dwarf);

struct mk_line {
	uint64_t address;
	unsigned file; /* counted from 1, by the table's files */
	unsigned line;
};

/* A line table (DW_AT_stmt_list): its files, relative ones below the unit's DW_AT_comp_dir, the lines in
 * the order of their addresses, and where the code of the last one ends. Returns its offset. */
uint64_t mk_dwarf_lines(struct mk_dwarf *dwarf, const char *const *files, size_t file_count,
			const struct mk_line *lines, size_t count, uint64_t end);
/* Pairs of start and exclusive end (DW_AT_ranges). Returns their offset. */
uint64_t mk_dwarf_ranges(struct mk_dwarf *dwarf, const uint64_t pairs[][2], size_t count);
/* info: as ELF64_ST_INFO() makes it. */
void mk_dwarf_symbol(struct mk_dwarf *dwarf, const char *name, unsigned info, uint64_t address,
		     uint64_t size);

/* The file's build-id. */
void mk_dwarf_build_id(struct mk_dwarf *dwarf, const uint8_t *bytes, size_t size);

/* Writes the file and forgets all that it was made of; the caller free()s the path. */
char *mk_dwarf_file(struct mk_dwarf *dwarf, const char *name);

#endif
