// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_mounts.h. */
#include "tests/kernel/made_mounts.h"

#include "tests/harness.h"

#define BIND_FLAGS 0x21u /* nosuid, relatime */

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

uint64_t made_mounts_add(struct made_mounts *scene, unsigned number, uint64_t superblock,
			 uint64_t root, uint64_t parent, uint64_t mountpoint)
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

void made_mounts_create(struct made_mounts *scene)
{
	struct made_kernel *made = made_kernel_create();

	*scene = (struct made_mounts){.made = made};
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
	made_mounts_add(scene, MADE_ROOTFS, scene->superblock[0], scene->rootfs_root, 0, 0);
	made_mounts_add(scene, MADE_ROOT, scene->superblock[1], scene->root_root,
			scene->mount[MADE_ROOTFS], scene->rootfs_root);
	made_mounts_add(scene, MADE_DATA, scene->superblock[2], scene->data_root,
			scene->mount[MADE_ROOT], scene->data);
	made_mounts_add(scene, MADE_BIND, scene->superblock[2], scene->folder,
			scene->mount[MADE_DATA], scene->in);
	MADE_SET(made, scene->namespace, mnt_ns_root, scene->mount[MADE_ROOTFS]);
	MADE_SET(made, scene->mount[MADE_BIND] + 32, vfsmount_flags, BIND_FLAGS);
	scene->root = made_path(made, scene->mount[MADE_ROOT], scene->root_root);
}

void made_mounts_grow_tree(struct made_mounts *scene)
{
	struct made_kernel *made = scene->made;
	uint32_t node = 128;

	MADE_FIELD(made, mount_node, 128, 24);
	MADE_FIELD(made, mnt_ns_mounts, 40, 8);
	MADE_FIELD(made, rb_right, 8, 8);
	MADE_FIELD(made, rb_left, 16, 8);
	MADE_SET(made, scene->namespace, mnt_ns_mounts, scene->mount[MADE_ROOT] + node);
	MADE_SET(made, scene->mount[MADE_ROOT] + node, rb_left, scene->mount[MADE_ROOTFS] + node);
	MADE_SET(made, scene->mount[MADE_ROOT] + node, rb_right, scene->mount[MADE_DATA] + node);
	MADE_SET(made, scene->mount[MADE_DATA] + node, rb_right, scene->mount[MADE_BIND] + node);
}

void made_mounts_check_one(const struct fb_mount *mount, int32_t id, int32_t parent,
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

void made_mounts_check(struct made_mounts *scene)
{
	struct fb_mounts mounts;

	FB_OK_FATAL(fb_mounts_load(&scene->made->kernel, scene->namespace, &scene->root, &mounts));
	CU_ASSERT_EQUAL_FATAL(mounts.count, 3);
	CU_ASSERT_EQUAL(mounts.hidden, 1);
	made_mounts_check_one(&mounts.mounts[0], 21, 20, "/", "/", "ext4");
	made_mounts_check_one(&mounts.mounts[1], 22, 21, "/data", "/", "xfs");
	made_mounts_check_one(&mounts.mounts[2], 23, 22, "/data/in", "/a b", "xfs");
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_STRING_EQUAL(mounts.mounts[i].source, "/dev/vda");
		CU_ASSERT_EQUAL(mounts.mounts[i].address, scene->mount[MADE_ROOT + i]);
		CU_ASSERT_EQUAL(mounts.mounts[i].superblock.address, scene->superblock[i ? 2 : 1]);
		CU_ASSERT_EQUAL(mounts.mounts[i].superblock.major, 254);
		CU_ASSERT_EQUAL(mounts.mounts[i].superblock.minor, i ? 16 : 1);
		CU_ASSERT_EQUAL(mounts.mounts[i].flags, i == 2 ? BIND_FLAGS : 0);
	}
	fb_mounts_deinit(&mounts);
	CU_ASSERT(!mounts.mounts && !mounts.count);
}
