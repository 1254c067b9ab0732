/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts, directories and files in a made kernel. */
#ifndef FB_TESTS_KERNEL_MADE_FILES_H
#define FB_TESTS_KERNEL_MADE_FILES_H

#include "kernel/files/path.h"
#include "tests/kernel/made_kernel.h"

/* Puts the members of files, paths and inodes somewhere. */
void made_files_members(struct made_kernel *made);

/* A file system of this type on device (major << 20 | minor); its root dentry goes to root_ret. */
uint64_t made_superblock(struct made_kernel *made, const char *type, uint64_t device,
			 uint64_t *root_ret);
/* A name in a directory, with an inode; hashed, that is not deleted. */
uint64_t made_dentry(struct made_kernel *made, uint64_t superblock, uint64_t parent,
		     const char *name, uint64_t inode, uint64_t mode);
/* Gives the dentry operations that name it themselves. */
void made_dname(struct made_kernel *made, uint64_t dentry);
void made_delete(struct made_kernel *made, uint64_t dentry);
/* Mounts the file system with this root on mountpoint of parent, struct mounts both; parent 0: the
 * root of its namespace. Gives the struct mount. */
uint64_t made_mount(struct made_kernel *made, uint64_t root, uint64_t parent, uint64_t mountpoint);
struct fb_path made_path(struct made_kernel *made, uint64_t mount, uint64_t dentry);
uint64_t made_file(struct made_kernel *made, uint64_t mount, uint64_t dentry);

#endif
