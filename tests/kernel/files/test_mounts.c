// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounts of a made namespace, by its list and by its tree; and those of the sample. */
#include "kernel/files/mounts.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_mounts.h"
#include "tests/kernel/sample_kernel.h"

#define MNT_CURSOR 0x10000000u

static const struct fb_mount *by_id(const struct fb_mounts *mounts, int32_t id)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->mounts[i].id == id)
			return &mounts->mounts[i];
	return NULL;
}

static void lists_what_the_task_can_see(void)
{
	struct made_mounts scene;

	made_mounts_create(&scene);
	made_mounts_check(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	made_kernel_destroy(scene.made);
}

static void walks_the_tree_of_newer_kernels(void)
{
	struct made_mounts scene;

	made_mounts_create(&scene);
	made_mounts_grow_tree(&scene);
	/* The list is not asked any more: one that leads nowhere does no harm. */
	made_put(scene.made, scene.namespace + 16, 1, 8);
	made_mounts_check(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	made_kernel_destroy(scene.made);
}

static void without_a_root_all_are_listed(void)
{
	struct made_mounts scene;
	struct fb_mounts mounts;

	made_mounts_create(&scene);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, NULL, &mounts));
	CU_ASSERT_EQUAL(mounts.count, 4);
	CU_ASSERT_EQUAL(mounts.hidden, 0);
	made_mounts_check_one(by_id(&mounts, 20), 20, 20, "/", "/", "rootfs");
	CU_ASSERT_STRING_EQUAL(by_id(&mounts, 20)->source, "rootfs");
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

/* A task whose root is a folder of /data sees what is mounted at or below that folder. */
static void a_changed_root_hides_what_is_outside(void)
{
	struct made_mounts scene;
	struct fb_mounts mounts;

	made_mounts_create(&scene);
	scene.root = made_path(scene.made, scene.mount[MADE_DATA], scene.in);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 1);
	CU_ASSERT_EQUAL(mounts.hidden, 3);
	CU_ASSERT_EQUAL(mounts.mounts[0].id, 23);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

static void a_reader_s_place_is_no_mount(void)
{
	struct made_mounts scene;

	made_mounts_create(&scene);
	made_mounts_add(&scene, 4, 0, 0, 0, 0);
	MADE_SET(scene.made, scene.mount[4] + 32, vfsmount_flags, MNT_CURSOR);
	made_mounts_check(&scene);
	made_kernel_destroy(scene.made);
}

static void names_the_options(void)
{
	static const char *const each[] = {"rw,nosuid",  "rw,nodev",       "rw,noexec",
					   "rw,noatime", "rw,nodiratime",  "rw,relatime",
					   "ro",         "rw,nosymfollow", "rw"};
	struct fb_mount mount = {0};
	char text[128];

	fb_mount_options(&mount, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "rw");
	mount.flags = 0xff;
	fb_mount_options(&mount, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text,
			       "ro,nosuid,nodev,noexec,noatime,nodiratime,relatime,nosymfollow");
	for (size_t i = 0; i < FB_ARRAY_SIZE(each); i++) {
		mount.flags = 1ull << i;
		fb_mount_options(&mount, text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, each[i]);
	}
	mount.flags = 0xff;
	fb_mount_options(&mount, text, 12);
	CU_ASSERT_STRING_EQUAL(text, "ro,nosuid,n");
}

/* One that has left its namespaces, and one of which this cannot be read. */
static void a_task_may_have_no_namespace(void)
{
	struct made_kernel *made = made_kernel_create();
	const struct fb_task task = {.address = made_alloc_pages(made, FB_PAGE_SIZE)};
	uint64_t namespace = 7;

	MADE_FIELD(made, task_nsproxy, 8, 8);
	FB_OK(fb_mounts_namespace(&made->kernel, &task, &namespace));
	CU_ASSERT_EQUAL(namespace, 0);
	made_lose(made, task.address);
	FB_FAILS(fb_mounts_namespace(&made->kernel, &task, &namespace), FB_ABSENT);
	made_kernel_destroy(made);
}

static void finds_those_of_a_task(void)
{
	struct sample_kernel sample;
	struct fb_mounts mounts;
	const struct fb_mount *frozen = NULL;
	uint64_t namespace = 0;

	sample_kernel_open(&sample);
	FB_OK_FATAL(
		fb_mounts_namespace(sample.kernel, fb_tasks_by_tid(sample.tasks, 1), &namespace));
	CU_ASSERT_NOT_EQUAL_FATAL(namespace, 0);
	FB_OK_FATAL(fb_mounts_load(sample.kernel, namespace, NULL, &mounts));
	for (size_t i = 0; i < mounts.count; i++)
		if (mounts.mounts[i].superblock.freeze)
			frozen = &mounts.mounts[i];
	CU_ASSERT_PTR_NOT_NULL_FATAL(frozen);
	CU_ASSERT_STRING_EQUAL(frozen->target, "/fz");
	CU_ASSERT_STRING_EQUAL(fb_superblock_freeze_name(frozen->superblock.freeze), "frozen");
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_mounts_deinit(&mounts);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/mounts", FB_TEST(lists_what_the_task_can_see),
	     FB_TEST(walks_the_tree_of_newer_kernels), FB_TEST(without_a_root_all_are_listed),
	     FB_TEST(a_changed_root_hides_what_is_outside), FB_TEST(a_reader_s_place_is_no_mount),
	     FB_TEST(names_the_options), FB_TEST(a_task_may_have_no_namespace),
	     FB_TEST(finds_those_of_a_task))
