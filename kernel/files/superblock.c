// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a struct super_block, and counts the inodes that wait to be written: each device has one or, with
 * control groups, several struct bdi_writeback, which have lists of the dirty inodes of all its file systems.
 * Called for the list of mounts and for waits.
 */
#include "kernel/files/superblock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/files/path.h"

/* An errseq_t: the errno stands in the bits of MAX_ERRNO, a flag and a counter above (lib/errseq.c). */
#define ERRSEQ_ERRNO_MASK 0xfffu

/* include/linux/fs.h; part of the interface of mount(), and the same in all kernels. */
#define SB_RDONLY 0x1u
#define SB_SYNCHRONOUS 0x10u
#define SB_MANDLOCK 0x40u
#define SB_DIRSYNC 0x80u
#define SB_LAZYTIME 0x2000000u

const char *fb_superblock_freeze_name(uint64_t freeze)
{
	/* enum of SB_UNFROZEN to SB_FREEZE_COMPLETE (include/linux/fs.h) */
	static const char *const names[] = {"not frozen", "being frozen: writers",
					    "being frozen: page faults",
					    "being frozen: the file system", "frozen"};

	return freeze < FB_ARRAY_SIZE(names) ? names[freeze] : "damaged";
}

/* "TYPE" or "TYPE.SUBTYPE", as show_type() has it. */
static struct fb_error *read_type(struct fb_kernel *kernel, struct fb_superblock *superblock)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	char type[32], subtype[32] = "";
	uint64_t address = 0;
	struct fb_error *err;

	err = fb_file_system_type(kernel, superblock->address, type, sizeof(type));
	if (!err && layout->super_block_subtype.found)
		err = fb_kernel_field(kernel, superblock->address, &layout->super_block_subtype,
				      &address);
	if (!err && address)
		err = fb_space_string_whole(fb_kernel_space(kernel), address, subtype,
					    sizeof(subtype));
	if (!err)
		snprintf(superblock->type, sizeof(superblock->type), "%s%s%s", type,
			 *subtype ? "." : "", subtype);
	return err;
}

struct fb_error *fb_superblock_read(struct fb_kernel *kernel, uint64_t address,
				    struct fb_superblock *superblock_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_superblock superblock = {.address = address};
	uint64_t device = 0, freeze = 0, write_error = 0;
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "super_block 0x%" PRIx64, address);
	err = read_type(kernel, &superblock);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->super_block_dev, &device);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->super_block_flags,
				      &superblock.flags);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->super_block_frozen, &freeze);
	if (!err && layout->super_block_write_error.found)
		err = fb_kernel_field(kernel, address, &layout->super_block_write_error,
				      &write_error);
	if (err)
		return fb_error_prefix(err, "super_block 0x%" PRIx64, address);
	fb_device_parts(device, &superblock.major, &superblock.minor);
	superblock.freeze = (uint32_t)freeze;
	superblock.write_error = (uint32_t)write_error & ERRSEQ_ERRNO_MASK;
	*superblock_ret = superblock;
	return NULL;
}

bool fb_superblock_is_read_only(const struct fb_superblock *superblock)
{
	return superblock->flags & SB_RDONLY;
}

void fb_superblock_options(const struct fb_superblock *superblock, char *to, size_t size)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} options[] = {
		{SB_SYNCHRONOUS, "sync"},
		{SB_DIRSYNC, "dirsync"},
		{SB_MANDLOCK, "mand"},
		{SB_LAZYTIME, "lazytime"},
	};
	size_t used = (size_t)snprintf(to, size, "%s",
				       fb_superblock_is_read_only(superblock) ? "ro" : "rw");

	for (size_t i = 0; i < FB_ARRAY_SIZE(options) && used < size; i++)
		if (superblock->flags & options[i].flag)
			used += (size_t)snprintf(to + used, size - used, ",%s", options[i].name);
}

/* Where the walk over the lists of dirty inodes is. */
struct dirty_walk {
	struct fb_kernel *kernel;
	struct fb_dirty_inodes *dirty;
	/* Entries of lists that may still be met, of all lists together: those of a damaged dump may lead into
	 * each other. */
	uint64_t left;
};

static struct fb_error *take_step(struct dirty_walk *walk)
{
	if (!walk->left)
		return fb_error_create(FB_LIMIT, "more than %u entries", FB_MAX_DIRTY_INODES);
	walk->left--;
	return NULL;
}

static struct fb_error *count_inode(void *context, uint64_t entry)
{
	struct dirty_walk *walk = context;
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	uint64_t superblock, *count;
	struct fb_error *err = take_step(walk);

	if (!err)
		err = fb_kernel_field(walk->kernel, entry - layout->inode_io_list.offset,
				      &layout->inode_sb, &superblock);
	if (!err)
		err = fb_u64_map_add(&walk->dirty->by_superblock, superblock, 0, FB_MAX_SUPERBLOCKS,
				     "file systems with inodes to be written", NULL);
	if (err)
		return err;
	count = fb_u64_map_find(&walk->dirty->by_superblock, superblock);
	if (count)
		(*count)++;
	return NULL;
}

static struct fb_error *part_lost(struct dirty_walk *walk, struct fb_error *err)
{
	if (err)
		walk->dirty->complete = false;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "inodes to be written");
}

/* The lists of one struct bdi_writeback; that of inodes whose times alone changed (b_dirty_time) is left out. */
static struct fb_error *count_writeback(void *context, uint64_t entry)
{
	struct dirty_walk *walk = context;
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	const struct fb_field *const lists[] = {&layout->wb_dirty, &layout->wb_io,
						&layout->wb_more_io};
	struct fb_error *err = take_step(walk);

	for (size_t i = 0; i < FB_ARRAY_SIZE(lists) && !err; i++) {
		uint64_t head = entry - layout->wb_bdi_node.offset + lists[i]->offset;

		err = part_lost(walk, fb_kernel_list(walk->kernel, head, FB_MAX_DIRTY_INODES,
						     count_inode, walk));
	}
	return err;
}

static struct fb_error *count_device(void *context, uint64_t entry)
{
	struct dirty_walk *walk = context;
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	uint64_t head = entry - layout->bdi_list.offset + layout->bdi_wb_list.offset;
	struct fb_error *err = take_step(walk);

	return err ? err
		   : part_lost(walk, fb_kernel_list(walk->kernel, head, FB_MAX_SUPERBLOCKS,
						    count_writeback, walk));
}

struct fb_error *fb_dirty_inodes_load(struct fb_kernel *kernel, struct fb_dirty_inodes *dirty_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *const needed[] = {
		&layout->bdi_list, &layout->bdi_wb_list, &layout->wb_bdi_node,   &layout->wb_dirty,
		&layout->wb_io,    &layout->wb_more_io,  &layout->inode_io_list, &layout->inode_sb,
	};
	struct fb_dirty_inodes dirty = {.complete = true};
	struct dirty_walk walk = {.kernel = kernel, .dirty = &dirty, .left = FB_MAX_DIRTY_INODES};
	uint64_t head;
	struct fb_error *err = fb_kernel_symbol(kernel, "bdi_list", &head);

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err)
		err = part_lost(&walk, fb_kernel_list(kernel, head, FB_MAX_SUPERBLOCKS,
						      count_device, &walk));
	if (err) {
		fb_dirty_inodes_deinit(&dirty);
		return fb_error_prefix(err, "inodes to be written");
	}
	*dirty_ret = dirty;
	return NULL;
}

void fb_dirty_inodes_deinit(struct fb_dirty_inodes *dirty)
{
	fb_u64_map_deinit(&dirty->by_superblock);
	*dirty = (struct fb_dirty_inodes){0};
}

uint64_t fb_dirty_inodes_of(const struct fb_dirty_inodes *dirty, uint64_t superblock)
{
	const uint64_t *count = fb_u64_map_find(&dirty->by_superblock, superblock);

	return count ? *count : 0;
}
