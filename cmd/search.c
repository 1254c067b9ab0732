// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle search: finds a value, a text, or pointers to an object in memory, and tells what has them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory_search.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/process/process.h"
#include "cmd/search_place.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"
#include "kernel/mappings/vma_name.h"

/* Places that are told; the rest are counted. */
#define MAX_TOLD 100000u

struct search {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_modules *modules; /* NULL: no symbols */
	struct fb_target target;    /* of --process */
	struct fb_vma_namer namer;
	struct fb_placer placer;
	struct fb_memory_search how;
	const char *text, *pointer, *process; /* options */
	bool physical, word;
	const struct fb_vma *vma; /* that is being searched */
	char mapping[FB_PATH_SIZE + 32];
	uint64_t found, left_off;
	json_t *list; /* --json */
};

static const struct argp_option search_options[] = {
	{"string", 's', "TEXT", 0, "search for a text", 0},
	{"pointer", 'p', "ADDR", 0, "search for pointers into the object or variable at ADDR", 0},
	{"word", 'w', NULL, 0, "VALUE has 4 bytes, not 8", 0},
	{"process", 'P', "PID", 0, "in the memory of this process", 0},
	{"physical", 'a', NULL, 0, "in all pages: processes' and files' too", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct search *search = own;

	switch (key) {
	case 's':
		if (!*arg || strlen(arg) > FB_MAX_SEARCH_TEXT)
			argp_error(state, "--string takes 1 to %u bytes", FB_MAX_SEARCH_TEXT);
		search->text = arg;
		return 0;
	case 'p':
		search->pointer = arg;
		return 0;
	case 'w':
		search->word = true;
		return 0;
	case 'P':
		search->process = arg;
		return 0;
	case 'a':
		search->physical = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"What points to a task_struct", "fbundle search dump.202611231722 -p init_task", false},
	{"A text in the memory of a process",
	 "fbundle search dump.202611231722 -s PATH= --process 1", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [VALUE]",
	.doc = "Finds a VALUE (hexadecimal, or a kernel symbol), a text or pointers in the kernel's memory, "
	       "or elsewhere by the options, and tells what is there: whose stack, which variable, which "
	       "object of which slab cache, which mapping. Values are searched at multiples of their "
	       "size. Only pages that the dump has are searched.",
	.most_arguments = 1,
	.options = search_options,
	.parse = parse,
	.examples = examples,
};

static json_t *place_json(const struct fb_place *place)
{
	json_t *object = json_object();

	json_object_set_new(object, "address",
			    place->address ? fb_json_hex(place->address) : json_null());
	json_object_set_new(object, "physical",
			    place->kind == FB_PLACE_MAPPING ? json_null()
							    : fb_json_hex(place->physical));
	json_object_set_new(object, "kind", json_string(fb_place_kind_name(place->kind)));
	json_object_set_new(object, "name", fb_json_text(*place->name ? place->name : NULL));
	json_object_set_new(object, "object",
			    place->object ? fb_json_hex(place->object) : json_null());
	json_object_set_new(object, "tid", place->tid < 0 ? json_null() : json_integer(place->tid));
	json_object_set_new(object, "cpu", place->cpu < 0 ? json_null() : json_integer(place->cpu));
	return object;
}

static void print_place(struct search *search, const struct fb_place *place)
{
	struct fb_output *output = search->context->output;
	char name[1024];

	fb_text_escape(place->name, strlen(place->name), name, sizeof(name));
	if (place->address)
		fb_print(output, FB_STYLE_BOLD, "0x%016" PRIx64, place->address);
	else
		fb_print(output, FB_STYLE_BOLD, "physical 0x%" PRIx64, place->physical);
	fb_put("  %s", place->kind == FB_PLACE_SYMBOL ? "" : fb_place_kind_name(place->kind));
	switch (place->kind) {
	case FB_PLACE_STACK:
		fb_put(" of TID %d (%s)", place->tid, name);
		break;
	case FB_PLACE_SYMBOL:
		fb_put("%s+0x%" PRIx64, name, place->address - place->object);
		break;
	case FB_PLACE_PERCPU:
		fb_put(" %s:%d+0x%" PRIx64, name, place->cpu, place->address - place->object);
		break;
	case FB_PLACE_SLAB:
		if (place->object)
			fb_put(" %s, object 0x%" PRIx64 "+0x%" PRIx64, name, place->object,
			       place->address - place->object);
		break;
	case FB_PLACE_PAGE:
	case FB_PLACE_MAPPING:
		fb_put(": %s", *name ? name : "anonymous");
		break;
	}
	fb_put("\n");
}

static struct fb_error *tell(struct search *search, const struct fb_place *place)
{
	if (++search->found > MAX_TOLD) {
		search->left_off++;
		return NULL;
	}
	if (!search->list) {
		print_place(search, place);
		return NULL;
	}
	return json_array_append_new(search->list, place_json(place)) ? fb_error_nomem() : NULL;
}

static struct fb_error *on_physical(void *own, uint64_t address)
{
	struct search *search = own;
	struct fb_place place;
	struct fb_error *err = fb_place_find(&search->placer, address, &place);

	if (err || (!place.is_kernel && !search->physical))
		return err;
	return tell(search, &place);
}

static struct fb_error *on_user(void *own, uint64_t address)
{
	struct search *search = own;
	struct fb_place place = {
		.kind = FB_PLACE_MAPPING, .address = address, .tid = -1, .cpu = -1};

	place.object = search->vma->start;
	/* The longest paths are cut. */
	snprintf(place.name, sizeof(place.name), "%.*s", (int)sizeof(place.name) - 1,
		 search->mapping);
	return tell(search, &place);
}

/* The words that point into what is at the address: a slab object, a variable; else that address alone. */
static struct fb_error *find_extent(struct search *search, uint64_t address)
{
	struct fb_slab_object object;
	struct fb_symbol symbol;
	struct fb_error *err = fb_slab_object_at(fb_input_kernel(search->input), address, &object);

	search->how.first = search->how.last = address;
	if (!err) {
		search->how.first = object.address;
		search->how.last = object.address + object.cache.object_size - 1;
		return NULL;
	}
	if (search->modules && fb_modules_symbol_by_address(search->modules, address, &symbol) &&
	    symbol.size) {
		search->how.first = symbol.address;
		search->how.last = symbol.address + symbol.size - 1;
	}
	return fb_part_skip(err);
}

/* VALUE may be any number, and so is not looked up as an address. */
static struct fb_error *parse_value(struct search *search, const char *text)
{
	struct fb_target target = {0};
	char *end;
	uint64_t value;
	struct fb_error *err;

	errno = 0;
	value = strtoull(text, &end, 16);
	if (end == text || *end || errno || *text == '-') {
		err = fb_target_open(search->context, search->input, text, false, &target);
		value = target.address;
		fb_target_deinit(&target);
		if (err)
			return err;
	}
	if (search->word && value >> 32)
		return fb_error_create(FB_INVALID, "0x%" PRIx64 " has more than 4 bytes", value);
	search->how.first = search->how.last = value;
	return NULL;
}

static struct fb_error *choose(struct search *search)
{
	struct fb_context *context = search->context;
	struct fb_target target = {0};
	struct fb_error *err = NULL;

	search->how.pool = fb_input_pool(search->input);
	search->how.context = search;
	search->how.word = search->word ? 4 : 8;
	if (search->text) {
		search->how.text = search->text;
		search->how.text_size = strlen(search->text);
	} else if (search->pointer) {
		err = fb_target_open(context, search->input, search->pointer, false, &target);
		if (!err && target.joined)
			search->how.first = search->how.last = target.address;
		else if (!err)
			err = find_extent(search, target.address);
		fb_target_deinit(&target);
	} else {
		err = parse_value(search, context->args[0]);
	}
	return err;
}

static struct fb_error *search_physical(struct search *search)
{
	struct fb_kernel *kernel = fb_input_kernel(search->input);
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(search->input, &tasks);

	err = fb_part_warn(search->context->warnings, err, "stacks are not known");
	if (!err)
		err = fb_placer_init(&search->placer, kernel, search->modules, tasks);
	if (err)
		return err;
	search->how.space = fb_kernel_physical(kernel);
	search->how.found = on_physical;
	return fb_memory_search(&search->how, 0,
				fb_dump_info(fb_kernel_dump(kernel))->known_pfn * FB_PAGE_SIZE);
}

static struct fb_error *search_mapping(struct search *search, const struct fb_vma *vma)
{
	struct fb_vma_text text;
	struct fb_error *err = fb_vma_describe(&search->namer, vma, &text);

	if (err)
		return err;
	search->vma = vma;
	snprintf(search->mapping, sizeof(search->mapping), "%s", text.name);
	return fb_memory_search(&search->how, vma->start, vma->end);
}

static struct fb_error *search_process(struct search *search)
{
	struct fb_kernel *kernel = fb_input_kernel(search->input);
	const struct fb_task *task = NULL;
	const struct fb_vmas *vmas;
	struct fb_path root;
	bool known = false;
	struct fb_error *err = fb_find_process_named(search->input, search->process, &task);

	if (!err)
		err = fb_target_open_process(search->context, search->input, task, false,
					     &search->target);
	if (!err)
		err = fb_process_root(search->input, task, true, &root, &known);
	if (!err)
		err = fb_vma_namer_init(&search->namer, kernel, task->mm, known ? &root : NULL);
	if (err)
		return err;
	search->how.space = search->target.space;
	search->how.found = on_user;
	vmas = fb_joined_vmas(search->target.joined);
	for (size_t i = 0; i < vmas->count && !err; i++)
		err = search_mapping(search, &vmas->vma[i]);
	return err;
}

static struct fb_error *finish(struct search *search)
{
	json_t *answer;

	if (search->how.unread)
		fb_warn(search->context->warnings, "%" PRIu64 " bytes could not be read",
			search->how.unread);
	if (search->left_off)
		fb_warn(search->context->warnings,
			"%" PRIu64 " more places are not shown: search for something rarer",
			search->left_off);
	if (!search->list)
		return NULL;
	answer = json_object();
	json_object_set_new(answer, "found", json_integer((json_int_t)search->found));
	json_object_set(answer, "places", search->list);
	return fb_json_print("search", answer, search->context->warnings);
}

static void check_usage(const struct search *search)
{
	const int what = (search->text != NULL) + (search->pointer != NULL) +
			 (search->context->arg_count > 0);

	if (what != 1)
		fb_usage_error("search", "one of VALUE, --string and --pointer is searched for");
	if (search->process && search->physical)
		fb_usage_error("search", "--process and --physical exclude each other");
	if (search->word && !search->context->arg_count)
		fb_usage_error("search", "--word goes with a VALUE");
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct search search = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &search);
	check_usage(&search);
	err = fb_context_open(context, &search.input);
	/* Without symbols addresses are searched for all the same. */
	if (!err)
		err = fb_part_warn(context->warnings,
				   fb_modules_load(fb_input_kernel(search.input), &search.modules),
				   "variables are not named");
	if (!err && context->options.json)
		search.list = json_array();
	if (!err)
		err = choose(&search);
	if (!err)
		err = search.process ? search_process(&search) : search_physical(&search);
	if (!err)
		err = finish(&search);
	json_decref(search.list);
	fb_placer_deinit(&search.placer);
	fb_target_deinit(&search.target);
	fb_modules_destroy(search.modules);
	fb_input_destroy(search.input);
	return err;
}

const struct fb_command fb_command_search = {
	.name = "search",
	.summary = "where a value, text or pointer is",
	.run = run,
	.usage = &usage,
};
