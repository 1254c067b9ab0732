// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_tree.h. */
#include "tests/kernel/made_tree.h"

#include <string.h>

void made_tree_create(struct made_tree *tree)
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

uint64_t made_tree_pseudo(struct made_tree *tree, const char *type, const char *name,
			  uint64_t inode, uint64_t *mount_ret)
{
	uint64_t root, superblock = made_superblock(tree->made, type, 9, &root);
	uint64_t dentry = made_dentry(tree->made, superblock, 0, name, inode, 0100600);

	made_dname(tree->made, dentry);
	*mount_ret = made_mount(tree->made, root, 0, 0);
	return dentry;
}

uint64_t made_tree_namespace(struct made_tree *tree, uint64_t *mount_ret)
{
	uint64_t dentry = made_tree_pseudo(tree, "nsfs", "", 4026531840u, mount_ret), inode;
	uint64_t ns = made_alloc(tree->made, 64), operations = made_alloc(tree->made, 64);

	memcpy(&inode, made_at(tree->made, dentry + 24), 8);
	MADE_SET(tree->made, inode, inode_private, ns);
	MADE_SET(tree->made, ns, ns_common_ops, operations);
	MADE_SET(tree->made, operations, ns_operations_name, made_string(tree->made, "net"));
	return dentry;
}

void made_tree_back_file(struct made_tree *tree, uint64_t file, struct fb_path path, uint64_t mode)
{
	MADE_FIELD(tree->made, backing_file_user_path, 96, 16);
	MADE_SET(tree->made, file + 96, path_mnt, path.mount);
	MADE_SET(tree->made, file + 96, path_dentry, path.dentry);
	MADE_SET(tree->made, file, file_mode, mode);
}
