// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the tables that HotSpot has for debuggers. Called by java.c. */
#include "user/runtimes/java/java_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "user/elf/elf_dynamic.h"

/* HotSpot 17 has 1,480 members, and fewer types and constants. */
#define MOST_ENTRIES 16384u
/* Bytes of an entry, and of a name: the longest has some 110. */
#define MOST_STRIDE 256u
#define NAME_SIZE 192u

/* A table, as the variables describe it. Offsets are in bytes in an entry. */
struct table {
	uint64_t first, stride;
	uint64_t type, name, text, is_static, offset, address, number;
};

/* A variable that says where a table, or in its entries a member, is. */
struct described {
	const char *symbol;
	uint64_t *to;
};

struct reading {
	struct fb_space *space;
	uint64_t base;
	struct fb_java_tables *tables;
	uint64_t last_type; /* address of the type's name that was read last */
	char type[NAME_SIZE];
	/* The row of java_wanted.c from which each value is, and one more; 0: it is not known. */
	size_t from[FB_JAVA_VALUES];
};

static struct fb_error *read_descriptions(struct reading *reading, const struct described *list,
					  size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		uint64_t address;

		err = fb_elf_dynamic_find(reading->space, reading->base, list[i].symbol, &address);
		if (!err)
			err = fb_space_u64(reading->space, address, list[i].to);
		if (!err && i && *list[i].to > MOST_STRIDE)
			err = fb_error_create(FB_CORRUPT, "%s is 0x%" PRIx64, list[i].symbol,
					      *list[i].to);
	}
	return err;
}

static struct fb_error *read_entry(struct reading *reading, const struct table *table, size_t index,
				   uint8_t entry[2 * MOST_STRIDE])
{
	memset(entry, 0, 2 * MOST_STRIDE);
	return fb_space_read(reading->space, table->first + index * table->stride, entry,
			     table->stride);
}

/* Offsets are at most MOST_STRIDE, so that a word at one is in the array. */
static uint64_t word_at(const uint8_t *entry, uint64_t offset)
{
	return fb_u64_at(entry, offset <= 2 * MOST_STRIDE - 8 ? offset : 0);
}

static uint32_t half_at(const uint8_t *entry, uint64_t offset)
{
	return (uint32_t)word_at(entry, offset);
}

static void take(struct reading *reading, size_t row, const struct fb_java_wanted *wanted,
		 uint64_t value)
{
	if (reading->from[wanted->value] && reading->from[wanted->value] <= row + 1)
		return;
	reading->from[wanted->value] = row + 1;
	reading->tables->values[wanted->value] = value;
	reading->tables->known[wanted->value] = true;
}

/* Names of types stand many times in a row, and always at the same address. */
static struct fb_error *read_type(struct reading *reading, uint64_t address)
{
	struct fb_error *err;

	if (reading->last_type == address)
		return NULL;
	err = fb_space_string_whole(reading->space, address, reading->type, sizeof(reading->type));
	reading->last_type = err ? 0 : address;
	return err;
}

static bool is_wanted_type(const struct reading *reading, bool sizes)
{
	size_t count;
	const struct fb_java_wanted *wanted = fb_java_wanted(&count);

	for (size_t i = 0; i < count; i++)
		if ((wanted[i].sort == FB_JAVA_SIZE) == sizes && wanted[i].type &&
		    !strcmp(wanted[i].type, reading->type))
			return true;
	return false;
}

static struct fb_error *take_member(struct reading *reading, const struct table *table,
				    const uint8_t *entry)
{
	const bool is_static = half_at(entry, table->is_static) != 0;
	char name[NAME_SIZE], text[NAME_SIZE] = "";
	size_t count;
	const struct fb_java_wanted *wanted = fb_java_wanted(&count);
	struct fb_error *err = fb_space_string_whole(reading->space, word_at(entry, table->name),
						     name, sizeof(name));

	for (size_t i = 0; i < count && !err; i++) {
		if (wanted[i].sort != (is_static ? FB_JAVA_VARIABLE : FB_JAVA_MEMBER) ||
		    strcmp(wanted[i].type, reading->type) != 0 || strcmp(wanted[i].name, name) != 0)
			continue;
		take(reading, i, &wanted[i],
		     word_at(entry, is_static ? table->address : table->offset));
		if (wanted[i].value != FB_JAVA_THREAD_OBJECT)
			continue;
		err = fb_space_string_whole(reading->space, word_at(entry, table->text), text,
					    sizeof(text));
		reading->tables->has_handles = !strcmp(text, "OopHandle");
	}
	return err;
}

static struct fb_error *read_members(struct reading *reading)
{
	struct table table = {0};
	const struct described described[] = {
		{"gHotSpotVMStructs", &table.first},
		{"gHotSpotVMStructEntryArrayStride", &table.stride},
		{"gHotSpotVMStructEntryTypeNameOffset", &table.type},
		{"gHotSpotVMStructEntryFieldNameOffset", &table.name},
		{"gHotSpotVMStructEntryTypeStringOffset", &table.text},
		{"gHotSpotVMStructEntryIsStaticOffset", &table.is_static},
		{"gHotSpotVMStructEntryOffsetOffset", &table.offset},
		{"gHotSpotVMStructEntryAddressOffset", &table.address},
	};
	struct fb_error *err = read_descriptions(reading, described, FB_ARRAY_SIZE(described));

	for (size_t i = 0; !err && i < MOST_ENTRIES; i++) {
		uint8_t entry[2 * MOST_STRIDE];

		err = read_entry(reading, &table, i, entry);
		if (!err && !word_at(entry, table.type))
			return NULL;
		if (!err)
			err = read_type(reading, word_at(entry, table.type));
		if (!err && is_wanted_type(reading, false))
			err = take_member(reading, &table, entry);
	}
	return err ? err : fb_error_create(FB_CORRUPT, "the VM's table of members does not end");
}

static struct fb_error *read_sizes(struct reading *reading)
{
	struct table table = {0};
	const struct described described[] = {
		{"gHotSpotVMTypes", &table.first},
		{"gHotSpotVMTypeEntryArrayStride", &table.stride},
		{"gHotSpotVMTypeEntryTypeNameOffset", &table.type},
		{"gHotSpotVMTypeEntrySizeOffset", &table.number},
	};
	size_t count;
	const struct fb_java_wanted *wanted = fb_java_wanted(&count);
	struct fb_error *err = read_descriptions(reading, described, FB_ARRAY_SIZE(described));

	for (size_t i = 0; !err && i < MOST_ENTRIES; i++) {
		uint8_t entry[2 * MOST_STRIDE];

		err = read_entry(reading, &table, i, entry);
		if (!err && !word_at(entry, table.type))
			return NULL;
		if (!err)
			err = read_type(reading, word_at(entry, table.type));
		for (size_t j = 0; j < count && !err; j++)
			if (wanted[j].sort == FB_JAVA_SIZE &&
			    !strcmp(wanted[j].type, reading->type))
				take(reading, j, &wanted[j], word_at(entry, table.number));
	}
	return err ? err : fb_error_create(FB_CORRUPT, "the VM's table of types does not end");
}

/* All constants that are wanted are of 32 bits. */
static struct fb_error *read_constants(struct reading *reading)
{
	struct table table = {0};
	const struct described described[] = {
		{"gHotSpotVMIntConstants", &table.first},
		{"gHotSpotVMIntConstantEntryArrayStride", &table.stride},
		{"gHotSpotVMIntConstantEntryNameOffset", &table.name},
		{"gHotSpotVMIntConstantEntryValueOffset", &table.number},
	};
	size_t count;
	const struct fb_java_wanted *wanted = fb_java_wanted(&count);
	struct fb_error *err = read_descriptions(reading, described, FB_ARRAY_SIZE(described));

	for (size_t i = 0; !err && i < MOST_ENTRIES; i++) {
		uint8_t entry[2 * MOST_STRIDE];
		char name[NAME_SIZE];

		err = read_entry(reading, &table, i, entry);
		if (!err && !word_at(entry, table.name))
			return NULL;
		if (!err)
			err = fb_space_string_whole(reading->space, word_at(entry, table.name),
						    name, sizeof(name));
		for (size_t j = 0; j < count && !err; j++)
			if (wanted[j].sort == FB_JAVA_CONSTANT && !strcmp(wanted[j].name, name))
				take(reading, j, &wanted[j], half_at(entry, table.number));
	}
	return err ? err : fb_error_create(FB_CORRUPT, "the VM's table of constants does not end");
}

struct fb_error *fb_java_tables_read(struct fb_space *space, uint64_t base,
				     struct fb_java_tables *tables_ret)
{
	struct fb_java_tables tables = {.has_handles = false};
	struct reading reading = {.space = space, .base = base, .tables = &tables};
	struct fb_error *err = read_members(&reading);

	if (!err)
		err = read_sizes(&reading);
	if (!err)
		err = read_constants(&reading);
	if (!err)
		*tables_ret = tables;
	return err;
}

struct fb_error *fb_java_tables_need(const struct fb_java_tables *tables,
				     const enum fb_java_value *values, size_t count)
{
	size_t rows;
	const struct fb_java_wanted *wanted = fb_java_wanted(&rows);

	for (size_t i = 0; i < count; i++) {
		size_t row = 0;

		if (tables->known[values[i]])
			continue;
		while (row < rows && wanted[row].value != values[i])
			row++;
		return fb_error_create(FB_UNSUPPORTED, "its tables have no %s%s%s",
				       row < rows && wanted[row].type ? wanted[row].type : "",
				       row < rows && wanted[row].type && wanted[row].name ? "::"
											  : "",
				       row < rows && wanted[row].name ? wanted[row].name : "");
	}
	return NULL;
}
