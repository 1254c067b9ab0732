// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths through made mounts: roots, deleted files, pseudo file systems, damage. */
#include "kernel/files/path.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_tree.h"

static void check(struct made_tree *tree, uint64_t mount, uint64_t dentry,
		  const struct fb_path *root, const char *expected)
{
	struct fb_path path = made_path(tree->made, mount, dentry);
	char text[FB_PATH_SIZE] = "untouched";

	FB_OK(fb_path_text(&tree->made->kernel, &path, root, text));
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void crosses_mounts(void)
{
	struct made_tree tree;

	made_tree_create(&tree);
	check(&tree, tree.mount, tree.root, NULL, "/");
	check(&tree, tree.mount, tree.file, NULL, "/home/user/file");
	check(&tree, tree.mount2, tree.root2, NULL, "/home/user/mnt");
	check(&tree, tree.mount2, tree.deep, NULL, "/home/user/mnt/sub/deep\nend");
	made_kernel_destroy(tree.made);
}

static void ends_at_the_root_of_the_asker(void)
{
	struct made_tree tree;
	struct fb_path root;

	made_tree_create(&tree);
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
	struct made_tree tree;

	made_tree_create(&tree);
	made_delete(tree.made, tree.file);
	check(&tree, tree.mount, tree.file, NULL, "/home/user/file (deleted)");
	/* A root is in no hash, and is not deleted for that. */
	made_delete(tree.made, tree.root2);
	check(&tree, tree.mount2, tree.root2, NULL, "/home/user/mnt");
	made_kernel_destroy(tree.made);
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
	struct made_tree tree;

	made_tree_create(&tree);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		uint64_t mount, dentry;

		dentry = made_tree_pseudo(&tree, cases[i].type, cases[i].name, 4711, &mount);
		check(&tree, mount, dentry, NULL, cases[i].expected);
	}
	made_kernel_destroy(tree.made);
}

static void names_namespaces(void)
{
	uint64_t mount, dentry;
	struct made_tree tree;

	made_tree_create(&tree);
	dentry = made_tree_namespace(&tree, &mount);
	check(&tree, mount, dentry, NULL, "net:[4026531840]");
	made_kernel_destroy(tree.made);
}

static void fails(struct made_tree *tree, uint64_t mount, uint64_t dentry, enum fb_code code)
{
	struct fb_path path = made_path(tree->made, mount, dentry);
	char text[FB_PATH_SIZE] = "untouched";

	FB_FAILS(fb_path_text(&tree->made->kernel, &path, NULL, text), code);
	CU_ASSERT_STRING_EQUAL(text, "untouched");
}

static void survives_damage(void)
{
	uint64_t loop;
	struct made_tree tree;

	made_tree_create(&tree);
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
	struct made_tree tree;
	struct fb_path path;
	char text[FB_PATH_SIZE];

	made_tree_create(&tree);
	tree.made->kernel.layout.mount_mnt.found = false;
	path = made_path(tree.made, tree.mount, tree.file);
	FB_FAILS_WITH(fb_path_text(&tree.made->kernel, &path, NULL, text), FB_NOT_FOUND,
		      "mount_mnt");
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
	/* As much as fits, and no part of an escape. */
	for (size_t size = 1; size <= 9; size++) {
		static const size_t lengths[] = {0, 0, 1, 1, 1, 1, 5, 6, 6, 6};

		memset(text, 'z', sizeof(text));
		CU_ASSERT_PTR_EQUAL(fb_path_mangle("a\377c", "\377", text, size), text);
		CU_ASSERT_EQUAL(strlen(text), lengths[size]);
		CU_ASSERT_EQUAL(memcmp(text, "a\\377c", lengths[size]), 0);
		CU_ASSERT_EQUAL(text[lengths[size] + 1], 'z');
	}
	memcpy(text, "kept", 5);
	CU_ASSERT_STRING_EQUAL(fb_path_mangle("abc", "\n", text, 0), "kept");
}

/* Where the mount, or a directory on the way, is lost, what is left is shown and marked. */
static void shows_what_is_left(void)
{
	char text[FB_PATH_SIZE] = "untouched";
	struct fb_path path;
	struct made_tree tree;
	uint64_t lost;

	made_tree_create(&tree);
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

/* Succeeds with a text that fills its room, where code is 0. */
static void expect_length(struct fb_error *err, enum fb_code code, const char *text)
{
	if (code) {
		FB_FAILS(err, code);
		return;
	}
	FB_OK(err);
	CU_ASSERT_EQUAL(strlen(text), FB_PATH_SIZE - 1);
}

/* A name of so many bytes, in the root of the tree. */
static uint64_t long_name(struct made_tree *tree, size_t length)
{
	static char name[FB_PATH_SIZE + 1];

	memset(name, 'n', sizeof(name));
	name[length] = '\0';
	return made_dentry(tree->made, tree->sb, tree->root, name, 31, 0100644);
}

/* A text fills all of its room but for the NUL at the end, and what stands before and behind a name counts. */
static void texts_have_their_most(void)
{
	const size_t most = FB_PATH_SIZE - 2, mark = strlen(" (deleted)");
	const size_t lost_most = FB_PATH_SIZE - 1 - strlen("\xe2\x80\xa6/, mount unknown");
	char text[FB_PATH_SIZE];
	struct fb_path path;
	struct made_tree tree;
	uint64_t lost;

	made_tree_create(&tree);
	for (size_t more = 0; more < 2; more++) {
		enum fb_code code = more ? FB_LIMIT : 0;
		uint64_t dentry = long_name(&tree, most + more);

		path = made_path(tree.made, tree.mount, dentry);
		expect_length(fb_path_text(&tree.made->kernel, &path, NULL, text), code, text);
		expect_length(fb_path_in_file_system(&tree.made->kernel, dentry, text), code, text);
		path.dentry = long_name(&tree, most - mark + more);
		made_delete(tree.made, path.dentry);
		expect_length(fb_path_text(&tree.made->kernel, &path, NULL, text), code, text);
	}
	lost = made_alloc_pages(tree.made, FB_PAGE_SIZE);
	made_lose(tree.made, lost);
	for (size_t more = 0; more < 2; more++) {
		path = made_path(tree.made, lost, long_name(&tree, lost_most + more));
		expect_length(fb_path_text(&tree.made->kernel, &path, NULL, text),
			      more ? FB_ABSENT : 0, text);
	}
	made_kernel_destroy(tree.made);
}

/* Paths of a file system alone: neither mounts nor deletion are looked at. */
static void names_within_a_file_system(void)
{
	uint64_t mount, dentry;
	char text[FB_PATH_SIZE];
	struct made_tree tree;

	made_tree_create(&tree);
	made_delete(tree.made, tree.deep);
	dentry = made_tree_pseudo(&tree, "pipefs", "", 4711, &mount);
	FB_OK(fb_path_in_file_system(&tree.made->kernel, tree.root2, text));
	CU_ASSERT_STRING_EQUAL(text, "/");
	FB_OK(fb_path_in_file_system(&tree.made->kernel, tree.deep, text));
	CU_ASSERT_STRING_EQUAL(text, "/sub/deep\nend");
	FB_OK(fb_path_in_file_system(&tree.made->kernel, dentry, text));
	CU_ASSERT_STRING_EQUAL(text, "pipe:[4711]");
	MADE_SET(tree.made, tree.sub, dentry_parent, 0x10);
	FB_FAILS_WITH(fb_path_in_file_system(&tree.made->kernel, tree.deep, text), FB_CORRUPT,
		      "dentry_parent is 0x10");
	made_kernel_destroy(tree.made);
}

/* A dentry that names itself is no pseudo file where it is the root of the mount it is seen through, and its own
 * parent: all three count. A mount that is lost costs a pseudo file nothing. */
static void tells_pseudo_files_from_roots(void)
{
	uint64_t mount, root, lost;
	struct made_tree tree;

	made_tree_create(&tree);
	made_superblock(tree.made, "tmpfs", 9, &root);
	made_dname(tree.made, root);
	mount = made_mount(tree.made, root, 0, 0);
	check(&tree, mount, root, NULL, "/");
	check(&tree, tree.mount, root, NULL, "// (deleted)");
	lost = made_alloc_pages(tree.made, FB_PAGE_SIZE);
	made_lose(tree.made, lost);
	check(&tree, lost, root, NULL, "// (deleted)");
	made_dname(tree.made, tree.file);
	check(&tree, made_mount(tree.made, tree.file, 0, 0), tree.file, NULL, "/file (deleted)");
	made_kernel_destroy(tree.made);
}

struct question {
	struct made_kernel *made;
	struct fb_path path; /* dentry 0: file is asked for */
	uint64_t file;
	bool within; /* its file system */
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct fb_kernel *kernel = &question->made->kernel;
	struct fb_task task = {.address = question->file};
	char text[FB_PATH_SIZE];
	struct fb_file_info info;
	struct fb_path root;

	if (question->within)
		return fb_path_in_file_system(kernel, question->path.dentry, text);
	if (question->path.dentry)
		return fb_path_text(kernel, &question->path, NULL, text);
	return question->path.mount ? fb_path_task_root(kernel, &task, &root)
				    : fb_file_info(kernel, question->file, &info);
}

static void what_is_fatal_passes(void)
{
	uint64_t mount, dentry, namespace;
	struct question questions[7];
	struct made_tree tree;

	made_tree_create(&tree);
	made_delete(tree.made, tree.deep);
	dentry = made_tree_pseudo(&tree, "pipefs", "", 4711, &mount);
	namespace = made_tree_namespace(&tree, &mount);
	for (size_t i = 0; i < FB_ARRAY_SIZE(questions); i++)
		questions[i] = (struct question){.made = tree.made, .within = i == 1 || i == 3};
	questions[0].path = made_path(tree.made, tree.mount2, tree.deep);
	questions[1].path = questions[0].path;
	questions[2].path = questions[3].path = made_path(tree.made, mount, dentry);
	questions[4].path = made_path(tree.made, mount, namespace);
	questions[5].file = made_file(tree.made, tree.mount, tree.file);
	made_tree_back_file(&tree, questions[5].file, made_path(tree.made, tree.mount2, tree.deep),
			    1u << 25);
	questions[6].path.mount = 1;
	questions[6].file = made_alloc(tree.made, 64);
	MADE_SET(tree.made, questions[6].file, task_fs, made_alloc(tree.made, 64));
	for (size_t i = 0; i < FB_ARRAY_SIZE(questions); i++)
		CU_ASSERT(failing_made_must_pass(tree.made, ask, &questions[i]) > 2);
	made_kernel_destroy(tree.made);
}

FB_TEST_MAIN("kernel/path", FB_TEST(crosses_mounts), FB_TEST(ends_at_the_root_of_the_asker),
	     FB_TEST(marks_what_is_deleted), FB_TEST(names_pseudo_files), FB_TEST(names_namespaces),
	     FB_TEST(survives_damage), FB_TEST(shows_what_is_left),
	     FB_TEST(says_which_member_is_missing), FB_TEST(mangles),
	     FB_TEST(texts_have_their_most), FB_TEST(names_within_a_file_system),
	     FB_TEST(tells_pseudo_files_from_roots), FB_TEST(what_is_fatal_passes))
