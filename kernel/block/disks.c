// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the disks of the kernel by three lists: the devices of the class "block" (drivers/base/class.c), the inodes of
 * the file system bdev (block/bdev.c, before 5.15 fs/block_dev.c), and the devices for write-back (mm/backing-dev.c).
 * Each leads to a struct gendisk. Called by the command block.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/block/disk.h"

struct disk_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_u64_map seen; /* address of the gendisk to the index in found */
	struct found {
		uint64_t address;
		unsigned sources;
	} * found; /* owned */
	size_t count, room;
	enum fb_disk_source source; /* which list is walked */
	/* Entries of lists that may still be met, of all lists together: those of a damaged dump may lead into
	 * each other. */
	uint64_t left;
	uint64_t disk_type, wanted_class, subsystem;
};

static struct fb_error *add_disk(struct disk_walk *walk, uint64_t address)
{
	uint64_t *index;
	bool fresh;
	struct fb_error *err;

	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "gendisk 0x%" PRIx64, address);
	err = fb_u64_map_add(&walk->seen, address, walk->count, FB_MAX_BLOCK_DEVICES, "disks",
			     &fresh);
	if (!err && fresh) {
		err = fb_grow_array(&walk->found, &walk->room, walk->count, sizeof(*walk->found),
				    FB_MAX_BLOCK_DEVICES, "disks");
		if (!err)
			walk->found[walk->count++] = (struct found){.address = address};
	}
	if (err)
		return err;
	index = fb_u64_map_find(&walk->seen, address);
	if (index && *index < walk->count)
		walk->found[*index].sources |= walk->source;
	return NULL;
}

static struct fb_error *take_step(struct disk_walk *walk)
{
	if (!walk->left)
		return fb_error_create(FB_LIMIT, "more than %u entries", FB_MAX_BLOCK_DEVICES);
	walk->left--;
	return NULL;
}

/* The disk of a device of the class "block". Before 5.11 those of partitions are left out: their disk is their parent,
 * which is of the class itself. */
static struct fb_error *add_device(struct disk_walk *walk, uint64_t device)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t type = 0, disk = 0;
	struct fb_error *err;

	if (layout->gendisk_sectors.found) {
		err = fb_kernel_field(walk->kernel, device, &layout->device_type_pointer, &type);
		if (err || type != walk->disk_type)
			return err;
		err = fb_layout_require(&layout->hd_device);
		disk = device - layout->hd_device.offset - layout->gendisk_part0.offset;
	} else {
		err = fb_layout_require(&layout->bdev_device);
		if (!err)
			err = fb_kernel_field(walk->kernel, device - layout->bdev_device.offset,
					      &layout->block_device_disk, &disk);
	}
	return err ? err : add_disk(walk, disk);
}

static struct fb_error *part_lost(struct disk_walk *walk, struct fb_error *err)
{
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the list of disks");
}

static struct fb_error *add_class_device(void *context, uint64_t entry)
{
	struct disk_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	uint64_t device;
	struct fb_error *err = take_step(walk);

	if (err)
		return err;
	err = fb_kernel_field(walk->kernel,
			      entry - layout->device_private_class.offset -
				      layout->klist_node_list.offset,
			      &layout->device_private_device, &device);
	return part_lost(walk, err ? err : add_device(walk, device));
}

static struct fb_error *match_class(void *context, uint64_t entry)
{
	struct disk_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	uint64_t subsystem = entry - layout->subsys_entry.offset, class = 0;
	struct fb_error *err = take_step(walk);

	if (!err)
		err = fb_kernel_field(walk->kernel, subsystem, &layout->subsys_class, &class);
	if (!err && class == walk->wanted_class)
		walk->subsystem = subsystem;
	/* Another class that cannot be read is no loss. */
	return fb_part_skip(err);
}

/* A class led to its subsys_private until 6.3; since then this is sought among all classes (class_to_subsys()). */
static struct fb_error *find_subsystem(struct disk_walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t set = 0;
	struct fb_error *err;

	err = fb_kernel_symbol(walk->kernel, "block_class", &walk->wanted_class);
	if (err)
		return err;
	if (layout->class_private.found)
		return fb_kernel_field(walk->kernel, walk->wanted_class, &layout->class_private,
				       &walk->subsystem);
	err = fb_layout_require(&layout->subsys_entry);
	if (!err)
		err = fb_layout_require(&layout->kset_list);
	if (!err)
		err = fb_kernel_variable_u64(walk->kernel, "class_kset", &set);
	if (!err)
		err = fb_kernel_list(walk->kernel, set + layout->kset_list.offset,
				     FB_MAX_BLOCK_DEVICES, match_class, walk);
	if (walk->subsystem)
		return fb_part_skip(err);
	return err ? err : fb_error_create(FB_NOT_FOUND, "the class \"block\" is in no list");
}

static struct fb_error *walk_class(struct disk_walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	const struct fb_field *const needed[] = {&layout->subsys_devices, &layout->klist_list,
						 &layout->klist_node_list,
						 &layout->device_private_class};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err)
		err = find_subsystem(walk);
	if (!err)
		err = fb_kernel_list(walk->kernel,
				     walk->subsystem + layout->subsys_devices.offset +
					     layout->klist_list.offset,
				     FB_MAX_BLOCK_DEVICES, add_class_device, walk);
	return err;
}

/* Before 5.11 a block_device that nobody has open has no disk. */
static struct fb_error *add_inode(void *context, uint64_t entry)
{
	struct disk_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	uint64_t inode = entry - layout->inode_sb_list.offset, disk = 0;
	struct fb_error *err = take_step(walk);

	if (err)
		return err;
	err = fb_kernel_field(walk->kernel,
			      inode - layout->bdev_inode_inode.offset +
				      layout->bdev_inode_bdev.offset,
			      &layout->block_device_disk, &disk);
	return part_lost(walk, err || !disk ? err : add_disk(walk, disk));
}

static struct fb_error *walk_inodes(struct disk_walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	const struct fb_field *const needed[] = {&layout->super_block_inodes,
						 &layout->inode_sb_list, &layout->bdev_inode_bdev,
						 &layout->bdev_inode_inode};
	uint64_t superblock = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err)
		err = fb_kernel_variable_u64(walk->kernel, "blockdev_superblock", &superblock);
	return err ? err
		   : fb_kernel_list(walk->kernel, superblock + layout->super_block_inodes.offset,
				    FB_MAX_BLOCK_DEVICES, add_inode, walk);
}

/* Devices for write-back that are no disk's, such as those of network file systems, have no owner. */
static struct fb_error *add_bdi(void *context, uint64_t entry)
{
	struct disk_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	uint64_t device = 0;
	struct fb_error *err = take_step(walk);

	if (err)
		return err;
	err = fb_kernel_field(walk->kernel, entry - layout->bdi_list.offset, &layout->bdi_owner,
			      &device);
	return part_lost(walk, err || !device ? err : add_device(walk, device));
}

static struct fb_error *walk_bdis(struct disk_walk *walk)
{
	uint64_t head;
	struct fb_error *err = fb_layout_require(&walk->layout->bdi_list);

	if (!err)
		err = fb_kernel_symbol(walk->kernel, "bdi_list", &head);
	return err ? err : fb_kernel_list(walk->kernel, head, FB_MAX_BLOCK_DEVICES, add_bdi, walk);
}

static int by_number(const void *a, const void *b)
{
	const struct fb_disk *x = a, *y = b;

	if (x->whole.major != y->whole.major)
		return x->whole.major < y->whole.major ? -1 : 1;
	if (x->whole.minor != y->whole.minor)
		return x->whole.minor < y->whole.minor ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

static struct fb_error *read_all(struct disk_walk *walk, struct fb_disks *disks)
{
	struct fb_block_flags bits;
	struct fb_error *err = fb_alloc_array(walk->count, sizeof(*disks->disks),
					      FB_MAX_BLOCK_DEVICES, "disks", &disks->disks);

	fb_block_flags_find(walk->kernel, &bits);
	for (size_t i = 0; i < walk->count && !err; i++) {
		struct fb_disk *disk = &disks->disks[disks->count];

		err = fb_disk_read(walk->kernel, &bits, walk->found[i].address, disk);
		if (!err) {
			disk->sources = walk->found[i].sources;
			disks->count++;
		}
		err = part_lost(walk, err);
	}
	if (!err && disks->count)
		qsort(disks->disks, disks->count, sizeof(*disks->disks), by_number);
	return err;
}

struct fb_error *fb_disks_load(struct fb_kernel *kernel, struct fb_disks *disks_ret)
{
	static const struct {
		enum fb_disk_source source;
		struct fb_error *(*walk)(struct disk_walk *walk);
		const char *what;
	} ways[] = {
		{FB_DISK_BY_CLASS, walk_class, "the devices of the class \"block\""},
		{FB_DISK_BY_INODE, walk_inodes, "the inodes of block devices"},
		{FB_DISK_BY_BDI, walk_bdis, "the devices for write-back"},
	};
	struct disk_walk walk = {.kernel = kernel, .layout = fb_kernel_layout(kernel)};
	struct fb_disks disks = {0};
	struct fb_error *err = fb_layout_require(&walk.layout->gendisk_name);

	/* A driver that is built in is known by it; without it no device of an old kernel is a disk's. */
	if (!err && !fb_kernel_find_symbol(kernel, "disk_type", &walk.disk_type))
		walk.disk_type = 0;
	for (size_t i = 0; i < FB_ARRAY_SIZE(ways) && !err; i++) {
		walk.source = ways[i].source;
		walk.left = 4ull * FB_MAX_BLOCK_DEVICES;
		err = fb_part_warn(fb_kernel_warnings(kernel), ways[i].walk(&walk), "%s",
				   ways[i].what);
	}
	if (!err)
		err = read_all(&walk, &disks);
	fb_u64_map_deinit(&walk.seen);
	free(walk.found);
	if (err) {
		fb_disks_deinit(&disks);
		return fb_error_prefix(err, "block devices");
	}
	*disks_ret = disks;
	return NULL;
}

void fb_disks_deinit(struct fb_disks *disks)
{
	for (size_t i = 0; i < disks->count; i++)
		fb_disk_deinit(&disks->disks[i]);
	free(disks->disks);
	*disks = (struct fb_disks){0};
}

const struct fb_disk *fb_disks_by_address(const struct fb_disks *disks, uint64_t address)
{
	for (size_t i = 0; i < disks->count; i++)
		if (disks->disks[i].address == address)
			return &disks->disks[i];
	return NULL;
}

const struct fb_disk *fb_disks_by_queue(const struct fb_disks *disks, uint64_t queue)
{
	for (size_t i = 0; i < disks->count; i++)
		if (disks->disks[i].queue == queue)
			return &disks->disks[i];
	return NULL;
}

const struct fb_block_device *fb_disks_by_number(const struct fb_disks *disks, uint32_t major,
						 uint32_t minor, const struct fb_disk **disk_ret)
{
	for (size_t i = 0; i < disks->count; i++) {
		const struct fb_disk *disk = &disks->disks[i];

		*disk_ret = disk;
		if (disk->whole.major == major && disk->whole.minor == minor)
			return &disk->whole;
		for (size_t p = 0; p < disk->partition_count; p++)
			if (disk->partitions[p].known && disk->partitions[p].major == major &&
			    disk->partitions[p].minor == minor)
				return &disk->partitions[p];
	}
	return NULL;
}
