// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a bundle in the order of its file: head, bitmaps and descriptors, data, fiber section. The
 * room for the head and the tables is left free at first and filled when the rest of the dump is
 * known. Called by merge.c, and by bundle/dump for filtered dumps.
 */
#include "bundle/merge/bundle_writer.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/merge/dump_head.h"
#include "bundle/merge/fiber_writer.h"
#include "bundle/merge/kdump_data.h"
#include "bundle/merge/kdump_tables.h"
#include "bundle/merge/page_merge.h"
#include "bundle/merge/scratch.h"

struct bundle_writer {
	const struct fb_bundle_plan *plan;
	struct fb_outfile *outfile;
	struct fb_scratches scratches;
	struct fb_dump_head head;
	struct fb_region_sums head_sums;
	struct fb_kdump_tables tables;
	struct fb_kdump_data data;
	uint64_t done, total; /* bytes of the input */
};

static void progress(void *context, uint64_t bytes)
{
	struct bundle_writer *writer = context;

	writer->done += bytes;
	if (writer->plan->progress)
		writer->plan->progress(writer->plan->progress_context, writer->done, writer->total);
}

/* How many pages the bundle's dump will have, lost ones counted, and how many bytes there are to do. */
static struct fb_error *measure(struct bundle_writer *writer, uint64_t *pages_ret)
{
	const struct fb_bundle_plan *plan = writer->plan;
	struct fb_page_merge *merge = malloc(sizeof(*merge));
	uint64_t pages = 0;
	struct fb_error *err;
	bool more = true;

	if (!merge)
		return fb_error_nomem();
	err = fb_page_merge_init(merge, fb_kernel_dump(plan->kernel), plan->placement,
				 plan->choice);
	while (!err) {
		struct fb_merged_page page;

		err = fb_page_merge_next(merge, &more, &page);
		if (err || !more)
			break;
		pages++;
		if (page.kind == FB_MERGED_DUMPED || page.kind == FB_MERGED_PLACED)
			writer->total += FB_PAGE_SIZE;
	}
	if (!err) {
		for (size_t i = 0; i < merge->part_count; i++)
			writer->total += merge->parts[i].data_end - merge->parts[i].data_start;
		for (size_t i = 0; i < plan->core_count; i++)
			writer->total += fb_core_file(plan->cores[i].core)->size;
		*pages_ret = pages;
	}
	fb_page_merge_deinit(merge);
	free(merge);
	return err;
}

static struct fb_error *write_dump(struct bundle_writer *writer)
{
	const struct fb_bundle_plan *plan = writer->plan;
	uint64_t pages;
	struct fb_error *err;

	err = measure(writer, &pages);
	if (err)
		return err;
	err = fb_dump_head_create(
		plan->kernel, plan->placement, plan->choice ? plan->choice->dump_level : -1,
		plan->choice ? plan->choice->end
			     : fb_dump_info(fb_kernel_dump(plan->kernel))->max_pfn,
		&writer->head);
	if (err)
		return err;
	err = fb_kdump_tables_init(&writer->tables, writer->outfile, fb_kernel_dump(plan->kernel),
				   &writer->head, pages);
	if (err)
		return err;
	err = fb_kdump_data_write(plan, writer->outfile, &writer->scratches, &writer->tables,
				  fb_kdump_tables_end(&writer->tables), progress, writer,
				  &writer->data);
	if (err)
		return err;
	fb_dump_head_finish(&writer->head, writer->data.added_flags, writer->tables.lost > 0,
			    fb_kdump_data_end(&writer->data));
	err = fb_region_init(&writer->head_sums, FB_FIBER_REGION_HEADER, 0);
	if (!err)
		err = fb_region_write(&writer->head_sums, writer->outfile, writer->head.blocks,
				      writer->head.size);
	return err ? err : fb_region_close(&writer->head_sums);
}

static struct fb_error *write_fiber(struct bundle_writer *writer)
{
	const struct fb_region_sums **regions;
	size_t count = 0;
	struct fb_error *err;

	err = fb_alloc_array(writer->data.copied_count + 5, sizeof(*regions),
			     FB_MAX_SPLIT_PARTS + 5, "regions of the dump", &regions);
	if (err)
		return err;
	regions[count++] = &writer->head_sums;
	regions[count++] = &writer->tables.existing;
	regions[count++] = &writer->tables.dumped;
	regions[count++] = &writer->tables.descriptors;
	for (size_t i = 0; i < writer->data.copied_count; i++)
		regions[count++] = &writer->data.copied[i];
	regions[count++] = &writer->data.added;
	err = fb_fiber_write(writer->plan, writer->outfile, &writer->scratches,
			     fb_kdump_data_end(&writer->data), regions, count, progress, writer);
	free(regions);
	return err;
}

struct fb_error *fb_bundle_write_to(const struct fb_bundle_plan *plan, struct fb_outfile *outfile)
{
	struct bundle_writer writer = {.plan = plan, .outfile = outfile};
	struct fb_error *err;

	fb_scratches_init(&writer.scratches);
	err = write_dump(&writer);
	if (!err)
		err = write_fiber(&writer);
	fb_region_deinit(&writer.head_sums);
	fb_kdump_data_deinit(&writer.data);
	fb_kdump_tables_deinit(&writer.tables);
	fb_dump_head_deinit(&writer.head);
	fb_scratches_deinit(&writer.scratches);
	return err;
}

struct fb_error *fb_bundle_write(const struct fb_bundle_plan *plan, const char *path, bool force)
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err = fb_outfile_create_on(plan->start, path, force, &outfile);

	if (!err)
		err = fb_bundle_write_to(plan, outfile);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}
