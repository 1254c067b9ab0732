// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle tree: the objects of a red-black tree, XArray or maple tree, in its order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/shared/command.h"
#include "cmd/shared/listing.h"
#include "cmd/shared/target.h"
#include "kernel/memory/maple_tree.h"
#include "kernel/memory/rbtree.h"
#include "kernel/memory/xarray.h"

enum kind {
	RBTREE,
	XARRAY,
	MAPLE,
};

struct tree {
	struct fb_listing listing;
	struct fb_target target;
	enum kind kind;
	uint64_t offset; /* of the member in an object */
};

static const struct argp_option tree_options[] = {
	{"show", 's', "MEMBER", 0,
	 "show this member of each object, or several: pid,comm; TYPE: all of it", 0},
	{"depth", 'd', "N", 0, "show structs within structs to this depth (default: 2)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct tree *tree = own;

	return fb_listing_parse(&tree->listing, key, arg, state);
}

static const struct fb_example examples[] = {
	{"The areas of vmalloc",
	 "fbundle tree dump.202611231722 rbtree vmap_area_root vmap_area.rb_node", false},
	{"Pools of workers, by their numbers",
	 "fbundle tree dump.202611231722 xarray worker_pool_idr worker_pool", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT rbtree|xarray|maple ROOT [TYPE[.MEMBER]]",
	.doc = "Lists the objects of a tree of the kernel in its order. ROOT (hexadecimal, or a kernel "
	       "symbol; NAME:CPU for a per-CPU variable) is the address of an rb_root, xarray (or idr, "
	       "radix_tree_root) or maple_tree. MEMBER is the rb_node in TYPE; what an XArray or a maple "
	       "tree points to is the TYPE itself, or its MEMBER.",
	.most_arguments = 3,
	.least_arguments = 2,
	.options = tree_options,
	.parse = parse,
	.examples = examples,
};

static enum kind parse_kind(const char *text)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {
		{"rbtree", RBTREE}, {"rb", RBTREE},   {"xarray", XARRAY},
		{"radix", XARRAY},  {"maple", MAPLE},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, text))
			return kinds[i].kind;
	fb_usage_error("tree", "'%s' is no kind of tree: rbtree, xarray or maple", text);
}

static struct fb_error *on_node(void *own, uint64_t node)
{
	struct tree *tree = own;

	return fb_listing_object(&tree->listing, node - tree->offset);
}

static struct fb_error *on_entry(void *own, uint64_t first, uint64_t last, uint64_t entry)
{
	struct tree *tree = own;
	json_t *members = NULL;
	char label[128];
	bool is_value = entry & 1;

	if (tree->listing.objects.context->options.json) {
		members = json_object();
		json_object_set_new(members, "first", fb_json_hex(first));
		json_object_set_new(members, "last", fb_json_hex(last));
		json_object_set_new(members, "number",
				    is_value ? fb_json_hex(entry >> 1) : json_null());
	}
	if (tree->kind == MAPLE)
		snprintf(label, sizeof(label), "0x%" PRIx64 "-0x%" PRIx64, first, last);
	else
		snprintf(label, sizeof(label), "%" PRIu64 "-%" PRIu64, first, last);
	if (first == last)
		*strchr(label, '-') = '\0';
	if (is_value)
		snprintf(label + strlen(label), sizeof(label) - strlen(label),
			 "  number 0x%" PRIx64, entry >> 1);
	return fb_listing_labelled(&tree->listing, label, members,
				   is_value ? 0 : entry - tree->offset);
}

static struct fb_error *on_broken(void *own, struct fb_error *err)
{
	struct tree *tree = own;

	return fb_listing_broken(&tree->listing, err);
}

static struct fb_error *walk(struct tree *tree)
{
	struct fb_kernel *kernel = fb_input_kernel(tree->listing.objects.input);
	const struct fb_field *root = &fb_kernel_layout(kernel)->maple_root;
	uint64_t address = tree->target.address;
	struct fb_error *err;

	switch (tree->kind) {
	case RBTREE:
		return fb_rbtree_for_each(kernel, address, on_node, on_broken, tree);
	case XARRAY:
		return fb_xarray_for_each(kernel, address, on_entry, on_broken, tree);
	default:
		err = fb_layout_require(root);
		return err ? err
			   : fb_maple_for_each(kernel, address + root->offset, on_entry, on_broken,
					       tree);
	}
}

static struct fb_error *open_type(struct tree *tree, const char *text)
{
	const struct fb_value *type = &tree->listing.value;
	struct fb_btf_member found;
	const char *member = NULL;
	struct fb_error *err = fb_listing_open(&tree->listing, text, &member);

	if (err)
		return err;
	if (!member && tree->kind == RBTREE)
		return fb_error_create(
			FB_INVALID, "'%s' names no member that is the rb_node: TYPE.MEMBER", text);
	if (!member)
		return NULL;
	err = fb_btf_find_member(type->types, type->type, member, &found);
	if (!err)
		tree->offset = found.bit_offset / 8;
	return err;
}

static struct fb_error *open_tree(struct tree *tree)
{
	struct fb_context *context = tree->listing.objects.context;
	struct fb_error *err = NULL;

	if (context->arg_count > 2)
		err = open_type(tree, context->args[2]);
	else if (tree->listing.shown_count)
		fb_usage_error("tree", "--show takes the type of the objects, behind ROOT");
	if (!err)
		err = fb_target_open(context, tree->listing.objects.input, context->args[1], false,
				     &tree->target);
	if (!err && tree->target.joined)
		err = fb_error_create(FB_INVALID,
				      "trees of the kernel are walked, not of a process");
	return err;
}

static struct fb_error *answer(struct tree *tree)
{
	static const char *const names[] = {"rbtree", "xarray", "maple"};
	json_t *answer;
	struct fb_error *err = fb_listing_end(&tree->listing, walk(tree));

	if (err || !tree->listing.json)
		return err;
	answer = json_object();
	json_object_set_new(answer, "kind", json_string(names[tree->kind]));
	json_object_set_new(answer, "root", fb_json_hex(tree->target.address));
	json_object_set_new(answer, "type",
			    fb_json_text(*tree->listing.type ? tree->listing.type : NULL));
	json_object_set_new(answer, "whole", json_boolean(!tree->listing.broken));
	json_object_set(answer, "objects", tree->listing.json);
	return fb_json_print("tree", answer, tree->listing.objects.context->warnings);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct tree tree = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &tree);
	tree.kind = parse_kind(context->args[0]);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_objects_open(context, input, &tree.listing.objects);
	if (!err)
		err = open_tree(&tree);
	if (!err)
		err = answer(&tree);
	fb_listing_deinit(&tree.listing);
	fb_target_deinit(&tree.target);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_tree = {
	.name = "tree",
	.summary = "the objects of a tree, in its order",
	.run = run,
	.usage = &usage,
};
