// SPDX-License-Identifier: GPL-2.0-or-later
/* Which file systems are reported, and by what name. */
#include <errno.h>

#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define SB_RDONLY 1u
#define MNT_READONLY 0x40u

static void expect_of(const struct fb_superblock *superblock, uint64_t mount_flags, bool known,
		      const char *target, const char *expected)
{
	char path[] = "/srv/\x1b", *paths[] = {NULL, path};
	const struct fb_mount mount = {.flags = mount_flags,
				       .numbers_known = known,
				       .superblock = *superblock,
				       .target = paths[target != NULL]};
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_superblock(&c.check, &mount, superblock));
	checked_expect(&c, expected);
	checked_end(&c);
}

static void one_in_normal_use_is_not_reported(void)
{
	const struct fb_superblock superblock = {.address = 0x1000, .type = "ext4"};

	expect_of(&superblock, 0, true, "", "");
}

static void a_frozen_one_is(void)
{
	const struct fb_superblock superblock = {
		.address = 0x1000, .major = 253, .minor = 2, .type = "ext4", .freeze = 4};

	expect_of(&superblock, 0, true, "",
		  "grave frozen mounts: /srv/\\x1b (ext4, 253:2) is frozen\n"
		  "\tsuper_block 0x1000: s_writers.frozen is 4; who writes there waits\n");
	expect_of(&superblock, 0, true, NULL,
		  "grave frozen mounts: a file system (ext4, 253:2) is frozen\n"
		  "\tsuper_block 0x1000: s_writers.frozen is 4; who writes there waits\n");
}

static void and_one_that_failed_to_write(void)
{
	const struct fb_superblock superblock = {
		.address = 0x1000, .major = 8, .type = "xfs", .write_error = EIO};

	expect_of(
		&superblock, 0, true, "",
		"grave write-error mounts: /srv/\\x1b (xfs, 8:0) failed to write: Input/output error\n"
		"\tsuper_block 0x1000: s_wb_err has error 5\n");
}

static void read_only_counts_where_it_was_mounted_to_be_written(void)
{
	struct fb_superblock superblock = {.address = 0x1000, .flags = SB_RDONLY, .type = "ext4"};

	expect_of(&superblock, 0, true, "",
		  "grave read-only mounts: /srv/\\x1b (ext4, 0:0) became read-only\n"
		  "\tthe file system is read-only, although it was mounted to be written\n");
	expect_of(&superblock, MNT_READONLY, true, "", "");
	expect_of(&superblock, 0, false, "", ""); /* the mount's flags are lost */
	superblock.flags = 0;
	expect_of(&superblock, 0, true, "", "");
	superblock =
		(struct fb_superblock){.address = 0x1000, .flags = SB_RDONLY, .type = "squashfs"};
	expect_of(&superblock, 0, true, "", "");
}

static void one_that_no_known_mount_has_is_not_called_read_only(void)
{
	const struct fb_superblock superblock = {
		.address = 0x1000, .flags = SB_RDONLY, .type = "ext4"};
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_superblock(&c.check, NULL, &superblock));
	checked_expect(&c, "");
	checked_end(&c);
}

FB_TEST_MAIN("bundle/check_file_systems", FB_TEST(one_in_normal_use_is_not_reported),
	     FB_TEST(a_frozen_one_is), FB_TEST(and_one_that_failed_to_write),
	     FB_TEST(read_only_counts_where_it_was_mounted_to_be_written),
	     FB_TEST(one_that_no_known_mount_has_is_not_called_read_only))
