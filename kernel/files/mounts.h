/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounts of a mount namespace, as /proc/PID/mountinfo lists them (fs/mount.h, include/linux/mount.h). They are
 * found in two ways: in the list or tree of mounts that the namespace has, and from its root mount down through the
 * mounts below it; where one way is broken, the other may still reach the rest. Called by the command mounts and
 * the report.
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
	bool numbers_known; /* false: id, parent_id and flags cannot be read */
	/* The file system; its address is 0 where it cannot be read. */
	struct fb_superblock superblock;
	/* Owned, raw text: escape before showing. NULL: it cannot be read. A mount without a source has
	 * "none". */
	char *target; /* the mount point, as seen from the root given to fb_mounts_load() */
	char *root;   /* the folder of the file system that is mounted there */
	char *source; /* a device, a server's export, or whatever was passed to mount() */
};

struct fb_mounts {
	struct fb_mount *mounts; /* owned; in the kernel's order */
	size_t count;
	uint64_t hidden; /* mounts of the namespace that cannot be seen from root */
};

/* The address of a task's struct mnt_namespace; 0 for a task that has left its namespace on exit. */
FB_MUST_CHECK struct fb_error *
fb_mounts_namespace(struct fb_kernel *kernel, const struct fb_task *task, uint64_t *namespace_ret);
/*
 * The mounts of a namespace that can be seen from root, with their targets as paths below root; root NULL: all
 * mounts. Where data of one mount are damaged, they stay unknown, with a warning. FB_ABSENT, FB_CORRUPT or
 * FB_NOT_FOUND where no mount of the namespace is found. The caller frees the result with fb_mounts_deinit().
 */
FB_MUST_CHECK struct fb_error *fb_mounts_load(struct fb_kernel *kernel, uint64_t mount_namespace,
					      const struct fb_path *root,
					      struct fb_mounts *mounts_ret);
void fb_mounts_deinit(struct fb_mounts *mounts);

/* Whether the mount itself is read-only; its file system may be so besides. The flags of the mount have to be known. */
bool fb_mount_is_read_only(const struct fb_mount *mount);
/* The options of the mount itself, as mountinfo spells them: "rw,nosuid,relatime". `to` has size bytes; the text is
 * cut where it does not fit. */
void fb_mount_options(const struct fb_mount *mount, char *to, size_t size);

#endif
