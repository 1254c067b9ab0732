// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds a core of a process from the dump, where none was taken. It writes the memory, one run of pages after the
 * other; then the notes, then the program headers, because it is known only at the end which pages could be read.
 * Called by extract.
 */
#include "bundle/process/core_builder.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/core/core_output.h"

#define CHUNK_BYTES (64u * FB_PAGE_SIZE)

struct builder {
	struct fb_input *input;
	struct fb_joined *joined;
	const struct fb_core_build_options *options;
	struct fb_core_output core;
	const struct fb_vma *vma; /* being written */
	uint64_t done, total;     /* bytes of mappings */
	uint64_t most_of_dump;
	struct fb_built_core built;
	uint8_t chunk[CHUNK_BYTES];
};

static uint32_t segment_flags(const struct fb_vma *vma)
{
	return (vma->flags & FB_VM_READ ? PF_R : 0) | (vma->flags & FB_VM_WRITE ? PF_W : 0) |
	       (vma->flags & FB_VM_EXEC ? PF_X : 0);
}

static struct fb_error *add_zeros(struct builder *builder, uint64_t address, uint64_t length)
{
	builder->built.zero += length;
	return fb_core_output_gap(&builder->core, builder->vma->start, segment_flags(builder->vma),
				  address, length);
}

static struct fb_error *add_bytes(struct builder *builder, uint64_t address, size_t length,
				  enum fb_source source)
{
	if (source == FB_SOURCE_VMCORE)
		builder->built.vmcore += length;
	else if (source == FB_SOURCE_CORE)
		builder->built.core += length;
	else
		builder->built.file += length;
	return fb_core_output_bytes(&builder->core, builder->vma->start,
				    segment_flags(builder->vma), address, builder->chunk, length);
}

/* Device memory and guard areas are in no core and are not counted as missing. */
static void count_absent(struct builder *builder, uint64_t length, enum fb_absence absence)
{
	struct fb_built_core *built = &builder->built;

	if (!(builder->vma->flags & FB_VM_READ) ||
	    (builder->vma->flags & (FB_VM_IO | FB_VM_PFNMAP)))
		built->unreadable += length;
	else if (absence == FB_ABSENCE_SWAPPED)
		built->swapped += length;
	else if (absence == FB_ABSENCE_UNTOUCHED)
		built->untouched += length;
	else if (absence == FB_ABSENCE_FILTERED)
		built->filtered += length;
	else if (absence == FB_ABSENCE_TRUNCATED)
		built->cut += length;
	else
		built->damaged += length;
}

/* A page whose bytes turn out to be damaged is absent like those that were never there. */
static struct fb_error *copy_page(struct builder *builder, uint64_t address, size_t length,
				  enum fb_source source)
{
	struct fb_error *err;

	err = fb_space_read(fb_joined_space(builder->joined), address, builder->chunk, length);
	if (!err)
		return add_bytes(builder, address, length, source);
	err = fb_part_warn(fb_input_warnings(builder->input), err, "a page is left out");
	if (err)
		return err;
	count_absent(builder, length, FB_ABSENCE_DAMAGED);
	return NULL;
}

static struct fb_error *copy_run(struct builder *builder, const struct fb_run *run)
{
	uint64_t done = 0;
	struct fb_error *err = NULL;

	while (done < run->length && !err) {
		uint64_t address = run->start + done;
		size_t part = run->length - done < CHUNK_BYTES ? (size_t)(run->length - done)
							       : CHUNK_BYTES;

		err = fb_space_read(fb_joined_space(builder->joined), address, builder->chunk,
				    part);
		if (!err) {
			err = add_bytes(builder, address, part, run->origin.source);
		} else if (!fb_error_is_fatal(err)) {
			fb_error_destroy(err);
			err = NULL;
			for (size_t at = 0; at < part && !err; at += FB_PAGE_SIZE)
				err = copy_page(builder, address + at,
						part - at < FB_PAGE_SIZE ? part - at : FB_PAGE_SIZE,
						run->origin.source);
		}
		done += part;
	}
	return err;
}

static struct fb_error *check_size(const struct builder *builder)
{
	if (fb_outfile_size(builder->core.outfile) > FB_MAX_CORE_BYTES)
		return fb_error_create(FB_LIMIT, "the core is larger than a core can be");
	if (builder->built.vmcore > builder->most_of_dump)
		return fb_error_create(
			FB_LIMIT,
			"its page tables lead to the same pages so often that %" PRIu64
			" bytes of the dump are not enough: they are damaged",
			builder->most_of_dump);
	return NULL;
}

static struct fb_error *add_mapping(struct builder *builder, const struct fb_vma *vma)
{
	struct fb_space *space = fb_joined_space(builder->joined);
	uint64_t address = vma->start;
	struct fb_error *err = NULL;

	builder->vma = vma;
	while (address < vma->end && !err) {
		struct fb_run run;

		err = fb_space_locate(space, address, vma->end - address, &run);
		if (err)
			break;
		if (run.origin.source == FB_SOURCE_ABSENT)
			count_absent(builder, run.length, run.origin.absence);
		else if (run.origin.source == FB_SOURCE_ZERO)
			err = add_zeros(builder, address, run.length);
		else
			err = copy_run(builder, &run);
		address += run.length;
		builder->done += run.length;
		if (builder->options->progress)
			builder->options->progress(builder->options->progress_context,
						   builder->done, builder->total);
		if (!err)
			err = check_size(builder);
	}
	return err;
}

static struct fb_error *finish(struct builder *builder, const struct fb_task *task)
{
	const struct fb_vmas *vmas = fb_joined_vmas(builder->joined);
	struct fb_buf notes;
	struct fb_error *err;

	fb_buf_init(&notes, FB_MAX_CORE_NOTES);
	err = fb_core_notes_write(builder->input, task, vmas, &notes, &builder->built.notes);
	if (!err)
		err = fb_core_output_finish(&builder->core, &notes);
	fb_buf_deinit(&notes);
	return err;
}

static struct fb_error *write_core(struct builder *builder, const struct fb_task *task,
				   struct fb_outfile *outfile)
{
	const struct fb_vmas *vmas = fb_joined_vmas(builder->joined);
	struct fb_error *err = fb_core_output_init(&builder->core, outfile, false);

	for (size_t i = 0; i < vmas->count; i++)
		builder->total += vmas->vma[i].end - vmas->vma[i].start;
	for (size_t i = 0; i < vmas->count && !err; i++)
		err = add_mapping(builder, &vmas->vma[i]);
	return err ? err : finish(builder, task);
}

static uint64_t most_of_dump(struct fb_input *input, const struct fb_core_build_options *options)
{
	uint64_t pages = fb_dump_info(fb_input_dump(input))->pages_dumped, most;

	if (options->most_of_dump)
		return options->most_of_dump;
	if (pages > FB_MAX_CORE_BYTES / FB_PAGE_SIZE / FB_MAX_BUILT_TIMES)
		return FB_MAX_CORE_BYTES;
	most = pages * FB_PAGE_SIZE * FB_MAX_BUILT_TIMES;
	return most > FB_MIN_BUILT_BYTES ? most : FB_MIN_BUILT_BYTES;
}

struct fb_error *fb_core_build(struct fb_input *input, const struct fb_task *task,
			       struct fb_joined *joined,
			       const struct fb_core_build_options *options,
			       struct fb_outfile *outfile, struct fb_built_core *built_ret)
{
	struct builder *builder = calloc(1, sizeof(*builder));
	struct fb_built_core *built;
	struct fb_error *err;

	if (!builder)
		return fb_error_nomem();
	builder->input = input;
	builder->joined = joined;
	builder->options = options;
	builder->most_of_dump = most_of_dump(input, options);
	err = write_core(builder, task, outfile);
	if (!err) {
		built = &builder->built;
		built->complete = !built->filtered && !built->swapped && !built->untouched &&
				  !built->cut && !built->damaged && !built->notes.without_regs &&
				  built->notes.threads && !fb_joined_vmas(joined)->lost;
		*built_ret = *built;
	}
	fb_core_output_deinit(&builder->core);
	free(builder);
	return err;
}
