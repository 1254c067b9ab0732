// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the offsets of the members of struct zram and struct zram_table_entry, which are types of a module. Called by
 * zram.c.
 */
#include "kernel/swap/zram_layout.h"

#include <inttypes.h>
#include <string.h>

#include "base/part.h"
#include "kernel/swap/zram_compression.h"

#define SECTOR_SIZE 512u
/* CRYPTO_MAX_ALG_NAME (include/linux/crypto.h). */
#define COMPRESSOR_SIZE 128u
/* disksize stands behind a semaphore and some 15 counters: between these. */
#define MIN_DISK_BYTES_OFFSET 64u
#define MAX_DISK_BYTES_OFFSET 512u

static const struct {
	size_t field; /* in struct fb_zram_layout */
	const char *type;
	const char *names[3]; /* newest first, NULL behind the last */
	bool optional;
} members[] = {
#define MEMBER(id, type, ...)                      \
	offsetof(struct fb_zram_layout, id), type, \
	{                                          \
		__VA_ARGS__                        \
	}
	{MEMBER(table, "zram", "table"), false},
	{MEMBER(pool, "zram", "mem_pool"), false},
	{MEMBER(disk, "zram", "disk"), false},
	{MEMBER(disk_bytes, "zram", "disksize"), false},
	{MEMBER(compressor, "zram", "compressor"), true},
	{MEMBER(algorithms, "zram", "comp_algs"), true}, /* several algorithms: 6.2 */
	{MEMBER(stored, "zram", "stats.pages_stored"), true},
	{MEMBER(compressed, "zram", "stats.compr_data_size"), true},
	{MEMBER(handle, "zram_table_entry", "handle"), false},
	{MEMBER(flags, "zram_table_entry", "attr.flags", "flags"), false}, /* attr: 7.0 */
#undef MEMBER
};

static const struct {
	size_t bit; /* in struct fb_zram_layout */
	const char *name;
} bits[] = {
	{offsetof(struct fb_zram_layout, same_bit), "ZRAM_SAME"},
	{offsetof(struct fb_zram_layout, written_back_bit), "ZRAM_WB"},
	{offsetof(struct fb_zram_layout, huge_bit), "ZRAM_HUGE"},
	{offsetof(struct fb_zram_layout, priority_bit), "ZRAM_COMP_PRIORITY_BIT1"},
};

/* enum zram_pageflags begins with ZRAM_FLAG_SHIFT, the bits that the size has: 24, and
 * PAGE_SHIFT + 1 since 6.1. */
static struct fb_error *resolve_bits(const struct fb_btf *types, struct fb_zram_layout *layout)
{
	uint32_t id;
	struct fb_error *err = fb_btf_find(types, FB_TYPE_ENUM, "zram_pageflags", &id);

	if (err)
		return err;
	layout->size_bits = 64;
	for (size_t b = 0; b < FB_ARRAY_SIZE(bits); b++)
		*(int *)((char *)layout + bits[b].bit) = -1;
	for (uint32_t i = 0; i < fb_btf_length(types, id); i++) {
		const char *name;
		int64_t value;

		fb_btf_enumerator(types, id, i, &name, &value);
		if (value < FB_PAGE_SHIFT || value > 63)
			continue;
		if (value < layout->size_bits)
			layout->size_bits = (int)value;
		for (size_t b = 0; b < FB_ARRAY_SIZE(bits); b++)
			if (strcmp(bits[b].name, name) == 0)
				*(int *)((char *)layout + bits[b].bit) = (int)value;
	}
	if (layout->size_bits == 64 || layout->same_bit < 0)
		return fb_error_create(FB_NOT_FOUND, "enum zram_pageflags is not as it was");
	return NULL;
}

struct fb_error *fb_zram_layout_resolve(const struct fb_btf *types,
					struct fb_zram_layout *layout_ret)
{
	struct fb_zram_layout layout = {0};
	struct fb_error *err;

	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct fb_field *field = (void *)((char *)&layout + members[i].field);

		if (!fb_layout_find(types, members[i].type, members[i].names, members[i].names[0],
				    field) &&
		    !members[i].optional)
			return fb_layout_require(field);
	}
	layout.entry_size = fb_layout_size(types, "zram_table_entry");
	err = resolve_bits(types, &layout);
	if (!err)
		*layout_ret = layout;
	return err;
}

static void set(struct fb_field *field, uint32_t offset, uint32_t size, const char *name)
{
	*field = (struct fb_field){.offset = offset, .size = size, .found = true, .name = name};
}

/* disksize is the capacity of the disk, and the name of a known algorithm stands behind it. */
static struct fb_error *is_disk_bytes(struct fb_kernel *kernel, uint64_t address, uint64_t bytes,
				      bool *is_ret)
{
	char name[COMPRESSOR_SIZE];
	enum fb_zram_algorithm algorithm;
	uint64_t found;
	struct fb_error *err = fb_space_u64(fb_kernel_space(kernel), address, &found);

	*is_ret = false;
	if (!err && found != bytes)
		return NULL;
	if (!err)
		err = fb_space_string(fb_kernel_space(kernel), address + sizeof(found), name,
				      sizeof(name));
	if (!err)
		err = fb_zram_algorithm_parse(name, &algorithm);
	*is_ret = !err;
	return fb_part_skip(err);
}

/* A page that is mapped may yet be missing in the dump. */
static struct fb_error *is_mapped(struct fb_kernel *kernel, uint64_t address, bool *is_ret)
{
	uint8_t byte;
	struct fb_error *err = fb_space_u8(fb_kernel_space(kernel), address, &byte);

	*is_ret = !fb_error_is(err, FB_FAULT);
	return fb_part_skip(err);
}

/* Whether a table of entries of this size ends where the memory allocated for it does: behind a
 * vmalloc area comes a page that is not mapped. */
static struct fb_error *is_entry_size(struct fb_kernel *kernel, uint64_t table, uint64_t entries,
				      uint32_t size, bool *is_ret)
{
	uint64_t bytes = (entries * size + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	bool last, behind;
	struct fb_error *err = is_mapped(kernel, table + bytes - 1, &last);

	if (!err)
		err = is_mapped(kernel, table + bytes, &behind);
	if (!err)
		*is_ret = last && !behind;
	return err;
}

/* An entry is a handle and flags, and the time of the last access with
 * CONFIG_ZRAM_MEMORY_TRACKING. */
static struct fb_error *guess_entry_size(struct fb_kernel *kernel, uint64_t table, uint64_t entries,
					 uint32_t *size_ret)
{
	static const uint32_t sizes[] = {16, 24};
	struct fb_error *err = NULL;
	bool is_size = false;

	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes) && !err && !is_size; i++) {
		err = is_entry_size(kernel, table, entries, sizes[i], &is_size);
		if (is_size)
			*size_ret = sizes[i];
	}
	return err;
}

static struct fb_error *unlike_source(const char *what)
{
	return fb_error_create(FB_UNSUPPORTED,
			       "%s is not where kernels before 5.11 have it, and this kernel keeps "
			       "no types of module zram",
			       what);
}

/* Finds what stands at no fixed place. bytes: the disk's capacity. */
static struct fb_error *guess_places(struct fb_kernel *kernel, uint64_t address, uint64_t bytes,
				     struct fb_zram_layout *layout)
{
	uint64_t table;
	struct fb_error *err;

	for (uint32_t at = MIN_DISK_BYTES_OFFSET; at <= MAX_DISK_BYTES_OFFSET; at += 8) {
		bool is_bytes;

		err = is_disk_bytes(kernel, address + at, bytes, &is_bytes);
		if (err)
			return err;
		if (!is_bytes)
			continue;
		set(&layout->disk_bytes, at, 8, "zram.disksize");
		set(&layout->compressor, at + 8, COMPRESSOR_SIZE, "zram.compressor");
		break;
	}
	if (!layout->disk_bytes.found)
		return unlike_source("zram.disksize");
	err = fb_kernel_field(kernel, address, &layout->table, &table);
	if (!err)
		err = guess_entry_size(kernel, table, bytes / FB_PAGE_SIZE, &layout->entry_size);
	if (err)
		return err;
	return layout->entry_size ? NULL : unlike_source("the end of zram.table");
}

struct fb_error *fb_zram_layout_guess(struct fb_kernel *kernel, uint64_t address, uint64_t gendisk,
				      struct fb_zram_layout *layout_ret)
{
	struct fb_zram_layout layout = {
		.size_bits = 24,
		.same_bit = 25,
		.written_back_bit = 26,
		.huge_bit = 28,
		.priority_bit = -1,
	};
	uint64_t disk, sectors;
	struct fb_error *err;

	set(&layout.table, 0, 8, "zram.table");
	set(&layout.pool, 8, 8, "zram.mem_pool");
	set(&layout.disk, 24, 8, "zram.disk");
	set(&layout.handle, 0, 8, "zram_table_entry.handle");
	set(&layout.flags, 8, 8, "zram_table_entry.flags");
	err = fb_kernel_field(kernel, address, &layout.disk, &disk);
	if (!err && disk != gendisk)
		err = unlike_source("zram.disk");
	if (!err)
		err = fb_kernel_field(kernel, gendisk, &fb_kernel_layout(kernel)->gendisk_sectors,
				      &sectors);
	if (!err && sectors > UINT64_MAX / SECTOR_SIZE)
		err = fb_error_create(FB_CORRUPT, "a disk of %" PRIu64 " sectors", sectors);
	if (!err)
		err = guess_places(kernel, address, sectors * SECTOR_SIZE, &layout);
	if (!err)
		*layout_ret = layout;
	return err;
}
