// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/meminfo of the sample, line by line where nothing moved between it and the panic; zones and counters. */
#include "kernel/memory/meminfo.h"

#include <inttypes.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/sample_kernel.h"

#define KIB 1024u

static void load(struct sample_kernel *sample, struct fb_zones *zones, struct fb_meminfo *meminfo)
{
	struct fb_memory_counters counters;

	FB_OK_FATAL(fb_zones_load(sample->kernel, zones));
	FB_OK_FATAL(fb_memory_counters_load(sample->kernel, &counters));
	FB_OK_FATAL(fb_meminfo_load(sample->kernel, &counters, zones, meminfo));
}

/* What a page that came or went in the last second does not change, as the guest's own /proc/meminfo had it. */
static void says_what_the_kernel_said(void)
{
	static const struct {
		const char *name;
		uint64_t value;
	} expected[] = {
		{"MemTotal", 121608 * KIB},
		{"SwapTotal", 65532 * KIB},
		{"SwapFree", 65020 * KIB},
		{"SwapCached", 0},
		{"Unevictable", 0},
		{"Mlocked", 0},
		{"Shmem", 564 * KIB},
		{"KernelStack", 1872 * KIB},
		{"SecPageTables", 0},
		{"Bounce", 0},
		{"WritebackTmp", 0},
		{"CommitLimit", 126336 * KIB},
		{"Percpu", 560 * KIB},
		{"AnonHugePages", 2048 * KIB},
		{"ShmemHugePages", 0},
		{"FilePmdMapped", 0},
		{"HugePages_Total", 0},
		{"HugePages_Free", 0},
		{"HugePages_Surp", 0},
		{"Hugepagesize", 2048 * KIB},
		{"Hugetlb", 0},
	};
	struct sample_kernel sample;
	struct fb_zones zones;
	struct fb_meminfo meminfo;
	uint64_t value;

	sample_kernel_open(&sample);
	load(&sample, &zones, &meminfo);
	for (size_t i = 0; i < FB_ARRAY_SIZE(expected); i++) {
		value = UINT64_MAX;
		CU_ASSERT(fb_meminfo_value(&meminfo, expected[i].name, &value));
		CU_ASSERT_EQUAL(value, expected[i].value);
	}
	CU_ASSERT_FALSE(fb_meminfo_value(&meminfo, "MemNone", &value));
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_zones_deinit(&zones);
	sample_kernel_close(&sample);
}

static uint64_t value_of(const struct fb_meminfo *meminfo, const char *name)
{
	uint64_t value = 0;

	CU_ASSERT(fb_meminfo_value(meminfo, name, &value));
	return value;
}

/* Sums that the kernel makes of the same counters, and what other structures say of the same pages. */
static void the_lines_agree_with_each_other(void)
{
	struct sample_kernel sample;
	struct fb_zones zones;
	struct fb_meminfo meminfo;
	struct fb_memory_counters counters;
	uint64_t free = 0, managed = 0, file;

	sample_kernel_open(&sample);
	load(&sample, &zones, &meminfo);
	for (size_t i = 0; i < zones.count; i++) {
		free += zones.zones[i].free * FB_PAGE_SIZE;
		managed += zones.zones[i].managed * FB_PAGE_SIZE;
	}
	CU_ASSERT_EQUAL(value_of(&meminfo, "MemFree"), free);
	CU_ASSERT_EQUAL(value_of(&meminfo, "MemTotal"), managed);
	CU_ASSERT_EQUAL(value_of(&meminfo, "Active"),
			value_of(&meminfo, "Active(anon)") + value_of(&meminfo, "Active(file)"));
	CU_ASSERT_EQUAL(value_of(&meminfo, "Inactive"),
			value_of(&meminfo, "Inactive(anon)") +
				value_of(&meminfo, "Inactive(file)"));
	CU_ASSERT_EQUAL(value_of(&meminfo, "Slab"),
			value_of(&meminfo, "SReclaimable") + value_of(&meminfo, "SUnreclaim"));
	FB_OK_FATAL(fb_memory_counters_load(sample.kernel, &counters));
	CU_ASSERT(fb_memory_counter(&counters, "NR_FILE_PAGES", &file));
	CU_ASSERT_EQUAL(file * FB_PAGE_SIZE, value_of(&meminfo, "Buffers") +
						     value_of(&meminfo, "Cached") +
						     value_of(&meminfo, "SwapCached"));
	/* As `mem` of this dump has shown them ever since; the guest's own were of a second before. */
	CU_ASSERT_EQUAL(value_of(&meminfo, "MemAvailable"), 74544 * KIB);
	CU_ASSERT_EQUAL(value_of(&meminfo, "Buffers"), 672 * KIB);
	CU_ASSERT_EQUAL(value_of(&meminfo, "Committed_AS"), 18576 * KIB);
	CU_ASSERT_EQUAL(value_of(&meminfo, "VmallocUsed"), 6776 * KIB);
	fb_zones_deinit(&zones);
	sample_kernel_close(&sample);
}

static void counters_are_found_by_name(void)
{
	struct sample_kernel sample;
	struct fb_memory_counters counters;
	uint64_t value = 7;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_memory_counters_load(sample.kernel, &counters));
	CU_ASSERT_EQUAL(counters.zone_count, 11);
	CU_ASSERT_EQUAL(counters.node_count, 43);
	CU_ASSERT_FALSE(fb_memory_counter(&counters, "NR_NOTHING", &value));
	CU_ASSERT_FALSE(fb_memory_counter(&counters, "NR_VM_NODE_STAT_ITEMS", &value));
	CU_ASSERT_EQUAL(value, 7);
	CU_ASSERT(fb_memory_counter(&counters, "NR_KERNEL_STACK_KB", &value));
	CU_ASSERT_EQUAL(value, 1872);
	sample_kernel_close(&sample);
}

static void zones_have_marks_and_free_pieces(void)
{
	struct sample_kernel sample;
	struct fb_zones zones;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_zones_load(sample.kernel, &zones));
	CU_ASSERT_EQUAL_FATAL(zones.count, 2);
	CU_ASSERT_STRING_EQUAL(zones.zones[0].name, "DMA");
	CU_ASSERT_STRING_EQUAL(zones.zones[1].name, "DMA32");
	for (size_t i = 0; i < zones.count; i++) {
		const struct fb_zone *zone = &zones.zones[i];
		uint64_t free = 0;

		CU_ASSERT_EQUAL(zone->node, 0);
		CU_ASSERT_EQUAL(zone->order_count, 11);
		for (uint32_t order = 0; order < zone->order_count; order++)
			free += zone->free_of_order[order] << order;
		CU_ASSERT_EQUAL(free, zone->free);
		CU_ASSERT(zone->min < zone->low && zone->low < zone->high);
		CU_ASSERT(zone->managed <= zone->present);
	}
	CU_ASSERT_EQUAL(zones.zones[0].managed, 3840);
	CU_ASSERT_EQUAL(zones.zones[0].min, 188);
	CU_ASSERT_EQUAL(zones.zones[0].low, 235);
	CU_ASSERT_EQUAL(zones.zones[0].high, 282);
	fb_zones_deinit(&zones);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_all(struct sample_kernel *sample, struct fb_buf *text,
				 bool *incomplete_ret FB_UNUSED)
{
	struct fb_zones zones = {0};
	struct fb_meminfo meminfo = {0};
	struct fb_memory_counters counters;
	struct fb_error *err = fb_zones_load(sample->kernel, &zones);

	if (!err)
		err = fb_memory_counters_load(sample->kernel, &counters);
	if (!err)
		err = fb_meminfo_load(sample->kernel, &counters, &zones, &meminfo);
	for (size_t i = 0; i < meminfo.count && !err; i++)
		err = fb_buf_printf(text, "%s %" PRIu64 "\n", meminfo.lines[i].name,
				    meminfo.lines[i].value);
	for (size_t i = 0; i < zones.count && !err; i++)
		err = fb_buf_printf(text, "%s %" PRIu64 " %" PRIu64 "\n", zones.zones[i].name,
				    zones.zones[i].free, zones.zones[i].high);
	fb_zones_deinit(&zones);
	return err;
}

static void a_failing_read_is_told(void)
{
	failing_reads_strictly(tell_all, 12);
}

FB_TEST_MAIN("kernel/meminfo", FB_TEST(says_what_the_kernel_said),
	     FB_TEST(the_lines_agree_with_each_other), FB_TEST(counters_are_found_by_name),
	     FB_TEST(zones_have_marks_and_free_pieces), FB_TEST(a_failing_read_is_told))
