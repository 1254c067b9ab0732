// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the fiber section: core by core, then the page store, the manifest and the table of
 * parts. Called by bundle_writer.c after the dump's data.
 */
#include "bundle/merge/fiber_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/merge/core_writer.h"
#include "bundle/merge/fiber_section.h"
#include "bundle/merge/page_store.h"

static struct fb_error *write_sums(struct fb_section *section,
				   const struct fb_region_sums *const *regions, size_t count)
{
	struct fb_fiber_sums head = {.region_count = (uint32_t)count,
				     .chunk_shift = FB_FIBER_CHUNK_SHIFT};
	struct fb_error *err;
	struct fb_buf raw;

	fb_buf_init(&raw, SIZE_MAX);
	err = fb_buf_append(&raw, &head, sizeof(head));
	for (size_t i = 0; i < count && !err; i++) {
		struct fb_fiber_region region = {.kind = regions[i]->kind,
						 .offset = regions[i]->offset,
						 .length = regions[i]->length};

		err = fb_buf_append(&raw, &region, sizeof(region));
	}
	for (size_t i = 0; i < count && !err; i++)
		err = fb_buf_append(&raw, regions[i]->sums,
				    regions[i]->count * sizeof(*regions[i]->sums));
	if (!err)
		err = fb_section_part(section, FB_FIBER_DUMP_SUMS, FB_FIBER_NO_CORE, raw.data,
				      raw.size, NULL);
	fb_buf_deinit(&raw);
	return err;
}

static struct fb_error *write_cores(const struct fb_bundle_plan *plan, struct fb_section *section,
				    struct fb_scratches *scratches,
				    void (*done)(void *context, uint64_t bytes), void *done_context)
{
	struct fb_page_store store;
	struct fb_error *err;

	err = fb_page_store_init(&store, section, plan->cores, plan->pool, scratches);
	if (err)
		return err;
	for (size_t i = 0; i < plan->core_count && !err; i++)
		err = fb_core_write(section, &store, plan->cores[i].core, (uint32_t)i,
				    &plan->placement->frames[i], done, done_context);
	if (!err)
		err = fb_page_store_index(&store);
	fb_page_store_deinit(&store);
	return err;
}

static struct fb_error *write_object(struct fb_section *section, struct fb_scratches *scratches,
				     const struct fb_bundle_object *object, const void *bytes,
				     size_t size, struct fb_buf *index)
{
	struct fb_scratch *scratch = NULL;
	struct fb_error *err = fb_scratch_take(scratches, &scratch);

	if (!err)
		err = fb_section_part(section, FB_FIBER_OBJECT, FB_FIBER_NO_CORE, bytes, size,
				      scratch);
	if (scratch)
		fb_scratch_give(scratches, scratch);
	return err ? err : fb_bundle_object_entry(object, index);
}

/* Copies the objects that the bundle of the input has; one that is damaged there is lost. */
static struct fb_error *copy_objects(const struct fb_bundle_plan *plan, struct fb_section *section,
				     struct fb_scratches *scratches, struct fb_buf *index)
{
	const struct fb_fiber_objects *objects = plan->fiber ? fb_fiber_objects(plan->fiber) : NULL;
	struct fb_error *err = NULL;

	for (size_t i = 0; objects && i < objects->count && !err; i++) {
		void *bytes = NULL;
		size_t size;

		err = fb_part_warn(fb_kernel_warnings(plan->kernel),
				   fb_fiber_object_load(plan->fiber, i, &bytes, &size),
				   "%s: what stacks need of it is lost", objects->objects[i].paths);
		if (!err && bytes)
			err = write_object(section, scratches, &objects->objects[i], bytes, size,
					   index);
		free(bytes);
	}
	return err;
}

static struct fb_error *write_objects(const struct fb_bundle_plan *plan, struct fb_section *section,
				      struct fb_scratches *scratches)
{
	struct fb_buf index;
	struct fb_error *err;

	fb_buf_init(&index, FB_MAX_OBJECT_INDEX);
	err = copy_objects(plan, section, scratches, &index);
	for (size_t i = 0; i < plan->object_count && !err; i++)
		err = write_object(section, scratches, &plan->objects[i], plan->objects[i].bytes,
				   plan->objects[i].size, &index);
	if (!err && index.size)
		err = fb_section_part(section, FB_FIBER_OBJECT_INDEX, FB_FIBER_NO_CORE, index.data,
				      index.size, NULL);
	fb_buf_deinit(&index);
	return err;
}

struct fb_error *fb_fiber_write(const struct fb_bundle_plan *plan, struct fb_outfile *outfile,
				struct fb_scratches *scratches, uint64_t start,
				const struct fb_region_sums *const *regions, size_t region_count,
				void (*done)(void *context, uint64_t bytes), void *done_context)
{
	size_t manifest_size = strlen(plan->manifest);
	struct fb_section section;
	struct fb_error *err;

	if (manifest_size > FB_MAX_MANIFEST)
		return fb_error_create(FB_LIMIT, "the manifest has %zu bytes", manifest_size);
	fb_section_init(&section, outfile, start);
	err = fb_section_part(&section, FB_FIBER_MANIFEST, FB_FIBER_NO_CORE, plan->manifest,
			      manifest_size, NULL);
	if (!err)
		err = write_sums(&section, regions, region_count);
	if (!err)
		err = write_cores(plan, &section, scratches, done, done_context);
	if (!err)
		err = write_objects(plan, &section, scratches);
	if (!err)
		err = fb_section_finish(&section);
	fb_section_deinit(&section);
	return err;
}
