// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens any bytes as a fiber section and reads every core it says to have. The
 * checksums are made right first, as whoever forges a bundle would: else nothing
 * behind them is ever reached.
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bundle/file/fiber_private.h"
#include "kernel/dump/dump_private.h"

#define FRAMES 256u

/* Bytes read of a core: a forged one may claim terabytes. */
#define READ_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_page(struct fb_dump *dump, uint64_t pfn)
{
	(void)dump;
	return pfn < FRAMES;
}

static uint64_t next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	(void)dump;
	if (readable)
		return pfn < FRAMES ? pfn : UINT64_MAX;
	return pfn < FRAMES ? FRAMES : pfn;
}

static struct fb_error *read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	(void)dump;
	if (pfn >= FRAMES)
		return fb_dump_absent(pfn);
	memset(page, (int)pfn, FB_PAGE_SIZE);
	return NULL;
}

static const struct fb_dump_ops frames_ops = {
	.has_page = has_page,
	.next = next,
	.read_page = read_page,
};

static void mend_parts(uint8_t *bytes, size_t size, const struct fb_fiber_trailer *trailer)
{
	for (uint64_t i = 0; i < trailer->part_count; i++) {
		uint64_t at = trailer->table_offset + i * sizeof(struct fb_fiber_part);
		struct fb_fiber_part part;

		if (at > size || sizeof(part) > size - at)
			return;
		memcpy(&part, bytes + at, sizeof(part));
		if (part.encoding == FB_FIBER_GROUPS || part.offset > size ||
		    part.stored_size > size - part.offset)
			continue;
		part.xxh64 = XXH64(bytes + part.offset, part.stored_size, 0);
		memcpy(bytes + at, &part, sizeof(part));
	}
}

static void mend(uint8_t *bytes, size_t size)
{
	struct fb_fiber_trailer trailer;
	uint64_t table_size;

	if (size < sizeof(trailer))
		return;
	memcpy(&trailer, bytes + size - sizeof(trailer), sizeof(trailer));
	table_size = trailer.part_count * (uint64_t)sizeof(struct fb_fiber_part);
	if (trailer.table_offset <= size && table_size <= size - trailer.table_offset) {
		mend_parts(bytes, size, &trailer);
		trailer.table_xxh64 = XXH64(bytes + trailer.table_offset, table_size, 0);
	}
	trailer.xxh64 = XXH64(&trailer, offsetof(struct fb_fiber_trailer, xxh64), 0);
	memcpy(bytes + size - sizeof(trailer), &trailer, sizeof(trailer));
}

/* What can be read whole can be read again in small pieces. */
static void read_again(struct fb_file *file, uint64_t at, const uint8_t *bytes, size_t length)
{
	uint8_t piece[7];

	for (size_t i = 0; i + sizeof(piece) <= length; i += 4093) {
		struct fb_error *err = fb_file_read(file, at + i, piece, sizeof(piece));

		if (err || memcmp(piece, bytes + i, sizeof(piece)))
			abort();
	}
}

static void read_core(struct fb_fiber *fiber, size_t index)
{
	static uint8_t to[65536];
	struct fb_file *file = NULL;
	struct fb_error *err;

	err = fb_fiber_core_file(fiber, index, &file);
	for (uint64_t at = 0; !err && at < file->size && at < READ_MAX; at += sizeof(to)) {
		size_t got = 0;

		err = fb_file_read_some(file, at, to, sizeof(to), &got);
		if (!err)
			read_again(file, at, to, got);
	}
	fb_file_destroy(file);
	fb_error_destroy(err);
}

static void read_fiber(struct fb_file *file, struct fb_dump *dump)
{
	struct fb_fiber *fiber;
	struct fb_error *err;

	err = fb_fiber_open(file, dump, NULL, &fiber);
	if (err) {
		fb_error_destroy(err);
		return;
	}
	if (strlen(fb_fiber_manifest(fiber)) > file->size * 100000)
		abort();
	for (size_t i = 0; i < fb_fiber_core_count(fiber); i++) {
		read_core(fiber, i);
		fb_error_destroy(fb_fiber_core_check(fiber, i, NULL));
	}
	fb_fiber_destroy(fiber);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_dump dump = {0};
	uint8_t *bytes = malloc(size + 1);
	struct fb_file *file = NULL;
	struct fb_error *err;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	mend(bytes, size);
	err = fb_file_from_memory("fuzz", bytes, size, &file);
	if (!err)
		err = fb_dump_init(&dump, &frames_ops);
	if (!err)
		read_fiber(file, &dump);
	fb_error_destroy(err);
	fb_dump_deinit(&dump);
	fb_file_destroy(file);
	return 0;
}
