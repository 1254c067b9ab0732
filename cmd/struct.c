// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle struct: prints the layout of a type, or a value of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/objects.h"
#include "cmd/shared/target.h"
#include "cmd/struct_layout.h"

#define MAX_ARGUMENTS 64u
/* Elements of a list: more would not be read by anybody. */
#define MAX_LIST 1000000u

struct structs {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_objects objects;
	struct fb_target target;
	struct fb_value value; /* the type, at its address; 0 without one */
	bool has_address;
	const char *list;     /* --list */
	uint64_t list_offset; /* of its member */
	json_t *elements;     /* --list with --json */
	size_t element_count;
};

static const struct argp_option struct_options[] = {
	{"list", 'l', "MEMBER", 0,
	 "ADDR is the head of a list: show each element, linked by its list_head MEMBER", 0},
	{"depth", 'd', "N", 0, "show structs within structs to this depth (default: 2)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct structs *structs = own;

	switch (key) {
	case 'l':
		structs->list = arg;
		return 0;
	case 'd':
		fb_objects_parse_depth(&structs->objects, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"Members", "fbundle struct dump.202611231722 task_struct init_task .comm .pid", false},
	{"A list", "fbundle struct dump.202611231722 module modules -l list .name", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT TYPE [[PID:]ADDR] [.MEMBER...]",
	.doc = "Shows the layout of one of the kernel's types, or of its modules'; with an address "
	       "(hexadecimal, or a kernel symbol; NAME:CPU for a per-CPU variable) the value "
	       "there. Members are followed through structs, arrays and pointers: .mm.pgd, or '.mm->pgd'.",
	.most_arguments = MAX_ARGUMENTS,
	.least_arguments = 1,
	.options = struct_options,
	.parse = parse,
	.examples = examples,
};

/* "struct NAME" may be one argument, two, or NAME alone. *used_ret counts them. */
static struct fb_error *parse_type(struct structs *structs, size_t *used_ret)
{
	const struct fb_context *context = structs->context;
	const char *text = context->args[0], *space = strchr(text, ' ');
	char keyword[8] = "";

	*used_ret = 1;
	if (space && fb_is_type_keyword(text, (size_t)(space - text))) {
		memcpy(keyword, text, (size_t)(space - text));
		return fb_objects_find_type(&structs->objects, keyword, space + strspn(space, " "),
					    &structs->value);
	}
	if (context->arg_count > 1 && fb_is_type_keyword(text, strlen(text)) &&
	    context->args[1][0] != '.') {
		*used_ret = 2;
		return fb_objects_find_type(&structs->objects, text, context->args[1],
					    &structs->value);
	}
	return fb_objects_find_type(&structs->objects, NULL, text, &structs->value);
}

static struct fb_error *open_target(struct structs *structs, const char *text)
{
	struct fb_error *err =
		fb_target_open(structs->context, structs->input, text, false, &structs->target);

	if (!fb_error_is(err, FB_NOT_FOUND) || strchr(text, ':'))
		return err;
	fb_error_destroy(err);
	return fb_error_create(FB_NOT_FOUND,
			       "'%s' is neither a hexadecimal address nor a symbol of this kernel; "
			       "a member begins with a dot: .%s",
			       text, text);
}

static struct fb_error *parse_arguments(struct structs *structs)
{
	struct fb_context *context = structs->context;
	size_t used = 0;
	struct fb_error *err;

	err = parse_type(structs, &used);
	if (!err && used < context->arg_count && context->args[used][0] != '.') {
		err = open_target(structs, context->args[used++]);
		structs->has_address = !err;
		structs->objects.space = structs->target.space;
		structs->value.address = structs->target.address;
	}
	if (err)
		return err;
	for (size_t i = used; i < context->arg_count && !err; i++) {
		if (context->args[i][0] != '.')
			fb_usage_error("struct", "'%s' is no member: a member begins with a dot",
				       context->args[i]);
		err = fb_objects_add_path(&structs->objects, context->args[i] + 1,
					  strlen(context->args[i] + 1));
	}
	if (err)
		return err;
	if (structs->list && !structs->has_address)
		fb_usage_error("struct", "--list takes the address of a list's head, behind TYPE");
	return NULL;
}

static struct fb_error *print_layout(struct structs *structs, json_t *answer)
{
	struct fb_output *output = structs->context->output;
	json_t *members = structs->objects.path_count ? json_array() : NULL;
	struct fb_error *err = NULL;

	if (!structs->objects.path_count && answer)
		fb_layout_to_json(&structs->value, answer);
	else if (!structs->objects.path_count)
		fb_layout_print(output, &structs->value);
	for (size_t i = 0; i < structs->objects.path_count && !err; i++) {
		struct fb_value member;

		err = fb_value_follow(NULL, structs->objects.types, &structs->value,
				      structs->objects.paths[i], &member);
		if (err)
			break;
		if (answer) {
			json_array_append_new(
				members,
				fb_layout_member_json(structs->objects.paths[i] + 1, &member));
			continue;
		}
		fb_print(output, FB_STYLE_BOLD, "%s", structs->objects.paths[i]);
		fb_put(" at offset %" PRIu64 ": ", member.address);
		/* The layout of a member begins at 0 itself. */
		member.address = 0;
		fb_layout_print(output, &member);
	}
	if (answer && structs->objects.path_count) {
		json_object_set(answer, "members", members);
		json_object_set_new(answer, "enumerators", json_null());
	}
	json_decref(members);
	return err;
}

static struct fb_error *show_element(struct structs *structs, const struct fb_value *value)
{
	json_t *object, *json = NULL;
	struct fb_error *err;

	if (!structs->elements) {
		fb_print(structs->context->output, FB_STYLE_DIM, "0x%" PRIx64 ":\n",
			 value->address);
		return fb_objects_print(&structs->objects, value, "");
	}
	err = fb_objects_json(&structs->objects, value, &json);
	if (err)
		return err;
	object = json_object();
	json_object_set_new(object, "address", fb_json_hex(value->address));
	json_object_set_new(object, "value", json);
	return json_array_append_new(structs->elements, object) ? fb_error_nomem() : NULL;
}

/* An element that cannot be read does not end the list: its links may be there. */
static struct fb_error *on_entry(void *own, uint64_t entry)
{
	struct structs *structs = own;
	struct fb_value value = structs->value;
	struct fb_error *err;

	value.address = entry - structs->list_offset;
	structs->element_count++;
	err = show_element(structs, &value);
	if (!fb_error_is(err, FB_ABSENT) && !fb_error_is(err, FB_FAULT))
		return err;
	fb_warn_error(structs->context->warnings, err, "element 0x%" PRIx64, value.address);
	return NULL;
}

static struct fb_error *find_list_member(struct structs *structs)
{
	struct fb_btf_member member;
	char spelling[64];
	struct fb_error *err = fb_btf_find_member(structs->value.types, structs->value.type,
						  structs->list, &member);

	if (err)
		return err;
	fb_btf_spell(structs->value.types, fb_btf_strip(structs->value.types, member.type),
		     spelling, sizeof(spelling));
	if (strcmp(spelling, "struct list_head") != 0)
		return fb_error_create(FB_INVALID, "%s is a %s, no list_head", structs->list,
				       spelling);
	if (structs->target.joined)
		return fb_error_create(FB_INVALID, "--list takes an address of the kernel");
	structs->list_offset = member.bit_offset / 8;
	return NULL;
}

/* What was shown before the list broke stays an answer. */
static struct fb_error *walk_list(struct structs *structs)
{
	struct fb_error *err = find_list_member(structs);

	if (err)
		return err;
	err = fb_kernel_list(fb_input_kernel(structs->input), structs->value.address, MAX_LIST,
			     on_entry, structs);
	if (err && structs->element_count && !fb_error_is_fatal(err) &&
	    !fb_error_is(err, FB_NOT_FOUND) && !fb_error_is(err, FB_INVALID)) {
		fb_warn_error(structs->context->warnings, err, "the list ends early");
		err = NULL;
	}
	return err;
}

static struct fb_error *print_text(struct structs *structs)
{
	if (!structs->has_address)
		return print_layout(structs, NULL);
	return structs->list ? walk_list(structs)
			     : fb_objects_print(&structs->objects, &structs->value, "");
}

static struct fb_error *fill_json(struct structs *structs, json_t *answer)
{
	json_t *json = NULL;
	struct fb_error *err;

	if (!structs->has_address)
		return print_layout(structs, answer);
	json_object_set_new(answer, "address", fb_json_hex(structs->value.address));
	if (structs->list) {
		structs->elements = json_array();
		err = walk_list(structs);
		json = structs->elements;
	} else {
		err = fb_objects_json(&structs->objects, &structs->value, &json);
	}
	json_object_set_new(answer, "value", json);
	return err;
}

static struct fb_error *print_json(struct structs *structs)
{
	json_t *answer = json_object();
	char spelling[256];
	struct fb_error *err;

	fb_btf_spell(structs->value.types, structs->value.type, spelling, sizeof(spelling));
	json_object_set_new(answer, "type", fb_json_text(spelling));
	json_object_set_new(answer, "size",
			    json_integer((json_int_t)fb_value_size(&structs->value)));
	err = fill_json(structs, answer);
	if (!err)
		return fb_json_print("struct", answer, structs->context->warnings);
	json_decref(answer);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct structs structs = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &structs);
	err = fb_context_open(context, &structs.input);
	if (!err)
		err = fb_objects_open(context, structs.input, &structs.objects);
	if (!err)
		err = parse_arguments(&structs);
	if (!err && structs.has_address)
		err = fb_objects_load_symbols(&structs.objects);
	if (!err)
		err = context->options.json ? print_json(&structs) : print_text(&structs);
	fb_target_deinit(&structs.target);
	fb_objects_deinit(&structs.objects);
	fb_input_destroy(structs.input);
	return err;
}

const struct fb_command fb_command_struct = {
	.name = "struct",
	.summary = "a type's layout, or the value at an address",
	.run = run,
	.usage = &usage,
};
