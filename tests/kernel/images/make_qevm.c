// SPDX-License-Identifier: GPL-2.0-or-later
/* See make_qevm.h. */
#include "tests/kernel/images/make_qevm.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/images/qevm_format.h"
#include "tests/harness.h"

void mk_qevm_put(struct mk_bytes *bytes, const void *data, size_t size)
{
	bytes->data = realloc(bytes->data, bytes->size + size + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes->data);
	if (size) /* data may be NULL else */
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

void mk_qevm_u8(struct mk_bytes *bytes, uint8_t value)
{
	mk_qevm_put(bytes, &value, 1);
}

void mk_qevm_u32(struct mk_bytes *bytes, uint32_t value)
{
	value = htobe32(value);
	mk_qevm_put(bytes, &value, sizeof(value));
}

void mk_qevm_u64(struct mk_bytes *bytes, uint64_t value)
{
	value = htobe64(value);
	mk_qevm_put(bytes, &value, sizeof(value));
}

void mk_qevm_name(struct mk_bytes *bytes, const char *name)
{
	mk_qevm_u8(bytes, (uint8_t)strlen(name));
	mk_qevm_put(bytes, name, strlen(name));
}

void mk_qevm_begin(struct mk_bytes *bytes, const char *machine)
{
	*bytes = (struct mk_bytes){0};
	mk_qevm_u32(bytes, FB_QEVM_MAGIC);
	mk_qevm_u32(bytes, FB_QEVM_VERSION);
	mk_qevm_u8(bytes, FB_QEVM_CONFIGURATION);
	mk_qevm_u32(bytes, (uint32_t)strlen(machine));
	mk_qevm_put(bytes, machine, strlen(machine));
}

void mk_qevm_section(struct mk_bytes *bytes, uint8_t type)
{
	mk_qevm_u8(bytes, type);
	mk_qevm_u32(bytes, 2);
	if (type == FB_QEVM_SECTION_START) {
		mk_qevm_name(bytes, "ram");
		mk_qevm_u32(bytes, 0);
		mk_qevm_u32(bytes, 4);
	}
}

void mk_qevm_end(struct mk_bytes *bytes)
{
	mk_qevm_u64(bytes, FB_QEVM_END);
	mk_qevm_u8(bytes, FB_QEVM_SECTION_FOOTER);
	mk_qevm_u32(bytes, 2);
}

void mk_qevm_blocks(struct mk_bytes *bytes, const char *const names[], const uint64_t lengths[])
{
	uint64_t total = 0;

	for (size_t i = 0; names[i]; i++)
		total += lengths[i];
	mk_qevm_section(bytes, FB_QEVM_SECTION_START);
	mk_qevm_u64(bytes, total | FB_QEVM_MEM_SIZE);
	for (size_t i = 0; names[i]; i++) {
		mk_qevm_name(bytes, names[i]);
		mk_qevm_u64(bytes, lengths[i]);
	}
	mk_qevm_end(bytes);
}

void mk_qevm_page(struct mk_bytes *bytes, const char *block, uint64_t offset, uint64_t pfn)
{
	uint8_t page[FB_PAGE_SIZE];

	mk_qevm_u64(bytes, offset | FB_QEVM_PAGE | (block ? 0 : FB_QEVM_CONTINUE));
	if (block)
		mk_qevm_name(bytes, block);
	mk_page(pfn, page);
	mk_qevm_put(bytes, page, sizeof(page));
}

void mk_qevm_filled(struct mk_bytes *bytes, uint64_t offset, uint8_t byte)
{
	mk_qevm_u64(bytes, offset | FB_QEVM_ZERO | FB_QEVM_CONTINUE);
	mk_qevm_u8(bytes, byte);
}

void mk_expect_page(struct fb_dump *dump, uint64_t pfn, uint64_t wanted)
{
	uint8_t page[FB_PAGE_SIZE] = {0}, expected[FB_PAGE_SIZE];

	mk_page(wanted, expected);
	FB_OK(fb_dump_read_page(dump, pfn, page));
	CU_ASSERT_EQUAL(memcmp(page, expected, sizeof(page)), 0);
}

void mk_qevm_expect_at(const char *machine, uint64_t memory, uint64_t page, uint64_t at)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_qevm_begin(&bytes, machine);
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &memory);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(&bytes, "pc.ram", page, 7);
	mk_qevm_end(&bytes);
	mk_qevm_u8(&bytes, FB_QEVM_SECTION_EOF);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 1);
	mk_expect_page(dump, at >> FB_PAGE_SHIFT, 7);
	fb_dump_destroy(dump);
	free(bytes.data);
}
