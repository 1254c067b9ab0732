// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds modules by mod_tree, the tree of the memory that they have (kernel/module/tree_lookup.c). The node of each
 * block of memory is in the struct module, so that the links of any known node, or of the root, lead up and down to
 * others, around those that are lost. The kernel keeps the tree twice (include/linux/rbtree_latch.h), each with its own
 * links. Called by module.c.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/modules/module_table.h"

#define TREES 2u
#define MAX_NODES ((size_t)FB_MAX_MODULES * FB_MODULE_MEMORY_KINDS)
#define COLOUR_MASK 3ull

struct tree_walk {
	struct fb_modules *modules;
	const struct fb_layout *layout;
	uint32_t node; /* offset of this tree's rb_node in a mod_tree_node */
	struct fb_u64_map seen;
	uint64_t *todo; /* rb_nodes */
	size_t count, room;
};

static struct fb_error *push(struct tree_walk *walk, uint64_t node)
{
	bool fresh;
	struct fb_error *err;

	if (!fb_kernel_address_ok(node) || node % sizeof(node))
		return NULL;
	err = fb_u64_set_add(&walk->seen, node, MAX_NODES, "nodes of modules", &fresh);
	if (err || !fresh)
		return err;
	err = fb_grow_array(&walk->todo, &walk->room, walk->count, sizeof(*walk->todo), MAX_NODES,
			    "nodes of modules");
	if (!err)
		walk->todo[walk->count++] = node;
	return err;
}

/* A node that cannot be read costs itself. One outside the module that it names is none. */
static struct fb_error *visit(struct tree_walk *walk, uint64_t node)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->modules->kernel;
	uint64_t owner = node - walk->node, module = 0, parent = 0, left = 0, right = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, owner, &layout->mod_tree_node_module, &module);
	if (!err)
		err = fb_kernel_field(kernel, node, &layout->rb_parent, &parent);
	if (!err)
		err = fb_kernel_field(kernel, node, &layout->rb_left, &left);
	if (!err)
		err = fb_kernel_field(kernel, node, &layout->rb_right, &right);
	if (err || owner - module >= layout->module.size)
		return fb_part_skip(err);
	err = push(walk, parent & ~COLOUR_MASK);
	if (!err)
		err = push(walk, left);
	if (!err)
		err = push(walk, right);
	return err ? err : fb_modules_add_hint(walk->modules, module);
}

/* The nodes of a module that is known. */
static struct fb_error *push_module(struct tree_walk *walk, uint64_t module)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_error *err = NULL;

	if (layout->module_mem.found && layout->module_memory_node.found) {
		for (unsigned i = 0; i < FB_MODULE_MEMORY_KINDS && !err; i++)
			err = push(walk, module + layout->module_mem.offset +
						 i * layout->module_memory.size +
						 layout->module_memory_node.offset + walk->node);
	} else if (layout->module_core_layout.found && layout->module_layout_node.found) {
		err = push(walk, module + layout->module_core_layout.offset +
					 layout->module_layout_node.offset + walk->node);
	}
	return err;
}

static struct fb_error *walk_tree(struct tree_walk *walk, uint64_t root_address)
{
	uint64_t root = 0;
	struct fb_error *err;

	err = fb_space_u64(fb_kernel_space(walk->modules->kernel), root_address, &root);
	err = fb_part_skip(err);
	if (!err)
		err = push(walk, root);
	for (size_t i = 0; i < walk->modules->count && !err; i++)
		err = push_module(walk, walk->modules->modules[i].address);
	while (walk->count && !err)
		err = visit(walk, walk->todo[--walk->count]);
	return err;
}

struct fb_error *fb_modules_from_tree(struct fb_modules *modules)
{
	const struct fb_layout *layout = fb_kernel_layout(modules->kernel);
	struct fb_error *err = NULL;
	uint64_t tree;

	/* A kernel without CONFIG_MODULES_TREE_LOOKUP has none of these. */
	if (!layout->mod_tree_roots.found || !layout->mod_tree_node_module.found ||
	    !layout->mod_tree_node_nodes.found || !layout->rb_parent.found ||
	    !layout->module.size || !fb_kernel_find_symbol(modules->kernel, "mod_tree", &tree))
		return NULL;
	for (unsigned i = 0; i < TREES && !err; i++) {
		struct tree_walk walk = {
			.modules = modules,
			.layout = layout,
			.node = layout->mod_tree_node_nodes.offset +
				i * (layout->mod_tree_node_nodes.size / TREES),
		};

		err = walk_tree(&walk, tree + layout->mod_tree_roots.offset + i * sizeof(tree));
		fb_u64_map_deinit(&walk.seen);
		free(walk.todo);
	}
	return err;
}
