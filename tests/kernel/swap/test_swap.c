// SPDX-License-Identifier: GPL-2.0-or-later
/* Swap areas: none, files, and the real ones on zram. */
#include "kernel/swap/swap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/real_kernel.h"

#define PATTERN_PAGES 256u
#define PATTERN_BASE 1000 /* the tag of private memory is this and the PID */

static void lives_without_swap(void)
{
	struct made_kernel *made = made_kernel_create();
	uint8_t page[FB_PAGE_SIZE];
	struct fb_swap *swap;
	const char *detail;

	FB_OK_FATAL(fb_swap_create(&made->kernel, &swap));
	FB_FAILS(fb_swap_read(swap, 0, 1, page, &detail), FB_ABSENT);
	FB_FAILS(fb_swap_read(swap, UINT32_MAX, UINT64_MAX, page, &detail), FB_ABSENT);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_swap_destroy(swap);
	made_kernel_destroy(made);
}

/* A swap file: what its blocks are cannot be told by the slot. */
static void leaves_files_alone(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t count = made_alloc(made, 8), infos = made_alloc(made, 8);
	uint64_t info = made_alloc(made, 64), file = made_alloc(made, 64);
	uint64_t inode = made_alloc(made, 64);
	uint8_t page[FB_PAGE_SIZE];
	struct fb_swap *swap;
	const char *detail;

	MADE_FIELD(made, swap_info_bdev, 0, 8);
	MADE_FIELD(made, swap_info_file, 8, 8);
	MADE_FIELD(made, file_inode, 16, 8);
	MADE_FIELD(made, inode_mode, 4, 2);
	MADE_FIELD(made, address_space_pages, 8, 16);
	made_symbols(made, (const char *const[]){"nr_swapfiles", "swap_info", NULL},
		     (const uint64_t[]){count, infos});
	made_put(made, count, 1, 4);
	made_put(made, infos, info, 8);
	MADE_SET(made, info, swap_info_file, file);
	MADE_SET(made, file, file_inode, inode);
	MADE_SET(made, inode, inode_mode, 0100600);
	FB_OK_FATAL(fb_swap_create(&made->kernel, &swap));
	FB_FAILS_WITH(fb_swap_read(swap, 0, 5, page, &detail), FB_ABSENT, "on a disk");
	FB_FAILS_WITH(fb_swap_read(swap, 1, 5, page, &detail), FB_ABSENT, "no swap area 1");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_swap_destroy(swap);
	/* A device of which nothing can be read is worth a warning, once. */
	MADE_SET(made, inode, inode_mode, 0060600);
	MADE_SET(made, info, swap_info_bdev, 0x10);
	MADE_FIELD(made, block_device_disk, 0, 8);
	FB_OK_FATAL(fb_swap_create(&made->kernel, &swap));
	FB_FAILS(fb_swap_read(swap, 0, 5, page, &detail), FB_ABSENT);
	FB_FAILS(fb_swap_read(swap, 0, 6, page, &detail), FB_ABSENT);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_swap_destroy(swap);
	made_kernel_destroy(made);
}

/* What /proc/swaps tells, of a file; since 6.13 a flag is in the number of used pages. */
static void tells_of_areas(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t count = made_alloc(made, 8), infos = made_alloc(made, 16);
	uint64_t info = made_alloc_pages(made, 64), file = made_alloc(made, 64);
	uint64_t inode = made_alloc(made, 64), off = made_alloc(made, 64);
	struct fb_swap_area area;
	struct fb_swap *swap;

	MADE_FIELD(made, swap_info_bdev, 0, 8);
	MADE_FIELD(made, swap_info_file, 8, 8);
	MADE_FIELD(made, swap_info_flags, 16, 8);
	MADE_FIELD(made, swap_info_priority, 24, 2);
	MADE_FIELD(made, swap_info_pages, 28, 4);
	MADE_FIELD(made, swap_info_used, 32, 8);
	MADE_FIELD(made, file_inode, 16, 8);
	MADE_FIELD(made, inode_mode, 4, 2);
	made_symbols(made, (const char *const[]){"nr_swapfiles", "swap_info", NULL},
		     (const uint64_t[]){count, infos});
	made_put(made, count, 2, 4);
	made_put(made, infos, info, 8);
	made_put(made, infos + 8, off, 8);
	MADE_SET(made, info, swap_info_file, file);
	MADE_SET(made, info, swap_info_flags, 3);
	MADE_SET(made, info, swap_info_priority, (uint16_t)-2);
	MADE_SET(made, info, swap_info_pages, 100);
	MADE_SET(made, info, swap_info_used, 7 | 1u << 30);
	MADE_SET(made, file, file_inode, inode);
	MADE_SET(made, inode, inode_mode, 0100600);
	FB_OK_FATAL(fb_swap_create(&made->kernel, &swap));
	CU_ASSERT_EQUAL(fb_swap_count(swap), 2);
	FB_OK_FATAL(fb_swap_area(swap, 0, &area));
	CU_ASSERT_TRUE(area.used && area.on_file && area.file == file && area.priority == -2);
	CU_ASSERT_TRUE(area.bytes == 100 * 4096 && area.used_bytes == 7 * 4096);
	CU_ASSERT_TRUE(!*area.algorithm && !area.stored_known);
	FB_OK_FATAL(fb_swap_area(swap, 1, &area));
	CU_ASSERT_FALSE(area.used);
	FB_FAILS(fb_swap_area(swap, 2, &area), FB_INVALID);
	made_lose(made, info);
	FB_FAILS(fb_swap_area(swap, 0, &area), FB_ABSENT);
	fb_swap_destroy(swap);
	made_kernel_destroy(made);
}

/* The number of a device is told; of a file it is not, and without it the rest of an area is. */
static void tells_devices_apart(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t count = made_alloc(made, 8), infos = made_alloc(made, 8);
	uint64_t info = made_alloc(made, 64), file = made_alloc(made, 64);
	uint64_t inode = made_alloc(made, 64), bdev = made_alloc_pages(made, 64);
	struct fb_swap_area area;
	struct fb_swap *swap;

	MADE_FIELD(made, swap_info_bdev, 0, 8);
	MADE_FIELD(made, swap_info_file, 8, 8);
	MADE_FIELD(made, swap_info_flags, 16, 8);
	MADE_FIELD(made, swap_info_priority, 24, 2);
	MADE_FIELD(made, swap_info_pages, 28, 4);
	MADE_FIELD(made, swap_info_used, 32, 8);
	MADE_FIELD(made, file_inode, 16, 8);
	MADE_FIELD(made, inode_mode, 4, 2);
	MADE_FIELD(made, bdev_number, 32, 4);
	made_symbols(made, (const char *const[]){"nr_swapfiles", "swap_info", NULL},
		     (const uint64_t[]){count, infos});
	made_put(made, count, 1, 4);
	made_put(made, infos, info, 8);
	MADE_SET(made, info, swap_info_bdev, bdev);
	MADE_SET(made, info, swap_info_file, file);
	MADE_SET(made, info, swap_info_flags, 3);
	MADE_SET(made, file, file_inode, inode);
	MADE_SET(made, inode, inode_mode, 0060600);
	MADE_SET(made, bdev, bdev_number, 254u << 20 | 17);
	FB_OK_FATAL(fb_swap_create(&made->kernel, &swap));
	FB_OK_FATAL(fb_swap_area(swap, 0, &area));
	CU_ASSERT_TRUE(!area.on_file && area.device == (254u << 20 | 17));
	MADE_SET(made, inode, inode_mode, 0100600);
	FB_OK_FATAL(fb_swap_area(swap, 0, &area));
	CU_ASSERT_TRUE(area.on_file && !area.device);
	MADE_SET(made, inode, inode_mode, 0060600);
	made_lose(made, bdev);
	FB_OK_FATAL(fb_swap_area(swap, 0, &area));
	CU_ASSERT_TRUE(!area.on_file && !area.device && area.file == file);
	fb_swap_destroy(swap);
	made_kernel_destroy(made);
}

/* Of two areas the first is a file, and the second a device: each is told by its own number, and each read counts. */
struct two {
	struct made_kernel *made;
	uint32_t area;
};

static struct fb_error *read_area(void *context)
{
	const struct two *two = context;
	uint8_t page[FB_PAGE_SIZE];
	struct fb_swap *swap;
	const char *detail;
	struct fb_error *err = fb_swap_create(&two->made->kernel, &swap);

	if (err)
		return err;
	err = fb_swap_read(swap, two->area, 5, page, &detail);
	fb_swap_destroy(swap);
	if (!fb_error_is(err, FB_ABSENT))
		return err;
	fb_error_destroy(err); /* on a disk */
	return NULL;
}

static void tells_areas_apart(void)
{
	struct two two = {.made = made_kernel_create()};
	struct made_kernel *made = two.made;
	uint64_t count = made_alloc(made, 8), infos = made_alloc(made, 16);
	uint64_t spaces = made_alloc(made, 16);

	MADE_FIELD(made, swap_info_bdev, 0, 8);
	MADE_FIELD(made, swap_info_file, 8, 8);
	MADE_FIELD(made, file_inode, 16, 8);
	MADE_FIELD(made, inode_mode, 4, 2);
	MADE_FIELD(made, address_space_pages, 8, 16);
	MADE_FIELD(made, block_device_disk, 0, 8);
	made_symbols(made,
		     (const char *const[]){"nr_swapfiles", "swap_info", "swapper_spaces", NULL},
		     (const uint64_t[]){count, infos, spaces});
	made_put(made, count, 2, 4);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t info = made_alloc(made, 64), file = made_alloc(made, 64);
		uint64_t inode = made_alloc(made, 64);

		made_put(made, infos + 8 * i, info, 8);
		MADE_SET(made, info, swap_info_bdev, 0x10);
		MADE_SET(made, info, swap_info_file, file);
		MADE_SET(made, file, file_inode, inode);
		MADE_SET(made, inode, inode_mode, i ? 0060600 : 0100600);
	}
	CU_ASSERT(failing_made_must_pass(made, read_area, &two) > 6);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	two.area = 1;
	CU_ASSERT(failing_made_must_pass(made, read_area, &two) > 7);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(made->warnings, 0), "swap area 1: "));
	made_kernel_destroy(made);
}

/* Each word of the pattern is the tag, and how far it stands from the region's start. */
static bool has_pattern(const uint8_t *page, uint64_t tag)
{
	uint64_t first, word;

	memcpy(&first, page, 8);
	for (size_t i = 0; i < FB_PAGE_SIZE; i += 8) {
		memcpy(&word, page + i, 8);
		if (word >> 40 != tag || word != first + i)
			return false;
	}
	return true;
}

static void check_real(const struct real_kernel *real)
{
	char *actors = real_kernel_file(real, NULL, "truth/actors");
	uint8_t page[FB_PAGE_SIZE];
	struct fb_swap *swap;
	unsigned found = 0;
	const char *detail;
	uint64_t tag;

	CU_ASSERT_PTR_NOT_NULL_FATAL(actors);
	CU_ASSERT_PTR_NOT_NULL_FATAL(strstr(actors, " PT="));
	tag = strtoull(strstr(actors, " PT=") + 4, NULL, 10) + PATTERN_BASE;
	FB_OK_FATAL(fb_swap_create(real->kernel, &swap));
	for (uint64_t offset = 0; offset < 98300 / 4; offset++) {
		struct fb_error *err = fb_swap_read(swap, 0, offset, page, &detail);

		if (!err && has_pattern(page, tag) && !strcmp(detail, "zram"))
			found++;
		if (!fb_error_is(err, FB_ABSENT))
			FB_OK(err);
		else
			fb_error_destroy(err);
	}
	CU_ASSERT_EQUAL(found, PATTERN_PAGES);
	fb_swap_destroy(swap);
	free(actors);
}

static void reads_real_zram(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/swap", FB_TEST(lives_without_swap), FB_TEST(leaves_files_alone),
	     FB_TEST(tells_of_areas), FB_TEST(tells_devices_apart), FB_TEST(tells_areas_apart),
	     FB_TEST(reads_real_zram))
