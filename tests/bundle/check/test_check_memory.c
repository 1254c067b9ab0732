// SPDX-License-Identifier: GPL-2.0-or-later
/* When memory is reported as exhausted, and who is named. */
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define MIB (1024ull * 1024)

static void a_zone_is_reported_below_its_watermarks(void)
{
	static struct fb_zone list[] = {
		{.name = "fine", .managed = 100, .free = 20, .min = 5, .low = 20},
		{.node = 1, .name = "lo\x1b", .managed = 100, .free = 19, .min = 5, .low = 20},
		{.node = 2, .name = "at", .managed = 100, .free = 5, .min = 5, .low = 20},
		{.node = 3, .name = "min", .managed = 100, .free = 4, .min = 5, .low = 20},
		{.name = "empty", .free = 0, .min = 5, .low = 20},
	};
	const struct fb_zones zones = {list, FB_ARRAY_SIZE(list)};
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_zones(&c.check, &zones));
	checked_expect(
		&c,
		"serious memory-low mem: zone lo\\x1b of node 1 has 76.0 KiB free, below its low "
		"watermark of 80.0 KiB\n"
		"serious memory-low mem: zone at of node 2 has 20.0 KiB free, below its low watermark of 80.0 KiB\n"
		"grave memory-low mem: zone min of node 3 has 16.0 KiB free, below its min watermark of 20.0 KiB\n");
	checked_end(&c);
}

static void expect_of(const struct fb_meminfo *meminfo, const struct fb_slab_usages *slabs,
		      const char *expected)
{
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_meminfo(&c.check, meminfo, slabs));
	checked_expect(&c, expected);
	checked_end(&c);
}

static void little_is_available(void)
{
	const struct fb_slab_usages none = {0};
	struct fb_meminfo meminfo = {.lines = {{"MemTotal", 1000 * MIB, false},
					       {"MemAvailable", 30 * MIB, false},
					       {"AnonPages", 700 * MIB, false},
					       {"Shmem", 20 * MIB, false},
					       {"Slab", 10 * MIB, false}},
				     .count = 5};

	expect_of(&meminfo, &none, "");
	meminfo.lines[1].value -= 1;
	expect_of(&meminfo, &none,
		  "serious memory-exhausted mem: 30.0 MiB of 1000 MiB of memory are available\n"
		  "\tAnonPages: 700 MiB\n\tShmem: 20.0 MiB\n\tSlab: 10.0 MiB\n");
	meminfo.count = 1;
	expect_of(&meminfo, &none, "");
	meminfo.count = 0;
	expect_of(&meminfo, &none, "");
}

static void swap_is_full(void)
{
	const struct fb_slab_usages none = {0};
	struct fb_meminfo meminfo = {.lines = {{"MemTotal", 1000 * MIB, false},
					       {"SwapTotal", 100 * MIB, false},
					       {"SwapFree", 3 * MIB, false}},
				     .count = 3};

	expect_of(&meminfo, &none, "");
	meminfo.lines[2].value -= 1;
	expect_of(&meminfo, &none, "notable swap-full mem: 3.00 MiB of 100 MiB of swap are free\n");
	meminfo.lines[1].value = 0; /* no swap at all */
	meminfo.lines[2].value = 0;
	expect_of(&meminfo, &none, "");
}

static void a_slab_cache_has_a_quarter(void)
{
	const struct fb_meminfo meminfo = {.lines = {{"MemTotal", 1000 * MIB, false}}, .count = 1};
	struct fb_slab_usage list[] = {{.name = "den\x1btry",
					.cache = {.size = 192},
					.counted = true,
					.objects = 1234567,
					.bytes = 250 * MIB},
				       {.name = "small", .counted = true, .bytes = 250 * MIB - 1},
				       {.name = "uncounted", .bytes = 900 * MIB}};
	const struct fb_slab_usages slabs = {list, FB_ARRAY_SIZE(list)};

	expect_of(
		&meminfo, &slabs,
		"serious slab-growth mem: slab cache den\\x1btry has 250 MiB, 25 % of all memory\n"
		"\tit has room for 1,234,567 objects of 192 bytes\n");
}

static void the_largest_processes_are_named(void)
{
	static struct fb_zone zone = {
		.name = "Normal", .managed = 100, .free = 0, .min = 1, .low = 2};
	const struct fb_zones zones = {&zone, 1};
	static const uint64_t pages[] = {10, 30, 20, 5, 40};
	struct checked c;

	checked_begin(&c);
	MADE_FIELD(c.made.made, mm_rss_stat, 0, 32);
	for (int32_t i = 0; i < 5; i++) {
		struct fb_task *task = made_waits_task(&c.made, i + 1, i + 1, "hog");

		task->mm = made_alloc(c.made.made, 64);
		made_put(c.made.made, task->mm, pages[i], 8);
	}
	made_waits_task(&c.made, 5, 6, "thread")->mm = c.made.list[4].mm;
	c.made.list[4].kernel_thread = true; /* it has borrowed the mm */
	FB_OK(fb_check_zones(&c.check, &zones));
	checked_expect(
		&c,
		"grave memory-low mem: zone Normal of node 0 has 0 B free, below its min watermark of 4.00 KiB\n"
		"\tprocess 2 hog has 120 KiB\n"
		"\tprocess 3 hog has 80.0 KiB\n"
		"\tprocess 1 hog has 40.0 KiB\n");
	checked_end(&c);
}

FB_TEST_MAIN("bundle/check_memory", FB_TEST(a_zone_is_reported_below_its_watermarks),
	     FB_TEST(little_is_available), FB_TEST(swap_is_full),
	     FB_TEST(a_slab_cache_has_a_quarter), FB_TEST(the_largest_processes_are_named))
