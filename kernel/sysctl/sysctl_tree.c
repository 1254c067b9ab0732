// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the directories of /proc/sys, each of which has its entries in a red-black tree of struct ctl_node. A node
 * belongs to the array of a struct ctl_table_header, and has the same place there as its entry in the array of struct
 * ctl_table. Called by sysctl.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/memory/rbtree.h"
#include "kernel/sysctl/sysctl_private.h"

/* Entries that one table registers: the largest ones, of IPv4 and each interface, have some 100. */
#define MOST_ENTRIES 65536u
/* Bytes of a name, with those of all its folders, that cost a step more: damaged folders may be so deep that all names
 * together would fill the memory. */
#define NAME_STEP 64u

/* A directory that is still to be read. */
struct directory {
	uint64_t address;
	char *name; /* owned; with a dot at its end, or "" */
};

struct walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	uint64_t *steps;
	struct fb_error *(*add)(void *context, const struct fb_sysctl *file);
	void *context;
	struct fb_u64_map seen; /* directories */
	struct directory *queue;
	size_t count, room;
	const char *prefix; /* of the directory that is being read */
};

/* Takes over name. */
static struct fb_error *add_directory(struct walk *walk, uint64_t address, char *name)
{
	bool fresh = false;
	struct fb_error *err = fb_u64_set_add(&walk->seen, address, FB_MAX_SYSCTLS,
					      "folders of /proc/sys", &fresh);

	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "two ways lead to the folder at 0x%" PRIx64,
				      address);
	if (!err)
		err = fb_grow_array(&walk->queue, &walk->room, walk->count, sizeof(*walk->queue),
				    FB_MAX_SYSCTLS, "folders of /proc/sys");
	if (err) {
		free(name);
		return err;
	}
	walk->queue[walk->count++] = (struct directory){.address = address, .name = name};
	return NULL;
}

/* The name from the root on, as sysctl(8) writes it: dots between folders, and slashes for dots within a name, as that
 * of the interface eth0.5 has one. Ends in a dot where is_directory. The caller frees it. */
static struct fb_error *full_name(struct walk *walk, uint64_t table, bool is_directory,
				  char **name_ret)
{
	char name[FB_SYSCTL_NAME];
	uint64_t address = 0;
	char *full = NULL;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, table, &walk->layout->ctl_table_name, &address);

	if (!err)
		err = fb_space_string_whole(fb_kernel_space(walk->kernel), address, name,
					    sizeof(name));
	if (!err && !*name)
		err = fb_error_create(FB_CORRUPT, "it has no name");
	if (err)
		return err;
	for (char *at = name; (at = strchr(at, '.')) != NULL;)
		*at = '/';
	if (strlen(walk->prefix) + strlen(name) + 2 > FB_MAX_STRING)
		return fb_error_create(FB_LIMIT, "its name is longer than %d bytes", FB_MAX_STRING);
	if (asprintf(&full, "%s%s%s", walk->prefix, name, is_directory ? "." : "") < 0)
		return fb_error_nomem();
	if (strlen(full) / NAME_STEP > *walk->steps) {
		*walk->steps = 0;
		free(full);
		return fb_error_create(FB_LIMIT, "all names together are too long");
	}
	*walk->steps -= strlen(full) / NAME_STEP;
	*name_ret = full;
	return NULL;
}

/* The entry of a node: *header_ret is its struct ctl_table_header, *table_ret its struct ctl_table. */
static struct fb_error *find_entry(struct walk *walk, uint64_t node, uint64_t *header_ret,
				   uint64_t *table_ret)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t header = 0, first = 0, tables = 0, index;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, node, &layout->ctl_node_header, &header);

	if (!err)
		err = fb_kernel_field(walk->kernel, header, &layout->ctl_header_node, &first);
	if (!err)
		err = fb_kernel_field(walk->kernel, header, &layout->ctl_header_table, &tables);
	if (err)
		return err;
	index = (node - first) / layout->ctl_node.size;
	if (node < first || (node - first) % layout->ctl_node.size || index >= MOST_ENTRIES)
		return fb_error_create(FB_CORRUPT, "it is none of its table's");
	*header_ret = header;
	*table_ret = tables + index * layout->ctl_table.size;
	return NULL;
}

static struct fb_error *add_file(struct walk *walk, uint64_t table, uint64_t mode)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_sysctl file = {.table = table, .mode = (uint16_t)(mode & 07777)};
	uint64_t length = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, table, &layout->ctl_table_data, &file.data);
	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->ctl_table_length, &length);
	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->ctl_table_handler,
				      &file.handler);
	if (!err)
		err = full_name(walk, table, false, &file.name);
	file.length = (uint32_t)length;
	if (!err)
		err = walk->add(walk->context, &file);
	free(file.name);
	return err;
}

static struct fb_error *read_entry(struct walk *walk, uint64_t node)
{
	uint64_t header = 0, table = 0, mode = 0;
	char *name = NULL;
	struct fb_error *err = find_entry(walk, node, &header, &table);

	if (!err)
		err = fb_kernel_field(walk->kernel, table, &walk->layout->ctl_table_mode, &mode);
	if (err || S_ISLNK(mode))
		return err;
	if (!S_ISDIR(mode))
		return add_file(walk, table, mode);
	err = full_name(walk, table, true, &name);
	/* The header of a directory is the first member of its struct ctl_dir. */
	return err ? err : add_directory(walk, header, name);
}

static struct fb_error *add_node(void *context, uint64_t node)
{
	struct walk *walk = context;

	if (!*walk->steps)
		return fb_error_create(FB_LIMIT, "more than %u values", FB_MAX_SYSCTLS);
	--*walk->steps;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), read_entry(walk, node),
			    "/proc/sys: %sctl_node 0x%" PRIx64, walk->prefix, node);
}

static struct fb_error *broken(void *context, struct fb_error *err)
{
	struct walk *walk = context;

	return fb_part_warn(fb_kernel_warnings(walk->kernel), err,
			    "/proc/sys: %svalues are missing", walk->prefix);
}

struct fb_error *
fb_sysctl_walk(struct fb_kernel *kernel, uint64_t dir, uint64_t *steps,
	       struct fb_error *(*add)(void *context, const struct fb_sysctl *file), void *context)
{
	struct walk walk = {.kernel = kernel,
			    .layout = fb_kernel_layout(kernel),
			    .steps = steps,
			    .add = add,
			    .context = context};
	char *root = strdup("");
	struct fb_error *err = root ? add_directory(&walk, dir, root) : fb_error_nomem();

	for (size_t i = 0; i < walk.count && !err; i++) {
		walk.prefix = walk.queue[i].name;
		err = fb_rbtree_for_each(kernel,
					 walk.queue[i].address + walk.layout->ctl_dir_tree.offset,
					 add_node, broken, &walk);
		/* No further step may be taken, but the other trees' values are still wanted. */
		if (fb_error_is(err, FB_LIMIT))
			break;
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "/proc/sys: folder %s",
				   walk.prefix);
	}
	for (size_t i = 0; i < walk.count; i++)
		free(walk.queue[i].name);
	free(walk.queue);
	fb_u64_map_deinit(&walk.seen);
	return err;
}
