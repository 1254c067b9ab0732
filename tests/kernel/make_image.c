// SPDX-License-Identifier: GPL-2.0-or-later
/* The writers of make_image.h. */
#include "tests/kernel/make_image.h"

#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/images/lime_format.h"
#include "kernel/images/vmware_format.h"
#include "tests/harness.h"

#define CHUNK_PAGES 16u

static void append(struct mk_bytes *bytes, const void *data, size_t size)
{
	bytes->data = realloc(bytes->data, bytes->size + size + 1);
	if (!bytes->data)
		abort();
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static void append_pages(struct mk_bytes *bytes, uint64_t pfn, uint64_t pages)
{
	uint8_t page[FB_PAGE_SIZE];

	for (uint64_t i = 0; i < pages; i++) {
		mk_page(pfn + i, page);
		append(bytes, page, sizeof(page));
	}
}

static void append_header(struct mk_bytes *bytes, uint32_t magic, uint32_t version,
			  const struct mk_range *range)
{
	struct fb_lime_header header = {
		.magic = magic,
		.version = version,
		.start = range->pfn << FB_PAGE_SHIFT,
		.last = ((range->pfn + range->pages) << FB_PAGE_SHIFT) - 1,
	};

	append(bytes, &header, sizeof(header));
}

void mk_lime(const struct mk_range *ranges, size_t count, struct mk_bytes *bytes)
{
	*bytes = (struct mk_bytes){0};
	for (size_t i = 0; i < count; i++) {
		append_header(bytes, FB_LIME_MAGIC, FB_LIME_VERSION, &ranges[i]);
		append_pages(bytes, ranges[i].pfn, ranges[i].pages);
	}
}

static void append_chunk(struct mk_bytes *bytes, uint8_t type, const void *data, size_t size)
{
	uint8_t head[8] = {type, (uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16)};
	bool data_chunk = type < 2;

	if (data_chunk) { /* a CRC, which is not looked at, stands before the data */
		head[1] = (uint8_t)(size + 4);
		head[2] = (uint8_t)((size + 4) >> 8);
		head[3] = (uint8_t)((size + 4) >> 16);
	}
	append(bytes, head, data_chunk ? 8 : 4);
	append(bytes, data, size);
}

void mk_avml(const struct mk_range *ranges, size_t count, struct mk_bytes *bytes)
{
	static char packed[2 * CHUNK_PAGES * FB_PAGE_SIZE];

	*bytes = (struct mk_bytes){0};
	for (size_t i = 0; i < count; i++) {
		struct fb_avml_trailer trailer;
		struct mk_bytes plain = {0};
		size_t before;

		append_header(bytes, FB_AVML_MAGIC, FB_AVML_VERSION, &ranges[i]);
		before = bytes->size;
		append_chunk(bytes, 0xff, "sNaPpY", 6);
		append_chunk(bytes, 0x80, "skipped", 7);
		append_pages(&plain, ranges[i].pfn, ranges[i].pages);
		for (size_t at = 0; at < plain.size; at += CHUNK_PAGES * FB_PAGE_SIZE) {
			size_t size = plain.size - at < CHUNK_PAGES * FB_PAGE_SIZE
					      ? plain.size - at
					      : CHUNK_PAGES * FB_PAGE_SIZE;
			size_t packed_size = sizeof(packed);

			if (snappy_compress((char *)plain.data + at, size, packed, &packed_size) !=
			    SNAPPY_OK)
				abort();
			if (packed_size < size)
				append_chunk(bytes, 0, packed, packed_size);
			else
				append_chunk(bytes, 1, plain.data + at, size);
		}
		trailer.packed_size = bytes->size - before;
		append(bytes, &trailer, sizeof(trailer));
		free(plain.data);
	}
}

static void append_tag(struct mk_bytes *bytes, const char *name, const uint32_t *index,
		       uint32_t value)
{
	uint16_t tag = (uint16_t)(strlen(name) << 8 | (index ? 1u : 0u) << 6 | sizeof(value));

	append(bytes, &tag, sizeof(tag));
	append(bytes, name, strlen(name));
	if (index)
		append(bytes, index, sizeof(*index));
	append(bytes, &value, sizeof(value));
}

static void append_block(struct mk_bytes *bytes, const char *name, const void *data, size_t size)
{
	uint16_t tag = (uint16_t)(strlen(name) << 8 | FB_VMWARE_BLOCK);
	struct fb_vmware_block block = {.size = size, .memory_size = size, .padding = 5};

	append(bytes, &tag, sizeof(tag));
	append(bytes, name, strlen(name));
	append(bytes, &block, sizeof(block));
	append(bytes, "#####", 5);
	append(bytes, data, size);
}

void mk_vmware(const struct mk_range *ranges, size_t count, struct mk_bytes *checkpoint,
	       struct mk_bytes *memory)
{
	struct fb_vmware_header header = {.magic = FB_VMWARE_MAGIC, .version = 8, .group_count = 2};
	struct fb_vmware_group groups[2] = {{.name = "cpu"}, {.name = "memory"}};
	struct mk_bytes plain = {0};

	*checkpoint = (struct mk_bytes){0};
	groups[0].position = sizeof(header) + sizeof(groups);
	groups[1].position = groups[0].position + sizeof(uint16_t);
	append(checkpoint, &header, sizeof(header));
	append(checkpoint, groups, sizeof(groups));
	append(checkpoint, "\0\0", 2);
	append_block(checkpoint, "screen", "pixels", 6);
	append_tag(checkpoint, "regionsCount", NULL, (uint32_t)count);
	for (uint32_t i = 0; i < count; i++) {
		append_tag(checkpoint, "regionPageNum", &i,
			   (uint32_t)(plain.size >> FB_PAGE_SHIFT));
		append_tag(checkpoint, "regionPPN", &i, (uint32_t)ranges[i].pfn);
		append_tag(checkpoint, "regionSize", &i, (uint32_t)ranges[i].pages);
		append_pages(&plain, ranges[i].pfn, ranges[i].pages);
	}
	if (!memory)
		append_block(checkpoint, "Memory", plain.data, plain.size);
	append(checkpoint, "\0\0", 2);
	if (memory)
		*memory = plain;
	else
		free(plain.data);
}

void mk_check_ranges(struct fb_dump *dump, const struct mk_range *ranges, size_t count,
		     uint64_t limit)
{
	uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];
	size_t wrong = 0, pages = 0;

	for (uint64_t pfn = 0; pfn < limit; pfn++) {
		bool there = false;

		for (size_t i = 0; i < count; i++)
			there |= pfn >= ranges[i].pfn && pfn - ranges[i].pfn < ranges[i].pages;
		wrong += fb_dump_has_page(dump, pfn) != there;
		if (!there)
			continue;
		pages++;
		mk_page(pfn, wanted);
		FB_OK(fb_dump_read_page(dump, pfn, page));
		wrong += memcmp(page, wanted, sizeof(page)) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, pages);
}
