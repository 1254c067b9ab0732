// SPDX-License-Identifier: GPL-2.0-or-later
/* A made zram device of a kernel without types of modules; every kind of slot, and damage. */
#include "kernel/swap/zram.h"

#include <lzo/lzo1x.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/swap/made_zram.h"

enum { SLOT_EMPTY, SLOT_SAME, SLOT_SMALL, SLOT_SPANNING, SLOT_HUGE, SLOT_WRITTEN_BACK, SLOT_BAD };

#define FLAG_SAME (1ull << 25)
#define FLAG_WRITTEN_BACK (1ull << 26)
#define FLAG_HUGE (1ull << 28)
#define LOCK_BYTES 8u /* of size_class */

struct made {
	struct made_kernel *kernel;
	struct fb_dump dump;
	struct fb_space physical;
	struct fb_module_types *types;
	uint8_t small[FB_PAGE_SIZE], spanning[FB_PAGE_SIZE], huge[FB_PAGE_SIZE];
	size_t small_size, spanning_size;
};

static struct fb_error *read_physical(struct fb_space *space, uint64_t address, void *to,
				      size_t length)
{
	struct made *made = (struct made *)((char *)space - offsetof(struct made, physical));

	return fb_space_read(&made->kernel->space, MADE_BASE + address, to, length);
}

static const struct fb_space_ops physical_ops = {.read = read_physical};

static void put(struct made *made, uint64_t offset, uint64_t value)
{
	made_put(made->kernel, MADE_BASE + offset, value, 8);
}

static void put_class(struct made *made, unsigned nth, uint32_t index, uint32_t objects,
		      uint32_t pages)
{
	uint64_t at = MADE_ZRAM_CLASSES + nth * 0x80ull, fields = at + LOCK_BYTES + 64;

	put(made, MADE_ZRAM_POOL + 8 + index * 8ull, MADE_ZRAM_AT(at));
	made_put(made->kernel, MADE_BASE + fields, 32 + index * 16, 4);
	made_put(made->kernel, MADE_BASE + fields + 4, objects, 4);
	made_put(made->kernel, MADE_BASE + fields + 8, pages, 4);
	made_put(made->kernel, MADE_BASE + fields + 12, index, 4);
}

/* A zspage of count pages from pfn on: fullness, class, isolated, magic. */
static void put_zspage(struct made *made, unsigned nth, uint32_t index, uint64_t pfn,
		       unsigned count)
{
	uint64_t at = MADE_ZRAM_ZSPAGES + nth * 0x40ull;

	put(made, at, index << 2 | 0x58u << 14);
	for (unsigned i = 0; i < count; i++) {
		uint64_t page = MADE_ZRAM_STRUCT_PAGES + (pfn + i) * 64;

		put(made, page + 40, MADE_ZRAM_AT(at));
		put(made, page + 32, i + 1 < count ? MADE_ZRAM_AT(page + 64) : 0);
	}
}

static uint64_t handle_of(unsigned slot)
{
	return MADE_ZRAM_AT(MADE_ZRAM_HANDLES + slot * 8ull);
}

static void put_slot(struct made *made, unsigned slot, uint64_t handle, uint64_t flags)
{
	put(made, MADE_ZRAM_TABLE + slot * 16ull, handle);
	put(made, MADE_ZRAM_TABLE + slot * 16ull + 8, flags);
}

/* An object that begins with its handle. */
static void put_object(struct made *made, unsigned slot, uint64_t pfn, uint64_t index,
		       uint64_t offset, const uint8_t *data, size_t size)
{
	put(made, MADE_ZRAM_HANDLES + slot * 8ull, pfn << 24 | index << 1);
	put(made, (pfn << 12) + offset, handle_of(slot) | 1);
	memcpy(made_at(made->kernel, MADE_BASE + (pfn << 12) + offset + 8), data, size);
	put_slot(made, slot, handle_of(slot), size);
}

static size_t compress(const uint8_t *page, uint8_t *data)
{
	static uint8_t memory[LZO1X_1_MEM_COMPRESS];
	lzo_uint size = 2 * FB_PAGE_SIZE;

	lzo1x_1_compress(page, FB_PAGE_SIZE, data, &size, memory);
	return size;
}

static void put_objects(struct made *made)
{
	uint8_t data[2 * FB_PAGE_SIZE];
	uint32_t noise = 1;

	for (size_t i = 0; i < FB_PAGE_SIZE; i++) {
		noise = noise * 1664525u + 1013904223u;
		made->small[i] = (uint8_t)(i / 37);
		made->huge[i] = (uint8_t)(noise >> 24);
		made->spanning[i] = i < 2500 ? made->huge[i] : 7;
	}
	made->small_size = compress(made->small, data);
	CU_ASSERT_FATAL(made->small_size < 1016);
	put_object(made, SLOT_SMALL, 6, 2, 2048, data, made->small_size);
	/* The second object of 3,072 bytes has its first 1,024 on the first page. */
	made->spanning_size = compress(made->spanning, data);
	CU_ASSERT_FATAL(made->spanning_size > 2500 && made->spanning_size <= 3064);
	put_object(made, SLOT_SPANNING, 7, 1, 3072, data, made->spanning_size);
	memcpy(made_at(made->kernel, MADE_BASE + 0xa000), made->huge, FB_PAGE_SIZE);
	put(made, MADE_ZRAM_HANDLES + SLOT_HUGE * 8, 10ull << 24);
	put(made, MADE_ZRAM_STRUCT_PAGES + 10 * 64 + 32, handle_of(SLOT_HUGE) | 1);
	put_slot(made, SLOT_HUGE, handle_of(SLOT_HUGE), FB_PAGE_SIZE | FLAG_HUGE);
	put_slot(made, SLOT_SAME, 0x0102030405060708ull, FLAG_SAME);
	put_slot(made, SLOT_WRITTEN_BACK, 77, FLAG_WRITTEN_BACK);
}

static void put_device(struct made *made, const char *compression)
{
	memcpy(made_at(made->kernel, MADE_BASE + MADE_ZRAM_NAME), "zram3", 6);
	memcpy(made_at(made->kernel, MADE_BASE + MADE_ZRAM_DISK + 16), "zram3", 6);
	put(made, MADE_ZRAM_BDEV, MADE_ZRAM_AT(MADE_ZRAM_DISK));
	put(made, MADE_ZRAM_DISK, MADE_ZRAM_AT(MADE_ZRAM_DEVICE));
	put(made, MADE_ZRAM_DISK + 8, MADE_ZRAM_SLOTS * 8);
	put(made, MADE_ZRAM_DEVICE, MADE_ZRAM_AT(MADE_ZRAM_TABLE));
	put(made, MADE_ZRAM_DEVICE + 8, MADE_ZRAM_AT(MADE_ZRAM_POOL));
	put(made, MADE_ZRAM_DEVICE + 24, MADE_ZRAM_AT(MADE_ZRAM_DISK));
	put(made, MADE_ZRAM_DEVICE + MADE_ZRAM_DISK_BYTES_AT, MADE_ZRAM_SLOTS * FB_PAGE_SIZE);
	memcpy(made_at(made->kernel, MADE_BASE + MADE_ZRAM_DEVICE + MADE_ZRAM_DISK_BYTES_AT + 8),
	       compression, strlen(compression) + 1);
	put(made, MADE_ZRAM_POOL, MADE_ZRAM_AT(MADE_ZRAM_NAME));
	put_class(made, 0, 62, 4, 1);
	put_class(made, 1, 190, 4, 3);
	put_class(made, 2, 254, 1, 1);
	put_zspage(made, 0, 62, 6, 1);
	put_zspage(made, 1, 190, 7, 3);
	put_zspage(made, 2, 254, 10, 1);
}

static struct made *make(void)
{
	const uint64_t vmemmap = MADE_ZRAM_AT(0x1500);
	struct made *made = calloc(1, sizeof(*made));

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	made->kernel = made_kernel_create();
	made_zram_members(&made->kernel->kernel.layout);
	made->dump.info.max_pfn = MADE_ZRAM_PAGES;
	made->physical = (struct fb_space){.ops = &physical_ops, .name = "physical memory"};
	made->kernel->kernel.dump = &made->dump;
	made->kernel->kernel.tables.physical = &made->physical;
	made_symbols(made->kernel, (const char *const[]){"vmemmap_base", NULL}, &vmemmap);
	put(made, 0x1500, MADE_ZRAM_AT(MADE_ZRAM_STRUCT_PAGES));
	put_device(made, "lzo-rle");
	put_objects(made);
	FB_OK_FATAL(fb_module_types_create(&made->kernel->kernel, &made->types));
	return made;
}

static void destroy(struct made *made)
{
	fb_module_types_destroy(made->types);
	made_kernel_destroy(made->kernel);
	free(made);
}

static struct fb_error *open_made(struct made *made, struct fb_zram **zram_ret)
{
	return fb_zram_open(&made->kernel->kernel, made->types, MADE_ZRAM_AT(MADE_ZRAM_BDEV),
			    zram_ret);
}

static struct fb_zram *must_open(struct made *made)
{
	struct fb_zram *zram = NULL;

	FB_OK_FATAL(open_made(made, &zram));
	return zram;
}

static void reads_every_kind_of_slot(void)
{
	struct made *made = make();
	struct fb_zram *zram = must_open(made);
	uint8_t page[FB_PAGE_SIZE];
	uint64_t word;

	FB_OK(fb_zram_read(zram, SLOT_SMALL, page));
	CU_ASSERT_EQUAL(memcmp(page, made->small, sizeof(page)), 0);
	FB_OK(fb_zram_read(zram, SLOT_SPANNING, page));
	CU_ASSERT_EQUAL(memcmp(page, made->spanning, sizeof(page)), 0);
	FB_OK(fb_zram_read(zram, SLOT_HUGE, page));
	CU_ASSERT_EQUAL(memcmp(page, made->huge, sizeof(page)), 0);
	FB_OK(fb_zram_read(zram, SLOT_SAME, page));
	memcpy(&word, page + 4088, 8);
	CU_ASSERT_EQUAL(word, 0x0102030405060708ull);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_EMPTY, page), FB_ABSENT, "empty");
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_WRITTEN_BACK, page), FB_ABSENT, "block 77");
	FB_FAILS(fb_zram_read(zram, MADE_ZRAM_SLOTS, page), FB_CORRUPT);
	FB_FAILS(fb_zram_read(zram, UINT64_MAX, page), FB_CORRUPT);
	fb_zram_destroy(zram);
	destroy(made);
}

/* The word behind a handle, cut as kernels of other times did. */
static void finds_objects_in_every_encoding(void)
{
	static const struct {
		unsigned pfn_shift, index_shift;
	} ways[] = {{24, 0}, {24, 1}, {24, 2}, {30, 1}, {30, 0}};
	struct made *made = make();
	struct fb_zram *zram = must_open(made);
	uint8_t page[FB_PAGE_SIZE];

	for (size_t i = 0; i < FB_ARRAY_SIZE(ways); i++) {
		put(made, MADE_ZRAM_HANDLES + SLOT_SPANNING * 8,
		    7ull << ways[i].pfn_shift | 1ull << ways[i].index_shift);
		FB_OK(fb_zram_read(zram, SLOT_SPANNING, page));
		CU_ASSERT_EQUAL(memcmp(page, made->spanning, sizeof(page)), 0);
	}
	fb_zram_destroy(zram);
	destroy(made);
}

static void refuses_damaged_objects(void)
{
	struct made *made = make();
	struct fb_zram *zram = must_open(made);
	uint8_t page[FB_PAGE_SIZE];

	put_slot(made, SLOT_BAD, handle_of(SLOT_SMALL), FB_PAGE_SIZE + 1);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "4097 bytes");
	put_slot(made, SLOT_BAD, handle_of(SLOT_SMALL), 1017);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "an object of 1016");
	put_slot(made, SLOT_BAD, handle_of(SLOT_SMALL), made->small_size - 1);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "decompress");
	put_slot(made, SLOT_BAD, 12345, 100);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "no handle");
	/* A handle whose object is another's. */
	put(made, MADE_ZRAM_HANDLES + SLOT_BAD * 8, 6ull << 24 | 2 << 1);
	put_slot(made, SLOT_BAD, handle_of(SLOT_BAD), made->small_size);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "another handle");
	/* A page that is no zspage's. */
	put(made, MADE_ZRAM_HANDLES + SLOT_BAD * 8, 30ull << 24);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "zspage");
	/* The chain leads elsewhere. */
	put(made, MADE_ZRAM_STRUCT_PAGES + 7 * 64 + 32, MADE_ZRAM_AT(MADE_ZRAM_STRUCT_PAGES + 640));
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_SPANNING, page), FB_CORRUPT, "second page");
	put(made, MADE_ZRAM_ZSPAGES, 62 << 2 | 0x57u << 14);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_SMALL, page), FB_CORRUPT, "no zspage");
	fb_zram_destroy(zram);
	destroy(made);
}

static void names_lost_pages(void)
{
	struct made *made = make();
	struct fb_zram *zram = must_open(made);
	uint8_t page[FB_PAGE_SIZE];

	made_lose(made->kernel, MADE_BASE + (8 << 12));
	FB_FAILS(fb_zram_read(zram, SLOT_SPANNING, page), FB_ABSENT);
	made_lose(made->kernel, MADE_BASE + (6 << 12));
	FB_FAILS(fb_zram_read(zram, SLOT_SMALL, page), FB_ABSENT);
	FB_OK(fb_zram_read(zram, SLOT_HUGE, page));
	made_lose(made->kernel, MADE_ZRAM_AT(MADE_ZRAM_TABLE));
	FB_FAILS(fb_zram_read(zram, SLOT_HUGE, page), FB_ABSENT);
	fb_zram_destroy(zram);
	destroy(made);
}

/* Each check of what is taken from the source alone. */
static void believes_no_place_unchecked(void)
{
	struct made *made = make();
	struct fb_zram *zram;

	put(made, MADE_ZRAM_DEVICE + MADE_ZRAM_DISK_BYTES_AT, 8);
	FB_FAILS_WITH(open_made(made, &zram), FB_UNSUPPORTED, "disksize");
	put(made, MADE_ZRAM_DEVICE + MADE_ZRAM_DISK_BYTES_AT, MADE_ZRAM_SLOTS * FB_PAGE_SIZE);
	put(made, MADE_ZRAM_DEVICE + MADE_ZRAM_DISK_BYTES_AT + 8, 'x');
	FB_FAILS_WITH(open_made(made, &zram), FB_UNSUPPORTED, "disksize");
	put_device(made, "842");
	put(made, MADE_ZRAM_DEVICE, MADE_ZRAM_AT(MADE_ZRAM_TABLE - FB_PAGE_SIZE));
	FB_FAILS_WITH(open_made(made, &zram), FB_UNSUPPORTED, "table");
	put_device(made, "lzo");
	put(made, MADE_ZRAM_DEVICE + 24, MADE_ZRAM_AT(MADE_ZRAM_BDEV));
	FB_FAILS_WITH(open_made(made, &zram), FB_UNSUPPORTED, "zram.disk");
	put_device(made, "lzo");
	put(made, MADE_ZRAM_POOL, MADE_ZRAM_AT(MADE_ZRAM_BDEV));
	FB_FAILS_WITH(open_made(made, &zram), FB_CORRUPT, "not named zram3");
	memcpy(made_at(made->kernel, MADE_BASE + MADE_ZRAM_DISK + 16), "sda", 4);
	FB_FAILS(open_made(made, &zram), FB_NOT_FOUND);
	destroy(made);
}

static void says_what_it_cannot_decompress(void)
{
	struct made *made = make();
	struct fb_zram *zram;
	uint8_t page[FB_PAGE_SIZE];

	put_device(made, "842");
	put_objects(made);
	zram = must_open(made);
	FB_FAILS(fb_zram_read(zram, SLOT_SMALL, page), FB_UNSUPPORTED);
	FB_OK(fb_zram_read(zram, SLOT_HUGE, page));
	fb_zram_destroy(zram);
	destroy(made);
}

/* Size classes, each number on both sides of what can be. */
static void size_classes_are_such_that_can_be(void)
{
	static const struct {
		uint32_t size, objects, pages, index;
		bool good;
	} classes[] = {
		{1024, 4, 1, 62, true},  {1024, 4, 1, 61, false},  {24, 4, 1, 62, false},
		{1028, 3, 1, 62, false}, {4104, 1, 2, 62, false},  {1024, 5, 1, 62, false},
		{1024, 4, 0, 62, false}, {1024, 4, 17, 62, false}, {1024, 4, 16, 62, true},
		{1024, 3, 1, 62, true},
	};
	const uint64_t fields = MADE_ZRAM_CLASSES + LOCK_BYTES + 64;
	struct made *made = make();
	struct fb_zram *zram = must_open(made);
	uint8_t page[FB_PAGE_SIZE];

	for (size_t i = 0; i < FB_ARRAY_SIZE(classes); i++) {
		made_put(made->kernel, MADE_BASE + fields, classes[i].size, 4);
		made_put(made->kernel, MADE_BASE + fields + 4, classes[i].objects, 4);
		made_put(made->kernel, MADE_BASE + fields + 8, classes[i].pages, 4);
		made_put(made->kernel, MADE_BASE + fields + 12, classes[i].index, 4);
		if (classes[i].good)
			FB_OK(fb_zram_read(zram, SLOT_SMALL, page));
		else
			FB_FAILS_WITH(fb_zram_read(zram, SLOT_SMALL, page), FB_CORRUPT,
				      "size class 62 cannot be");
	}
	/* The last of the pool's classes is 254. */
	put(made, MADE_ZRAM_ZSPAGES, 255 << 2 | 0x58u << 14);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_SMALL, page), FB_CORRUPT,
		      "there is no size class 255");
	put(made, MADE_ZRAM_STRUCT_PAGES + 6 * 64 + 40, 0x1000);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_SMALL, page), FB_CORRUPT,
		      "the page belongs to no zspage");
	fb_zram_destroy(zram);
	destroy(made);
}

/* Handles and objects that are no more than nearly right. */
static void objects_are_their_handles(void)
{
	struct made *made = make();
	struct fb_zram *zram = must_open(made);
	uint8_t page[FB_PAGE_SIZE], text[FB_PAGE_SIZE];

	/* All that the class has room for is taken, and no byte more. */
	put_slot(made, SLOT_BAD, handle_of(SLOT_SMALL), 1016);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "LZO");
	/* The handle's words are aligned. */
	put_slot(made, SLOT_BAD, handle_of(SLOT_SMALL) + 4, made->small_size);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "no handle");
	put_slot(made, SLOT_BAD, handle_of(SLOT_SMALL), 0);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_BAD, page), FB_CORRUPT, "0 bytes");
	/* Freed: the tag is gone. */
	put(made, (6 << 12) + 2048, handle_of(SLOT_SMALL));
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_SMALL, page), FB_CORRUPT, "another handle");
	/* A huge page has one object. */
	put(made, MADE_ZRAM_HANDLES + SLOT_HUGE * 8, 10ull << 24 | 1 << 2);
	FB_FAILS_WITH(fb_zram_read(zram, SLOT_HUGE, page), FB_CORRUPT, "another handle");
	/* Whole pages are stored as they are, with the flag or without. */
	put(made, MADE_ZRAM_HANDLES + SLOT_HUGE * 8, 10ull << 24);
	put_slot(made, SLOT_HUGE, handle_of(SLOT_HUGE), FB_PAGE_SIZE);
	FB_OK(fb_zram_read(zram, SLOT_HUGE, page));
	CU_ASSERT_EQUAL(memcmp(page, made->huge, sizeof(page)), 0);
	put_slot(made, SLOT_HUGE, handle_of(SLOT_HUGE), FLAG_HUGE | 100);
	FB_OK(fb_zram_read(zram, SLOT_HUGE, page));
	CU_ASSERT_EQUAL(memcmp(page, made->huge, sizeof(page)), 0);
	memset(text, 0, sizeof(text));
	put_slot(made, SLOT_SAME, 0, FLAG_SAME);
	FB_OK(fb_zram_read(zram, SLOT_SAME, page));
	CU_ASSERT_EQUAL(memcmp(page, text, sizeof(page)), 0);
	/* The last page of the device, and the one behind it. */
	put_slot(made, MADE_ZRAM_SLOTS - 1, 5, FLAG_SAME);
	FB_OK(fb_zram_read(zram, MADE_ZRAM_SLOTS - 1, page));
	fb_zram_destroy(zram);
	/* A disk whose name only begins like one. */
	memcpy(made_at(made->kernel, MADE_BASE + MADE_ZRAM_DISK + 16), "zrax3", 6);
	FB_FAILS_WITH(open_made(made, &zram), FB_NOT_FOUND, "the disk is no zram device");
	destroy(made);
}

static struct fb_error *open_and_read(void *context)
{
	struct made *made = context;
	struct fb_zram *zram = NULL;
	uint8_t page[FB_PAGE_SIZE];
	struct fb_error *err = open_made(made, &zram);

	if (!err)
		err = fb_zram_read(zram, SLOT_SPANNING, page);
	fb_zram_destroy(zram);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct made *made = make();
	struct failing_space memory, physical;
	struct failure failure;

	failing_space_init(&memory, made->kernel->kernel.space, &failure);
	failing_space_init(&physical, &made->physical, &failure);
	made->kernel->kernel.space = &memory.space;
	made->kernel->kernel.tables.physical = &physical.space;
	failing_must_pass(open_and_read, made, &failure, 1000, 0);
	made->kernel->kernel.space = memory.whole;
	destroy(made);
}

FB_TEST_MAIN("kernel/zram", FB_TEST(reads_every_kind_of_slot),
	     FB_TEST(finds_objects_in_every_encoding), FB_TEST(refuses_damaged_objects),
	     FB_TEST(names_lost_pages), FB_TEST(believes_no_place_unchecked),
	     FB_TEST(says_what_it_cannot_decompress), FB_TEST(size_classes_are_such_that_can_be),
	     FB_TEST(objects_are_their_handles), FB_TEST(what_is_fatal_passes))
