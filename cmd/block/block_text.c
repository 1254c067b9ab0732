// SPDX-License-Identifier: GPL-2.0-or-later
/* `fbundle block` for people: the table of all devices, and all about one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/block/block.h"

static const char *escape(const char *text, char *to, size_t size)
{
	return fb_text_escape(text, strlen(text), to, size);
}

/* "/ /srv": where the device with these numbers is mounted; "[SWAP]" where it is swapped to. */
static void mount_points(const struct fb_block *block, const struct fb_block_device *device,
			 char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < block->mounts.count && used < size; i++) {
		const struct fb_mount *mount = &block->mounts.mounts[i];

		if (mount->superblock.address && mount->superblock.major == device->major &&
		    mount->superblock.minor == device->minor && mount->target)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? " " : "",
						 mount->target);
	}
	if (fb_block_is_swap(block, device) && used < size)
		snprintf(to + used, size - used, "%s[SWAP]", used ? " " : "");
}

/* What it is made of: the file of a loop device, the slaves of others. */
static void made_of(const struct fb_block_row *row, char *to, size_t size)
{
	const struct fb_device_names *slaves = &row->disk->slaves;
	size_t used = 0;

	to[0] = '\0';
	if (row->driver.file)
		snprintf(to, size, "%s", row->driver.file);
	for (size_t i = 0; i < slaves->count && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", used ? " " : "",
					 slaves->names[i]);
}

static struct fb_error *size_cell(struct fb_table *table, const struct fb_block_device *device)
{
	char text[32];

	if (!device->known || device->sectors > UINT64_MAX / FB_SECTOR_SIZE)
		return fb_table_cell(table, FB_STYLE_WARN, "unknown");
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s",
			     fb_text_size(device->sectors * FB_SECTOR_SIZE, text, sizeof(text)));
}

/* NAME, MAJ:MIN, SIZE, RO and TYPE; name is how it is shown. */
static struct fb_error *first_cells(struct fb_table *table, const struct fb_block_device *device,
				    const char *name, const char *type)
{
	struct fb_error *err = fb_table_cell(table, FB_STYLE_BOLD, "%s", name);

	if (!err)
		err = device->known ? fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu32 ":%" PRIu32,
						    device->major, device->minor)
				    : fb_table_cell(table, FB_STYLE_WARN, "unknown");
	if (!err)
		err = size_cell(table, device);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", device->read_only);
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", type);
}

static struct fb_error *add_disk(struct fb_table *table, const struct fb_block *block,
				 const struct fb_block_row *row)
{
	char name[FB_BLOCK_NAME + FB_MAPPED_NAME + 4], type[32], text[512], state[256];
	struct fb_error *err;

	/* lsblk shows the device mapper's name, and the kernel's only if asked. */
	if (row->mapped_known && *row->mapped.name)
		snprintf(name, sizeof(name), "%s (%s)", row->disk->whole.name, row->mapped.name);
	else
		snprintf(name, sizeof(name), "%s", row->disk->whole.name);
	err = first_cells(table, &row->disk->whole, name, fb_block_type(row, type, sizeof(type)));
	if (!err && row->request_count)
		err = fb_table_cell(table, FB_STYLE_WARN, "%zu", row->request_count);
	else if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "0");
	made_of(row, text, sizeof(text));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "%s", text);
	mount_points(block, &row->disk->whole, text, sizeof(text));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
	return err ? err
		   : fb_table_cell(table, FB_STYLE_BAD, "%s",
				   fb_block_state(row, state, sizeof(state)));
}

static size_t requests_of(const struct fb_block *block, const struct fb_block_row *row,
			  uint32_t partition)
{
	size_t count = 0;

	for (size_t i = 0; i < row->request_count; i++)
		count += block->requests.list[row->first_request + i].part_number == partition;
	return count;
}

static struct fb_error *add_partition(struct fb_table *table, const struct fb_block *block,
				      const struct fb_block_row *row,
				      const struct fb_block_device *device, bool last)
{
	char name[FB_BLOCK_NAME + 8], text[512];
	size_t requests = requests_of(block, row, device->number);
	struct fb_error *err;

	snprintf(name, sizeof(name), "%s%s", last ? "└─" : "├─", device->name);
	err = first_cells(table, device, name, "part");
	if (!err)
		err = fb_table_cell(table, requests ? FB_STYLE_WARN : FB_STYLE_DIM, "%zu",
				    requests);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
	mount_points(block, device, text, sizeof(text));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
}

static struct fb_error *add_row(struct fb_table *table, const struct fb_block *block,
				const struct fb_block_row *row)
{
	const struct fb_disk *disk = row->disk;
	struct fb_error *err = add_disk(table, block, row);

	for (size_t i = 0; i < disk->partition_count && !err; i++)
		err = add_partition(table, block, row, &disk->partitions[i],
				    i + 1 == disk->partition_count);
	return err;
}

/* lsblk leaves out what has no size; here it stays where something is in flight. */
static bool is_empty(const struct fb_block_row *row)
{
	return row->disk->whole.known && !row->disk->whole.sectors && !row->request_count;
}

static struct fb_error *print_devices(struct fb_context *context, const struct fb_block *block)
{
	static const struct fb_column columns[] = {
		{"NAME", FB_LEFT}, {"MAJ:MIN", FB_LEFT}, {"SIZE", FB_RIGHT},
		{"RO", FB_RIGHT},  {"TYPE", FB_LEFT},    {"I/O", FB_RIGHT},
		{"ON", FB_LEFT},   {"MOUNTED", FB_LEFT}, {"STATE", FB_LEFT},
	};
	struct fb_table *table = NULL;
	size_t empty = 0;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < block->disks.count && !err; i++) {
		if (!block->all && is_empty(&block->rows[i]))
			empty++;
		else
			err = add_row(table, block, &block->rows[i]);
	}
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	if (!err && empty)
		fb_print(context->output, FB_STYLE_DIM, "%zu more without a size: --all\n", empty);
	return err;
}

struct fb_error *fb_block_print_text(struct fb_context *context, struct fb_input *input,
				     const struct fb_block *block)
{
	struct fb_error *err = print_devices(context, block);

	if (!err && block->requests.count) {
		fb_put("\n");
		err = fb_block_print_requests(context, block, 0, block->requests.count);
	} else if (!err) {
		fb_put("\nNo request was in flight.\n");
	}
	return err ? err : fb_block_print_waits(context, input, block, NULL);
}

static void put_line(struct fb_context *context, const char *label, const char *text)
{
	fb_print(context->output, FB_STYLE_DIM, "%-18s", label);
	fb_put("%s\n", text);
}

static void put_names(struct fb_context *context, const char *label,
		      const struct fb_device_names *names)
{
	char text[1024] = "", shown[4 * FB_BLOCK_NAME];
	size_t used = 0;

	for (size_t i = 0; i < names->count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "",
					 escape(names->names[i], shown, sizeof(shown)));
	if (names->count)
		put_line(context, label, text);
}

static void put_queue(struct fb_context *context, const struct fb_queue *queue)
{
	char text[256], most[32];

	if (queue->has_requests)
		snprintf(text, sizeof(text), "%" PRIu64 " requests, %u hardware queue%s",
			 queue->requests, queue->hw_queues, queue->hw_queues == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), "none: its driver takes bios");
	put_line(context, "queue", text);
	put_line(context, "scheduler",
		 fb_text_escape(queue->scheduler, strlen(queue->scheduler), text, sizeof(text)));
	snprintf(text, sizeof(text), "%u logical, %u physical", queue->logical_block,
		 queue->physical_block);
	put_line(context, "block bytes", text);
	snprintf(text, sizeof(text), "%s in %u segments",
		 fb_text_size((uint64_t)queue->max_sectors * FB_SECTOR_SIZE, most, sizeof(most)),
		 queue->max_segments);
	put_line(context, "largest request", text);
	snprintf(text, sizeof(text), "frozen %u time%s%s%s", queue->freeze_depth,
		 queue->freeze_depth == 1 ? "" : "s", queue->quiesced ? ", quiesced" : "",
		 queue->dying ? ", dying" : "");
	put_line(context, "queue state", text);
}

static void put_mapped(struct fb_context *context, const struct fb_block *block,
		       const struct fb_mapped *mapped)
{
	char text[640], name[4 * FB_MAPPED_UUID];

	put_line(context, "mapped name", escape(mapped->name, name, sizeof(name)));
	if (*mapped->uuid)
		put_line(context, "UUID", escape(mapped->uuid, name, sizeof(name)));
	put_line(context, "suspended",
		 mapped->suspended    ? "yes: it holds back all requests"
		 : mapped->holds_back ? "not yet, but it holds back all requests"
				      : "no");
	for (size_t i = 0; i < mapped->target_count; i++) {
		const struct fb_mapped_target *target = &mapped->targets[i];

		snprintf(text, sizeof(text), "%s, %" PRIu64 " sectors from %" PRIu64,
			 escape(target->type, name, sizeof(name)), target->sectors, target->start);
		put_line(context, i ? "" : "targets", text);
		if (target->multipath)
			fb_block_put_multipath(context, block, target->multipath);
	}
}

static void put_driver(struct fb_context *context, const struct fb_driver_state *driver)
{
	char text[4 * 1024];

	if (*driver->controller)
		put_line(context, "controller", driver->controller);
	if (*driver->state)
		put_line(context, "driver state", driver->state);
	if (driver->file)
		put_line(context, "file", escape(driver->file, text, sizeof(text)));
	if (*driver->missing)
		put_line(context, "not known", driver->missing);
}

static void put_stats(struct fb_context *context, const struct fb_disk_stats *stats)
{
	static const char *const names[] = {"reads", "writes", "discards", "flushes"};
	char text[128], bytes[32], count[32];

	for (unsigned group = 0; stats->known && group < FB_DISK_GROUPS; group++) {
		if (!stats->of[group].completed)
			continue;
		snprintf(text, sizeof(text), "%s completed, %s",
			 fb_text_count(stats->of[group].completed, count, sizeof(count)),
			 fb_text_size(stats->of[group].sectors * FB_SECTOR_SIZE, bytes,
				      sizeof(bytes)));
		put_line(context, names[group], text);
	}
}

struct fb_error *fb_block_print_disk(struct fb_context *context, struct fb_input *input,
				     const struct fb_block *block, const struct fb_block_row *row)
{
	const struct fb_disk *disk = row->disk;
	char text[4 * 64];
	struct fb_block one = *block;
	struct fb_error *err;

	one.rows = (struct fb_block_row *)row;
	one.disks.count = 1;
	one.all = true;
	err = print_devices(context, &one);
	if (err)
		return err;
	fb_put("\n");
	if (*disk->driver)
		put_line(context, "driver", escape(disk->driver, text, sizeof(text)));
	put_driver(context, &row->driver);
	if (row->mapped_known)
		put_mapped(context, block, &row->mapped);
	put_names(context, "made of", &disk->slaves);
	put_names(context, "held by", &disk->whole.holders);
	for (size_t i = 0; i < disk->partition_count; i++) {
		snprintf(text, sizeof(text), "partition %" PRIu32 " by",
			 disk->partitions[i].number);
		put_names(context, text, &disk->partitions[i].holders);
	}
	if (row->queue_known)
		put_queue(context, &row->queue);
	put_stats(context, &disk->whole.stats);
	fb_put("\n");
	if (row->request_count)
		err = fb_block_print_requests(context, block, row->first_request,
					      row->request_count);
	else
		fb_put("No request of it was in flight.\n");
	return err ? err : fb_block_print_waits(context, input, block, row);
}
