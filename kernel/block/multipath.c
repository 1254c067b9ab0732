// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a struct multipath with its groups and paths. Called for the targets of mapped devices. */
#include "kernel/block/multipath.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

/* Bits of multipath.flags (MPATHF_*, drivers/md/dm-mpath.c). */
#define QUEUE_IO (1u << 0)
#define QUEUE_IF_NO_PATH (1u << 1)
#define SAVED_QUEUE_IF_NO_PATH (1u << 2)

struct reading {
	const struct fb_driver_types *types;
	struct fb_multipath *multipath;
	uint64_t current_group, current_path;
	uint32_t group_list, path_list; /* where the list_heads are in their structs */
	size_t group_room, path_room;
	size_t paths; /* of all groups */
};

size_t fb_multipath_paths(const struct fb_multipath *multipath, size_t *failed_ret)
{
	size_t count = 0;

	*failed_ret = 0;
	for (size_t i = 0; i < multipath->group_count; i++) {
		const struct fb_multipath_group *group = &multipath->groups[i];

		count += group->path_count;
		for (size_t p = 0; p < group->path_count; p++)
			*failed_ret += group->paths[p].failed;
	}
	return count;
}

const char *fb_multipath_group_state_name(enum fb_multipath_group_state state)
{
	static const char *const names[] = {"enabled", "active", "disabled"};

	return names[state];
}

/* A member of a struct of the module. */
static struct fb_error *value(const struct reading *reading, uint64_t base, const char *type,
			      const char *member, uint64_t *value_ret)
{
	return fb_driver_value(reading->types, base, type, member, value_ret);
}

/* The text that is within the struct itself. */
static struct fb_error *read_device_name(const struct reading *reading, uint64_t device, char *to,
					 size_t size)
{
	struct fb_field field;
	struct fb_error *err = fb_driver_field(reading->types, "dm_dev", "name", &field);

	return err ? err
		   : fb_space_string_whole(fb_kernel_space(reading->types->kernel),
					   device + field.offset, to, size);
}

static struct fb_error *add_path(void *context, uint64_t entry)
{
	struct reading *reading = context;
	struct fb_multipath *multipath = reading->multipath;
	struct fb_multipath_group *group = &multipath->groups[multipath->group_count - 1];
	struct fb_multipath_path path = {.address = entry - reading->path_list};
	uint64_t active = 0, failures = 0, device = 0;
	struct fb_error *err = value(reading, path.address, "pgpath", "is_active", &active);

	if (!err)
		err = value(reading, path.address, "pgpath", "fail_count", &failures);
	if (!err)
		err = value(reading, path.address, "pgpath", "path.dev", &device);
	if (!err)
		err = read_device_name(reading, device, path.device, sizeof(path.device));
	if (!err && reading->paths >= FB_MAX_MULTIPATH_PATHS)
		err = fb_error_create(FB_LIMIT, "more than %u paths", FB_MAX_MULTIPATH_PATHS);
	if (!err)
		err = fb_grow_array(&group->paths, &reading->path_room, group->path_count,
				    sizeof(path), FB_MAX_MULTIPATH_PATHS, "paths");
	if (err)
		return err;
	path.failed = !active;
	path.failures = (uint32_t)failures;
	path.current = path.address == reading->current_path;
	group->paths[group->path_count++] = path;
	reading->paths++;
	return NULL;
}

/* The number, the state and the policy of a group, and how many paths it has. */
static struct fb_error *read_group(const struct reading *reading, uint64_t address,
				   struct fb_multipath_group *group, uint64_t *paths_ret)
{
	uint64_t number = 0, bypassed = 0, selector = 0;
	struct fb_error *err = value(reading, address, "priority_group", "pg_num", &number);

	if (!err)
		err = value(reading, address, "priority_group", "bypassed", &bypassed);
	if (!err)
		err = value(reading, address, "priority_group", "ps.type", &selector);
	if (!err)
		err = value(reading, address, "priority_group", "nr_pgpaths", paths_ret);
	if (!err && selector)
		err = fb_driver_string(reading->types, selector, "path_selector_type", "name",
				       group->policy, sizeof(group->policy));
	group->number = (uint32_t)number;
	group->state = bypassed                            ? FB_MULTIPATH_DISABLED
		       : address == reading->current_group ? FB_MULTIPATH_ACTIVE
							   : FB_MULTIPATH_ENABLED;
	return err;
}

static struct fb_error *lost(struct reading *reading, struct fb_error *err)
{
	if (err)
		reading->multipath->complete = false;
	return fb_part_warn(fb_kernel_warnings(reading->types->kernel), err,
			    "the paths of a multipath device");
}

static struct fb_error *add_group(void *context, uint64_t entry)
{
	struct reading *reading = context;
	struct fb_multipath *multipath = reading->multipath;
	struct fb_multipath_group group = {0};
	uint64_t address = entry - reading->group_list, counted = 0;
	struct fb_field paths;
	struct fb_error *err = read_group(reading, address, &group, &counted);

	if (!err)
		err = fb_driver_field(reading->types, "priority_group", "pgpaths", &paths);
	if (!err)
		err = fb_grow_array(&multipath->groups, &reading->group_room,
				    multipath->group_count, sizeof(group), FB_MAX_MULTIPATH_PATHS,
				    "groups of paths");
	if (err)
		return err;
	multipath->groups[multipath->group_count++] = group;
	reading->path_room = 0;
	err = fb_kernel_list(reading->types->kernel, address + paths.offset, FB_MAX_MULTIPATH_PATHS,
			     add_path, reading);
	if (!err && multipath->groups[multipath->group_count - 1].path_count != counted)
		err = fb_error_create(FB_CORRUPT, "group %" PRIu32 " has %" PRIu64 " paths",
				      group.number, counted);
	return lost(reading, err);
}

static struct fb_error *read_state(struct reading *reading)
{
	struct fb_multipath *multipath = reading->multipath;
	uint64_t flags = 0, valid = 0, next = 0, number = 0;
	struct fb_error *err = value(reading, multipath->address, "multipath", "flags", &flags);

	if (!err)
		err = value(reading, multipath->address, "multipath", "nr_valid_paths", &valid);
	if (!err)
		err = value(reading, multipath->address, "multipath", "current_pg",
			    &reading->current_group);
	if (!err)
		err = value(reading, multipath->address, "multipath", "current_pgpath",
			    &reading->current_path);
	if (!err)
		err = value(reading, multipath->address, "multipath", "next_pg", &next);
	if (!err && next)
		err = value(reading, next, "priority_group", "pg_num", &number);
	if (!err)
		err = fb_driver_string(reading->types, multipath->address, "multipath",
				       "hw_handler_name", multipath->handler,
				       sizeof(multipath->handler));
	multipath->queue_if_no_path = flags & QUEUE_IF_NO_PATH;
	multipath->saved_queue = flags & SAVED_QUEUE_IF_NO_PATH;
	multipath->initializing = flags & QUEUE_IO;
	multipath->valid_paths = (int32_t)valid;
	multipath->next_group = (uint32_t)number;
	return err;
}

static struct fb_error *read_groups(struct reading *reading)
{
	struct fb_multipath *multipath = reading->multipath;
	uint64_t counted = 0;
	struct fb_field groups, group_list, path_list;
	struct fb_error *err =
		fb_driver_field(reading->types, "multipath", "priority_groups", &groups);

	if (!err)
		err = fb_driver_field(reading->types, "priority_group", "list", &group_list);
	if (!err)
		err = fb_driver_field(reading->types, "pgpath", "list", &path_list);
	if (!err)
		err = value(reading, multipath->address, "multipath", "nr_priority_groups",
			    &counted);
	if (err)
		return err;
	reading->group_list = group_list.offset;
	reading->path_list = path_list.offset;
	err = fb_kernel_list(reading->types->kernel, multipath->address + groups.offset,
			     FB_MAX_MULTIPATH_PATHS, add_group, reading);
	if (!err && multipath->group_count != counted)
		err = fb_error_create(FB_CORRUPT, "%" PRIu64 " groups of paths are counted",
				      counted);
	return lost(reading, err);
}

struct fb_error *fb_multipath_read(const struct fb_driver_types *types, uint64_t address,
				   struct fb_multipath **multipath_ret)
{
	const struct fb_driver_types of_module = {types->kernel, types->modules, "dm_multipath"};
	struct fb_multipath *multipath = calloc(1, sizeof(*multipath));
	struct reading reading = {.types = &of_module, .multipath = multipath};
	struct fb_error *err;

	if (!multipath)
		return fb_error_nomem();
	multipath->address = address;
	multipath->complete = true;
	err = read_state(&reading);
	if (!err)
		err = read_groups(&reading);
	if (err) {
		fb_multipath_destroy(multipath);
		return err;
	}
	*multipath_ret = multipath;
	return NULL;
}

void fb_multipath_destroy(struct fb_multipath *multipath)
{
	if (!multipath)
		return;
	for (size_t i = 0; i < multipath->group_count; i++)
		free(multipath->groups[i].paths);
	free(multipath->groups);
	free(multipath);
}
