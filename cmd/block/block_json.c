// SPDX-License-Identifier: GPL-2.0-or-later
/* `fbundle block --json`: see docs/cli.md and docs/schema/block.json. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/block/block.h"

static void set(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* A number that is known to be there only where known. */
static void set_known(json_t *object, const char *key, bool known, uint64_t value)
{
	json_object_set_new(object, key, known ? json_integer((json_int_t)value) : json_null());
}

/* null for text that is empty. */
static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, fb_json_text(*text ? text : NULL));
}

static json_t *names_json(const struct fb_device_names *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, fb_json_text(names->names[i]));
	return list;
}

static json_t *stats_json(const struct fb_disk_stats *stats)
{
	static const char *const names[] = {"read", "write", "discard", "flush"};
	json_t *object = json_object();

	if (!stats->known) {
		json_decref(object);
		return json_null();
	}
	for (unsigned group = 0; group < FB_DISK_GROUPS; group++) {
		json_t *counters = json_object();

		set(counters, "completed", stats->of[group].completed);
		set(counters, "merged", stats->of[group].merged);
		set(counters, "sectors", stats->of[group].sectors);
		json_object_set_new(counters, "seconds",
				    json_real((double)stats->of[group].ns / 1e9));
		json_object_set_new(object, names[group], counters);
	}
	set(object, "counted_in_flight", stats->in_flight);
	return object;
}

static json_t *mount_points_json(const struct fb_block *block, const struct fb_block_device *device)
{
	json_t *list = json_array();

	for (size_t i = 0; i < block->mounts.count; i++) {
		const struct fb_mount *mount = &block->mounts.mounts[i];

		if (mount->superblock.address && mount->superblock.major == device->major &&
		    mount->superblock.minor == device->minor && mount->target)
			json_array_append_new(list, fb_json_text(mount->target));
	}
	return list;
}

static json_t *device_json(const struct fb_block *block, const struct fb_block_device *device)
{
	json_t *object = json_object();
	char text[32];

	json_object_set_new(object, "name", fb_json_text(device->name));
	json_object_set_new(object, "address", fb_json_hex(device->address));
	snprintf(text, sizeof(text), "%" PRIu32 ":%" PRIu32, device->major, device->minor);
	json_object_set_new(object, "number", device->known ? json_string(text) : json_null());
	set_known(object, "partition", device->number != 0, device->number);
	set_known(object, "start_sector", device->known, device->start);
	set_known(object, "sectors", device->known, device->sectors);
	json_object_set_new(object, "read_only",
			    device->known ? json_boolean(device->read_only) : json_null());
	set_known(object, "openers", device->openers_known, device->openers);
	json_object_set_new(object, "mount_points", mount_points_json(block, device));
	json_object_set_new(object, "swap",
			    device->known ? json_boolean(fb_block_is_swap(block, device))
					  : json_null());
	json_object_set_new(object, "holders", names_json(&device->holders));
	json_object_set_new(object, "counters", stats_json(&device->stats));
	return object;
}

static json_t *queue_json(const struct fb_block_row *row)
{
	const struct fb_queue *queue = &row->queue;
	json_t *object;

	if (!row->queue_known)
		return json_null();
	object = json_object();
	json_object_set_new(object, "address", fb_json_hex(queue->address));
	json_object_set_new(object, "has_requests", json_boolean(queue->has_requests));
	set(object, "requests", queue->requests);
	set(object, "hw_queues", queue->hw_queues);
	set_text(object, "scheduler", queue->scheduler);
	set(object, "logical_block_bytes", queue->logical_block);
	set(object, "physical_block_bytes", queue->physical_block);
	set(object, "max_sectors", queue->max_sectors);
	set(object, "max_segments", queue->max_segments);
	json_object_set_new(object, "rotational",
			    queue->rotational_known ? json_boolean(queue->rotational)
						    : json_null());
	set(object, "freeze_depth", queue->freeze_depth);
	json_object_set_new(object, "quiesced", json_boolean(queue->quiesced));
	json_object_set_new(object, "dying", json_boolean(queue->dying));
	set(object, "timeout_jiffies", queue->timeout_jiffies);
	return object;
}

static json_t *mapped_json(const struct fb_block *block, const struct fb_block_row *row)
{
	const struct fb_mapped *mapped = &row->mapped;
	json_t *object, *targets;

	if (!row->mapped_known)
		return json_null();
	object = json_object();
	targets = json_array();
	set_text(object, "name", mapped->name);
	set_text(object, "uuid", mapped->uuid);
	json_object_set_new(object, "suspended", json_boolean(mapped->suspended));
	json_object_set_new(object, "holds_back", json_boolean(mapped->holds_back));
	for (size_t i = 0; i < mapped->target_count; i++) {
		json_t *target = json_object();

		set_text(target, "type", mapped->targets[i].type);
		set(target, "start_sector", mapped->targets[i].start);
		set(target, "sectors", mapped->targets[i].sectors);
		json_object_set_new(target, "multipath",
				    fb_block_multipath_json(block, mapped->targets[i].multipath));
		json_array_append_new(targets, target);
	}
	json_object_set_new(object, "targets", targets);
	return object;
}

static json_t *driver_json(const struct fb_block_row *row)
{
	const struct fb_driver_state *driver = &row->driver;
	json_t *object = json_object();

	set_text(object, "name", row->disk->driver);
	set_text(object, "controller", driver->controller);
	set_text(object, "state", driver->state);
	json_object_set_new(object, "file", fb_json_text(driver->file));
	set_known(object, "file_offset", driver->file != NULL, driver->file_offset);
	set_text(object, "missing", driver->missing);
	return object;
}

static json_t *sources_json(unsigned sources)
{
	static const struct {
		enum fb_disk_source source;
		const char *name;
	} names[] = {{FB_DISK_BY_CLASS, "class"},
		     {FB_DISK_BY_INODE, "bdev-inode"},
		     {FB_DISK_BY_BDI, "bdi-list"}};
	json_t *list = json_array();

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (sources & names[i].source)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *request_json(const struct fb_block *block, const struct fb_request *request)
{
	const struct fb_task *task =
		request->tid >= 0 ? fb_tasks_by_tid(block->tasks, request->tid) : NULL;
	json_t *object = json_object();

	json_object_set_new(object, "address", fb_json_hex(request->address));
	json_object_set_new(object, "disk",
			    fb_json_text(request->disk ? request->disk->whole.name : NULL));
	set_known(object, "partition", request->part_number != 0, request->part_number);
	json_object_set_new(object, "state", json_string(fb_request_state_name(request->state)));
	set_text(object, "operation", request->operation);
	set_text(object, "flags", request->flags);
	set(object, "sector", request->sector);
	set(object, "bytes", request->bytes);
	set_known(object, "tag", request->tag >= 0, (uint64_t)request->tag);
	set_known(object, "scheduler_tag", request->scheduler_tag >= 0,
		  (uint64_t)request->scheduler_tag);
	set_known(object, "hw_queue", request->hw_queue >= 0, (uint64_t)request->hw_queue);
	json_object_set_new(object, "age_s", fb_json_seconds(request->age_s));
	json_object_set_new(object, "driver_s", fb_json_seconds(request->driver_s));
	set_text(object, "end", request->end);
	json_object_set_new(object, "bio", request->bio ? fb_json_hex(request->bio) : json_null());
	set_known(object, "tid", task != NULL, (uint64_t)request->tid);
	json_object_set_new(object, "comm",
			    task ? fb_json_bytes(task->comm, sizeof(task->comm)) : json_null());
	return object;
}

static struct fb_error *add_wait(void *context, const struct fb_wait *wait)
{
	json_t *object = json_object();

	json_object_set_new(object, "tid", json_integer(wait->tid));
	json_object_set_new(object, "pid", json_integer(wait->pid));
	json_object_set_new(object, "kind", json_string(wait->kind));
	json_object_set_new(object, "seconds", fb_json_seconds(wait->seconds));
	json_object_set_new(object, "detail",
			    wait->detail ? json_string(wait->detail) : json_null());
	json_array_append_new(context, object);
	return NULL;
}

static struct fb_error *row_json(struct fb_input *input, const struct fb_block *block,
				 const struct fb_block_row *row, json_t *list)
{
	const struct fb_disk *disk = row->disk;
	json_t *object = device_json(block, &disk->whole), *partitions = json_array();
	json_t *waits = json_array();
	char type[32], state[256];
	struct fb_error *err;

	json_object_set_new(object, "gendisk", fb_json_hex(disk->address));
	json_object_set_new(object, "type", json_string(fb_block_type(row, type, sizeof(type))));
	set_text(object, "unusual", fb_block_state(row, state, sizeof(state)));
	json_object_set_new(object, "removed", json_boolean(disk->dead));
	json_object_set_new(object, "hidden", json_boolean(disk->hidden));
	json_object_set_new(object, "found_by", sources_json(disk->sources));
	json_object_set_new(object, "slaves", names_json(&disk->slaves));
	json_object_set_new(object, "driver", driver_json(row));
	json_object_set_new(object, "mapped", mapped_json(block, row));
	json_object_set_new(object, "queue", queue_json(row));
	for (size_t i = 0; i < disk->partition_count; i++)
		json_array_append_new(partitions, device_json(block, &disk->partitions[i]));
	json_object_set_new(object, "partitions", partitions);
	set(object, "in_flight", row->request_count);
	err = fb_block_each_wait(input, block, disk, add_wait, waits);
	json_object_set_new(object, "waiting", waits);
	json_array_append_new(list, object);
	return err;
}

struct fb_error *fb_block_print_json(struct fb_context *context, struct fb_input *input,
				     const struct fb_block *block, const struct fb_block_row *row)
{
	json_t *answer = json_object(), *disks = json_array(), *requests = json_array();
	struct fb_error *err = NULL;

	for (size_t i = 0; i < block->disks.count && !err; i++)
		if (!row || row == &block->rows[i])
			err = row_json(input, block, &block->rows[i], disks);
	for (size_t i = 0; i < block->requests.count; i++)
		if (!row || row->disk == block->requests.list[i].disk)
			json_array_append_new(requests,
					      request_json(block, &block->requests.list[i]));
	json_object_set_new(answer, "disks", disks);
	json_object_set_new(answer, "requests", requests);
	json_object_set_new(answer, "requests_complete", json_boolean(block->requests.complete));
	if (err) {
		json_decref(answer);
		return err;
	}
	return fb_json_print("block", answer, context->warnings);
}
