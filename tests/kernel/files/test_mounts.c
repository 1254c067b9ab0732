// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounts of a made namespace, by its list and by its tree, with damage; and those of the sample. */
#include "kernel/files/mounts.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/sample_kernel.h"

enum { ROOTFS, ROOT, DATA, BIND, MOUNTS };

#define MNT_CURSOR 0x10000000u

/* An initial file system below "/", and on it /data, a folder of which is mounted at /data/in as well. */
struct scene {
	struct made_kernel *made;
	uint64_t namespace, rootfs_root, root_root, data_root, data, folder, in;
	uint64_t superblock[3];
	uint64_t mount[MOUNTS + 1];
	struct fb_path root; /* that of the task */
};

static void members(struct made_kernel *made)
{
	made_files_members(made);
	MADE_FIELD(made, vfsmount_sb, 8, 8);
	MADE_FIELD(made, vfsmount_flags, 16, 4);
	MADE_FIELD(made, mount_children, 80, 16);
	MADE_FIELD(made, mount_child, 96, 16);
	MADE_FIELD(made, mount_list, 112, 16);
	MADE_FIELD(made, mount_id, 152, 4);
	MADE_FIELD(made, mount_device_name, 160, 8);
	MADE_FIELD(made, mnt_ns_root, 8, 8);
	MADE_FIELD(made, mnt_ns_list, 16, 16);
	MADE_FIELD(made, super_block_flags, 16, 8);
	MADE_FIELD(made, super_block_frozen, 24, 4);
}

static uint64_t add_mount(struct scene *scene, unsigned number, uint64_t superblock, uint64_t root,
			  uint64_t parent, uint64_t mountpoint)
{
	struct made_kernel *made = scene->made;
	uint64_t mount = made_alloc_pages(made, 4096);
	uint64_t vfsmount = mount + made->kernel.layout.mount_mnt.offset;

	MADE_SET(made, vfsmount, vfsmount_root, root);
	MADE_SET(made, vfsmount, vfsmount_sb, superblock);
	MADE_SET(made, mount, mount_parent, parent ? parent : mount);
	MADE_SET(made, mount, mount_mountpoint, mountpoint ? mountpoint : root);
	MADE_SET(made, mount, mount_id, 20 + number);
	MADE_SET(made, mount, mount_device_name, made_string(made, number ? "/dev/vda" : "rootfs"));
	made_list_init(made, mount + made->kernel.layout.mount_children.offset);
	if (parent)
		made_list_add(made, parent + made->kernel.layout.mount_children.offset,
			      mount + made->kernel.layout.mount_child.offset);
	made_list_add(made, scene->namespace + made->kernel.layout.mnt_ns_list.offset,
		      mount + made->kernel.layout.mount_list.offset);
	scene->mount[number] = mount;
	return mount;
}

static void build(struct scene *scene)
{
	struct made_kernel *made = made_kernel_create();

	*scene = (struct scene){.made = made};
	members(made);
	scene->namespace = made_alloc_pages(made, 4096);
	made_list_init(made, scene->namespace + made->kernel.layout.mnt_ns_list.offset);
	scene->superblock[0] = made_superblock(made, "rootfs", 1, &scene->rootfs_root);
	scene->superblock[1] = made_superblock(made, "ext4", 254u << 20 | 1, &scene->root_root);
	scene->superblock[2] = made_superblock(made, "xfs", 254u << 20 | 16, &scene->data_root);
	scene->data =
		made_dentry(made, scene->superblock[1], scene->root_root, "data", 11, 0040755);
	scene->in = made_dentry(made, scene->superblock[2], scene->data_root, "in", 12, 0040755);
	scene->folder =
		made_dentry(made, scene->superblock[2], scene->data_root, "a b", 13, 0040755);
	add_mount(scene, ROOTFS, scene->superblock[0], scene->rootfs_root, 0, 0);
	add_mount(scene, ROOT, scene->superblock[1], scene->root_root, scene->mount[ROOTFS],
		  scene->rootfs_root);
	add_mount(scene, DATA, scene->superblock[2], scene->data_root, scene->mount[ROOT],
		  scene->data);
	add_mount(scene, BIND, scene->superblock[2], scene->folder, scene->mount[DATA], scene->in);
	MADE_SET(made, scene->namespace, mnt_ns_root, scene->mount[ROOTFS]);
	scene->root = made_path(made, scene->mount[ROOT], scene->root_root);
}

/* Turns the namespace's list into a tree: ROOT above ROOTFS on its left and DATA on its right, BIND below that. */
static void grow_tree(struct scene *scene)
{
	struct made_kernel *made = scene->made;
	uint32_t node = 128;

	MADE_FIELD(made, mount_node, 128, 24);
	MADE_FIELD(made, mnt_ns_mounts, 40, 8);
	MADE_FIELD(made, rb_right, 8, 8);
	MADE_FIELD(made, rb_left, 16, 8);
	MADE_SET(made, scene->namespace, mnt_ns_mounts, scene->mount[ROOT] + node);
	MADE_SET(made, scene->mount[ROOT] + node, rb_left, scene->mount[ROOTFS] + node);
	MADE_SET(made, scene->mount[ROOT] + node, rb_right, scene->mount[DATA] + node);
	MADE_SET(made, scene->mount[DATA] + node, rb_right, scene->mount[BIND] + node);
}

static const struct fb_mount *by_id(const struct fb_mounts *mounts, int32_t id)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->mounts[i].id == id)
			return &mounts->mounts[i];
	return NULL;
}

static void check_mount(const struct fb_mount *mount, int32_t id, int32_t parent,
			const char *target, const char *root, const char *type)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(mount);
	CU_ASSERT(mount->numbers_known);
	CU_ASSERT_EQUAL(mount->id, id);
	CU_ASSERT_EQUAL(mount->parent_id, parent);
	CU_ASSERT_STRING_EQUAL(mount->target, target);
	CU_ASSERT_STRING_EQUAL(mount->root, root);
	CU_ASSERT_STRING_EQUAL(mount->superblock.type, type);
}

/* All that the task can see, in their order. */
static void check_all(struct scene *scene)
{
	struct fb_mounts mounts;

	FB_OK_FATAL(fb_mounts_load(&scene->made->kernel, scene->namespace, &scene->root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 3);
	CU_ASSERT_EQUAL(mounts.hidden, 1);
	check_mount(&mounts.mounts[0], 21, 20, "/", "/", "ext4");
	check_mount(&mounts.mounts[1], 22, 21, "/data", "/", "xfs");
	check_mount(&mounts.mounts[2], 23, 22, "/data/in", "/a b", "xfs");
	CU_ASSERT_STRING_EQUAL(mounts.mounts[0].source, "/dev/vda");
	CU_ASSERT_EQUAL(mounts.mounts[0].superblock.major, 254);
	CU_ASSERT_EQUAL(mounts.mounts[1].superblock.minor, 16);
	CU_ASSERT_EQUAL(mounts.mounts[2].address, scene->mount[BIND]);
	fb_mounts_deinit(&mounts);
}

static void lists_what_the_task_can_see(void)
{
	struct scene scene;

	build(&scene);
	check_all(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	made_kernel_destroy(scene.made);
}

static void walks_the_tree_of_newer_kernels(void)
{
	struct scene scene;

	build(&scene);
	grow_tree(&scene);
	/* The list is not asked any more: one that leads nowhere does no harm. */
	made_put(scene.made, scene.namespace + 16, 1, 8);
	check_all(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	made_kernel_destroy(scene.made);
}

static void without_a_root_all_are_listed(void)
{
	struct scene scene;
	struct fb_mounts mounts;

	build(&scene);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, NULL, &mounts));
	CU_ASSERT_EQUAL(mounts.count, 4);
	CU_ASSERT_EQUAL(mounts.hidden, 0);
	check_mount(by_id(&mounts, 20), 20, 20, "/", "/", "rootfs");
	CU_ASSERT_STRING_EQUAL(by_id(&mounts, 20)->source, "rootfs");
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

/* A task whose root is a folder of /data sees what is mounted at or below that folder. */
static void a_changed_root_hides_what_is_outside(void)
{
	struct scene scene;
	struct fb_mounts mounts;

	build(&scene);
	scene.root = made_path(scene.made, scene.mount[DATA], scene.in);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 1);
	CU_ASSERT_EQUAL(mounts.hidden, 3);
	CU_ASSERT_EQUAL(mounts.mounts[0].id, 23);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

/* Each break of the tree is told of, and what is on its other side is still taken from it. */
static void a_tree_may_be_broken_in_two_places(void)
{
	struct scene scene;

	build(&scene);
	grow_tree(&scene);
	MADE_SET(scene.made, scene.mount[ROOT] + 128, rb_left, 0x10);
	MADE_SET(scene.made, scene.mount[DATA] + 128, rb_right, 0x20);
	check_all(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 2);
	made_kernel_destroy(scene.made);
}

/* Either source alone leads to all. */
static void a_broken_list_costs_nothing(void)
{
	struct scene scene;

	build(&scene);
	made_put(scene.made, scene.namespace + 16, 1, 8);
	check_all(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);

	build(&scene);
	MADE_SET(scene.made, scene.namespace, mnt_ns_root, 1);
	check_all(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);

	build(&scene);
	grow_tree(&scene);
	/* The tree leads into itself. */
	MADE_SET(scene.made, scene.mount[DATA] + 128, rb_left, scene.mount[ROOT] + 128);
	check_all(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	made_kernel_destroy(scene.made);
}

static void a_lost_mount_costs_itself(void)
{
	struct scene scene;
	struct fb_mounts mounts;

	build(&scene);
	made_lose(scene.made, scene.mount[BIND]);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL(mounts.count, 2);
	CU_ASSERT(fb_warnings_count(scene.made->warnings) > 0);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);

	/* And a lost super_block leaves the mount where it is. */
	build(&scene);
	MADE_SET(scene.made, scene.mount[DATA] + 32, vfsmount_sb, 8);
	FB_OK_FATAL(fb_mounts_load(&scene.made->kernel, scene.namespace, &scene.root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 3);
	CU_ASSERT_EQUAL(mounts.mounts[1].superblock.address, 0);
	CU_ASSERT_STRING_EQUAL(mounts.mounts[1].target, "/data");
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_mounts_deinit(&mounts);
	made_kernel_destroy(scene.made);
}

static void a_reader_s_place_is_no_mount(void)
{
	struct scene scene;

	build(&scene);
	add_mount(&scene, 4, 0, 0, 0, 0);
	MADE_SET(scene.made, scene.mount[4] + 32, vfsmount_flags, MNT_CURSOR);
	check_all(&scene);
	made_kernel_destroy(scene.made);
}

static void nothing_is_an_error(void)
{
	struct scene scene;
	struct fb_mounts mounts;

	build(&scene);
	made_lose(scene.made, scene.namespace);
	FB_FAILS(fb_mounts_load(&scene.made->kernel, scene.namespace, NULL, &mounts), FB_NOT_FOUND);
	made_kernel_destroy(scene.made);
}

static void names_the_options(void)
{
	struct fb_mount mount = {0};
	char text[128];

	fb_mount_options(&mount, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "rw");
	mount.flags = 0xff;
	fb_mount_options(&mount, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text,
			       "ro,nosuid,nodev,noexec,noatime,nodiratime,relatime,nosymfollow");
	fb_mount_options(&mount, text, 12);
	CU_ASSERT_STRING_EQUAL(text, "ro,nosuid,n");
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
	     FB_TEST(a_changed_root_hides_what_is_outside), FB_TEST(a_broken_list_costs_nothing),
	     FB_TEST(a_tree_may_be_broken_in_two_places), FB_TEST(a_lost_mount_costs_itself),
	     FB_TEST(a_reader_s_place_is_no_mount), FB_TEST(nothing_is_an_error),
	     FB_TEST(names_the_options), FB_TEST(finds_those_of_a_task))
