// SPDX-License-Identifier: GPL-2.0-or-later
/* Disks of a made kernel, each of whose lists breaks in turn; and those of the sample. */
#include "kernel/block/disk.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/block/made_disks.h"
#include "tests/kernel/sample_kernel.h"

#define ALL (FB_DISK_BY_CLASS | FB_DISK_BY_INODE | FB_DISK_BY_BDI)

static void check(const struct made_disks *scene, unsigned sources)
{
	struct fb_disks disks;
	const struct fb_disk *disk = NULL;

	FB_OK_FATAL(fb_disks_load(&scene->made->kernel, &disks));
	CU_ASSERT_EQUAL_FATAL(disks.count, 2);
	CU_ASSERT_STRING_EQUAL(disks.disks[0].whole.name, "loop7");
	CU_ASSERT_STRING_EQUAL(disks.disks[1].whole.name, "sda");
	CU_ASSERT_EQUAL(disks.disks[1].sources, sources);
	CU_ASSERT_EQUAL(disks.disks[1].whole.sectors, 1000000);
	CU_ASSERT_EQUAL_FATAL(disks.disks[1].partition_count, 1);
	CU_ASSERT_STRING_EQUAL(disks.disks[1].partitions[0].name, "sda1");
	CU_ASSERT_EQUAL(disks.disks[1].partitions[0].start, 2048);
	CU_ASSERT_EQUAL(disks.disks[1].partitions[0].sectors, 500000);
	CU_ASSERT_EQUAL(disks.disks[0].partition_count, 0);
	CU_ASSERT_PTR_EQUAL(fb_disks_by_queue(&disks, scene->queue[0]), &disks.disks[1]);
	CU_ASSERT_PTR_EQUAL(fb_disks_by_address(&disks, scene->disk[1]), &disks.disks[0]);
	CU_ASSERT_PTR_EQUAL(fb_disks_by_number(&disks, 8, 1, &disk), disks.disks[1].partitions);
	CU_ASSERT_PTR_EQUAL(disk, &disks.disks[1]);
	CU_ASSERT_PTR_NULL(fb_disks_by_number(&disks, 8, 2, &disk));
	fb_disks_deinit(&disks);
}

static void all_lists_lead_to_them(void)
{
	struct made_disks scene;

	made_disks_create(&scene);
	check(&scene, ALL);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	made_kernel_destroy(scene.made);
}

/* The first disk stands first in each list; where its entry is lost, that list leads to no disk. */
static void one_list_suffices(void)
{
	for (unsigned kept = 0; kept < 3; kept++) {
		struct made_disks scene;

		made_disks_create(&scene);
		if (kept != 0)
			made_put(scene.made, scene.class_devices, 0, 8);
		if (kept != 1)
			made_put(scene.made, scene.inodes, 16, 8);
		if (kept != 2)
			made_put(scene.made, scene.bdis, 0, 8);
		check(&scene, 1u << kept);
		CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 2);
		made_kernel_destroy(scene.made);
	}
}

static void lists_that_lead_round_end(void)
{
	struct made_disks scene;
	uint64_t entry;

	made_disks_create(&scene);
	entry = scene.bdi[0] + scene.made->kernel.layout.bdi_list.offset;
	made_put(scene.made, entry, entry, 8);
	check(&scene, ALL);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);
}

static void what_is_no_disk_is_left_out(void)
{
	struct made_disks scene;
	struct fb_disks disks;

	made_disks_create(&scene);
	MADE_SET(scene.made, scene.disk[1], gendisk_part0, scene.bdev[0]);
	FB_OK_FATAL(fb_disks_load(&scene.made->kernel, &disks));
	CU_ASSERT_EQUAL_FATAL(disks.count, 1);
	CU_ASSERT_STRING_EQUAL(disks.disks[0].whole.name, "sda");
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_disks_deinit(&disks);
	made_kernel_destroy(scene.made);
}

/* The numbers that devices themselves have: a damaged one of a whole disk does not make it a partition. */
static void numbers_of_devices(void)
{
	struct fb_disks disks;
	struct made_disks scene;

	made_disks_create(&scene);
	MADE_SET(scene.made, scene.bdev[0], bdev_flags, 7);
	MADE_SET(scene.made, scene.partition, bdev_flags, 3);
	FB_OK_FATAL(fb_disks_load(&scene.made->kernel, &disks));
	CU_ASSERT_STRING_EQUAL(disks.disks[1].whole.name, "sda");
	CU_ASSERT_STRING_EQUAL(disks.disks[1].partitions[0].name, "sda3");
	fb_disks_deinit(&disks);
	made_kernel_destroy(scene.made);
}

static void a_lost_partition_costs_itself(void)
{
	struct made_disks scene;
	struct fb_disks disks;

	made_disks_create(&scene);
	made_lose(scene.made, scene.partition);
	FB_OK_FATAL(fb_disks_load(&scene.made->kernel, &disks));
	CU_ASSERT_EQUAL_FATAL(disks.count, 2);
	CU_ASSERT_EQUAL_FATAL(disks.disks[1].partition_count, 1);
	CU_ASSERT_FALSE(disks.disks[1].partitions[0].known);
	CU_ASSERT_STRING_EQUAL(disks.disks[1].partitions[0].name, "sda1");
	CU_ASSERT_TRUE(disks.disks[1].whole.known);
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	fb_disks_deinit(&disks);
	made_kernel_destroy(scene.made);
}

static void reads_flags_and_counters(void)
{
	struct made_disks scene;
	struct fb_disks disks;
	uint64_t stats;

	made_disks_create(&scene);
	MADE_SET(scene.made, scene.bdev[0], bdev_flags, 1u << 8);
	MADE_SET(scene.made, scene.disk[1], gendisk_state, 1u << 2);
	memcpy(&stats, made_at(scene.made, scene.bdev[0] + 24), 8);
	made_put(scene.made, stats + 64 + 8, 17, 8); /* writes */
	made_put(scene.made, stats + 136, 3, 8);
	made_put(scene.made, stats + 144, UINT64_MAX, 8); /* one fewer */
	FB_OK_FATAL(fb_disks_load(&scene.made->kernel, &disks));
	CU_ASSERT_EQUAL_FATAL(disks.count, 2);
	CU_ASSERT_TRUE(disks.disks[1].whole.read_only);
	CU_ASSERT_FALSE(disks.disks[1].dead);
	CU_ASSERT_TRUE(disks.disks[1].whole.stats.known);
	CU_ASSERT_EQUAL(disks.disks[1].whole.stats.of[FB_DISK_WRITE].completed, 17);
	CU_ASSERT_EQUAL(disks.disks[1].whole.stats.of[FB_DISK_READ].completed, 0);
	CU_ASSERT_EQUAL(disks.disks[1].whole.stats.in_flight, 2);
	CU_ASSERT_TRUE(disks.disks[0].dead);
	CU_ASSERT_FALSE(disks.disks[0].whole.read_only);
	fb_disks_deinit(&disks);
	made_kernel_destroy(scene.made);
}

static void finds_those_of_the_sample(void)
{
	struct sample_kernel sample;
	struct fb_disks disks;
	const struct fb_disk *disk = NULL;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_disks_load(sample.kernel, &disks));
	CU_ASSERT_EQUAL(disks.count, 12);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_disks_by_number(&disks, 254, 0, &disk));
	CU_ASSERT_STRING_EQUAL(disk->whole.name, "vda");
	CU_ASSERT_STRING_EQUAL(disk->driver, "virtio_blk");
	CU_ASSERT_EQUAL(disk->sources, ALL);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_disks_deinit(&disks);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/disks", FB_TEST(all_lists_lead_to_them), FB_TEST(one_list_suffices),
	     FB_TEST(lists_that_lead_round_end), FB_TEST(what_is_no_disk_is_left_out),
	     FB_TEST(numbers_of_devices), FB_TEST(a_lost_partition_costs_itself),
	     FB_TEST(reads_flags_and_counters), FB_TEST(finds_those_of_the_sample))
