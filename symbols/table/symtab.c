// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of symbols: one entry of 16 bytes each, all names in one arena or kept compressed, a chained hash
 * for names and an order for addresses. Nothing is allocated per symbol, and where symbols were added in
 * order (kallsyms) nothing is sorted. Filled from kallsyms, modules and ELF files; queried for every
 * name and address.
 */
#include "symbols/table/symtab.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/search.h"
#include "symbols/table/name_hash.h"
#include "symbols/table/packed_names.h"

struct entry {
	uint64_t address;
	/* offset in names of the type letter, which the name follows; index in packed */
	uint32_t name;
	uint32_t hash;
};

struct fb_symtab {
	struct entry *entries; /* as added */
	size_t count;
	size_t room;
	uint64_t *sizes; /* as added, or NULL while none was named */
	struct fb_buf names;
	struct fb_packed_names *packed; /* in place of names; or NULL */
	uint64_t limit;

	/* Set by fb_symtab_finish(). Links and heads are indexes + 1; 0 ends a chain. */
	uint32_t *heads;
	uint32_t *links;
	uint32_t head_mask;
	uint32_t *order; /* indexes by address, equal ones as added; NULL where that is 0, 1, ... */
	uint64_t *reach; /* by position: the highest end so far; NULL where sizes is */
};

struct fb_error *fb_symtab_create(struct fb_symtab **table_ret)
{
	struct fb_symtab *table = calloc(1, sizeof(*table));

	if (!table)
		return fb_error_nomem();
	fb_buf_init(&table->names, FB_MAX_SYMBOL_BYTES);
	*table_ret = table;
	return NULL;
}

static struct fb_error *grow(struct fb_symtab *table, size_t room)
{
	void *bigger;

	if (room > FB_MAX_KALLSYMS)
		return fb_error_create(FB_LIMIT, "more than %u symbols", FB_MAX_KALLSYMS);
	bigger = realloc(table->entries, room * sizeof(*table->entries));
	if (!bigger)
		return fb_error_nomem();
	table->entries = bigger;
	if (table->sizes) {
		bigger = realloc(table->sizes, room * sizeof(*table->sizes));
		if (!bigger)
			return fb_error_nomem();
		table->sizes = bigger;
	}
	table->room = room;
	return NULL;
}

struct fb_error *fb_symtab_create_packed(struct fb_packed_names *names,
					 struct fb_symtab **table_ret)
{
	struct fb_symtab *table = NULL;
	struct fb_error *err = fb_symtab_create(&table);

	if (err) {
		fb_packed_names_destroy(names);
		return err;
	}
	table->packed = names;
	err = grow(table, fb_packed_names_count(names));
	if (err) {
		fb_symtab_destroy(table);
		return err;
	}
	*table_ret = table;
	return NULL;
}

void fb_symtab_destroy(struct fb_symtab *table)
{
	if (!table)
		return;
	fb_packed_names_destroy(table->packed);
	free(table->entries);
	free(table->sizes);
	fb_buf_deinit(&table->names);
	free(table->heads);
	free(table->links);
	free(table->order);
	free(table->reach);
	free(table);
}

struct fb_error *fb_symtab_reserve(struct fb_symtab *table, size_t count, size_t name_bytes)
{
	struct fb_error *err;
	void *unused;

	err = fb_buf_reserve(&table->names, name_bytes, &unused);
	if (err || count <= table->room)
		return err;
	return grow(table, count);
}

/* The first size that is named makes the array; those before are 0. */
static struct fb_error *set_size(struct fb_symtab *table, size_t index, uint64_t size)
{
	if (!table->sizes) {
		if (!size)
			return NULL;
		table->sizes = calloc(table->room, sizeof(*table->sizes));
		if (!table->sizes)
			return fb_error_nomem();
	}
	table->sizes[index] = size;
	return NULL;
}

struct fb_error *fb_symtab_add(struct fb_symtab *table, uint64_t address, uint64_t size, char type,
			       const char *name, size_t length)
{
	struct fb_error *err;
	struct entry *entry;
	void *to;
	char *text;

	if (table->count == table->room) {
		size_t room = table->room ? table->room * 2 : 1024;

		if (room > FB_MAX_KALLSYMS && table->room < FB_MAX_KALLSYMS)
			room = FB_MAX_KALLSYMS;
		err = grow(table, room);
		if (err)
			return err;
	}
	err = fb_buf_reserve(&table->names, length + 2, &to);
	if (err)
		return fb_error_prefix(err, "symbol names");
	err = set_size(table, table->count, size);
	if (err)
		return err;
	text = to;
	text[0] = type;
	memcpy(text + 1, name, length);
	text[length + 1] = '\0';
	entry = &table->entries[table->count++];
	entry->address = address;
	entry->name = (uint32_t)table->names.size;
	entry->hash = fb_name_hash(name, length);
	fb_buf_commit(&table->names, length + 2);
	return NULL;
}

void fb_symtab_add_packed(struct fb_symtab *table, uint64_t address)
{
	uint32_t index = (uint32_t)table->count++;

	table->entries[index] = (struct entry){
		.address = address,
		.name = index,
		.hash = fb_packed_names_hash(table->packed, index),
	};
}

static uint64_t address_at(const struct fb_symtab *table, size_t position)
{
	return table->entries[table->order ? table->order[position] : position].address;
}

/* One stable pass of a radix sort on byte number `byte` of the address. */
static void sort_pass(const struct fb_symtab *table, const uint32_t *from, uint32_t *to, int byte)
{
	size_t starts[256] = {0};
	size_t sum = 0;

	for (size_t i = 0; i < table->count; i++)
		starts[(table->entries[i].address >> (8 * byte)) & 0xff]++;
	for (int value = 0; value < 256; value++) {
		size_t count = starts[value];

		starts[value] = sum;
		sum += count;
	}
	for (size_t i = 0; i < table->count; i++) {
		uint64_t address = table->entries[from[i]].address;

		to[starts[(address >> (8 * byte)) & 0xff]++] = from[i];
	}
}

/* Fills table->order, or leaves it NULL where the symbols stand in order already. */
static struct fb_error *sort_by_address(struct fb_symtab *table)
{
	uint64_t differing = 0;
	FB_CLEANUP(fb_free_at) uint32_t *other = NULL;
	bool sorted = true;
	struct fb_error *err;
	uint32_t *swap;

	for (size_t i = 1; i < table->count; i++) {
		differing |= table->entries[i].address ^ table->entries[i - 1].address;
		sorted &= table->entries[i].address >= table->entries[i - 1].address;
	}
	if (sorted)
		return NULL;
	err = fb_alloc_array(table->count, sizeof(*table->order), UINT32_MAX, "symbols",
			     &table->order);
	if (!err)
		err = fb_alloc_array(table->count, sizeof(*other), UINT32_MAX, "symbols", &other);
	if (err)
		return err;
	for (size_t i = 0; i < table->count; i++)
		table->order[i] = (uint32_t)i;
	for (int byte = 0; byte < 8; byte++) {
		if (!((differing >> (8 * byte)) & 0xff))
			continue;
		sort_pass(table, table->order, other, byte);
		swap = table->order;
		table->order = other;
		other = swap;
	}
	return NULL;
}

/* Inserted from the last to the first, so that a chain gives equal names as they were added. */
static struct fb_error *hash_names(struct fb_symtab *table)
{
	size_t heads = 16;

	while (heads < table->count)
		heads *= 2;
	table->heads = calloc(heads, sizeof(*table->heads));
	table->links = malloc((table->count + 1) * sizeof(*table->links));
	if (!table->heads || !table->links)
		return fb_error_nomem();
	table->head_mask = (uint32_t)heads - 1;
	for (size_t i = table->count; i-- > 0;) {
		uint32_t *head = &table->heads[table->entries[i].hash & table->head_mask];

		table->links[i] = *head;
		*head = (uint32_t)i + 1;
	}
	return NULL;
}

/* The first position whose address is not below the given one. */
static size_t first_at(const struct fb_symtab *table, uint64_t address)
{
	return FB_LOWER_BOUND(i, table->count, address_at(table, i) < address);
}

/* The first position whose address is above the given one. */
static size_t first_above(const struct fb_symtab *table, uint64_t address)
{
	return FB_LOWER_BOUND(i, table->count, address_at(table, i) <= address);
}

/* 0 where it cannot be told. */
static uint64_t size_at(const struct fb_symtab *table, size_t position)
{
	uint64_t address = address_at(table, position);
	uint64_t end = table->limit;
	size_t next = position + 1;

	if (table->sizes) {
		uint64_t size = table->sizes[table->order ? table->order[position] : position];

		if (size)
			return size;
	}
	if (next < table->count && address_at(table, next) == address)
		next = first_above(table, address);
	if (next < table->count)
		end = address_at(table, next);
	/* The last per-CPU offset does not reach up to the kernel's half of the addresses. */
	if (end <= address || (end ^ address) >> 63)
		return 0;
	return end - address;
}

/* The last byte; a symbol whose size is unknown holds its own address. */
static uint64_t last_at(const struct fb_symtab *table, size_t position)
{
	uint64_t address = address_at(table, position);
	uint64_t size = size_at(table, position);
	uint64_t last;

	if (!size || __builtin_add_overflow(address, size - 1, &last))
		return size ? UINT64_MAX : address;
	return last;
}

static struct fb_error *fill_reach(struct fb_symtab *table)
{
	uint64_t highest = 0;

	table->reach = malloc(table->count * sizeof(*table->reach));
	if (!table->reach)
		return fb_error_nomem();
	for (size_t i = 0; i < table->count; i++) {
		uint64_t last = last_at(table, i);

		highest = last > highest ? last : highest;
		table->reach[i] = highest;
	}
	return NULL;
}

struct fb_error *fb_symtab_finish(struct fb_symtab *table, uint64_t limit)
{
	struct fb_error *err;

	if (table->heads)
		return fb_error_create(FB_INVALID, "symbol table finished twice");
	table->limit = limit;
	err = sort_by_address(table);
	if (!err)
		err = hash_names(table);
	if (!err && table->sizes)
		err = fill_reach(table);
	return err;
}

static const char *name_of(const struct fb_symtab *table, size_t index)
{
	const struct entry *entry = &table->entries[index];

	if (table->packed)
		return fb_packed_names_text(table->packed, entry->name) + 1;
	return (const char *)table->names.data + entry->name + 1;
}

static void get_at(const struct fb_symtab *table, size_t position, struct fb_symbol *symbol_ret)
{
	size_t index = table->order ? table->order[position] : position;

	symbol_ret->address = table->entries[index].address;
	symbol_ret->size = size_at(table, position);
	symbol_ret->name = name_of(table, index);
	symbol_ret->module = NULL;
	symbol_ret->type = symbol_ret->name[-1];
}

/* The position of an index: among those of its address, which stand as they were added. */
static size_t position_of(const struct fb_symtab *table, size_t index)
{
	uint64_t address = table->entries[index].address;

	if (!table->order)
		return index;
	return FB_LOWER_BOUND(i, table->count,
			      address_at(table, i) < address ||
				      (address_at(table, i) == address && table->order[i] < index));
}

bool fb_symtab_next_by_name(const struct fb_symtab *table, const char *name, size_t *cursor,
			    struct fb_symbol *symbol_ret)
{
	uint32_t hash =
		table->packed ? fb_packed_names_hash_of(name) : fb_name_hash(name, strlen(name));
	uint32_t at;

	if (!table->heads || *cursor > table->count)
		return false;
	at = *cursor ? table->links[*cursor - 1] : table->heads[hash & table->head_mask];
	for (; at; at = table->links[at - 1]) {
		if (table->entries[at - 1].hash != hash || strcmp(name_of(table, at - 1), name))
			continue;
		*cursor = at;
		get_at(table, position_of(table, at - 1), symbol_ret);
		return true;
	}
	return false;
}

bool fb_symtab_by_name(const struct fb_symtab *table, const char *name,
		       struct fb_symbol *symbol_ret)
{
	size_t cursor = 0;

	return fb_symtab_next_by_name(table, name, &cursor, symbol_ret);
}

bool fb_symtab_by_address(const struct fb_symtab *table, uint64_t address,
			  struct fb_symbol *symbol_ret)
{
	size_t position = first_above(table, address);
	size_t found = SIZE_MAX;

	if (!table->reach) {
		/* No symbol reaches past the next one: only the nearest can hold the address. */
		if (!position || last_at(table, position - 1) < address)
			return false;
		found = first_at(table, address_at(table, position - 1));
		get_at(table, found, symbol_ret);
		return true;
	}
	while (position-- > 0 && table->reach[position] >= address) {
		if (found != SIZE_MAX && address_at(table, position) != address_at(table, found))
			break;
		if (last_at(table, position) >= address)
			found = position;
	}
	if (found == SIZE_MAX)
		return false;
	get_at(table, found, symbol_ret);
	return true;
}

size_t fb_symtab_count(const struct fb_symtab *table)
{
	return table->count;
}

void fb_symtab_get(const struct fb_symtab *table, size_t index, struct fb_symbol *symbol_ret)
{
	get_at(table, index, symbol_ret);
}
