// SPDX-License-Identifier: GPL-2.0-or-later
/* What `fbundle block` tells of a disk in text and JSON alike: its type, its state, who waits for it. */
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "cmd/block/block.h"
#include "kernel/files/path.h"

static const struct {
	const char *prefix, *type;
} types_by_uuid[] = {{"LVM-", "lvm"}, {"CRYPT-", "crypt"}, {"mpath-", "mpath"}, {"part", "part"}};

char *fb_block_type(const struct fb_block_row *row, char *to, size_t size)
{
	const char *name = row->disk->whole.name, *type = "disk";

	if (*row->driver.level)
		type = row->driver.level;
	else if (!strncmp(name, "loop", 4))
		type = "loop";
	else if (!strncmp(name, "sr", 2))
		type = "rom";
	else if (fb_disk_is_mapped(row->disk))
		type = "dm";
	for (size_t i = 0; row->mapped_known && i < FB_ARRAY_SIZE(types_by_uuid); i++)
		if (!strncmp(row->mapped.uuid, types_by_uuid[i].prefix,
			     strlen(types_by_uuid[i].prefix)))
			type = types_by_uuid[i].type;
	snprintf(to, size, "%s", type);
	return to;
}

bool fb_block_is_swap(const struct fb_block *block, const struct fb_block_device *device)
{
	for (size_t i = 0; i < block->swap_count; i++) {
		uint32_t major, minor;

		fb_device_parts(block->swaps[i], &major, &minor);
		if (device->known && major == device->major && minor == device->minor)
			return true;
	}
	return false;
}

static void add_word(char *to, size_t size, const char *word)
{
	size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%s", used ? ", " : "", word);
}

/* "all 4 paths failed, requests wait", "1 of 4 paths failed". */
static void add_paths(const struct fb_mapped *mapped, char *to, size_t size)
{
	for (size_t i = 0; i < mapped->target_count; i++) {
		const struct fb_multipath *multipath = mapped->targets[i].multipath;
		size_t failed = 0, count = multipath ? fb_multipath_paths(multipath, &failed) : 0;
		char text[96];

		if (!failed)
			continue;
		if (failed == count)
			snprintf(text, sizeof(text), "all %zu paths failed, requests %s", count,
				 multipath->queue_if_no_path ? "wait" : "fail");
		else
			snprintf(text, sizeof(text), "%zu of %zu paths failed", failed, count);
		add_word(to, size, text);
	}
}

char *fb_block_state(const struct fb_block_row *row, char *to, size_t size)
{
	to[0] = '\0';
	if (row->mapped_known && row->mapped.suspended)
		add_word(to, size, "suspended");
	else if (row->mapped_known && row->mapped.holds_back)
		add_word(to, size, "being suspended");
	if (row->queue_known && row->queue.freeze_depth)
		add_word(to, size, "queue frozen");
	if (row->queue_known && row->queue.quiesced && row->queue.has_requests)
		add_word(to, size, "quiesced");
	if (row->disk->dead || (row->queue_known && row->queue.dying))
		add_word(to, size, "removed");
	if (row->disk->hidden)
		add_word(to, size, "hidden path");
	if (row->driver.bad)
		add_word(to, size, row->driver.state);
	if (row->mapped_known)
		add_paths(&row->mapped, to, size);
	return to;
}

struct fb_error *
fb_block_each_wait(struct fb_input *input, const struct fb_block *block, const struct fb_disk *disk,
		   struct fb_error *(*visit)(void *context, const struct fb_wait *wait),
		   void *context)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_wait_graph *graph;
	struct fb_error *err = NULL;

	if (!block->waits)
		return NULL;
	graph = fb_waits_graph(block->waits);
	for (size_t i = 0; i < graph->wait_count && !err; i++) {
		const struct fb_wait_object *object = &graph->objects[graph->waits[i].object];
		uint64_t waited_for = 0;

		if (strcmp(object->class, "device") != 0)
			continue;
		err = fb_part_skip(fb_kernel_field(kernel, object->key[0],
						   &fb_kernel_layout(kernel)->block_device_disk,
						   &waited_for));
		if (!err && waited_for == disk->address)
			err = visit(context, &graph->waits[i]);
	}
	return err;
}
