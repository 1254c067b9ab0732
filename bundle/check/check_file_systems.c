// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks all mounted file systems: those that are frozen, failed to write, or became read-only. Called by check.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "base/u64_map.h"
#include "bundle/check/checks.h"

/* "/d1 (ext4, 254:0)"; without a mount point where mount is NULL. */
static void name_of(const struct fb_mount *mount, const struct fb_superblock *superblock, char *to,
		    size_t size)
{
	char target[256] = "a file system", type[4 * sizeof(superblock->type)];

	if (mount && mount->target)
		fb_text_escape(mount->target, strlen(mount->target), target, sizeof(target));
	fb_text_escape(superblock->type, strnlen(superblock->type, sizeof(superblock->type)), type,
		       sizeof(type));
	snprintf(to, size, "%s (%s, %u:%u)", target, type, superblock->major, superblock->minor);
}

/* An error makes the kernel set SB_RDONLY alone; mount(8) sets the mount's own flag too. Read-only kinds of file
 * systems always have SB_RDONLY. */
static bool became_read_only(const struct fb_superblock *superblock, const struct fb_mount *mount)
{
	static const char *const writable[] = {"ext2", "ext3", "ext4",   "btrfs",   "f2fs",
					       "vfat", "jfs",  "nilfs2", "reiserfs"};

	if (!fb_superblock_is_read_only(superblock) || !mount || !mount->numbers_known ||
	    fb_mount_is_read_only(mount))
		return false;
	for (size_t i = 0; i < FB_ARRAY_SIZE(writable); i++)
		if (!strcmp(superblock->type, writable[i]))
			return true;
	return false;
}

struct fb_error *fb_check_superblock(const struct fb_check *check, const struct fb_mount *mount,
				     const struct fb_superblock *superblock)
{
	struct fb_finding *finding;
	struct fb_error *err = NULL;
	char name[640];

	name_of(mount, superblock, name, sizeof(name));
	if (superblock->freeze) {
		err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "frozen", "mounts",
				      &finding, "%s is %s", name,
				      fb_superblock_freeze_name(superblock->freeze));
		if (!err)
			err = fb_finding_evidence(
				finding,
				"super_block 0x%" PRIx64
				": s_writers.frozen is %u; who writes there waits",
				superblock->address, superblock->freeze);
	}
	if (!err && superblock->write_error) {
		err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "write-error", "mounts",
				      &finding, "%s failed to write: %s", name,
				      strerror((int)superblock->write_error));
		if (!err)
			err = fb_finding_evidence(
				finding, "super_block 0x%" PRIx64 ": s_wb_err has error %u",
				superblock->address, superblock->write_error);
	}
	if (!err && became_read_only(superblock, mount)) {
		err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "read-only", "mounts",
				      &finding, "%s became read-only", name);
		if (!err)
			err = fb_finding_evidence(
				finding,
				"the file system is read-only, although it was mounted to be written");
	}
	return err;
}

/* What the walk over super_blocks passes on. */
struct walk {
	const struct fb_check *check;
	struct fb_mounts mounts; /* of PID 1's namespace; empty where they cannot be read */
	struct fb_u64_map
		by_block; /* the index of the first mount of each super_block, by its address */
};

static struct fb_error *check_entry(void *context, uint64_t entry)
{
	const struct walk *walk = context;
	struct fb_kernel *kernel = walk->check->kernel;
	struct fb_superblock superblock;
	const uint64_t *index;
	struct fb_error *err;

	err = fb_superblock_read(kernel, entry - fb_kernel_layout(kernel)->super_block_list.offset,
				 &superblock);
	if (err)
		return fb_part_warn(fb_kernel_warnings(kernel), err, "file systems");
	index = fb_u64_map_find(&walk->by_block, superblock.address);
	return fb_check_superblock(walk->check, index ? &walk->mounts.mounts[*index] : NULL,
				   &superblock);
}

/* Where the mounts cannot be read the file systems have no names. */
static struct fb_error *load_mounts(struct walk *walk)
{
	const struct fb_check *check = walk->check;
	const struct fb_task *init = check->tasks ? fb_tasks_by_tid(check->tasks, 1) : NULL;
	uint64_t namespace = 0;
	struct fb_error *err;

	if (!init)
		return NULL;
	err = fb_mounts_namespace(check->kernel, init, &namespace);
	if (!err && namespace)
		err = fb_mounts_load(check->kernel, namespace, NULL, &walk->mounts);
	for (size_t i = 0; i < walk->mounts.count && !err; i++)
		err = fb_u64_map_add(&walk->by_block, walk->mounts.mounts[i].superblock.address, i,
				     FB_MAX_MOUNTS, "mounted file systems", NULL);
	return fb_part_warn(fb_kernel_warnings(check->kernel), err,
			    "where file systems are mounted is not known");
}

struct fb_error *fb_check_file_systems(struct fb_check *check)
{
	struct walk walk = {.check = check};
	uint64_t head;
	struct fb_error *err;

	err = fb_layout_require(&fb_kernel_layout(check->kernel)->super_block_list);
	if (!err)
		err = fb_kernel_symbol(check->kernel, "super_blocks", &head);
	if (!err)
		err = load_mounts(&walk);
	if (!err)
		err = fb_kernel_list(check->kernel, head, FB_MAX_SUPERBLOCKS, check_entry, &walk);
	fb_u64_map_deinit(&walk.by_block);
	fb_mounts_deinit(&walk.mounts);
	return err;
}
