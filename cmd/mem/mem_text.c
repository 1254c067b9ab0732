// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `fbundle mem` for people: a sentence, what memory is used for, the zones, and the largest processes, slab caches
 * and files of shared memory.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd/mem/mem.h"
#include "cmd/mem/mem_shmem.h"

/* Rows of a list where --all is not given. */
#define SHORT_LIST 10u

static void print_summary(struct fb_context *context, const struct fb_mem *mem)
{
	uint64_t total, free, available, swap, swap_free;
	char text[32];

	if (!fb_meminfo_value(&mem->meminfo, "MemTotal", &total))
		return;
	fb_print(context->output, FB_STYLE_BOLD, "%s of memory",
		 fb_text_size(total, text, sizeof(text)));
	if (fb_meminfo_value(&mem->meminfo, "MemFree", &free))
		fb_print(context->output, FB_STYLE_BOLD, ", %s free",
			 fb_text_size(free, text, sizeof(text)));
	if (fb_meminfo_value(&mem->meminfo, "MemAvailable", &available))
		fb_print(context->output, FB_STYLE_BOLD, ", %s available",
			 fb_text_size(available, text, sizeof(text)));
	if (fb_meminfo_value(&mem->meminfo, "SwapTotal", &swap) && swap &&
	    fb_meminfo_value(&mem->meminfo, "SwapFree", &swap_free) && swap_free <= swap) {
		fb_print(context->output, FB_STYLE_BOLD, "; %s of swap",
			 fb_text_size(swap, text, sizeof(text)));
		fb_print(context->output, FB_STYLE_BOLD, ", %s used",
			 fb_text_size(swap - swap_free, text, sizeof(text)));
	}
	fb_put("\n\n");
}

static struct fb_error *add_use(struct fb_table *table, const char *name, uint64_t bytes,
				uint64_t total, bool within)
{
	enum fb_style style = within ? FB_STYLE_DIM : FB_STYLE_PLAIN;
	char text[32];
	struct fb_error *err;

	err = fb_table_cell(table, style, "%s%s", within ? "  of it " : "", name);
	if (!err)
		err = fb_table_cell(table, style, "%s", fb_text_size(bytes, text, sizeof(text)));
	return err ? err
		   : fb_table_cell(table, style, "%.1f %%",
				   total ? 100.0 * (double)bytes / (double)total : 0.0);
}

static struct fb_error *print_uses(struct fb_context *context, const struct fb_mem *mem)
{
	static const struct fb_column columns[] = {
		{"USED FOR", FB_LEFT}, {"SIZE", FB_RIGHT}, {"SHARE", FB_RIGHT}};
	struct fb_table *table = NULL;
	uint64_t total = 0;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	fb_meminfo_value(&mem->meminfo, "MemTotal", &total);
	for (size_t i = 0; i < mem->use_count && !err; i++)
		err = add_use(table, mem->uses[i].name, mem->uses[i].bytes, total,
			      mem->uses[i].within);
	if (!err && mem->rest_known)
		err = add_use(table, "what no counter names", mem->rest, total, false);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *add_zone(struct fb_table *table, const struct fb_zone *zone)
{
	const uint64_t pages[] = {zone->free, zone->min, zone->low, zone->high, zone->managed};
	enum fb_style style = zone->free < zone->min   ? FB_STYLE_BAD
			      : zone->free < zone->low ? FB_STYLE_WARN
						       : FB_STYLE_PLAIN;
	char text[32];
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", zone->node);

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", zone->name);
	for (size_t i = 0; i < FB_ARRAY_SIZE(pages) && !err; i++)
		err = fb_table_cell(table, i ? FB_STYLE_PLAIN : style, "%s",
				    fb_text_size(pages[i] * FB_PAGE_SIZE, text, sizeof(text)));
	return err ? err
		   : fb_table_cell(table, style, "%s",
				   zone->free < zone->min   ? "below min"
				   : zone->free < zone->low ? "below low"
							    : "");
}

static struct fb_error *print_zones(struct fb_context *context, const struct fb_zones *zones)
{
	static const struct fb_column columns[] = {
		{"NODE", FB_RIGHT}, {"ZONE", FB_LEFT},  {"FREE", FB_RIGHT},    {"MIN", FB_RIGHT},
		{"LOW", FB_RIGHT},  {"HIGH", FB_RIGHT}, {"MANAGED", FB_RIGHT}, {"", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!zones->count)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < zones->count && !err; i++)
		err = add_zone(table, &zones->zones[i]);
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

/* "190 more: --all" below a list that was cut. */
static void print_more(struct fb_context *context, size_t count, size_t shown)
{
	if (count > shown)
		fb_print(context->output, FB_STYLE_DIM, "%zu more: --all\n", count - shown);
}

static struct fb_error *print_processes(struct fb_context *context, const struct fb_mem *mem,
					size_t most)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT}, {"PROCESS", FB_LEFT}, {"RESIDENT", FB_RIGHT}};
	size_t shown = mem->process_count < most ? mem->process_count : most;
	struct fb_table *table = NULL;
	char text[32];
	struct fb_error *err;

	if (!shown)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < shown && !err; i++) {
		const struct fb_resident *process = &mem->processes[i];

		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", process->task->pid);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s", process->task->comm);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    fb_text_size(process->bytes, text, sizeof(text)));
	}
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	print_more(context, mem->process_count, shown);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *add_slab(struct fb_table *table, const struct fb_slab_usage *usage)
{
	char text[32];
	struct fb_error *err = fb_table_cell(table, FB_STYLE_BOLD, "%s", usage->name);

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", usage->cache.object_size);
	if (!usage->counted) {
		for (unsigned i = 0; i < 2 && !err; i++)
			err = fb_table_cell(table, FB_STYLE_WARN, "unknown");
		return err;
	}
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    fb_text_count(usage->objects, text, sizeof(text)));
	return err ? err
		   : fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				   fb_text_size(usage->bytes, text, sizeof(text)));
}

static struct fb_error *print_slabs(struct fb_context *context, const struct fb_slab_usages *slabs,
				    size_t most)
{
	static const struct fb_column columns[] = {{"SLAB CACHE", FB_LEFT},
						   {"OBJECT SIZE", FB_RIGHT},
						   {"OBJECTS", FB_RIGHT},
						   {"SIZE", FB_RIGHT}};
	size_t shown = slabs->count < most ? slabs->count : most;
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!shown)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < shown && !err; i++)
		err = add_slab(table, &slabs->caches[i]);
	fb_put("\n");
	if (!err)
		fb_table_print(table, context->output);
	print_more(context, slabs->count, shown);
	fb_table_destroy(table);
	return err;
}

/* The lines of /proc/meminfo as the kernel writes them. */
static void print_meminfo(const struct fb_meminfo *meminfo)
{
	fb_put("\n");
	for (size_t i = 0; i < meminfo->count; i++) {
		const struct fb_meminfo_line *line = &meminfo->lines[i];
		int width = 15 - (int)snprintf(NULL, 0, "%s", line->name);

		fb_put("%s:%*s%8" PRIu64 "%s\n", line->name, width > 0 ? width : 0, "",
		       line->is_count ? line->value : line->value / 1024,
		       line->is_count ? "" : " kB");
	}
}

struct fb_error *fb_mem_print_text(struct fb_context *context, const struct fb_mem *mem,
				   const struct fb_mem_shmem *shmem, bool all)
{
	size_t most = all ? SIZE_MAX : SHORT_LIST;
	struct fb_error *err;

	print_summary(context, mem);
	err = print_uses(context, mem);
	if (!err)
		err = print_zones(context, &mem->zones);
	if (!err)
		err = print_processes(context, mem, most);
	if (!err)
		err = print_slabs(context, &mem->slabs, most);
	if (!err)
		err = fb_mem_shmem_print(context, shmem, most);
	if (!err && all)
		print_meminfo(&mem->meminfo);
	return err;
}
