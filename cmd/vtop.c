// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle vtop: the page-table walk of an address.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/source_text.h"
#include "cmd/shared/swap_area.h"
#include "cmd/shared/target.h"
#include "kernel/memory/page_frame.h"

struct vtop {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_target target;
	struct fb_pt_walk walk;
	struct fb_run run;
	bool has_frame, dumped;
	struct fb_page_frame frame; /* where has_frame */
	char area
		[FB_PATH_SIZE]; /* of a swapped page: the area's device or file, raw; "": unknown */
};

static const struct fb_example examples[] = {
	{"Where a page of process 130 is",
	 "fbundle vtop dump.202611231722.fbundle 130:0x55d4a696e4e0", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [PID:]ADDR",
	.doc = "Shows how an address is translated, level by level, and what the kernel says of the "
	       "page frame.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

/* An entry that was overwritten may name an area that there is not. */
static struct fb_error *find_area(struct vtop *vtop)
{
	struct fb_kernel *kernel = fb_input_kernel(vtop->input);
	uint32_t type = vtop->walk.swap_type;
	struct fb_swap *swap = NULL;
	struct fb_swap_area area = {.used = false};
	struct fb_error *err = fb_swap_create(kernel, &swap);

	if (!err)
		err = fb_swap_area(swap, type, &area);
	fb_swap_destroy(swap);
	if (err)
		return fb_part_warn(fb_kernel_warnings(kernel), err, "swap area %u", type);
	return area.used ? fb_swap_area_path(vtop->input, type, &area, vtop->area) : NULL;
}

static struct fb_error *walk(struct vtop *vtop)
{
	struct fb_kernel *kernel = fb_input_kernel(vtop->input);
	struct fb_page_tables tables;
	struct fb_error *err;

	if (vtop->target.joined)
		tables = *fb_joined_tables(vtop->target.joined);
	else
		fb_kernel_page_tables(kernel, &tables);
	err = fb_pt_walk(&tables, vtop->target.address, &vtop->walk);
	if (!err)
		err = fb_space_locate(vtop->target.space, vtop->target.address, 1, &vtop->run);
	if (err)
		return err;
	if (vtop->walk.state == FB_PT_SWAP)
		return find_area(vtop);
	vtop->has_frame = vtop->walk.state == FB_PT_PRESENT || vtop->walk.state == FB_PT_PROTNONE;
	if (!vtop->has_frame)
		return NULL;
	vtop->dumped =
		fb_dump_has_page(fb_input_dump(vtop->input), vtop->walk.physical >> FB_PAGE_SHIFT);
	return fb_page_frame_read(kernel, vtop->walk.physical >> FB_PAGE_SHIFT, &vtop->frame);
}

static json_t *page_json(const struct vtop *vtop)
{
	const struct fb_page_frame *frame = &vtop->frame;
	json_t *object;

	if (!vtop->has_frame || !frame->known)
		return json_null();
	object = json_object();
	json_object_set_new(object, "address", fb_json_hex(frame->address));
	json_object_set_new(object, "head", frame->head ? fb_json_hex(frame->head) : json_null());
	json_object_set_new(object, "type", json_string(frame->type));
	json_object_set_new(object, "flags", fb_json_text(frame->flags));
	json_object_set_new(object, "references", json_integer(frame->references));
	return object;
}

static json_t *swap_json(const struct vtop *vtop)
{
	json_t *object;

	if (vtop->walk.state != FB_PT_SWAP)
		return json_null();
	object = json_object();
	json_object_set_new(object, "type", json_integer(vtop->walk.swap_type));
	json_object_set_new(object, "offset", json_integer((json_int_t)vtop->walk.swap_offset));
	json_object_set_new(object, "area", *vtop->area ? fb_json_text(vtop->area) : json_null());
	return object;
}

static struct fb_error *print_json(struct vtop *vtop)
{
	json_t *answer = json_object();
	json_t *levels = json_array();

	for (unsigned i = 0; i < vtop->walk.level_count; i++) {
		const struct fb_pt_level *level = &vtop->walk.levels[i];
		json_t *object = json_object();

		json_object_set_new(object, "name", json_string(level->name));
		json_object_set_new(object, "entry_address", fb_json_hex(level->entry_address));
		json_object_set_new(object, "entry", fb_json_hex(level->entry));
		json_array_append_new(levels, object);
	}
	json_object_set_new(answer, "levels", levels);
	json_object_set_new(answer, "state", json_string(fb_pt_state_name(vtop->walk.state)));
	json_object_set_new(answer, "physical",
			    vtop->has_frame ? fb_json_hex(vtop->walk.physical) : json_null());
	json_object_set_new(answer, "page_size",
			    vtop->has_frame ? json_integer((json_int_t)vtop->walk.page_size)
					    : json_null());
	json_object_set_new(answer, "page", page_json(vtop));
	json_object_set_new(answer, "swap", swap_json(vtop));
	json_object_set_new(answer, "dumped", json_boolean(vtop->dumped));
	json_object_set_new(answer, "source", json_string(fb_source_name(vtop->run.origin.source)));
	return fb_json_print("vtop", answer, vtop->context->warnings);
}

static void print_levels(struct vtop *vtop)
{
	for (unsigned i = 0; i < vtop->walk.level_count; i++) {
		const struct fb_pt_level *level = &vtop->walk.levels[i];

		fb_print(vtop->context->output, FB_STYLE_DIM, "%10s  ", level->name);
		fb_print(vtop->context->output, FB_STYLE_PLAIN, "%16" PRIx64 " -> %016" PRIx64 "\n",
			 level->entry_address, level->entry);
	}
}

static void print_page(const struct vtop *vtop)
{
	const struct fb_page_frame *frame = &vtop->frame;
	struct fb_output *output = vtop->context->output;
	const char *flags = *frame->flags ? frame->flags : "none";
	char text[512];

	fb_print(output, FB_STYLE_DIM, "%10s  ", "page");
	fb_print(output, FB_STYLE_PLAIN, "%s, flags %s, %lld %s; struct page %" PRIx64, frame->type,
		 fb_text_escape(flags, strlen(flags), text, sizeof(text)),
		 (long long)frame->references, frame->references == 1 ? "reference" : "references",
		 frame->address);
	if (frame->head)
		fb_print(output, FB_STYLE_PLAIN, ", a tail of %" PRIx64, frame->head);
	fb_print(output, FB_STYLE_PLAIN, "\n");
}

static void print_slot(const struct vtop *vtop)
{
	char text[512];

	fb_print(vtop->context->output, FB_STYLE_DIM, "%10s  ", "swap");
	fb_print(vtop->context->output, FB_STYLE_PLAIN, "page %" PRIu64 " of area %u, %s\n",
		 vtop->walk.swap_offset, vtop->walk.swap_type,
		 *vtop->area ? fb_text_escape(vtop->area, strlen(vtop->area), text, sizeof(text))
			     : "whose path is not known");
}

static void print_text(struct vtop *vtop)
{
	struct fb_output *output = vtop->context->output;
	char size[32], text[512];

	print_levels(vtop);
	fb_print(output, FB_STYLE_DIM, "%10s  ", "state");
	fb_print(output, FB_STYLE_PLAIN, "%s\n", fb_pt_state_name(vtop->walk.state));
	if (vtop->has_frame) {
		fb_print(output, FB_STYLE_DIM, "%10s  ", "physical");
		fb_print(output, FB_STYLE_BOLD, "%" PRIx64, vtop->walk.physical);
		fb_print(output, FB_STYLE_PLAIN, ", in a page of %s\n",
			 fb_text_size(vtop->walk.page_size, size, sizeof(size)));
	}
	if (vtop->has_frame && vtop->frame.known)
		print_page(vtop);
	if (vtop->walk.state == FB_PT_SWAP)
		print_slot(vtop);
	fb_print(output, FB_STYLE_DIM, "%10s  ", "bytes");
	fb_print(output, FB_STYLE_PLAIN, "%s\n",
		 fb_source_text(&vtop->run.origin, text, sizeof(text)));
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct vtop vtop = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &vtop);
	err = fb_context_open(context, &vtop.input);
	if (!err)
		err = fb_target_open(context, vtop.input, context->args[0], false, &vtop.target);
	if (!err)
		err = walk(&vtop);
	if (!err && context->options.json)
		err = print_json(&vtop);
	else if (!err)
		print_text(&vtop);
	fb_target_deinit(&vtop.target);
	fb_input_destroy(vtop.input);
	return err;
}

const struct fb_command fb_command_vtop = {
	.name = "vtop",
	.summary = "the page-table walk of an address",
	.run = run,
	.usage = &usage,
};
