/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for block devices and their requests. Included only by layout_table.h, several times, so
 * that it has no include guard.
 */

/* Disks and partitions (include/linux/genhd.h, moved to blkdev.h in 5.18; blk_types.h). Before 5.11 the whole disk and
 * each partition are a struct hd_struct, since then a struct block_device (0d02129e76ed). */
FB_PART("block devices")
FB_FIELD(gendisk_state, "gendisk", "state")
FB_FIELD(gendisk_flags, "gendisk", "flags")
FB_FIELD(gendisk_part0, "gendisk", "part0")
FB_FIELD(gendisk_partitions, "gendisk", "part_tbl")
FB_FIELD(gendisk_operations, "gendisk", "fops")
FB_FIELD(gendisk_queue, "gendisk", "queue")
FB_FIELD(gendisk_slaves, "gendisk", "slave_dir")
FB_FIELD(part_table_count, "disk_part_tbl", "len")
FB_FIELD(part_table_parts, "disk_part_tbl", "part")
FB_FIELD(hd_start, "hd_struct", "start_sect")
FB_FIELD(hd_sectors, "hd_struct", "nr_sects")
FB_FIELD(hd_stats, "hd_struct", "dkstats")
FB_FIELD(hd_device, "hd_struct", "__dev")
FB_FIELD(hd_holders, "hd_struct", "holder_dir")
FB_FIELD(hd_read_only, "hd_struct", "policy")
FB_FIELD(hd_number, "hd_struct", "partno")
FB_FIELD(bdev_start, "block_device", "bd_start_sect")
FB_FIELD(bdev_sectors, "block_device",
	 "bd_nr_sectors") /* f09313c57a17, 5.16; before, inode.i_size */
FB_FIELD(bdev_inode_pointer, "block_device", "bd_inode")
FB_FIELD(bdev_stats, "block_device", "bd_stats")
FB_FIELD(bdev_number, "block_device", "bd_dev")
FB_FIELD(bdev_device, "block_device", "bd_device")
FB_FIELD(bdev_holders, "block_device", "bd_holder_dir")
FB_FIELD(bdev_openers, "block_device", "bd_openers")
FB_FIELD(bdev_read_only, "block_device", "bd_read_only")
FB_FIELD(bdev_part_number, "block_device", "bd_partno")
FB_FIELD(bdev_flags, "block_device", "__bd_flags") /* has both of these since 6.10 (1116b9fa15c0) */
FB_FIELD(bdev_inode_bdev, "bdev_inode", "bdev")
FB_FIELD(bdev_inode_inode, "bdev_inode", "vfs_inode")
FB_FIELD(block_operations_owner, "block_device_operations", "owner")
FB_FIELD(bdi_owner, "backing_dev_info", "owner")

/* What /proc/diskstats counts, for each CPU (include/linux/part_stat.h) */
FB_PART("what block devices counted")
FB_FIELD(disk_stats_ns, "disk_stats", "nsecs")
FB_FIELD(disk_stats_sectors, "disk_stats", "sectors")
FB_FIELD(disk_stats_ios, "disk_stats", "ios")
FB_FIELD(disk_stats_merges, "disk_stats", "merges")
FB_FIELD(disk_stats_ticks, "disk_stats", "io_ticks")
FB_FIELD(disk_stats_in_flight, "disk_stats", "in_flight")

/* Devices of a class (drivers/base/base.h, include/linux/device.h, klist.h, kobject.h) */
FB_PART("the lists that lead to block devices")
FB_FIELD(device_number, "device", "devt")
FB_FIELD(device_type_pointer, "device", "type")
FB_FIELD(device_private_device, "device_private", "device")
FB_FIELD(device_private_class, "device_private", "knode_class")
FB_FIELD(class_private, "class",
	 "p") /* gone in 6.4 (2df418cf4b72): sought in the list of class_kset */
FB_FIELD(subsys_entry, "subsys_private", "subsys.kobj.entry")
FB_FIELD(subsys_devices, "subsys_private", "klist_devices")
FB_FIELD(subsys_class, "subsys_private", "class")
FB_FIELD(klist_list, "klist", "k_list")
FB_FIELD(klist_node_list, "klist_node", "n_node")
FB_FIELD(kset_list, "kset", "list")
FB_FIELD(kobject_sysfs, "kobject", "sd")
FB_FIELD(kernfs_children, "kernfs_node", "dir.children.rb_node")
FB_FIELD(kernfs_rb, "kernfs_node", "rb")

/* Queues (include/linux/blkdev.h, blk-mq.h, elevator.h) */
FB_PART("the state and limits of queues of block devices")
FB_FIELD(queue_flags, "request_queue", "queue_flags")
FB_FIELD(queue_elevator, "request_queue", "elevator")
FB_FIELD(queue_operations, "request_queue", "mq_ops")
FB_FIELD(queue_requests, "request_queue", "nr_requests")
FB_FIELD(queue_timeout, "request_queue", "rq_timeout")
FB_FIELD(queue_hw_count, "request_queue", "nr_hw_queues")
FB_FIELD(queue_hw_xarray, "request_queue", "hctx_table") /* 4e5cc99e1e48, 5.18 */
FB_FIELD(queue_hw_array, "request_queue", "queue_hw_ctx")
FB_FIELD(queue_quiesce_depth, "request_queue", "quiesce_depth") /* e70feb8b3e68, 5.16 */
FB_FIELD(queue_freeze_depth, "request_queue", "mq_freeze_depth")
FB_FIELD(queue_tag_set, "request_queue", "tag_set")
FB_FIELD(queue_data, "request_queue", "queuedata")
FB_FIELD(queue_features, "request_queue", "limits.features") /* 1122c0c1cc71, 6.11 */
FB_FIELD(queue_logical_block, "request_queue", "limits.logical_block_size")
FB_FIELD(queue_physical_block, "request_queue", "limits.physical_block_size")
FB_FIELD(queue_max_sectors, "request_queue", "limits.max_sectors")
FB_FIELD(queue_max_segments, "request_queue", "limits.max_segments")
FB_FIELD(elevator_type, "elevator_queue", "type")
FB_FIELD(elevator_name, "elevator_type", "elevator_name")

/* Tags, each of which has a request (include/linux/blk-mq.h, block/blk-mq-tag.h) */
FB_PART("requests of block devices")
FB_FIELD(tag_set_tags, "blk_mq_tag_set", "tags")
FB_FIELD(tag_set_hw_count, "blk_mq_tag_set", "nr_hw_queues")
FB_FIELD(hw_queue_tags, "blk_mq_hw_ctx", "tags")
FB_FIELD(hw_queue_sched_tags, "blk_mq_hw_ctx", "sched_tags")
FB_FIELD(hw_queue_number, "blk_mq_hw_ctx", "queue_num")
FB_FIELD(hw_queue_flush, "blk_mq_hw_ctx", "fq")
FB_FIELD(flush_request, "blk_flush_queue", "flush_rq")
FB_FIELD(tags_count, "blk_mq_tags", "nr_tags")
FB_FIELD(tags_requests, "blk_mq_tags", "static_rqs")

/* Requests and bios (include/linux/blk-mq.h, blk_types.h) */
FB_PART("what requests of block devices are")
FB_FIELD(request_queue_pointer, "request", "q")
FB_FIELD(request_hw_queue, "request", "mq_hctx")
FB_FIELD(request_operation, "request", "cmd_flags")
FB_FIELD(request_tag, "request", "tag")
FB_FIELD(request_internal_tag, "request", "internal_tag")
FB_FIELD(request_bytes, "request", "__data_len")
FB_FIELD(request_sector, "request", "__sector")
FB_FIELD(request_bio, "request", "bio")
FB_FIELD(request_partition, "request", "part")
FB_FIELD(request_start_ns, "request", "start_time_ns")
FB_FIELD(request_issue_ns, "request", "io_start_time_ns")
FB_FIELD(request_state, "request", "state")
FB_FIELD(request_references, "request", "ref.refs.counter",
	 "ref.counter") /* atomic_t: 0a467d0fdd95, 5.16 */
FB_FIELD(request_end, "request", "end_io")
FB_FIELD(request_end_data, "request", "end_io_data")
FB_FIELD(bio_next, "bio", "bi_next")
FB_FIELD(bio_operation, "bio", "bi_opf")
FB_FIELD(bio_sector, "bio", "bi_iter.bi_sector")
FB_FIELD(bio_bytes, "bio", "bi_iter.bi_size")
FB_FIELD(bio_end, "bio", "bi_end_io")
FB_FIELD(bio_private, "bio", "bi_private")
FB_FIELD(bio_issue, "bio", "bi_issue.value") /* gone in 6.18 */
