// SPDX-License-Identifier: GPL-2.0-or-later
/* From a made address_space to its file: its name, file system and inode; and what is no address_space. */
#include "kernel/files/page_file.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"

#define ALIAS 56u /* dentry.d_u.d_alias */

struct page_file_world {
	struct made_kernel *made;
	uint64_t mapping, inode, file;
};

static void begin(struct page_file_world *world)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t root, superblock, folder;

	world->made = made;
	made_files_members(made);
	MADE_FIELD(made, super_block_flags, 16, 8);
	MADE_FIELD(made, super_block_frozen, 24, 4);
	MADE_FIELD(made, address_space_host, 0, 8);
	MADE_FIELD(made, inode_dentries, 40, 8);
	MADE_FIELD(made, dentry_alias, ALIAS, 16);
	superblock = made_superblock(made, "ext4", 8u << 20 | 1, &root);
	folder = made_dentry(made, superblock, root, "usr", 11, 0040755);
	world->file = made_dentry(made, superblock, folder, "lib.so", 4711, 0100644);
	memcpy(&world->inode, made_at(made, world->file + made->kernel.layout.dentry_inode.offset),
	       8);
	MADE_SET(made, world->inode, inode_dentries, world->file + ALIAS);
	world->mapping = made_alloc(made, 64);
	MADE_SET(made, world->mapping, address_space_host, world->inode);
}

static void finds_the_file(void)
{
	struct page_file_world world;
	struct fb_page_file file;

	begin(&world);
	FB_OK_FATAL(fb_page_file_read(&world.made->kernel, world.mapping, &file));
	CU_ASSERT_EQUAL(file.inode_address, world.inode);
	CU_ASSERT_EQUAL(file.inode, 4711);
	CU_ASSERT_EQUAL(file.superblock.major, 8);
	CU_ASSERT_EQUAL(file.superblock.minor, 1);
	CU_ASSERT_STRING_EQUAL(file.superblock.type, "ext4");
	CU_ASSERT_STRING_EQUAL(file.path, "/usr/lib.so");
	made_kernel_destroy(world.made);
}

/* The names of an inode go when memory is short, and may be broken: the file is still known by its number. */
static void a_file_without_a_name_has_its_number(void)
{
	struct page_file_world world;
	const uint64_t wrong[] = {0, 8, UINT64_MAX, MADE_BASE + MADE_BYTES};
	struct fb_page_file file;

	begin(&world);
	for (size_t i = 0; i < FB_ARRAY_SIZE(wrong); i++) {
		MADE_SET(world.made, world.inode, inode_dentries, wrong[i]);
		FB_OK_FATAL(fb_page_file_read(&world.made->kernel, world.mapping, &file));
		CU_ASSERT_EQUAL(file.inode, 4711);
		CU_ASSERT_STRING_EQUAL(file.path, "");
	}
	/* A name that is its own folder's: a circle. */
	MADE_SET(world.made, world.inode, inode_dentries, world.file + ALIAS);
	MADE_SET(world.made, world.file, dentry_parent, world.file);
	MADE_SET(world.made, world.file, dentry_name_length, UINT32_MAX);
	FB_OK(fb_page_file_read(&world.made->kernel, world.mapping, &file));
	CU_ASSERT_EQUAL(file.inode, 4711);
	world.made->kernel.layout.dentry_alias.found = false;
	FB_OK(fb_page_file_read(&world.made->kernel, world.mapping, &file));
	CU_ASSERT_STRING_EQUAL(file.path, "");
	made_kernel_destroy(world.made);
}

static void says_what_is_no_file(void)
{
	struct page_file_world world;
	struct fb_page_file file;

	begin(&world);
	FB_FAILS_WITH(fb_page_file_read(&world.made->kernel, MADE_BASE + MADE_BYTES, &file),
		      FB_FAULT, "nothing at");
	MADE_SET(world.made, world.mapping, address_space_host,
		 0); /* of the swap cache, or a device's */
	FB_FAILS_WITH(fb_page_file_read(&world.made->kernel, world.mapping, &file), FB_CORRUPT,
		      "is of no inode");
	MADE_SET(world.made, world.mapping, address_space_host, 0x1234);
	FB_FAILS_WITH(fb_page_file_read(&world.made->kernel, world.mapping, &file), FB_CORRUPT,
		      "is of no inode");
	MADE_SET(world.made, world.mapping, address_space_host, world.inode);
	MADE_SET(world.made, world.inode, inode_sb, 16);
	FB_FAILS(fb_page_file_read(&world.made->kernel, world.mapping, &file), FB_CORRUPT);
	made_kernel_destroy(world.made);
}

static struct fb_error *ask(void *context)
{
	struct page_file_world *world = context;
	struct fb_page_file file;

	return fb_page_file_read(&world->made->kernel, world->mapping, &file);
}

static void fatal_errors_pass(void)
{
	struct page_file_world world;

	begin(&world);
	CU_ASSERT(failing_made_must_pass(world.made, ask, &world) > 10);
	made_kernel_destroy(world.made);
}

FB_TEST_MAIN("kernel/page_file", FB_TEST(finds_the_file),
	     FB_TEST(a_file_without_a_name_has_its_number), FB_TEST(says_what_is_no_file),
	     FB_TEST(fatal_errors_pass))
