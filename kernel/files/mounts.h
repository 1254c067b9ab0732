/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounts of a mount namespace, as /proc/PID/mountinfo lists them (fs/mount.h, include/linux/mount.h). They are
 * found in two ways: by the list or tree that the namespace keeps of them, and by the mounts that stand below its
 * root; where one is broken, the other goes on.
 */
#ifndef FB_KERNEL_MOUNTS_H
#define FB_KERNEL_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/files/path.h"
#include "kernel/files/superblock.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_mount {
	uint64_t address; /* of the struct mount */
	int32_t id;       /* as in mountinfo; unique among the mounts of the host at one time */
	int32_t parent_id;
	uint64_t flags;     /* MNT_* */
	bool numbers_known; /* false: the three above cannot be read */
	/* .address 0: it cannot be read */
	struct fb_superblock superblock;
	/* Owned, raw text: escape before showing. NULL: it cannot be read, but that a device name may be missing
	 * as such ("none"). */
	char *target; /* the mount point, as seen from the root that was asked for */
	char *root;   /* which folder of the file system is mounted there */
	char *source; /* a device, a server's export, or whatever mount() was told */
};

struct fb_mounts {
	struct fb_mount *mounts; /* owned; in the kernel's order */
	size_t count;
	uint64_t hidden; /* mounts of the namespace that cannot be seen from root */
};

/* The address of the mount namespace that a task is in; 0 for one that has left it on its exit. */
FB_MUST_CHECK struct fb_error *
fb_mounts_namespace(struct fb_kernel *kernel, const struct fb_task *task, uint64_t *namespace_ret);
/*
 * The mounts of a namespace that can be seen from root, with their targets as paths below it; root NULL: all of
 * them. What is damaged of one mount stays unknown, with a warning. FB_ABSENT, FB_CORRUPT, FB_NOT_FOUND where the
 * namespace leads to no mount at all. The caller frees them with fb_mounts_deinit().
 */
FB_MUST_CHECK struct fb_error *fb_mounts_load(struct fb_kernel *kernel, uint64_t mount_namespace,
					      const struct fb_path *root,
					      struct fb_mounts *mounts_ret);
void fb_mounts_deinit(struct fb_mounts *mounts);

/* The options of the mount itself, as mountinfo spells them: "rw,nosuid,relatime". Cut where size bytes do not hold
 * them. */
void fb_mount_options(const struct fb_mount *mount, char *to, size_t size);

#endif
