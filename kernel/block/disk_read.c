// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a disk by its struct gendisk: its numbers, its driver, its partitions. In kernels before 5.11 the whole disk
 * and each partition are a struct hd_struct, since then a struct block_device. Called for the list of disks.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "kernel/block/disk.h"
#include "kernel/block/sysfs_links.h"
#include "kernel/files/path.h"
#include "kernel/memory/xarray.h"

/* include/linux/blkdev.h: bits of gendisk.state (GD_DEAD: f059a1d2e23a, 5.15) and of block_device.__bd_flags. */
#define GD_READ_ONLY 1u
#define GD_DEAD 2u
#define BD_PARTNO 255u
#define BD_READ_ONLY (1u << 8)

/* Whether this kernel has a struct hd_struct in the gendisk. */
static bool is_old(const struct fb_layout *layout)
{
	return layout->gendisk_sectors.found;
}

struct fb_error *fb_disk_name(struct fb_kernel *kernel, uint64_t address, char *to)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = fb_layout_require(&layout->gendisk_name);

	if (!err)
		err = fb_space_string(
			fb_kernel_space(kernel), address + layout->gendisk_name.offset, to,
			layout->gendisk_name.size && layout->gendisk_name.size < FB_DISK_NAME
				? layout->gendisk_name.size
				: FB_DISK_NAME);
	if (!err && !*to)
		err = fb_error_create(FB_CORRUPT, "a disk without a name");
	return err;
}

/* "sda1", or, where the disk's name ends with a digit, "loop0p1" (bdev_name()). */
static void name_partition(const char *disk, uint32_t number, char to[FB_BLOCK_NAME])
{
	size_t length = strlen(disk);
	bool digit = length && isdigit((unsigned char)disk[length - 1]);

	snprintf(to, FB_BLOCK_NAME, "%s%s%" PRIu32, disk, digit ? "p" : "", number);
}

/* The members that both forms of a device have. */
struct form {
	const struct fb_field *start, *sectors, *stats, *device, *number, *holders;
};

static struct form form_of(const struct fb_layout *layout)
{
	if (is_old(layout))
		return (struct form){&layout->hd_start,  &layout->hd_sectors, &layout->hd_stats,
				     &layout->hd_device, &layout->hd_number,  &layout->hd_holders};
	return (struct form){&layout->bdev_start,       &layout->bdev_sectors,
			     &layout->bdev_stats,       &layout->bdev_device,
			     &layout->bdev_part_number, &layout->bdev_holders};
}

static struct fb_error *read_size(struct fb_kernel *kernel, const struct form *form,
				  struct fb_block_device *device)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t inode = 0, bytes = 0;
	struct fb_error *err;

	if (form->sectors->found || !layout->bdev_inode_pointer.found)
		return fb_kernel_field(kernel, device->address, form->sectors, &device->sectors);
	err = fb_kernel_field(kernel, device->address, &layout->bdev_inode_pointer, &inode);
	if (!err)
		err = fb_kernel_field(kernel, inode, &layout->inode_size, &bytes);
	device->sectors = bytes / FB_SECTOR_SIZE;
	return err;
}

static struct fb_error *read_flags(struct fb_kernel *kernel, struct fb_block_device *device)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t flags = 0, openers = 0;
	struct fb_error *err;

	if (layout->bdev_flags.found && !is_old(layout)) {
		err = fb_kernel_field(kernel, device->address, &layout->bdev_flags, &flags);
		device->number = (uint32_t)flags & BD_PARTNO;
		device->read_only = flags & BD_READ_ONLY;
	} else {
		err = fb_kernel_field(
			kernel, device->address,
			is_old(layout) ? &layout->hd_read_only : &layout->bdev_read_only, &flags);
		device->read_only = flags;
		if (!err)
			err = fb_kernel_field(kernel, device->address, form_of(layout).number,
					      &flags);
		device->number = (uint32_t)flags;
	}
	if (!err && !is_old(layout) && layout->bdev_openers.found) {
		err = fb_kernel_field(kernel, device->address, &layout->bdev_openers, &openers);
		device->openers_known = !err;
		device->openers = (uint32_t)openers;
	}
	return err;
}

/* What is not needed to name the device: a loss costs only itself. */
static struct fb_error *read_more(struct fb_kernel *kernel, const struct form *form,
				  struct fb_block_device *device)
{
	struct fb_warnings *warnings = fb_kernel_warnings(kernel);
	char name[4 * FB_BLOCK_NAME];
	uint64_t stats = 0, holders = 0;
	struct fb_error *err;

	fb_text_escape(device->name, strlen(device->name), name, sizeof(name));
	err = fb_kernel_field(kernel, device->address, form->stats, &stats);
	if (!err)
		err = fb_disk_stats_read(kernel, stats, &device->stats);
	err = fb_part_warn(warnings, err, "the counters of %s", name);
	if (err || !form->holders->found)
		return err;
	err = fb_kernel_field(kernel, device->address, form->holders, &holders);
	if (!err)
		err = fb_sysfs_links_load(kernel, holders, &device->holders);
	return fb_part_warn(warnings, err, "the holders of %s", name);
}

static struct fb_error *read_device(struct fb_kernel *kernel, struct fb_block_device *device)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct form form = form_of(layout);
	uint64_t number = 0;
	struct fb_error *err = read_size(kernel, &form, device);

	if (!err)
		err = fb_kernel_field(kernel, device->address, form.start, &device->start);
	if (!err && is_old(layout))
		err = fb_layout_require(form.device);
	if (!err)
		err = is_old(layout)
			      ? fb_kernel_field(kernel, device->address + form.device->offset,
						&layout->device_number, &number)
			      : fb_kernel_field(kernel, device->address, &layout->bdev_number,
						&number);
	if (!err)
		err = read_flags(kernel, device);
	fb_device_parts(number, &device->major, &device->minor);
	device->known = !err;
	return err ? err : read_more(kernel, &form, device);
}

static void device_deinit(struct fb_block_device *device)
{
	fb_device_names_deinit(&device->holders);
}

struct partition_walk {
	struct fb_kernel *kernel;
	struct fb_disk *disk;
	size_t room;
};

static struct fb_error *add_partition(struct partition_walk *walk, uint64_t number,
				      uint64_t address)
{
	struct fb_disk *disk = walk->disk;
	struct fb_block_device device = {.address = address, .number = (uint32_t)number};
	char name[4 * FB_BLOCK_NAME];
	struct fb_error *err;

	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "partition %" PRIu64 " is at 0x%" PRIx64, number,
				       address);
	name_partition(disk->whole.name, device.number, device.name);
	fb_text_escape(device.name, strlen(device.name), name, sizeof(name));
	err = fb_part_warn(fb_kernel_warnings(walk->kernel), read_device(walk->kernel, &device),
			   "%s", name);
	if (!err && device.known && device.number)
		name_partition(disk->whole.name, device.number, device.name);
	if (!err)
		err = fb_grow_array(&disk->partitions, &walk->room, disk->partition_count,
				    sizeof(device), FB_MAX_PARTITIONS, "partitions");
	if (err) {
		device_deinit(&device);
		return err;
	}
	disk->partitions[disk->partition_count++] = device;
	return NULL;
}

/* Before 5.11 an array; its first element is the disk itself. */
static struct fb_error *walk_array(struct partition_walk *walk, uint64_t table)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	uint64_t count = 0, address = 0;
	struct fb_error *err = fb_layout_require(&layout->part_table_parts);

	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->part_table_count, &count);
	if (!err && count > FB_MAX_PARTITIONS)
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " partitions", count);
	for (uint64_t i = 1; i < count && !err; i++) {
		err = fb_space_u64(fb_kernel_space(walk->kernel),
				   table + layout->part_table_parts.offset + i * sizeof(address),
				   &address);
		if (!err && address)
			err = add_partition(walk, i, address);
	}
	return err;
}

static struct fb_error *walk_xarray(struct partition_walk *walk, uint64_t table)
{
	uint64_t number = 1, entry = 0;
	struct fb_error *err = NULL;

	while (number < FB_MAX_PARTITIONS && !err) {
		err = fb_xarray_next(walk->kernel, table, number, FB_MAX_PARTITIONS - 1, &number,
				     &entry);
		if (err || !entry)
			break;
		err = add_partition(walk, number++, entry);
	}
	return err;
}

static struct fb_error *read_partitions(struct fb_kernel *kernel, struct fb_disk *disk)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct partition_walk walk = {.kernel = kernel, .disk = disk};
	char name[4 * FB_BLOCK_NAME];
	uint64_t table = 0;
	struct fb_error *err = fb_layout_require(&layout->gendisk_partitions);

	if (!err && layout->part_table_count.found && is_old(layout)) {
		err = fb_kernel_field(kernel, disk->address, &layout->gendisk_partitions, &table);
		if (!err && table)
			err = walk_array(&walk, table);
	} else if (!err) {
		err = walk_xarray(&walk, disk->address + layout->gendisk_partitions.offset);
	}
	fb_text_escape(disk->whole.name, strlen(disk->whole.name), name, sizeof(name));
	return fb_part_warn(fb_kernel_warnings(kernel), err, "the partitions of %s", name);
}

/* The module that has the driver's functions; for a built-in driver the name of its table of functions, which has that
 * of the driver in it. */
static struct fb_error *read_driver(struct fb_kernel *kernel, struct fb_disk *disk)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_symtab *symbols = fb_kernel_symbols(kernel);
	struct fb_symbol symbol;
	uint64_t operations, owner = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, disk->address, &layout->gendisk_operations, &operations);
	if (!err && symbols && fb_symtab_by_address(symbols, operations, &symbol)) {
		snprintf(disk->driver, sizeof(disk->driver), "%s", symbol.name);
		return NULL;
	}
	if (!err)
		err = fb_kernel_field(kernel, operations, &layout->block_operations_owner, &owner);
	if (!err && owner)
		err = fb_layout_require(&layout->module_name);
	if (!err && owner)
		err = fb_space_string(fb_kernel_space(kernel), owner + layout->module_name.offset,
				      disk->driver, sizeof(disk->driver));
	return fb_part_skip(err);
}

static struct fb_error *read_state(struct fb_kernel *kernel, const struct fb_block_flags *bits,
				   struct fb_disk *disk)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t state = 0, flags = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, disk->address, &layout->gendisk_queue, &disk->queue);
	if (!err)
		err = fb_kernel_field(kernel, disk->address, &layout->gendisk_private_data,
				      &disk->private_data);
	if (!err)
		err = fb_kernel_field(kernel, disk->address, &layout->gendisk_flags, &flags);
	/* The state came in 5.11, its bits for read-only and dead in 5.12 and 5.15: they are 0 before. */
	if (!err && layout->gendisk_state.found && !is_old(layout))
		err = fb_kernel_field(kernel, disk->address, &layout->gendisk_state, &state);
	disk->dead = state & (1u << GD_DEAD);
	disk->hidden = flags & bits->disk_hidden;
	disk->whole.read_only |= (state & (1u << GD_READ_ONLY)) != 0;
	return err;
}

static struct fb_error *read_whole(struct fb_kernel *kernel, struct fb_disk *disk)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t owner = disk->address;
	struct fb_error *err = fb_layout_require(&layout->gendisk_part0);

	if (!err && is_old(layout)) {
		disk->whole.address = disk->address + layout->gendisk_part0.offset;
	} else if (!err) {
		err = fb_kernel_field(kernel, disk->address, &layout->gendisk_part0,
				      &disk->whole.address);
		if (!err)
			err = fb_kernel_field(kernel, disk->whole.address,
					      &layout->block_device_disk, &owner);
	}
	if (!err && owner != disk->address)
		err = fb_error_create(FB_CORRUPT, "no gendisk at 0x%" PRIx64, disk->address);
	if (!err)
		err = fb_disk_name(kernel, disk->address, disk->whole.name);
	return err ? err : read_device(kernel, &disk->whole);
}

struct fb_error *fb_disk_read(struct fb_kernel *kernel, const struct fb_block_flags *bits,
			      uint64_t address, struct fb_disk *disk_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_disk disk = {.address = address};
	uint64_t slaves = 0;
	struct fb_error *err = read_whole(kernel, &disk);

	if (!err)
		err = read_state(kernel, bits, &disk);
	if (!err)
		err = read_driver(kernel, &disk);
	if (!err)
		err = read_partitions(kernel, &disk);
	if (!err && layout->gendisk_slaves.found)
		err = fb_kernel_field(kernel, address, &layout->gendisk_slaves, &slaves);
	if (!err)
		err = fb_sysfs_links_load(kernel, slaves, &disk.slaves);
	if (err) {
		fb_disk_deinit(&disk);
		return fb_error_prefix(err, "disk 0x%" PRIx64, address);
	}
	*disk_ret = disk;
	return NULL;
}

void fb_disk_deinit(struct fb_disk *disk)
{
	for (size_t i = 0; i < disk->partition_count; i++)
		device_deinit(&disk->partitions[i]);
	free(disk->partitions);
	device_deinit(&disk->whole);
	fb_device_names_deinit(&disk->slaves);
	*disk = (struct fb_disk){0};
}
