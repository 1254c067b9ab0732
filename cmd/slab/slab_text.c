// SPDX-License-Identifier: GPL-2.0-or-later
/* `fbundle slab` for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/slab/slab.h"

/* Rows of a list where --all is not given. */
#define SHORT_LIST 20u

static struct fb_error *count_cell(struct fb_table *table, bool known, uint64_t count)
{
	char text[32];

	return fb_table_cell(table, known ? FB_STYLE_PLAIN : FB_STYLE_WARN, "%s",
			     known ? fb_text_count(count, text, sizeof(text)) : "?");
}

static struct fb_error *size_cell(struct fb_table *table, bool known, uint64_t bytes)
{
	char text[32];

	return fb_table_cell(table, known ? FB_STYLE_PLAIN : FB_STYLE_WARN, "%s",
			     known ? fb_text_size(bytes, text, sizeof(text)) : "?");
}

static struct fb_error *add_cache(struct fb_table *table, const struct fb_slab_usage *usage)
{
	struct fb_error *err = count_cell(table, usage->counted, usage->objects);

	if (!err)
		err = count_cell(table, usage->active_known, usage->active);
	if (!err && usage->active_known && usage->objects)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u %%", fb_slab_use(usage));
	else if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "-");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", usage->cache.size);
	if (!err)
		err = count_cell(table, usage->counted, usage->slabs);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", usage->cache.per_slab);
	if (!err)
		err = size_cell(table, usage->counted, usage->bytes);
	return err ? err : fb_table_cell(table, FB_STYLE_BOLD, "%s", usage->name);
}

static void print_more(struct fb_context *context, size_t count, size_t shown)
{
	if (count > shown)
		fb_print(context->output, FB_STYLE_DIM, "%zu more: --all\n", count - shown);
}

static struct fb_error *print_caches(struct fb_context *context, bool all,
				     const struct fb_slab_usages *usages)
{
	static const struct fb_column columns[] = {
		{"OBJS", FB_RIGHT},       {"ACTIVE", FB_RIGHT}, {"USE", FB_RIGHT},
		{"OBJ SIZE", FB_RIGHT},   {"SLABS", FB_RIGHT},  {"OBJ/SLAB", FB_RIGHT},
		{"CACHE SIZE", FB_RIGHT}, {"NAME", FB_LEFT},
	};
	size_t shown = all || usages->count < SHORT_LIST ? usages->count : SHORT_LIST;
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < shown && !err; i++)
		err = add_cache(table, &usages->caches[i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	print_more(context, usages->count, shown);
	return err;
}

static void print_label(struct fb_context *context, const char *label)
{
	fb_print(context->output, FB_STYLE_DIM, "%8s  ", label);
}

static void print_cache(struct fb_context *context, const struct fb_slab_answer *answer)
{
	const struct fb_slab_usage *usage = answer->usage;
	char name[4 * FB_SLAB_NAME + 1], size[32];

	print_label(context, "cache");
	fb_print(context->output, FB_STYLE_BOLD, "%s",
		 fb_text_escape(usage->name, strlen(usage->name), name, sizeof(name)));
	fb_put(" at %" PRIx64 ": objects of %u bytes, %u in a slab of %s", usage->cache.address,
	       usage->cache.object_size, usage->cache.per_slab,
	       fb_text_size((uint64_t)FB_PAGE_SIZE << usage->cache.order, size, sizeof(size)));
	if (usage->merged)
		fb_put("; %u more cache%s merged into it", usage->merged,
		       usage->merged == 1 ? " is" : "s are");
	fb_put("\n");
	if (!answer->type[0])
		return;
	print_label(context, "type");
	fb_put("struct %s, by the cache's name\n",
	       fb_text_escape(answer->type, strlen(answer->type), name, sizeof(name)));
}

static void print_sums(struct fb_context *context, const struct fb_slab_answer *answer)
{
	uint64_t objects = 0, free = 0, kept = 0, unknown = 0;
	char text[4][32];

	for (size_t i = 0; i < answer->slab_count; i++) {
		objects += answer->slabs[i].slab.objects;
		free += answer->slabs[i].free;
		kept += answer->slabs[i].kept;
		unknown += answer->slabs[i].unknown;
	}
	print_label(context, "objects");
	fb_put("%s in use, %s free, %s kept free by CPUs and nodes",
	       fb_text_count(objects - free - kept - unknown, text[0], sizeof(text[0])),
	       fb_text_count(free, text[1], sizeof(text[1])),
	       fb_text_count(kept, text[2], sizeof(text[2])));
	if (unknown)
		fb_put(", %s unknown", fb_text_count(unknown, text[3], sizeof(text[3])));
	fb_put("; in %s slab%s\n", fb_text_count(answer->slab_count, text[0], sizeof(text[0])),
	       answer->slab_count == 1 ? "" : "s");
}

static struct fb_error *print_slabs(struct fb_context *context, bool all,
				    const struct fb_slab_answer *answer)
{
	static const struct fb_column columns[] = {
		{"SLAB", FB_LEFT},    {"STRUCT PAGE", FB_LEFT}, {"OBJS", FB_RIGHT},
		{"IN USE", FB_RIGHT}, {"FREE", FB_RIGHT},       {"KEPT", FB_RIGHT},
		{"", FB_LEFT},
	};
	size_t shown = all || answer->slab_count < SHORT_LIST ? answer->slab_count : SHORT_LIST;
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < shown && !err; i++) {
		const struct fb_slab_listed *listed = &answer->slabs[i];
		uint32_t known = listed->free + listed->kept + listed->unknown;

		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIx64, listed->slab.start);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIx64, listed->slab.frame);
		if (!err)
			err = count_cell(table, true, listed->slab.objects);
		if (!err)
			err = count_cell(table, true, listed->slab.objects - known);
		if (!err)
			err = count_cell(table, true, listed->free);
		if (!err)
			err = count_cell(table, true, listed->kept);
		if (!err && listed->unknown)
			err = fb_table_cell(table, FB_STYLE_WARN, "%u unknown", listed->unknown);
		else if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
	}
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	print_more(context, answer->slab_count, shown);
	return err;
}

/* Lines without a table, which would hold all of them in memory: a cache may have millions of objects. */
static void print_objects(struct fb_context *context, const struct fb_slab_answer *answer)
{
	fb_print(context->output, FB_STYLE_BOLD, "\n%-16s  STATE\n", "OBJECT");
	for (size_t i = 0; i < answer->slab_count; i++) {
		const struct fb_slab_listed *listed = &answer->slabs[i];

		for (uint32_t n = 0; n < listed->slab.objects; n++) {
			enum fb_object_state state = answer->states[listed->states + n];

			fb_put("%" PRIx64 "  ",
			       fb_slab_object(&answer->usage->cache, &listed->slab, n));
			fb_print(context->output,
				 state == FB_OBJECT_IN_USE    ? FB_STYLE_PLAIN
				 : state == FB_OBJECT_UNKNOWN ? FB_STYLE_WARN
							      : FB_STYLE_DIM,
				 "%s\n", fb_object_state_name(state));
		}
	}
}

static void print_object(struct fb_context *context, const struct fb_slab_answer *answer)
{
	char text[1024];

	print_label(context, "object");
	fb_print(context->output, FB_STYLE_BOLD, "%" PRIx64, answer->object);
	fb_put(", %" PRIu64 " bytes before the address; number %u of the slab at %" PRIx64
	       ", struct page %" PRIx64 "\n",
	       answer->address - answer->object, answer->number, answer->slab.start,
	       answer->slab.frame);
	print_label(context, "state");
	fb_print(context->output,
		 answer->state == FB_OBJECT_UNKNOWN ? FB_STYLE_WARN : FB_STYLE_BOLD, "%s",
		 fb_object_state_name(answer->state));
	if (answer->state == FB_OBJECT_UNKNOWN)
		fb_put(": %s",
		       fb_text_escape(answer->why, strlen(answer->why), text, sizeof(text)));
	fb_put("\n");
}

struct fb_error *fb_slab_print_text(struct fb_context *context,
				    const struct fb_slab_question *question,
				    const struct fb_slab_answer *answer)
{
	if (!answer->usage)
		return print_caches(context, question->all, &answer->usages);
	print_cache(context, answer);
	if (answer->has_object) {
		print_object(context, answer);
		return NULL;
	}
	print_sums(context, answer);
	if (!question->objects)
		return print_slabs(context, question->all, answer);
	print_objects(context, answer);
	return NULL;
}
