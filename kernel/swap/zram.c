// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads pages of a zram device: finds the device's table by its block device, and the page by its slot. Called by
 * swap.c.
 */
#include "kernel/swap/zram.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/swap/zram_compression.h"
#include "kernel/swap/zram_layout.h"
#include "kernel/swap/zsmalloc.h"

#define DISK_NAME_SIZE 32u /* DISK_NAME_LEN (include/linux/blkdev.h) */
#define MAX_PRIORITIES 4u  /* ZRAM_MAX_COMPS is at most 4: two bits */
#define ALGORITHM_NAME_SIZE 128u

struct fb_zram {
	struct fb_kernel *kernel;
	struct fb_zram_layout layout;
	struct fb_zsmalloc *pool;
	uint64_t address; /* of the struct zram */
	uint64_t table;
	uint64_t pages;
	enum fb_zram_algorithm algorithms[MAX_PRIORITIES];
	bool known[MAX_PRIORITIES];
	char name[ALGORITHM_NAME_SIZE]; /* of the first algorithm */
};

struct slot {
	uint64_t handle, flags, size;
};

/* The disk of a block device whose driver is zram, by the name that only it gives. */
static struct fb_error *find_disk(struct fb_kernel *kernel, uint64_t bdev, uint64_t *gendisk_ret,
				  char name[DISK_NAME_SIZE])
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err;

	err = fb_kernel_field(kernel, bdev, &layout->block_device_disk, gendisk_ret);
	if (!err)
		err = fb_layout_require(&layout->gendisk_name);
	if (!err)
		err = fb_space_string(fb_kernel_space(kernel),
				      *gendisk_ret + layout->gendisk_name.offset, name,
				      DISK_NAME_SIZE);
	if (!err && strncmp(name, "zram", 4) != 0)
		err = fb_error_create(FB_NOT_FOUND, "the disk is no zram device");
	return err;
}

/* Types of a module; *types_ret is NULL before kernels kept such. What is built into the kernel
 * is among its own. */
static struct fb_error *find_types(struct fb_kernel *kernel, struct fb_module_types *types,
				   const char *module, const char *type,
				   const struct fb_btf **types_ret)
{
	const struct fb_btf *own = fb_kernel_types(kernel);
	struct fb_error *err;

	*types_ret = NULL;
	if (own && fb_layout_size(own, type)) {
		*types_ret = own;
		return NULL;
	}
	err = fb_module_types_get(types, module, types_ret);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = NULL;
	}
	return err;
}

static struct fb_error *find_layout(struct fb_zram *zram, struct fb_module_types *types,
				    uint64_t gendisk)
{
	const struct fb_btf *btf = NULL;
	uint64_t disk;
	struct fb_error *err = find_types(zram->kernel, types, "zram", "zram", &btf);

	if (err)
		return err;
	if (!btf)
		return fb_zram_layout_guess(zram->kernel, zram->address, gendisk, &zram->layout);
	err = fb_zram_layout_resolve(btf, &zram->layout);
	if (!err)
		err = fb_kernel_field(zram->kernel, zram->address, &zram->layout.disk, &disk);
	if (!err && disk != gendisk)
		err = fb_error_create(FB_CORRUPT,
				      "its struct zram (0x%" PRIx64 ") is another disk's",
				      zram->address);
	return err;
}

static struct fb_error *open_pool(struct fb_zram *zram, struct fb_module_types *types,
				  const char *name)
{
	const struct fb_btf *btf;
	uint64_t address;
	struct fb_error *err = find_types(zram->kernel, types, "zsmalloc", "zs_pool", &btf);

	if (!err)
		err = fb_kernel_field(zram->kernel, zram->address, &zram->layout.pool, &address);
	return err ? err : fb_zsmalloc_open(zram->kernel, btf, address, name, &zram->pool);
}

/* The names of the algorithms in use, by priority; before 6.2 there was one. */
static struct fb_error *read_algorithms(struct fb_zram *zram)
{
	const struct fb_zram_layout *layout = &zram->layout;
	struct fb_space *space = fb_kernel_space(zram->kernel);
	bool several = layout->algorithms.found;
	size_t count = several ? layout->algorithms.size / sizeof(uint64_t) : 1;
	char name[ALGORITHM_NAME_SIZE];
	struct fb_error *err = several ? NULL : fb_layout_require(&layout->compressor);

	for (size_t i = 0; i < count && i < MAX_PRIORITIES && !err; i++) {
		uint64_t text = zram->address + layout->compressor.offset;

		if (several)
			err = fb_space_u64(
				space, zram->address + layout->algorithms.offset + i * sizeof(text),
				&text);
		if (err || !text)
			continue;
		err = fb_space_string(space, text, name, sizeof(name));
		if (!err && !*zram->name)
			memcpy(zram->name, name, sizeof(zram->name));
		if (!err)
			err = fb_zram_algorithm_parse(name, &zram->algorithms[i]);
		zram->known[i] = !err;
	}
	return err;
}

static struct fb_error *open_disk(struct fb_zram *zram, struct fb_module_types *types,
				  uint64_t gendisk, const char *name)
{
	uint64_t bytes = 0;
	struct fb_error *err;

	err = fb_kernel_field(zram->kernel, gendisk,
			      &fb_kernel_layout(zram->kernel)->gendisk_private_data,
			      &zram->address);
	if (!err)
		err = find_layout(zram, types, gendisk);
	if (!err)
		err = open_pool(zram, types, name);
	if (!err)
		err = fb_kernel_field(zram->kernel, zram->address, &zram->layout.table,
				      &zram->table);
	if (!err)
		err = fb_kernel_field(zram->kernel, zram->address, &zram->layout.disk_bytes,
				      &bytes);
	if (!err)
		err = read_algorithms(zram);
	zram->pages = bytes / FB_PAGE_SIZE;
	return err;
}

static struct fb_error *open_device(struct fb_zram *zram, struct fb_module_types *types,
				    uint64_t bdev)
{
	char name[DISK_NAME_SIZE];
	uint64_t gendisk;
	struct fb_error *missing, *err = find_disk(zram->kernel, bdev, &gendisk, name);

	if (err)
		return err;
	err = open_disk(zram, types, gendisk, name);
	/* It is a zram device, whatever is not to be found of it. */
	if (!fb_error_is(err, FB_NOT_FOUND))
		return err;
	missing = fb_error_create(FB_UNSUPPORTED, "%s", fb_error_message(err));
	fb_error_destroy(err);
	return missing;
}

struct fb_error *fb_zram_open(struct fb_kernel *kernel, struct fb_module_types *types,
			      uint64_t bdev, struct fb_zram **zram_ret)
{
	struct fb_zram *zram = calloc(1, sizeof(*zram));
	struct fb_error *err;

	if (!zram)
		return fb_error_nomem();
	zram->kernel = kernel;
	err = open_device(zram, types, bdev);
	if (err) {
		fb_zram_destroy(zram);
		return fb_error_prefix(err, "block device 0x%" PRIx64, bdev);
	}
	*zram_ret = zram;
	return NULL;
}

void fb_zram_destroy(struct fb_zram *zram)
{
	if (!zram)
		return;
	fb_zsmalloc_destroy(zram->pool);
	free(zram);
}

static bool has(const struct slot *slot, int bit)
{
	return bit >= 0 && (slot->flags >> bit & 1);
}

static struct fb_error *read_slot(const struct fb_zram *zram, uint64_t index, struct slot *slot_ret)
{
	const struct fb_zram_layout *layout = &zram->layout;
	uint64_t entry = zram->table + index * layout->entry_size;
	struct slot slot;
	struct fb_error *err;

	if (index >= zram->pages)
		return fb_error_create(FB_CORRUPT, "the device has %" PRIu64 " pages", zram->pages);
	err = fb_kernel_field(zram->kernel, entry, &layout->handle, &slot.handle);
	if (!err)
		err = fb_kernel_field(zram->kernel, entry, &layout->flags, &slot.flags);
	if (err)
		return err;
	slot.size = slot.flags & ((1ull << layout->size_bits) - 1);
	*slot_ret = slot;
	return NULL;
}

/* A page of one word again and again is no object: the word stands in place of the handle. */
static void fill(void *page, uint64_t word)
{
	uint64_t *words = page;

	for (size_t i = 0; i < FB_PAGE_SIZE / sizeof(word); i++)
		words[i] = word;
}

static struct fb_error *read_compressed(const struct fb_zram *zram, const struct slot *slot,
					void *page)
{
	int bit = zram->layout.priority_bit;
	unsigned priority = bit < 0 ? 0 : slot->flags >> bit & (MAX_PRIORITIES - 1);
	uint8_t data[FB_PAGE_SIZE];
	struct fb_error *err;

	if (!zram->known[priority])
		return fb_error_create(FB_CORRUPT, "no compression has priority %u", priority);
	err = fb_zsmalloc_read(zram->pool, slot->handle, data, slot->size);
	return err ? err : fb_zram_decompress(zram->algorithms[priority], data, slot->size, page);
}

static struct fb_error *read_page(const struct fb_zram *zram, uint64_t index, void *page)
{
	struct slot slot;
	struct fb_error *err = read_slot(zram, index, &slot);

	if (err)
		return err;
	if (has(&slot, zram->layout.written_back_bit))
		return fb_error_create(
			FB_ABSENT, "written back to block %" PRIu64 " of zram's disk", slot.handle);
	if (has(&slot, zram->layout.same_bit)) {
		fill(page, slot.handle);
		return NULL;
	}
	if (!slot.handle)
		return fb_error_create(FB_ABSENT, "the slot is empty");
	if (!slot.size || slot.size > FB_PAGE_SIZE)
		return fb_error_create(FB_CORRUPT, "a page compressed to %" PRIu64 " bytes",
				       slot.size);
	if (slot.size == FB_PAGE_SIZE || has(&slot, zram->layout.huge_bit))
		return fb_zsmalloc_read(zram->pool, slot.handle, page, FB_PAGE_SIZE);
	return read_compressed(zram, &slot, page);
}

struct fb_error *fb_zram_read(struct fb_zram *zram, uint64_t index, void *page)
{
	return fb_error_prefix(read_page(zram, index, page), "zram page %" PRIu64, index);
}

struct fb_error *fb_zram_stored(struct fb_zram *zram, char *to, size_t size, uint64_t *original_ret,
				uint64_t *compressed_ret, bool *known_ret)
{
	uint64_t pages = 0, compressed = 0;
	struct fb_error *err = NULL;
	bool known = zram->layout.stored.found && zram->layout.compressed.found;

	snprintf(to, size, "%s", zram->name);
	if (known)
		err = fb_kernel_field(zram->kernel, zram->address, &zram->layout.stored, &pages);
	if (known && !err)
		err = fb_kernel_field(zram->kernel, zram->address, &zram->layout.compressed,
				      &compressed);
	if (err)
		return err;
	*original_ret = pages * FB_PAGE_SIZE;
	*compressed_ret = compressed;
	*known_ret = known;
	return NULL;
}
