// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths through made mounts: roots, deleted files, pseudo file systems, damage. */
#include "kernel/files/path.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_files.h"

/* / with home/user/file, and a second file system mounted on /home/user/mnt with sub/deep. */
struct tree {
	struct made_kernel *made;
	uint64_t sb, root, home, user, file, mnt;
	uint64_t sb2, root2, sub, deep;
	uint64_t mount, mount2;
};

static void plant(struct tree *tree)
{
	struct made_kernel *made = made_kernel_create();

	tree->made = made;
	made_files_members(made);
	tree->sb = made_superblock(made, "ext4", 254u << 20 | 1, &tree->root);
	tree->home = made_dentry(made, tree->sb, tree->root, "home", 11, 0040755);
	tree->user = made_dentry(made, tree->sb, tree->home, "user", 12, 0040755);
	tree->file = made_dentry(made, tree->sb, tree->user, "file", 13, 0100644);
	tree->mnt = made_dentry(made, tree->sb, tree->user, "mnt", 14, 0040755);
	tree->sb2 = made_superblock(made, "tmpfs", 23, &tree->root2);
	tree->sub = made_dentry(made, tree->sb2, tree->root2, "sub", 21, 0040755);
	tree->deep = made_dentry(made, tree->sb2, tree->sub, "deep\nend", 22, 0100644);
	tree->mount = made_mount(made, tree->root, 0, 0);
	tree->mount2 = made_mount(made, tree->root2, tree->mount, tree->mnt);
}

static void check(struct tree *tree, uint64_t mount, uint64_t dentry, const struct fb_path *root,
		  const char *expected)
{
	struct fb_path path = made_path(tree->made, mount, dentry);
	char text[FB_PATH_SIZE] = "untouched";

	FB_OK(fb_path_text(&tree->made->kernel, &path, root, text));
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void crosses_mounts(void)
{
	struct tree tree;

	plant(&tree);
	check(&tree, tree.mount, tree.root, NULL, "/");
	check(&tree, tree.mount, tree.file, NULL, "/home/user/file");
	check(&tree, tree.mount2, tree.root2, NULL, "/home/user/mnt");
	check(&tree, tree.mount2, tree.deep, NULL, "/home/user/mnt/sub/deep\nend");
	made_kernel_destroy(tree.made);
}

static void ends_at_the_root_of_the_asker(void)
{
	struct tree tree;
	struct fb_path root;

	plant(&tree);
	root = made_path(tree.made, tree.mount, tree.home);
	check(&tree, tree.mount, tree.file, &root, "/user/file");
	check(&tree, tree.mount2, tree.sub, &root, "/user/mnt/sub");
	check(&tree, tree.mount, tree.home, &root, "/");
	/* Outside it: up to the namespace's root. */
	check(&tree, tree.mount, tree.root, &root, "/");
	root = made_path(tree.made, tree.mount2, tree.sub);
	check(&tree, tree.mount2, tree.deep, &root, "/deep\nend");
	check(&tree, tree.mount, tree.file, &root, "/home/user/file");
	/* The same dentry through another mount is not the root. */
	root = made_path(tree.made, tree.mount2, tree.home);
	check(&tree, tree.mount, tree.file, &root, "/home/user/file");
	made_kernel_destroy(tree.made);
}

static void marks_what_is_deleted(void)
{
	struct tree tree;

	plant(&tree);
	made_delete(tree.made, tree.file);
	check(&tree, tree.mount, tree.file, NULL, "/home/user/file (deleted)");
	/* A root is in no hash, and is not deleted for that. */
	made_delete(tree.made, tree.root2);
	check(&tree, tree.mount2, tree.root2, NULL, "/home/user/mnt");
	made_kernel_destroy(tree.made);
}

static uint64_t pseudo(struct tree *tree, const char *type, const char *name, uint64_t inode,
		       uint64_t *mount_ret)
{
	uint64_t root, superblock = made_superblock(tree->made, type, 9, &root);
	uint64_t dentry = made_dentry(tree->made, superblock, 0, name, inode, 0100600);

	made_dname(tree->made, dentry);
	*mount_ret = made_mount(tree->made, root, 0, 0);
	return dentry;
}

static void names_pseudo_files(void)
{
	static const struct {
		const char *type, *name, *expected;
	} cases[] = {
		{"pipefs", "", "pipe:[4711]"},
		{"sockfs", "TCP", "socket:[4711]"},
		{"anon_inodefs", "[eventfd]", "anon_inode:[eventfd]"},
		{"pidfs", "", "anon_inode:[pidfd]"},
		{"tmpfs", "memfd:name", "/memfd:name (deleted)"},
		{"tmpfs", "dev/zero", "/dev/zero (deleted)"},
		{"tmpfs", "SYSV00000000", "/SYSV00000000 (deleted)"},
		{"dmabuf", "buffer", "/dmabuf:buffer"},
	};
	struct tree tree;

	plant(&tree);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		uint64_t mount, dentry;

		dentry = pseudo(&tree, cases[i].type, cases[i].name, 4711, &mount);
		check(&tree, mount, dentry, NULL, cases[i].expected);
	}
	made_kernel_destroy(tree.made);
}

static void names_namespaces(void)
{
	uint64_t mount, dentry, inode, ns, operations;
	struct tree tree;

	plant(&tree);
	dentry = pseudo(&tree, "nsfs", "", 4026531840u, &mount);
	ns = made_alloc(tree.made, 64);
	operations = made_alloc(tree.made, 64);
	memcpy(&inode, made_at(tree.made, dentry + 24), 8);
	MADE_SET(tree.made, inode, inode_private, ns);
	MADE_SET(tree.made, ns, ns_common_ops, operations);
	MADE_SET(tree.made, operations, ns_operations_name, made_string(tree.made, "net"));
	check(&tree, mount, dentry, NULL, "net:[4026531840]");
	made_kernel_destroy(tree.made);
}

static void fails(struct tree *tree, uint64_t mount, uint64_t dentry, enum fb_code code)
{
	struct fb_path path = made_path(tree->made, mount, dentry);
	char text[FB_PATH_SIZE] = "untouched";

	FB_FAILS(fb_path_text(&tree->made->kernel, &path, NULL, text), code);
	CU_ASSERT_STRING_EQUAL(text, "untouched");
}

static void survives_damage(void)
{
	uint64_t loop;
	struct tree tree;

	plant(&tree);
	fails(&tree, tree.mount, 17, FB_CORRUPT);
	fails(&tree, 0, tree.file, FB_FAULT);
	/* Two directories within each other: as long as a path can be. */
	MADE_SET(tree.made, tree.home, dentry_parent, tree.user);
	fails(&tree, tree.mount, tree.file, FB_LIMIT);
	MADE_SET(tree.made, tree.home, dentry_parent, 0x1000);
	fails(&tree, tree.mount, tree.file, FB_CORRUPT);
	MADE_SET(tree.made, tree.home, dentry_parent, tree.root);
	MADE_SET(tree.made, tree.home, dentry_name_length, 0x7fffffff);
	fails(&tree, tree.mount, tree.file, FB_LIMIT);
	MADE_SET(tree.made, tree.home, dentry_name_length, 4);
	/* Two mounts upon each other's root. */
	loop = made_mount(tree.made, tree.root2, tree.mount2, tree.root2);
	MADE_SET(tree.made, tree.mount2, mount_parent, loop);
	MADE_SET(tree.made, tree.mount2, mount_mountpoint, tree.root2);
	fails(&tree, tree.mount2, tree.sub, FB_CORRUPT);
	made_lose(tree.made, tree.home);
	fails(&tree, tree.mount, tree.file, FB_ABSENT);
	made_kernel_destroy(tree.made);
}

static void says_which_member_is_missing(void)
{
	struct tree tree;
	struct fb_path path;
	char text[FB_PATH_SIZE];

	plant(&tree);
	tree.made->kernel.layout.mount_mnt.found = false;
	path = made_path(tree.made, tree.mount, tree.file);
	FB_FAILS_WITH(fb_path_text(&tree.made->kernel, &path, NULL, text), FB_NOT_FOUND,
		      "mount_mnt");
	made_kernel_destroy(tree.made);
}

static void reads_files(void)
{
	struct fb_file_info info;
	struct tree tree;
	uint64_t file;

	plant(&tree);
	file = made_file(tree.made, tree.mount, tree.file);
	FB_OK_FATAL(fb_file_info(&tree.made->kernel, file, &info));
	CU_ASSERT_EQUAL(info.inode, 13);
	CU_ASSERT_EQUAL(info.major, 254);
	CU_ASSERT_EQUAL(info.minor, 1);
	CU_ASSERT_EQUAL(info.mode, 0100644);
	CU_ASSERT_STRING_EQUAL(info.fs_type, "ext4");
	CU_ASSERT_EQUAL(info.path.dentry, tree.file);
	FB_FAILS(fb_file_info(&tree.made->kernel, 0, &info), FB_CORRUPT);
	made_kernel_destroy(tree.made);
}

/* A type whose name is cut would be taken for another one. */
static void a_type_is_read_whole(void)
{
	struct tree tree;
	uint64_t name, superblock, type;
	char text[32];

	plant(&tree);
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

/* From 6.7 on the user's path of a file of a lower layer stands behind the struct file. */
static void prefers_the_path_of_the_user(void)
{
	struct fb_file_info info;
	struct tree tree;
	uint64_t file;

	plant(&tree);
	MADE_FIELD(tree.made, backing_file_user_path, 96, 16);
	file = made_file(tree.made, tree.mount, tree.file);
	MADE_SET(tree.made, file + 96, path_mnt,
		 made_path(tree.made, tree.mount2, tree.deep).mount);
	MADE_SET(tree.made, file + 96, path_dentry, tree.deep);
	FB_OK_FATAL(fb_file_info(&tree.made->kernel, file, &info));
	CU_ASSERT_EQUAL(info.inode, 13);
	MADE_SET(tree.made, file, file_mode, 1u << 25);
	FB_OK_FATAL(fb_file_info(&tree.made->kernel, file, &info));
	CU_ASSERT_EQUAL(info.inode, 22);
	CU_ASSERT_EQUAL(info.minor, 23);
	CU_ASSERT_EQUAL(info.path.dentry, tree.deep);
	made_kernel_destroy(tree.made);
}

static void reads_roots_of_tasks(void)
{
	struct fb_path path;
	struct fb_task task = {.tid = 7};
	struct tree tree;
	uint64_t fs;

	plant(&tree);
	task.address = made_alloc(tree.made, 64);
	FB_FAILS_WITH(fb_path_task_root(&tree.made->kernel, &task, &path), FB_NOT_FOUND, "task 7");
	fs = made_alloc(tree.made, 64);
	MADE_SET(tree.made, task.address, task_fs, fs);
	MADE_SET(tree.made, fs + 8, path_dentry, tree.home);
	FB_OK(fb_path_task_root(&tree.made->kernel, &task, &path));
	CU_ASSERT_EQUAL(path.dentry, tree.home);
	made_kernel_destroy(tree.made);
}

static void mangles(void)
{
	char text[16];

	CU_ASSERT_STRING_EQUAL(fb_path_mangle("a\nb", "\n", text, sizeof(text)), "a\\012b");
	CU_ASSERT_STRING_EQUAL(fb_path_mangle("a b\\", " \\", text, sizeof(text)), "a\\040b\\134");
	CU_ASSERT_STRING_EQUAL(fb_path_mangle("ab\nc", "\n", text, 6), "ab");
	CU_ASSERT_STRING_EQUAL(fb_path_mangle("abc", "\n", text, 3), "ab");
	CU_ASSERT_STRING_EQUAL(fb_path_mangle("abc", "\n", text, 1), "");
}

/* Where the mount, or a directory on the way, is lost, what is left is shown and marked. */
static void shows_what_is_left(void)
{
	char text[FB_PATH_SIZE] = "untouched";
	struct fb_path path;
	struct tree tree;
	uint64_t lost;

	plant(&tree);
	lost = made_alloc_pages(tree.made, FB_PAGE_SIZE);
	made_lose(tree.made, lost);
	lost += 256;
	check(&tree, lost, tree.file, NULL, "\xe2\x80\xa6/home/user/file, mount unknown");
	path = made_path(tree.made, lost, tree.file);
	FB_FAILS(fb_path_text_whole(&tree.made->kernel, &path, NULL, text), FB_ABSENT);
	CU_ASSERT_STRING_EQUAL(text, "untouched");
	MADE_SET(tree.made, tree.user, dentry_parent, lost);
	check(&tree, tree.mount, tree.file, NULL, "\xe2\x80\xa6/user/file, mount unknown");
	/* Of a root whose mount is lost nothing is left. */
	path = made_path(tree.made, lost, tree.root);
	FB_FAILS(fb_path_text(&tree.made->kernel, &path, NULL, text), FB_ABSENT);
	CU_ASSERT_STRING_EQUAL(text, "untouched");
	made_kernel_destroy(tree.made);
}

FB_TEST_MAIN("kernel/path", FB_TEST(crosses_mounts), FB_TEST(ends_at_the_root_of_the_asker),
	     FB_TEST(marks_what_is_deleted), FB_TEST(names_pseudo_files), FB_TEST(names_namespaces),
	     FB_TEST(survives_damage), FB_TEST(shows_what_is_left),
	     FB_TEST(says_which_member_is_missing), FB_TEST(reads_files),
	     FB_TEST(a_type_is_read_whole), FB_TEST(prefers_the_path_of_the_user),
	     FB_TEST(reads_roots_of_tasks), FB_TEST(mangles))
