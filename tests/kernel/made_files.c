// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_files.h. */
#include "tests/kernel/made_files.h"

#include <string.h>

void made_files_members(struct made_kernel *made)
{
	MADE_FIELD(made, task_fs, 16, 8);
	MADE_FIELD(made, fs_root, 8, 16);
	MADE_FIELD(made, path_mnt, 0, 8);
	MADE_FIELD(made, path_dentry, 8, 8);
	MADE_FIELD(made, vfsmount_root, 0, 8);
	MADE_FIELD(made, mount_mnt, 32, 32);
	MADE_FIELD(made, mount_parent, 16, 8);
	MADE_FIELD(made, mount_mountpoint, 24, 8);
	MADE_FIELD(made, dentry_parent, 0, 8);
	MADE_FIELD(made, dentry_name, 16, 8);
	MADE_FIELD(made, dentry_name_length, 12, 4);
	MADE_FIELD(made, dentry_inode, 24, 8);
	MADE_FIELD(made, dentry_op, 32, 8);
	MADE_FIELD(made, dentry_sb, 40, 8);
	MADE_FIELD(made, dentry_hash_pprev, 48, 8);
	MADE_FIELD(made, dentry_operations_dname, 8, 8);
	MADE_FIELD(made, file_path, 16, 16);
	MADE_FIELD(made, file_inode, 32, 8);
	MADE_FIELD(made, file_mode, 40, 4);
	MADE_FIELD(made, file_flags, 44, 4);
	MADE_FIELD(made, file_pos, 48, 8);
	MADE_FIELD(made, file_private_data, 56, 8);
	MADE_FIELD(made, inode_number, 0, 8);
	MADE_FIELD(made, inode_mode, 8, 2);
	MADE_FIELD(made, inode_rdev, 12, 4);
	MADE_FIELD(made, inode_sb, 16, 8);
	MADE_FIELD(made, inode_private, 24, 8);
	MADE_FIELD(made, super_block_dev, 0, 4);
	MADE_FIELD(made, super_block_type, 8, 8);
	MADE_FIELD(made, file_system_type_name, 0, 8);
	MADE_FIELD(made, ns_common_ops, 8, 8);
	MADE_FIELD(made, ns_operations_name, 0, 8);
}

uint64_t made_dentry(struct made_kernel *made, uint64_t superblock, uint64_t parent,
		     const char *name, uint64_t inode, uint64_t mode)
{
	uint64_t dentry = made_alloc(made, 64), at = made_alloc(made, 64);

	MADE_SET(made, at, inode_number, inode);
	MADE_SET(made, at, inode_mode, mode);
	MADE_SET(made, at, inode_sb, superblock);
	MADE_SET(made, dentry, dentry_parent, parent ? parent : dentry);
	MADE_SET(made, dentry, dentry_name, made_string(made, name));
	MADE_SET(made, dentry, dentry_name_length, strlen(name));
	MADE_SET(made, dentry, dentry_inode, at);
	MADE_SET(made, dentry, dentry_sb, superblock);
	MADE_SET(made, dentry, dentry_hash_pprev, dentry);
	return dentry;
}

uint64_t made_superblock(struct made_kernel *made, const char *type, uint64_t device,
			 uint64_t *root_ret)
{
	uint64_t superblock = made_alloc(made, 64), system = made_alloc(made, 64);

	MADE_SET(made, superblock, super_block_dev, device);
	MADE_SET(made, superblock, super_block_type, system);
	MADE_SET(made, system, file_system_type_name, made_string(made, type));
	*root_ret = made_dentry(made, superblock, 0, "/", 2, 0040755);
	return superblock;
}

void made_dname(struct made_kernel *made, uint64_t dentry)
{
	uint64_t operations = made_alloc(made, 64);

	MADE_SET(made, operations, dentry_operations_dname, 0xffffffff81234560);
	MADE_SET(made, dentry, dentry_op, operations);
}

void made_delete(struct made_kernel *made, uint64_t dentry)
{
	MADE_SET(made, dentry, dentry_hash_pprev, 0);
}

uint64_t made_mount(struct made_kernel *made, uint64_t root, uint64_t parent, uint64_t mountpoint)
{
	uint64_t mount = made_alloc(made, 64);

	MADE_SET(made, mount + made->kernel.layout.mount_mnt.offset, vfsmount_root, root);
	MADE_SET(made, mount, mount_parent, parent ? parent : mount);
	MADE_SET(made, mount, mount_mountpoint, mountpoint ? mountpoint : root);
	return mount;
}

struct fb_path made_path(struct made_kernel *made, uint64_t mount, uint64_t dentry)
{
	return (struct fb_path){.mount = mount + made->kernel.layout.mount_mnt.offset,
				.dentry = dentry};
}

uint64_t made_file(struct made_kernel *made, uint64_t mount, uint64_t dentry)
{
	uint64_t file = made_alloc(made, 128), inode;

	memcpy(&inode, made_at(made, dentry + made->kernel.layout.dentry_inode.offset), 8);
	MADE_SET(made, file + 16, path_mnt, mount + made->kernel.layout.mount_mnt.offset);
	MADE_SET(made, file + 16, path_dentry, dentry);
	MADE_SET(made, file, file_inode, inode);
	return file;
}
