// SPDX-License-Identifier: GPL-2.0-or-later
/* The paths of a multipath device, for `fbundle block DEVICE` in the words of `multipath -ll`, and in JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/block/block.h"

/* The device of a path by its numbers, "8:16"; NULL: there is none. */
static const struct fb_block_device *device_of(const struct fb_block *block,
					       const struct fb_multipath_path *path,
					       const struct fb_disk **disk_ret)
{
	char *colon, *end;
	const unsigned long major = strtoul(path->device, &colon, 10);
	unsigned long minor;

	if (colon == path->device || *colon != ':' || major > UINT32_MAX)
		return NULL;
	minor = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || *end || minor > UINT32_MAX)
		return NULL;
	return fb_disks_by_number(&block->disks, (uint32_t)major, (uint32_t)minor, disk_ret);
}

/* What the driver says of the disk of a path, "running/running"; "": nothing. */
static const char *driver_state(const struct fb_block *block, const struct fb_disk *disk)
{
	return block->rows[disk - block->disks.disks].driver.state;
}

void fb_block_put_multipath(struct fb_context *context, const struct fb_block *block,
			    const struct fb_multipath *multipath)
{
	char text[4 * sizeof(multipath->handler)],
		number[4 * sizeof(multipath->groups->paths->device)];

	fb_put("features='%s' hwhandler='%s'%s%s\n",
	       multipath->queue_if_no_path ? "1 queue_if_no_path" : "0",
	       *multipath->handler ? fb_text_escape(multipath->handler, strlen(multipath->handler),
						    text, sizeof(text))
				   : "0",
	       multipath->saved_queue ? ", queue_if_no_path again when it is resumed" : "",
	       multipath->complete ? "" : ", some paths are missing here");
	for (size_t g = 0; g < multipath->group_count; g++) {
		const struct fb_multipath_group *group = &multipath->groups[g];
		bool last = g + 1 == multipath->group_count;

		fb_put("%s policy='%s' status=%s%s\n", last ? "`-+-" : "|-+-",
		       fb_text_escape(group->policy, strlen(group->policy), text, sizeof(text)),
		       fb_multipath_group_state_name(group->state),
		       group->number == multipath->next_group ? ", will be used next" : "");
		for (size_t p = 0; p < group->path_count; p++) {
			const struct fb_multipath_path *path = &group->paths[p];
			const struct fb_disk *disk = NULL;
			const struct fb_block_device *device = device_of(block, path, &disk);
			const char *state = device ? driver_state(block, disk) : "";

			fb_put("%s %s %-8s %-7s ", last ? " " : "|",
			       p + 1 == group->path_count ? "`-" : "|-",
			       device ? device->name : "?",
			       fb_text_escape(path->device, strlen(path->device), number,
					      sizeof(number)));
			fb_print(context->output, path->failed ? FB_STYLE_BAD : FB_STYLE_GOOD, "%s",
				 path->failed ? "failed" : "active");
			fb_put("%s%s, failed %" PRIu32 " time%s%s\n", *state ? " " : "", state,
			       path->failures, path->failures == 1 ? "" : "s",
			       path->current ? ", used last" : "");
		}
	}
}

static json_t *path_json(const struct fb_block *block, const struct fb_multipath_path *path)
{
	const struct fb_disk *disk = NULL;
	const struct fb_block_device *device = device_of(block, path, &disk);
	const char *state = device ? driver_state(block, disk) : "";
	json_t *object = json_object();

	json_object_set_new(object, "device", fb_json_text(device ? device->name : NULL));
	json_object_set_new(object, "number", fb_json_text(path->device));
	json_object_set_new(object, "state", json_string(path->failed ? "failed" : "active"));
	json_object_set_new(object, "driver_state", fb_json_text(*state ? state : NULL));
	json_object_set_new(object, "failures", json_integer(path->failures));
	json_object_set_new(object, "used_last", json_boolean(path->current));
	return object;
}

json_t *fb_block_multipath_json(const struct fb_block *block, const struct fb_multipath *multipath)
{
	json_t *object, *groups;

	if (!multipath)
		return json_null();
	object = json_object();
	groups = json_array();
	for (size_t g = 0; g < multipath->group_count; g++) {
		const struct fb_multipath_group *group = &multipath->groups[g];
		json_t *one = json_object(), *paths = json_array();

		for (size_t p = 0; p < group->path_count; p++)
			json_array_append_new(paths, path_json(block, &group->paths[p]));
		json_object_set_new(one, "number", json_integer(group->number));
		json_object_set_new(one, "status",
				    json_string(fb_multipath_group_state_name(group->state)));
		json_object_set_new(one, "policy",
				    fb_json_text(*group->policy ? group->policy : NULL));
		json_object_set_new(one, "paths", paths);
		json_array_append_new(groups, one);
	}
	json_object_set_new(object, "queue_if_no_path", json_boolean(multipath->queue_if_no_path));
	json_object_set_new(object, "queue_if_no_path_saved", json_boolean(multipath->saved_queue));
	json_object_set_new(object, "queue_io", json_boolean(multipath->initializing));
	json_object_set_new(object, "valid_paths", json_integer(multipath->valid_paths));
	json_object_set_new(object, "hw_handler",
			    fb_json_text(*multipath->handler ? multipath->handler : NULL));
	json_object_set_new(object, "next_group",
			    multipath->next_group ? json_integer(multipath->next_group)
						  : json_null());
	json_object_set_new(object, "complete", json_boolean(multipath->complete));
	json_object_set_new(object, "groups", groups);
	return object;
}
