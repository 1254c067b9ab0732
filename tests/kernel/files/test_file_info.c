// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read of a struct file, and of the folders that tasks have. */
#include <string.h>

#include "kernel/files/path.h"
#include "tests/harness.h"
#include "tests/kernel/made_tree.h"

static void reads_files(void)
{
	struct fb_file_info info;
	struct made_tree tree;
	uint64_t file, inode;

	made_tree_create(&tree);
	file = made_file(tree.made, tree.mount, tree.file);
	FB_OK_FATAL(fb_file_info(&tree.made->kernel, file, &info));
	CU_ASSERT_EQUAL(info.inode, 13);
	CU_ASSERT_EQUAL(info.major, 254);
	CU_ASSERT_EQUAL(info.minor, 1);
	CU_ASSERT_EQUAL(info.mode, 0100644);
	CU_ASSERT_STRING_EQUAL(info.fs_type, "ext4");
	CU_ASSERT_EQUAL(info.path.dentry, tree.file);
	CU_ASSERT_EQUAL(info.path.mount, made_path(tree.made, tree.mount, 0).mount);
	memcpy(&inode, made_at(tree.made, file + 32), 8);
	CU_ASSERT_EQUAL(info.inode_address, inode);
	FB_FAILS_WITH(fb_file_info(&tree.made->kernel, 0, &info), FB_CORRUPT,
		      "file 0x0: no address");
	MADE_SET(tree.made, inode, inode_sb, 0x10);
	FB_FAILS_WITH(fb_file_info(&tree.made->kernel, file, &info), FB_CORRUPT,
		      "inode_sb is 0x10");
	MADE_SET(tree.made, file, file_inode, 0x20);
	FB_FAILS_WITH(fb_file_info(&tree.made->kernel, file, &info), FB_CORRUPT,
		      "file_inode is 0x20");
	tree.made->kernel.layout.file_path.found = false;
	FB_FAILS_WITH(fb_file_info(&tree.made->kernel, file, &info), FB_NOT_FOUND, "file_path");
	made_kernel_destroy(tree.made);
}

/* A type whose name is cut would be taken for another one. */
static void a_type_is_read_whole(void)
{
	struct made_tree tree;
	uint64_t name, superblock, type;
	char text[32];

	made_tree_create(&tree);
	name = made_alloc_pages(tree.made, 2 * FB_PAGE_SIZE) + FB_PAGE_SIZE - 4;
	memcpy(made_at(tree.made, name), "fuse", 4);
	memcpy(made_at(tree.made, name + 4), "blk", 4);
	superblock = made_alloc(tree.made, 64);
	type = made_alloc(tree.made, 64);
	MADE_SET(tree.made, superblock, super_block_type, type);
	MADE_SET(tree.made, type, file_system_type_name, name);
	FB_OK(fb_file_system_type(&tree.made->kernel, superblock, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "fuseblk");
	made_lose(tree.made, name + 4);
	FB_FAILS(fb_file_system_type(&tree.made->kernel, superblock, text, sizeof(text)),
		 FB_ABSENT);
	MADE_SET(tree.made, type, file_system_type_name, 0);
	FB_FAILS_WITH(fb_file_system_type(&tree.made->kernel, superblock, text, sizeof(text)),
		      FB_CORRUPT, "file_system_type_name");
	made_kernel_destroy(tree.made);
}

/* From 6.7 on the user's path of a file of a lower layer is preferred: where the bit says so, of either kernel, and
 * what stands there is a path. */
static void prefers_the_path_of_the_user(void)
{
	struct fb_path deep, user;
	struct made_tree tree;

	made_tree_create(&tree);
	deep = made_path(tree.made, tree.mount2, tree.deep);
	for (unsigned i = 0; i < 7; i++) {
		uint64_t file = made_file(tree.made, tree.mount, tree.file);
		bool wanted = i == 1 || i == 2;
		struct fb_file_info info;

		user = deep;
		if (i == 4)
			user.mount = 0x10;
		if (i == 5)
			user.dentry = 0x10;
		if (i == 6) { /* at the end of a page, behind which another is lost */
			file = made_alloc_pages(tree.made, 2 * FB_PAGE_SIZE) + FB_PAGE_SIZE - 96;
			memcpy(made_at(tree.made, file),
			       made_at(tree.made, made_file(tree.made, tree.mount, tree.file)), 96);
		}
		made_tree_back_file(&tree, file, user,
				    i == 0   ? 0
				    : i == 1 ? 1u << 25
				    : i == 3 ? ~(3u << 24)
					     : 1u << 24);
		if (i == 6)
			made_lose(tree.made, file + 96);
		FB_OK_FATAL(fb_file_info(&tree.made->kernel, file, &info));
		CU_ASSERT_EQUAL(info.inode, wanted ? 22 : 13);
		CU_ASSERT_EQUAL(info.major, wanted ? 0 : 254);
		CU_ASSERT_EQUAL(info.minor, wanted ? 23 : 1);
		CU_ASSERT_EQUAL(info.path.dentry, wanted ? tree.deep : tree.file);
		CU_ASSERT_EQUAL(info.path.mount,
				wanted ? deep.mount : made_path(tree.made, tree.mount, 0).mount);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(tree.made->warnings), 0);
	made_kernel_destroy(tree.made);
}

static void reads_roots_of_tasks(void)
{
	struct fb_path path;
	struct fb_task task = {.tid = 7};
	struct made_tree tree;
	uint64_t fs;

	made_tree_create(&tree);
	task.address = made_alloc(tree.made, 64);
	FB_FAILS_WITH(fb_path_task_root(&tree.made->kernel, &task, &path), FB_NOT_FOUND, "task 7");
	fs = made_alloc(tree.made, 64);
	MADE_SET(tree.made, task.address, task_fs, fs);
	MADE_SET(tree.made, fs + 8, path_dentry, tree.home);
	FB_OK(fb_path_task_root(&tree.made->kernel, &task, &path));
	CU_ASSERT_EQUAL(path.dentry, tree.home);
	CU_ASSERT_EQUAL(path.mount, 0);
	tree.made->kernel.layout.fs_root.found = false;
	FB_FAILS_WITH(fb_path_task_root(&tree.made->kernel, &task, &path), FB_NOT_FOUND, "fs_root");
	made_kernel_destroy(tree.made);
}

FB_TEST_MAIN("kernel/file_info", FB_TEST(reads_files), FB_TEST(a_type_is_read_whole),
	     FB_TEST(prefers_the_path_of_the_user), FB_TEST(reads_roots_of_tasks))
