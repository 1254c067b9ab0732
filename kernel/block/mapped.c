// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a struct mapped_device, its table, and its list of bios. Called by the commands block and check, and for
 * threads that wait. */
#include "kernel/block/mapped.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"

/* Bits of mapped_device.flags (DMF_*, drivers/md/dm-core.h). */
#define BLOCK_IO_FOR_SUSPEND (1u << 0)
#define SUSPENDED (1u << 1)

bool fb_disk_is_mapped(const struct fb_disk *disk)
{
	return strncmp(disk->whole.name, "dm-", 3) == 0;
}

/* A device whose name is not set yet, or not any more, has no cell. */
static struct fb_error *read_name(const struct fb_driver_types *types, struct fb_mapped *mapped)
{
	uint64_t cell = 0;
	struct fb_error *err =
		fb_driver_value(types, mapped->address, "mapped_device", "interface_ptr", &cell);

	if (err || !cell)
		return err;
	err = fb_driver_string(types, cell, "hash_cell", "name", mapped->name,
			       sizeof(mapped->name));
	return err ? err
		   : fb_driver_string(types, cell, "hash_cell", "uuid", mapped->uuid,
				      sizeof(mapped->uuid));
}

static struct fb_error *read_paths(const struct fb_driver_types *types, uint64_t address,
				   struct fb_mapped_target *target)
{
	uint64_t own = 0;
	struct fb_error *err = fb_driver_value(types, address, "dm_target", "private", &own);

	if (!err)
		err = fb_multipath_read(types, own, &target->multipath);
	return fb_part_warn(fb_kernel_warnings(types->kernel), err,
			    "the paths of a multipath device");
}

static struct fb_error *read_target(const struct fb_driver_types *types, uint64_t address,
				    struct fb_mapped_target *target)
{
	uint64_t type = 0;
	struct fb_error *err =
		fb_driver_value(types, address, "dm_target", "begin", &target->start);

	if (!err)
		err = fb_driver_value(types, address, "dm_target", "len", &target->sectors);
	if (!err)
		err = fb_driver_value(types, address, "dm_target", "type", &type);
	if (!err)
		err = fb_driver_string(types, type, "target_type", "name", target->type,
				       sizeof(target->type));
	return err || strcmp(target->type, "multipath") != 0 ? err
							     : read_paths(types, address, target);
}

/* A device that has no table yet has no target. */
static struct fb_error *read_table(const struct fb_driver_types *types, struct fb_mapped *mapped)
{
	uint64_t table = 0, count = 0, targets = 0;
	uint32_t size = 0;
	struct fb_error *err;

	err = fb_driver_value(types, mapped->address, "mapped_device", "map", &table);
	if (!err && table)
		err = fb_driver_value(types, table, "dm_table", "num_targets", &count);
	if (!err && table)
		err = fb_driver_value(types, table, "dm_table", "targets", &targets);
	if (!err)
		err = fb_driver_size(types, "dm_target", &size);
	if (!err)
		err = fb_alloc_array(count, sizeof(*mapped->targets), FB_MAX_MAPPED_TARGETS,
				     "targets", &mapped->targets);
	for (uint64_t i = 0; i < count && !err; i++) {
		err = read_target(types, targets + i * size, &mapped->targets[i]);
		if (!err)
			mapped->target_count++;
	}
	mapped->table_known = !err;
	return err;
}

struct fb_error *fb_mapped_read_state(const struct fb_driver_types *types, uint64_t disk,
				      uint64_t device, struct fb_mapped *mapped_ret)
{
	struct fb_mapped mapped = {.address = device};
	uint64_t own_disk = 0, flags = 0;
	struct fb_error *err = fb_driver_value(types, device, "mapped_device", "disk", &own_disk);

	if (!err && own_disk != disk)
		err = fb_error_create(FB_CORRUPT,
				      "the mapped device 0x%" PRIx64 " is of another disk", device);
	if (!err)
		err = fb_driver_value(types, device, "mapped_device", "flags", &flags);
	if (err)
		return err;
	mapped.suspended = flags & SUSPENDED;
	mapped.holds_back = flags & BLOCK_IO_FOR_SUSPEND;
	err = fb_part_warn(fb_kernel_warnings(types->kernel), read_name(types, &mapped),
			   "the name of a mapped device");
	if (!err)
		*mapped_ret = mapped;
	return err;
}

struct fb_error *fb_mapped_read(const struct fb_driver_types *types, const struct fb_disk *disk,
				struct fb_mapped *mapped_ret)
{
	struct fb_mapped mapped;
	struct fb_error *err =
		fb_mapped_read_state(types, disk->address, disk->private_data, &mapped);

	if (err)
		return err;
	err = fb_part_warn(fb_kernel_warnings(types->kernel), read_table(types, &mapped),
			   "the table of a mapped device");
	if (err)
		fb_mapped_deinit(&mapped);
	else
		*mapped_ret = mapped;
	return err;
}

void fb_mapped_deinit(struct fb_mapped *mapped)
{
	for (size_t i = 0; i < mapped->target_count; i++)
		fb_multipath_destroy(mapped->targets[i].multipath);
	free(mapped->targets);
	*mapped = (struct fb_mapped){0};
}

static struct fb_error *walk_bios(const struct fb_disk *disk, uint64_t bio,
				  struct fb_request_reader *reader, struct fb_u64_map *seen,
				  struct fb_requests *requests)
{
	struct fb_error *err = NULL;

	while (bio && !err) {
		struct fb_request request;
		bool fresh;

		if (!fb_kernel_address_ok(bio))
			return fb_error_create(FB_CORRUPT, "bio 0x%" PRIx64, bio);
		err = fb_u64_set_add(seen, bio, FB_MAX_BLOCK_REQUESTS, "bios", &fresh);
		if (!err && !fresh)
			err = fb_error_create(FB_CORRUPT, "bio 0x%" PRIx64 " is met twice", bio);
		if (!err)
			err = fb_request_read_bio(reader, disk, bio, &request, &bio);
		if (!err)
			err = fb_requests_add(requests, &request);
	}
	return err;
}

struct fb_error *fb_mapped_held_back(const struct fb_driver_types *types,
				     const struct fb_disk *disk, const struct fb_mapped *mapped,
				     struct fb_request_reader *reader, struct fb_requests *requests)
{
	struct fb_u64_map seen = {0};
	uint64_t bio = 0;
	struct fb_error *err =
		fb_driver_value(types, mapped->address, "mapped_device", "deferred.head", &bio);

	if (!err)
		err = walk_bios(disk, bio, reader, &seen, requests);
	if (err)
		requests->complete = false;
	fb_u64_map_deinit(&seen);
	return fb_part_warn(fb_kernel_warnings(types->kernel), err,
			    "what a mapped device holds back");
}
