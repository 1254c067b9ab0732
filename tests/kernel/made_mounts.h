/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mount namespace in a made kernel, with a few mounts. */
#ifndef FB_TESTS_KERNEL_MADE_MOUNTS_H
#define FB_TESTS_KERNEL_MADE_MOUNTS_H

#include "kernel/files/mounts.h"
#include "tests/kernel/made_files.h"

enum { MADE_ROOTFS, MADE_ROOT, MADE_DATA, MADE_BIND, MADE_MOUNTS };

/* An initial file system below "/", and on it /data, a folder of which is mounted at /data/in as well. */
struct made_mounts {
	struct made_kernel *made;
	uint64_t task; /* of those that ask by one */
	uint64_t namespace, rootfs_root, root_root, data_root, data, folder, in;
	uint64_t superblock[3];
	uint64_t mount[MADE_MOUNTS + 1];
	struct fb_path root; /* that of the task */
};

void made_mounts_create(struct made_mounts *scene);
/* A mount that is listed in the namespace and below its parent (0: below none, and its own parent then). Its ID is 20
 * and the number. */
uint64_t made_mounts_add(struct made_mounts *scene, unsigned number, uint64_t superblock,
			 uint64_t root, uint64_t parent, uint64_t mountpoint);
/* Turns the namespace's list into a tree: ROOT above ROOTFS on its left and DATA on its right, BIND below that. */
void made_mounts_grow_tree(struct made_mounts *scene);

/* Asserts that the mounts are what the task can see, in their order. */
void made_mounts_check(struct made_mounts *scene);
void made_mounts_check_one(const struct fb_mount *mount, int32_t id, int32_t parent,
			   const char *target, const char *root, const char *type);

#endif
