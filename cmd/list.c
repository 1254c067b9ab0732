// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle list: the objects of a linked list, by the type and member that link them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/shared/command.h"
#include "cmd/shared/listing.h"
#include "cmd/shared/target.h"
#include "kernel/values/linked_list.h"

struct list {
	struct fb_listing listing;
	struct fb_target target;
	struct fb_list_walk walk;
	bool head, object, reverse;
	const char *member; /* in the arguments */
};

/* The key of an option that has no letter. */
#define OBJECT 256

static const struct argp_option list_options[] = {
	{"head", 'H', NULL, 0, "ADDR is the list's head, not an object", 0},
	{"object", OBJECT, NULL, 0, "ADDR is an object, also where it looks like a head", 0},
	{"show", 's', "MEMBER", 0,
	 "show this member of each object, or several: pid,comm; TYPE: all of it", 0},
	{"reverse", 'r', NULL, 0, "backwards, by the links prev of list_heads", 0},
	{"depth", 'd', "N", 0, "show structs within structs to this depth (default: 2)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct list *list = own;

	switch (key) {
	case 'H':
		list->head = true;
		return 0;
	case OBJECT:
		list->object = true;
		return 0;
	case 'r':
		list->reverse = true;
		return 0;
	default:
		return fb_listing_parse(&list->listing, key, arg, state);
	}
}

static const struct fb_example examples[] = {
	{"Modules, by the list's head",
	 "fbundle list dump.202611231722 module.list modules -s name", false},
	{"Every process, from the first one on",
	 "fbundle list dump.202611231722 task_struct.tasks init_task -s pid,comm", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT TYPE.MEMBER ADDR",
	.doc = "Lists the objects of a linked list of the kernel. MEMBER links them: a list_head, an "
	       "hlist_node, an llist_node, a callback_head or a pointer to the next. ADDR "
	       "(hexadecimal, or a kernel symbol; NAME:CPU for a per-CPU variable) is the first "
	       "object, or the list's head: with --head, and where it is a variable that is too small "
	       "for an object.",
	.most_arguments = 2,
	.least_arguments = 2,
	.options = list_options,
	.parse = parse,
	.examples = examples,
};

/* Whether a variable begins at the address that has no room for an object. */
static bool is_small_variable(const struct list *list, uint64_t address)
{
	const struct fb_symtab *symbols =
		fb_kernel_symbols(fb_input_kernel(list->listing.objects.input));
	struct fb_symbol symbol;

	return symbols && fb_symtab_by_address(symbols, address, &symbol) &&
	       symbol.address == address && symbol.size &&
	       symbol.size < fb_value_size(&list->listing.value);
}

static struct fb_error *open_list(struct list *list)
{
	struct fb_context *context = list->listing.objects.context;
	struct fb_input *input = list->listing.objects.input;
	const struct fb_value *type = &list->listing.value;
	struct fb_error *err = fb_listing_open(&list->listing, context->args[0], &list->member);

	if (!err && !list->member)
		err = fb_error_create(FB_INVALID,
				      "'%s' names no member that links the objects: TYPE.MEMBER",
				      context->args[0]);
	if (!err)
		err = fb_linked_list_find(type->types, type->type, list->member, &list->walk.list);
	if (!err && list->reverse && list->walk.list.kind != FB_LINK_LIST_HEAD)
		err = fb_error_create(FB_INVALID, "--reverse takes a list of list_heads");
	if (!err)
		err = fb_target_open(context, input, context->args[1], false, &list->target);
	if (!err && list->target.joined)
		err = fb_error_create(FB_INVALID,
				      "lists of the kernel are walked, not of a process");
	if (err)
		return err;
	list->walk.kernel = fb_input_kernel(input);
	list->walk.start = list->target.address;
	list->walk.from_head =
		list->head || (!list->object && is_small_variable(list, list->walk.start));
	list->walk.backwards = list->reverse;
	list->walk.object = fb_listing_object;
	list->walk.broken = fb_listing_broken;
	list->walk.context = &list->listing;
	return NULL;
}

static struct fb_error *answer(struct list *list)
{
	json_t *answer;
	bool whole = false;
	struct fb_error *err = fb_linked_list_walk(&list->walk, &whole);

	err = fb_listing_end(&list->listing, err);
	if (err || !list->listing.json)
		return err;
	answer = json_object();
	json_object_set_new(answer, "type", fb_json_text(list->listing.type));
	json_object_set_new(answer, "member", fb_json_text(list->member));
	json_object_set_new(answer, "link", json_string(fb_link_kind_name(list->walk.list.kind)));
	json_object_set_new(answer, "start", fb_json_hex(list->walk.start));
	json_object_set_new(answer, "from_head", json_boolean(list->walk.from_head));
	json_object_set_new(answer, "whole", json_boolean(whole));
	json_object_set(answer, "objects", list->listing.json);
	return fb_json_print("list", answer, list->listing.objects.context->warnings);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct list list = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &list);
	if (list.head && list.object)
		fb_usage_error("list", "--head and --object exclude each other");
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_objects_open(context, input, &list.listing.objects);
	if (!err)
		err = open_list(&list);
	if (!err)
		err = answer(&list);
	fb_listing_deinit(&list.listing);
	fb_target_deinit(&list.target);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_list = {
	.name = "list",
	.summary = "the objects of a linked list",
	.run = run,
	.usage = &usage,
};
