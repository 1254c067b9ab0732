// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounts of a made namespace that is damaged: what is lost of them, and what is not. */
#include <string.h>

#include "base/limits.h"
#include "kernel/files/mounts.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_mounts.h"

/* Each break of the tree is told of, and what is on its other side is still taken from it. */
static void a_tree_may_be_broken_in_two_places(void)
{
	struct made_mounts scene;

	made_mounts_create(&scene);
	made_mounts_grow_tree(&scene);
	MADE_SET(scene.made, scene.mount[MADE_ROOT] + 128, rb_left, 0x10);
	MADE_SET(scene.made, scene.mount[MADE_DATA] + 128, rb_right, 0x20);
	made_mounts_check(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 2);
	made_kernel_destroy(scene.made);
}

/* Either source alone leads to all. */
static void a_broken_list_costs_nothing(void)
{
	struct made_mounts scene;

	made_mounts_create(&scene);
	made_put(scene.made, scene.namespace + 16, 1, 8);
	made_mounts_check(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);

	made_mounts_create(&scene);
	MADE_SET(scene.made, scene.namespace, mnt_ns_root, 1);
	made_mounts_check(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);

	made_mounts_create(&scene);
	made_mounts_grow_tree(&scene);
	/* The tree leads into itself. */
	MADE_SET(scene.made, scene.mount[MADE_DATA] + 128, rb_left, scene.mount[MADE_ROOT] + 128);
	made_mounts_check(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);
}

static void a_lost_mount_costs_itself(void)
{
	struct made_mounts scene;
	struct fb_mounts mounts;

	made_mounts_create(&scene);
	made_lose(scene.made, scene.mount[MADE_BIND]);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL(mounts.count, 2);
	CU_ASSERT(fb_warnings_count(scene.made->warnings) > 0);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);

	/* And a lost super_block leaves the mount where it is. */
	made_mounts_create(&scene);
	MADE_SET(scene.made, scene.mount[MADE_DATA] + 32, vfsmount_sb, 8);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 3);
	CU_ASSERT_EQUAL(mounts.mounts[1].superblock.address, 0);
	CU_ASSERT_STRING_EQUAL(mounts.mounts[1].target, "/data");
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

static void nothing_is_an_error(void)
{
	struct made_mounts scene;
	struct fb_mounts mounts;

	made_mounts_create(&scene);
	made_lose(scene.made, scene.namespace);
	FB_FAILS(fb_mounts_load(&scene.made->kernel, scene.namespace, NULL, &mounts), FB_NOT_FOUND);
	made_kernel_destroy(scene.made);
}

static struct fb_error *ask(void *context)
{
	const struct made_mounts *scene = context;
	const struct fb_task task = {.address = scene->task};
	struct fb_mounts mounts;
	uint64_t namespace;
	struct fb_error *err = fb_mounts_namespace(&scene->made->kernel, &task, &namespace);

	if (!err)
		err = fb_mounts_load(&scene->made->kernel, namespace, &scene->root, &mounts);
	if (!err)
		fb_mounts_deinit(&mounts);
	return err;
}

static void what_is_fatal_passes(void)
{
	for (unsigned tree = 0; tree < 2; tree++) {
		struct made_mounts scene;
		uint64_t proxy;

		made_mounts_create(&scene);
		if (tree)
			made_mounts_grow_tree(&scene);
		MADE_FIELD(scene.made, task_nsproxy, 8, 8);
		MADE_FIELD(scene.made, nsproxy_mnt, 16, 8);
		scene.task = made_alloc(scene.made, 64);
		proxy = made_alloc(scene.made, 64);
		MADE_SET(scene.made, scene.task, task_nsproxy, proxy);
		MADE_SET(scene.made, proxy, nsproxy_mnt, scene.namespace);
		CU_ASSERT(failing_made_must_pass(scene.made, ask, &scene) > 100);
		made_kernel_destroy(scene.made);
	}
}

/* Without a member that one way needs, the other leads to all, and one warning names the member. */
static void members_that_are_missing_are_told(void)
{
	static const struct {
		size_t field; /* in struct fb_layout */
		bool tree;
		const char *warning;
	} members[] = {
		{offsetof(struct fb_layout, mount_list), false, "the mounts of a namespace: "},
		{offsetof(struct fb_layout, mnt_ns_list), false, "the mounts of a namespace: "},
		{offsetof(struct fb_layout, mnt_ns_mounts), true, "the mounts of a namespace: "},
		{offsetof(struct fb_layout, mount_children), false, "mounts below mounts: "},
		{offsetof(struct fb_layout, mount_child), false, "mounts below mounts: "},
		{offsetof(struct fb_layout, mnt_ns_root), false, "the root of a mount namespace: "},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct made_mounts scene;
		struct fb_field *field;
		const char *warning;

		made_mounts_create(&scene);
		if (members[i].tree)
			made_mounts_grow_tree(&scene);
		field = (struct fb_field *)((char *)&scene.made->kernel.layout + members[i].field);
		*field = (struct fb_field){.name = field->name};
		made_mounts_check(&scene);
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(scene.made->warnings), 1);
		warning = fb_warnings_get(scene.made->warnings, 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(warning, members[i].warning));
		CU_ASSERT_PTR_NOT_NULL(strstr(warning, field->name));
		made_kernel_destroy(scene.made);
	}
}

static void without_its_place_no_mount_is_known(void)
{
	struct made_mounts scene;
	struct fb_mounts mounts;

	made_mounts_create(&scene);
	scene.made->kernel.layout.mount_mnt.found = false;
	FB_FAILS_WITH(fb_mounts_load(&scene.made->kernel, scene.namespace, NULL, &mounts),
		      FB_NOT_FOUND, "mounts: ");
	made_kernel_destroy(scene.made);
}

/* What cannot be read of a mount is unknown; the rest of it is there. */
static void a_mount_may_be_known_in_part(void)
{
	struct made_mounts scene;
	struct fb_mounts mounts;
	uint64_t lost;

	made_mounts_create(&scene);
	lost = made_alloc_pages(scene.made, FB_PAGE_SIZE);
	made_lose(scene.made, lost);
	MADE_SET(scene.made, scene.mount[MADE_DATA], mount_device_name, 0);
	MADE_SET(scene.made, scene.mount[MADE_ROOT], mount_device_name, lost);
	MADE_SET(scene.made, scene.mount[MADE_BIND], mount_parent, lost);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 3);
	CU_ASSERT_PTR_NULL(mounts.mounts[0].source);
	CU_ASSERT_STRING_EQUAL(mounts.mounts[1].source, "none");
	CU_ASSERT_FALSE(mounts.mounts[2].numbers_known);
	CU_ASSERT_EQUAL(mounts.mounts[2].id, 23);
	CU_ASSERT_EQUAL(mounts.mounts[2].parent_id, 0);
	CU_ASSERT_PTR_NULL(mounts.mounts[2].target);
	CU_ASSERT_STRING_EQUAL(mounts.mounts[2].root, "/a b");
	CU_ASSERT_STRING_EQUAL(mounts.mounts[2].superblock.type, "xfs");
	/* The source of one; of the other where it is, its numbers and its target. */
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 4);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

/* How many mounts of a scene are hidden. */
static uint64_t count_hidden(struct made_mounts *scene)
{
	struct fb_mounts mounts;
	uint64_t hidden;

	FB_OK_FATAL(fb_mounts_load(&scene->made->kernel, scene->namespace, &scene->root, &mounts));
	hidden = mounts.hidden;
	fb_mounts_deinit(&mounts);
	return hidden;
}

/* A folder is found to be below the root as deep as a path can lead, and a mount through as many others. */
static void depth_is_bounded(void)
{
	for (unsigned more = 0; more < 2; more++) {
		struct made_mounts scene;
		struct made_kernel *made;
		uint64_t at;

		made_mounts_create(&scene);
		made = scene.made;
		at = scene.data_root;
		for (unsigned i = 0; i < FB_PATH_SIZE / 2 + more; i++)
			at = made_dentry(made, scene.superblock[2], at, "d", 90, 0040755);
		scene.root = made_path(made, scene.mount[MADE_DATA], scene.data_root);
		MADE_SET(made, scene.mount[MADE_BIND], mount_mountpoint, at);
		CU_ASSERT_EQUAL(count_hidden(&scene), 2 + more);
		made_kernel_destroy(made);

		made_mounts_create(&scene);
		made = scene.made;
		at = scene.mount[MADE_ROOT];
		for (unsigned i = 1; i < FB_MAX_MOUNT_DEPTH + more; i++)
			at = made_mount(made, scene.data_root, at,
					i == 1 ? scene.data : scene.data_root);
		MADE_SET(made, scene.mount[MADE_BIND], mount_parent, at);
		CU_ASSERT_EQUAL(count_hidden(&scene), 1 + more);
		made_kernel_destroy(made);
	}
}

FB_TEST_MAIN("kernel/mount_damage", FB_TEST(a_tree_may_be_broken_in_two_places),
	     FB_TEST(a_broken_list_costs_nothing), FB_TEST(a_lost_mount_costs_itself),
	     FB_TEST(nothing_is_an_error), FB_TEST(what_is_fatal_passes),
	     FB_TEST(members_that_are_missing_are_told),
	     FB_TEST(without_its_place_no_mount_is_known), FB_TEST(a_mount_may_be_known_in_part),
	     FB_TEST(depth_is_bounded))
