// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_disks.h. */
#include "tests/kernel/block/made_disks.h"

#include <string.h>

static void device_members(struct made_kernel *made)
{
	MADE_FIELD(made, gendisk_name, 8, 32);
	MADE_FIELD(made, gendisk_part0, 40, 8);
	MADE_FIELD(made, gendisk_partitions, 48, 16);
	MADE_FIELD(made, gendisk_operations, 64, 8);
	MADE_FIELD(made, gendisk_queue, 72, 8);
	MADE_FIELD(made, gendisk_private_data, 80, 8);
	MADE_FIELD(made, gendisk_flags, 88, 4);
	MADE_FIELD(made, gendisk_state, 96, 8);
	MADE_FIELD(made, block_device_disk, 0, 8);
	MADE_FIELD(made, bdev_start, 8, 8);
	MADE_FIELD(made, bdev_sectors, 16, 8);
	MADE_FIELD(made, bdev_stats, 24, 8);
	MADE_FIELD(made, bdev_number, 32, 4);
	MADE_FIELD(made, bdev_flags, 36, 4);
	MADE_FIELD(made, bdev_openers, 40, 4);
	MADE_FIELD(made, bdev_device, 64, 64);
	MADE_FIELD(made, bdev_inode_bdev, 0, 256);
	MADE_FIELD(made, bdev_inode_inode, 256, 64);
	MADE_FIELD(made, xarray_head, 8, 8);
	MADE_FIELD(made, xa_node_shift, 0, 1);
	MADE_FIELD(made, xa_node_slots, 40, 512);
	MADE_FIELD(made, disk_stats_ns, 0, 32);
	MADE_FIELD(made, disk_stats_sectors, 32, 32);
	MADE_FIELD(made, disk_stats_ios, 64, 32);
	MADE_FIELD(made, disk_stats_merges, 96, 32);
	MADE_FIELD(made, disk_stats_ticks, 128, 8);
	MADE_FIELD(made, disk_stats_in_flight, 136, 16);
}

static void list_members(struct made_kernel *made)
{
	MADE_FIELD(made, super_block_inodes, 32, 16);
	MADE_FIELD(made, inode_sb_list, 16, 16);
	MADE_FIELD(made, bdi_list, 8, 16);
	MADE_FIELD(made, bdi_owner, 24, 8);
	MADE_FIELD(made, device_private_device, 8, 8);
	MADE_FIELD(made, device_private_class, 16, 32);
	MADE_FIELD(made, klist_node_list, 8, 16);
	MADE_FIELD(made, klist_list, 8, 16);
	MADE_FIELD(made, subsys_entry, 0, 16);
	MADE_FIELD(made, subsys_devices, 16, 40);
	MADE_FIELD(made, subsys_class, 56, 8);
	MADE_FIELD(made, kset_list, 0, 16);
}

static void queue_members(struct made_kernel *made)
{
	MADE_FIELD(made, queue_operations, 0, 8);
	MADE_FIELD(made, queue_hw_count, 8, 4);
	MADE_FIELD(made, queue_hw_array, 16, 8);
	MADE_FIELD(made, queue_tag_set, 24, 8);
	MADE_FIELD(made, tag_set_tags, 0, 8);
	MADE_FIELD(made, tag_set_hw_count, 8, 4);
	MADE_FIELD(made, hw_queue_tags, 0, 8);
	MADE_FIELD(made, hw_queue_sched_tags, 8, 8);
	MADE_FIELD(made, hw_queue_number, 16, 4);
	MADE_FIELD(made, hw_queue_flush, 24, 8);
	MADE_FIELD(made, flush_request, 0, 8);
	MADE_FIELD(made, tags_count, 0, 4);
	MADE_FIELD(made, tags_requests, 8, 8);
	MADE_FIELD(made, request_queue_pointer, 0, 8);
	MADE_FIELD(made, request_hw_queue, 8, 8);
	MADE_FIELD(made, request_operation, 16, 4);
	MADE_FIELD(made, request_tag, 20, 4);
	MADE_FIELD(made, request_internal_tag, 24, 4);
	MADE_FIELD(made, request_bytes, 28, 4);
	MADE_FIELD(made, request_sector, 32, 8);
	MADE_FIELD(made, request_bio, 40, 8);
	MADE_FIELD(made, request_partition, 48, 8);
	MADE_FIELD(made, request_start_ns, 56, 8);
	MADE_FIELD(made, request_issue_ns, 64, 8);
	MADE_FIELD(made, request_state, 72, 4);
	MADE_FIELD(made, request_references, 76, 4);
	MADE_FIELD(made, request_end, 80, 8);
	MADE_FIELD(made, request_end_data, 88, 8);
	MADE_FIELD(made, bio_next, 0, 8);
	MADE_FIELD(made, bio_operation, 8, 4);
	MADE_FIELD(made, bio_bytes, 12, 4);
	MADE_FIELD(made, bio_sector, 16, 8);
	MADE_FIELD(made, bio_end, 24, 8);
	MADE_FIELD(made, bio_private, 32, 8);
}

static uint64_t make_bdev(struct made_disks *scene, uint64_t disk, uint32_t number, uint32_t device,
			  uint64_t sectors)
{
	struct made_kernel *made = scene->made;
	uint64_t bdev = made_alloc_pages(made, 4096), stats = made_alloc(made, 256);

	MADE_SET(made, bdev, block_device_disk, disk);
	MADE_SET(made, bdev, bdev_start, number ? 2048 : 0);
	MADE_SET(made, bdev, bdev_sectors, sectors);
	MADE_SET(made, bdev, bdev_stats, stats);
	MADE_SET(made, bdev, bdev_number, device);
	MADE_SET(made, bdev, bdev_flags, number);
	return bdev;
}

static void make_disk(struct made_disks *scene, unsigned index, const char *name, uint32_t device,
		      uint64_t sectors)
{
	struct made_kernel *made = scene->made;
	const struct fb_layout *layout = &made->kernel.layout;
	uint64_t disk = made_alloc_pages(made, 4096), bdev;

	bdev = make_bdev(scene, disk, 0, device, sectors);
	scene->disk[index] = disk;
	scene->bdev[index] = bdev;
	scene->inode[index] = bdev + layout->bdev_inode_inode.offset;
	scene->queue[index] = made_alloc_pages(made, 4096);
	memcpy(made_at(made, disk + layout->gendisk_name.offset), name, strlen(name));
	MADE_SET(made, disk, gendisk_part0, bdev);
	MADE_SET(made, disk, gendisk_queue, scene->queue[index]);
	scene->device_private[index] = made_alloc_pages(made, 4096);
	MADE_SET(made, scene->device_private[index], device_private_device,
		 bdev + layout->bdev_device.offset);
	made_list_add(made, scene->class_devices,
		      scene->device_private[index] + layout->device_private_class.offset +
			      layout->klist_node_list.offset);
	made_list_add(made, scene->inodes, scene->inode[index] + layout->inode_sb_list.offset);
	scene->bdi[index] = made_alloc_pages(made, 4096);
	MADE_SET(made, scene->bdi[index], bdi_owner, bdev + layout->bdev_device.offset);
	made_list_add(made, scene->bdis, scene->bdi[index] + layout->bdi_list.offset);
}

/* The class "block" is the second in the list of classes. */
static void make_lists(struct made_disks *scene, uint64_t class)
{
	struct made_kernel *made = scene->made;
	const struct fb_layout *layout = &made->kernel.layout;
	uint64_t other = made_alloc_pages(made, 4096), block = made_alloc_pages(made, 4096);

	made_list_init(made, scene->classes);
	MADE_SET(made, block, subsys_class, class);
	made_list_add(made, scene->classes, other);
	made_list_add(made, scene->classes, block);
	scene->class_devices = block + layout->subsys_devices.offset + layout->klist_list.offset;
	made_list_init(made, scene->class_devices);
	made_list_init(made, scene->inodes);
	made_list_init(made, scene->bdis);
}

void made_disks_create(struct made_disks *scene)
{
	static const char *const names[] = {"bdi_list", "block_class", "blockdev_superblock",
					    "class_kset", NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t class, superblock, super_pointer, set, set_pointer;

	*scene = (struct made_disks){.made = made};
	device_members(made);
	list_members(made);
	queue_members(made);
	class = made_alloc(made, 64);
	superblock = made_alloc(made, 64);
	super_pointer = made_alloc(made, 8);
	set = made_alloc(made, 64);
	set_pointer = made_alloc(made, 8);
	made_put(made, super_pointer, superblock, 8);
	made_put(made, set_pointer, set, 8);
	scene->classes = set;
	scene->inodes = superblock + made->kernel.layout.super_block_inodes.offset;
	scene->bdis = made_alloc(made, 16);
	made_symbols(made, names,
		     (const uint64_t[]){scene->bdis, class, super_pointer, set_pointer});
	make_lists(scene, class);
	make_disk(scene, 0, "sda", 8u << 20, 1000000);
	make_disk(scene, 1, "loop7", 7u << 20 | 7, 64);
	scene->partition = make_bdev(scene, scene->disk[0], 1, 8u << 20 | 1, 500000);
	/* An XArray with a node: index 0 is the whole disk. */
	set = made_alloc(made, 1024);
	made_put(made, set + 40, scene->bdev[0], 8);
	made_put(made, set + 48, scene->partition, 8);
	made_put(made, scene->disk[0] + 48 + 8, set | 2, 8);
	made_put(made, scene->disk[1] + 48 + 8, scene->bdev[1], 8);
}

uint64_t made_disks_tags(struct made_disks *scene, unsigned disk, unsigned count,
			 uint64_t *requests_ret)
{
	struct made_kernel *made = scene->made;
	uint64_t queue = scene->queue[disk], hw_queues = made_alloc(made, 8);
	uint64_t hw_queue = made_alloc_pages(made, 64), tags = made_alloc_pages(made, 64);
	uint64_t requests = made_alloc(made, 8ull * count);

	MADE_SET(made, queue, queue_operations, MADE_BASE);
	MADE_SET(made, queue, queue_hw_count, 1);
	MADE_SET(made, queue, queue_hw_array, hw_queues);
	made_put(made, hw_queues, hw_queue, 8);
	MADE_SET(made, hw_queue, hw_queue_tags, tags);
	MADE_SET(made, tags, tags_count, count);
	MADE_SET(made, tags, tags_requests, requests);
	for (unsigned i = 0; i < count; i++) {
		uint64_t request = made_alloc(made, 128);

		made_put(made, requests + 8ull * i, request, 8);
		MADE_SET(made, request, request_queue_pointer, queue);
		MADE_SET(made, request, request_hw_queue, hw_queue);
		MADE_SET(made, request, request_tag, i);
		MADE_SET(made, request, request_internal_tag, UINT32_MAX);
		requests_ret[i] = request;
	}
	return tags;
}
