// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks the tree of the entries of a folder of sysfs. Called for the list of disks. */
#include "kernel/block/sysfs_links.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"

struct link_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_u64_map seen;
	uint64_t *todo; /* owned: nodes that are to be visited */
	size_t count, room;
	struct fb_device_names names;
	size_t names_room;
};

static struct fb_error *push(struct link_walk *walk, uint64_t node)
{
	bool fresh;
	struct fb_error *err;

	if (!node)
		return NULL;
	if (!fb_kernel_address_ok(node))
		return fb_error_create(FB_CORRUPT, "node 0x%" PRIx64, node);
	err = fb_u64_set_add(&walk->seen, node, FB_MAX_DEVICE_LINKS, "entries of a folder of sysfs",
			     &fresh);
	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "node 0x%" PRIx64 " is met twice", node);
	if (!err)
		err = fb_grow_array(&walk->todo, &walk->room, walk->count, sizeof(node),
				    FB_MAX_DEVICE_LINKS, "entries of a folder of sysfs");
	if (!err)
		walk->todo[walk->count++] = node;
	return err;
}

static struct fb_error *add_name(struct link_walk *walk, uint64_t node)
{
	char text[FB_BLOCK_NAME];
	uint64_t name = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, node - walk->layout->kernfs_rb.offset,
			      &walk->layout->kernfs_name, &name);
	if (!err)
		err = fb_space_string_whole(fb_kernel_space(walk->kernel), name, text,
					    sizeof(text));
	if (!err)
		err = fb_grow_array(&walk->names.names, &walk->names_room, walk->names.count,
				    sizeof(char *), FB_MAX_DEVICE_LINKS,
				    "entries of a folder of sysfs");
	if (err)
		return err;
	walk->names.names[walk->names.count] = strdup(text);
	if (!walk->names.names[walk->names.count])
		return fb_error_nomem();
	walk->names.count++;
	return NULL;
}

static struct fb_error *visit(struct link_walk *walk, uint64_t node)
{
	const struct fb_field *const sides[] = {&walk->layout->rb_left, &walk->layout->rb_right};
	struct fb_warnings *warnings = fb_kernel_warnings(walk->kernel);
	struct fb_error *err;

	err = fb_part_warn(warnings, add_name(walk, node), "an entry of a folder of sysfs");
	for (size_t i = 0; i < FB_ARRAY_SIZE(sides) && !err; i++) {
		uint64_t next = 0;

		err = fb_kernel_field(walk->kernel, node, sides[i], &next);
		if (!err)
			err = push(walk, next);
		err = fb_part_warn(warnings, err, "entries of a folder of sysfs");
	}
	return err;
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

struct fb_error *fb_sysfs_links_load(struct fb_kernel *kernel, uint64_t kobject,
				     struct fb_device_names *names_ret)
{
	struct link_walk walk = {.kernel = kernel, .layout = fb_kernel_layout(kernel)};
	uint64_t folder = 0, root = 0;
	struct fb_error *err = NULL;

	if (kobject) {
		err = fb_layout_require(&walk.layout->kernfs_rb);
		if (!err)
			err = fb_kernel_field(kernel, kobject, &walk.layout->kobject_sysfs,
					      &folder);
		if (!err && folder)
			err = fb_kernel_field(kernel, folder, &walk.layout->kernfs_children, &root);
		if (!err)
			err = push(&walk, root);
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "a folder of sysfs");
	}
	while (walk.count && !err)
		err = visit(&walk, walk.todo[--walk.count]);
	fb_u64_map_deinit(&walk.seen);
	free(walk.todo);
	if (err) {
		fb_device_names_deinit(&walk.names);
		return err;
	}
	if (walk.names.count)
		qsort(walk.names.names, walk.names.count, sizeof(char *), by_name);
	*names_ret = walk.names;
	return NULL;
}

void fb_device_names_deinit(struct fb_device_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct fb_device_names){0};
}
