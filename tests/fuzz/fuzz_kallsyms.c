/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms out of a memory space made of the input: its first 64 bytes say where
 * VMCOREINFO has the tables (eight 64-bit words, as struct hints below), and which
 * pages are absent; the whole input is the memory.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "symbols/table/kallsyms.h"

#define START UINT64_C(0xffffffff81000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Addresses of fb_kallsyms_hints as distances from START; 0 stays 0. */
struct hints {
	uint32_t names, num_syms, token_table, token_index;
	uint32_t offsets, relative_base, addresses, stext;
	uint64_t absent_pages; /* a bit each */
	uint8_t unused[24];
};

struct memory {
	struct fb_space space; /* first */
	const uint8_t *data;
	size_t size;
	uint64_t absent_pages;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct memory *memory = (struct memory *)space;
	uint64_t offset = address - START;

	if (address < START || offset > memory->size || length > memory->size - offset)
		return fb_error_create(FB_FAULT, "not mapped");
	for (uint64_t at = offset & FB_PAGE_MASK; at < offset + length; at += FB_PAGE_SIZE)
		if (at / FB_PAGE_SIZE < 64 && memory->absent_pages >> (at / FB_PAGE_SIZE) & 1)
			return fb_error_create(FB_ABSENT, "not in the dump");
	memcpy(to, memory->data + offset, length);
	return NULL;
}

static uint64_t absolute(uint32_t distance)
{
	return distance ? START + distance : 0;
}

static void ask(const struct fb_symtab *table)
{
	struct fb_symbol symbol, found;
	size_t count = fb_symtab_count(table);
	size_t cursor;

	for (size_t i = 0; i < count && i < 512; i++) {
		fb_symtab_get(table, i, &symbol);
		if (!fb_symtab_by_address(table, symbol.address, &found) ||
		    found.address != symbol.address)
			__builtin_trap();
		cursor = 0;
		if (!fb_symtab_next_by_name(table, symbol.name, &cursor, &found) ||
		    strcmp(found.name, symbol.name) != 0)
			__builtin_trap();
		(void)fb_symtab_next_by_name(table, symbol.name, &cursor, &found);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fb_space_ops ops = {.read = read_memory};
	struct memory memory = {.space = {&ops, "input"}, .data = data, .size = size};
	struct fb_kallsyms_hints hints;
	struct fb_symtab *table = NULL;
	struct hints words;

	if (size < sizeof(words))
		return 0;
	memcpy(&words, data, sizeof(words));
	memory.absent_pages = words.absent_pages;
	hints = (struct fb_kallsyms_hints){
		.names = absolute(words.names),
		.num_syms = absolute(words.num_syms),
		.token_table = absolute(words.token_table),
		.token_index = absolute(words.token_index),
		.offsets = absolute(words.offsets),
		.relative_base = absolute(words.relative_base),
		.addresses = absolute(words.addresses),
		.stext = absolute(words.stext),
		.scan_start = START,
		.scan_end = START + size,
	};
	fb_error_destroy(fb_kallsyms_load(&memory.space, &hints, NULL, &table));
	if (table)
		ask(table);
	fb_symtab_destroy(table);
	return 0;
}
