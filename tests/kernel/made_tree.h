/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two mounted file systems in a made kernel, for tests of paths and files. */
#ifndef FB_TESTS_KERNEL_MADE_TREE_H
#define FB_TESTS_KERNEL_MADE_TREE_H

#include "tests/kernel/made_files.h"

/* / with home/user/file, and a second file system mounted on /home/user/mnt with sub/deep. */
struct made_tree {
	struct made_kernel *made;
	uint64_t sb, root, home, user, file, mnt;
	uint64_t sb2, root2, sub, deep;
	uint64_t mount, mount2;
};

void made_tree_create(struct made_tree *tree);

/* A file that no directory leads to, in a file system of its own; gives its dentry. */
uint64_t made_tree_pseudo(struct made_tree *tree, const char *type, const char *name,
			  uint64_t inode, uint64_t *mount_ret);
/* The file of the network namespace 4026531840. */
uint64_t made_tree_namespace(struct made_tree *tree, uint64_t *mount_ret);
/* Makes file one of a lower layer, with this mode and the user's path behind the struct file. */
void made_tree_back_file(struct made_tree *tree, uint64_t file, struct fb_path path, uint64_t mode);

#endif
