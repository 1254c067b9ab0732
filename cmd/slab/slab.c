// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle slab: all slab caches as slabtop lists them; all slabs and objects of one; or the cache and object that an
 * address lies in, and whether it is in use.
 */
#include "cmd/slab/slab.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "cmd/shared/target.h"
#include "kernel/memory/slab_type.h"

static const struct argp_option slab_options[] = {
	{"all", 'a', NULL, 0, "every cache, or every slab of the cache", 0},
	{"sort", 's', "COLUMN", 0,
	 "sort caches by size (without this option), objects, active, use, object-size, slabs or name",
	 0},
	{"objects", 'o', NULL, 0, "list the address of every object of the cache, and its state",
	 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct fb_slab_question *question = own;
	struct fb_slab_usages none = {0};

	switch (key) {
	case 'a':
		question->all = true;
		return 0;
	case 'o':
		question->objects = true;
		return 0;
	case 's':
		if (!fb_slab_sort(&none, arg))
			argp_error(state, "caches cannot be sorted by '%s'", arg);
		question->sort = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"Which slab caches have most memory", "fbundle slab dump.202611231722", false},
	{"All objects of a cache, in use and free",
	 "fbundle slab dump.202611231722 task_struct --objects", false},
	{"Which object an address lies in", "fbundle slab dump.202611231722 ff29a9a210f420c0",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.options = slab_options,
	.parse = parse,
	.arguments = "INPUT [CACHE|ADDR]",
	.doc = "Lists the kernel's slab caches as slabtop does, the slabs and objects of one, or tells which object an "
	       "address lies in and whether it is in use.",
	.most_arguments = 1,
	.examples = examples,
};

struct slab_walk {
	struct fb_kernel *kernel;
	struct fb_slab_answer *answer;
	size_t slab_room, state_room;
};

static struct fb_error *add_slab(void *context, const struct fb_slab *slab)
{
	struct slab_walk *walk = context;
	struct fb_slab_answer *answer = walk->answer;
	struct fb_slab_listed listed = {.slab = *slab, .states = answer->state_count};
	uint8_t states[FB_MOST_SLAB_OBJECTS];
	char why[256];
	struct fb_error *err;

	err = fb_slab_states(walk->kernel, &answer->usage->cache, &answer->kept, slab, states, why,
			     sizeof(why));
	if (!err && why[0] && answer->kept.complete)
		fb_warn(fb_kernel_warnings(walk->kernel), "%s", why);
	for (uint32_t i = 0; i < slab->objects && !err; i++) {
		listed.free += states[i] == FB_OBJECT_FREE;
		listed.kept += states[i] == FB_OBJECT_KEPT;
		listed.unknown += states[i] == FB_OBJECT_UNKNOWN;
		err = fb_grow_array(&answer->states, &walk->state_room, answer->state_count, 1,
				    FB_MAX_SLAB_OBJECTS, "objects of a slab cache");
		if (!err)
			answer->states[answer->state_count++] = states[i];
	}
	if (!err)
		err = fb_grow_array(&answer->slabs, &walk->slab_room, answer->slab_count,
				    sizeof(listed), FB_MAX_SLAB_OBJECTS, "slabs of a cache");
	if (!err)
		answer->slabs[answer->slab_count++] = listed;
	return err;
}

static struct fb_error *load_cache(struct fb_kernel *kernel, struct fb_slab_answer *answer)
{
	struct slab_walk walk = {.kernel = kernel, .answer = answer};
	uint64_t lost = 0;
	struct fb_error *err = fb_slab_kept_load(kernel, &answer->usage->cache, &answer->kept);

	if (!err)
		err = fb_slab_for_each(kernel, &answer->usage->cache, add_slab, &walk, &lost);
	if (!err && lost)
		fb_warn(fb_kernel_warnings(kernel),
			"%" PRIu64 " struct pages are not in the dump: slabs may be missing", lost);
	return err;
}

/* The object that an address lies in. */
static struct fb_error *load_object(struct fb_kernel *kernel, struct fb_slab_answer *answer)
{
	uint8_t states[FB_MOST_SLAB_OBJECTS];
	struct fb_slab_object object;
	uint64_t pfn = 0;
	struct fb_error *err = fb_slab_object_at(kernel, answer->address, &object);

	if (!err)
		err = fb_slab_head(kernel, answer->address, &pfn);
	if (!err)
		err = fb_slab_read(kernel, pfn, &answer->slab);
	if (err)
		return err;
	for (size_t i = 0; i < answer->usages.count; i++)
		if (answer->usages.caches[i].cache.address == object.cache.address)
			answer->usage = &answer->usages.caches[i];
	answer->object = object.address;
	answer->number = (uint32_t)((object.address - answer->slab.start) / object.cache.size);
	if (!answer->usage || answer->number >= answer->slab.objects)
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is in a slab of no cache",
				       answer->address);
	answer->has_object = true;
	err = fb_slab_kept_load(kernel, &object.cache, &answer->kept);
	if (!err)
		err = fb_slab_states(kernel, &object.cache, &answer->kept, &answer->slab, states,
				     answer->why, sizeof(answer->why));
	if (!err)
		answer->state = states[answer->number];
	return err;
}

static struct fb_error *load_address(struct fb_context *context, struct fb_input *input,
				     const char *text, struct fb_slab_answer *answer)
{
	struct fb_target target = {0};
	struct fb_error *err = fb_target_open(context, input, text, false, &target);

	if (fb_error_is(err, FB_NOT_FOUND) && !strchr(text, ':')) {
		fb_error_destroy(err);
		return fb_error_create(
			FB_NOT_FOUND,
			"no slab cache or symbol is named '%s' (`fbundle slab --all` "
			"lists the caches)",
			text);
	}
	if (!err && target.joined)
		err = fb_error_create(FB_INVALID, "memory of a process is in no slab");
	answer->address = target.address;
	fb_target_deinit(&target);
	if (!err)
		err = load_object(fb_input_kernel(input), answer);
	return fb_error_is(err, FB_NOT_FOUND)
		       ? fb_error_prefix(err, "`fbundle page` tells what is there")
		       : err;
}

static struct fb_error *load(struct fb_context *context, struct fb_input *input,
			     const struct fb_slab_question *question, struct fb_slab_answer *answer)
{
	const char *wanted = context->arg_count ? context->args[0] : NULL;
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_error *err = fb_input_explain(input, "slab caches cannot be listed",
						fb_slab_usages_load(kernel, &answer->usages));

	if (!err)
		err = fb_slab_usages_count_active(kernel, &answer->usages);
	if (!err && question->sort)
		fb_slab_sort(&answer->usages, question->sort);
	if (err || !wanted)
		return err;
	for (size_t i = 0; i < answer->usages.count && !answer->usage; i++)
		if (!strcmp(answer->usages.caches[i].name, wanted))
			answer->usage = &answer->usages.caches[i];
	err = answer->usage ? load_cache(kernel, answer)
			    : load_address(context, input, wanted, answer);
	if (!err)
		fb_slab_type_guess(kernel, &answer->usage->cache, answer->usage->name, answer->type,
				   sizeof(answer->type));
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_slab_question question = {0};
	struct fb_slab_answer answer = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &question);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(context, input, &question, &answer);
	if (!err)
		err = context->options.json ? fb_slab_print_json(context, &question, &answer)
					    : fb_slab_print_text(context, &question, &answer);
	free(answer.states);
	free(answer.slabs);
	fb_slab_kept_deinit(&answer.kept);
	fb_slab_usages_deinit(&answer.usages);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_slab = {
	.name = "slab",
	.summary = "slab caches, their objects, and whose an address is",
	.run = run,
	.usage = &usage,
};
