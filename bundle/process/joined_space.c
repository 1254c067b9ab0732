// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The joined space of a process. It works in runs of pages with the same source, each as long as what a page-table
 * entry covers, so that ranges without a mapping take no time. Called wherever memory of a process is read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "bundle/process/core_mappings.h"
#include "bundle/process/joined_private.h"
#include "bundle/process/process.h"

static struct fb_error *absent_error(const struct fb_joined *joined, uint64_t at,
				     const struct fb_origin *origin)
{
	switch (origin->absence) {
	case FB_ABSENCE_UNMAPPED:
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is in no mapping", at);
	case FB_ABSENCE_SWAPPED:
		return fb_error_create(FB_ABSENT,
				       "0x%" PRIx64 " is swapped out (area %u, page %" PRIu64
				       "), and no core has it",
				       at, origin->swap_type, origin->swap_offset);
	case FB_ABSENCE_UNTOUCHED:
		return fb_error_create(
			FB_ABSENT,
			"0x%" PRIx64
			": the page of the mapped file was not in use; give the file under --sysroot",
			at);
	case FB_ABSENCE_TRUNCATED:
		if (!origin->detail)
			return fb_error_create(FB_TRUNCATED,
					       "0x%" PRIx64
					       ": its page is lost with a part of the dump, "
					       "and no core has it",
					       at);
		return fb_error_create(FB_TRUNCATED,
				       "0x%" PRIx64 " lies behind the end of the cut-off core %s",
				       at, origin->detail);
	case FB_ABSENCE_DAMAGED:
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 ": its page-table entry is damaged",
				       at);
	default:
		return fb_error_create(
			FB_ABSENT, "0x%" PRIx64 ": its page %s, and no core has it", at,
			fb_joined_has_tables(joined) ? "was left out by the dump filter"
						     : "cannot be found without its page tables");
	}
}

/* Within one page. */
static struct fb_error *read_part(struct fb_joined *joined, uint64_t address, void *to,
				  size_t length)
{
	uint8_t page[FB_PAGE_SIZE];
	struct fb_page_backing backing;
	const char *detail;
	struct fb_error *err = fb_joined_lookup(joined, address, length, &backing);

	if (err)
		return err;
	switch (backing.kind) {
	case BACKING_FRAME:
		return fb_space_read(joined->tables.physical, backing.origin.physical, to, length);
	case BACKING_CORE:
		return fb_space_read(fb_core_space(joined->core->core), address, to, length);
	case BACKING_FILE: {
		size_t got = 0;

		/* The rest of a file's last page reads as zeros. */
		memset(to, 0, length);
		return fb_file_read_some(backing.file, backing.origin.file_offset, to, length,
					 &got);
	}
	case BACKING_SWAP:
		err = fb_swap_read(joined->options.swap, backing.origin.swap_type,
				   backing.origin.swap_offset, page, &detail);
		if (!err)
			memcpy(to, page + address % FB_PAGE_SIZE, length);
		return err;
	case BACKING_ZERO:
		memset(to, 0, length);
		return NULL;
	case BACKING_NONE:
		break;
	}
	return absent_error(joined, address, &backing.origin);
}

static struct fb_error *joined_read(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct fb_joined *joined = (struct fb_joined *)space;
	struct fb_error *err = NULL;

	while (length && !err) {
		size_t part = FB_PAGE_SIZE - address % FB_PAGE_SIZE;

		if (part > length)
			part = length;
		err = read_part(joined, address, to, part);
		to = (char *)to + part;
		address += part;
		length -= part;
	}
	return err;
}

static bool joins(const struct fb_run *run, const struct fb_origin *next)
{
	const struct fb_origin *origin = &run->origin;

	if (origin->source != next->source || origin->absence != next->absence ||
	    origin->detail != next->detail || origin->has_physical != next->has_physical)
		return false;
	/* Runs are divided by source and not by frame, because users want to see sources. File offsets must be
	 * contiguous. */
	if (origin->source == FB_SOURCE_FILE || origin->file_offset)
		return origin->file_offset + run->length == next->file_offset;
	return true;
}

static struct fb_error *joined_locate(struct fb_space *space, uint64_t address, uint64_t length,
				      struct fb_run *run_ret)
{
	struct fb_joined *joined = (struct fb_joined *)space;
	struct fb_run run = {.start = address};
	struct fb_page_backing backing;
	struct fb_error *err;

	while (run.length < length) {
		err = fb_joined_lookup(joined, address + run.length, length - run.length, &backing);
		if (err)
			return err;
		if (run.length == 0)
			run.origin = backing.origin;
		else if (!joins(&run, &backing.origin))
			break;
		run.length += backing.length;
	}
	if (fb_pt_visits_refused(joined->visits))
		fb_warn(fb_input_warnings(joined->input),
			"%s: the same page tables are in more places than a kernel puts them: what "
			"is below the others is left out",
			joined->name);
	*run_ret = run;
	return NULL;
}

static const struct fb_space_ops joined_ops = {.read = joined_read, .locate = joined_locate};

/* Stands for page tables whose root is lost: no table can be read. */
static struct fb_error *read_lost(struct fb_space *space, uint64_t address, void *to FB_UNUSED,
				  size_t length FB_UNUSED)
{
	return fb_error_create(FB_ABSENT, "%s: 0x%" PRIx64, space->name, address);
}

static const struct fb_space_ops lost_ops = {.read = read_lost};

/* What the dump has lost costs the process only where no core has it either. */
static struct fb_error *unless_in_core(struct fb_joined *joined, struct fb_error *err,
				       const char *what)
{
	if (!err || !joined->core)
		return err;
	return fb_part_warn(fb_input_warnings(joined->input), err, "PID %d: %s as in %s",
			    joined->task->pid, what, fb_core_name(joined->core->core));
}

static struct fb_error *load_tables(struct fb_joined *joined)
{
	struct fb_kernel *kernel = fb_input_kernel(joined->input);
	struct fb_error *err;

	err = fb_kernel_mm_page_tables(kernel, joined->task->mm, &joined->tables);
	if (!err)
		return NULL;
	joined->lost.ops = &lost_ops;
	joined->lost.name = "lost page tables";
	fb_kernel_page_tables(kernel, &joined->tables);
	joined->tables.physical = &joined->lost;
	joined->tables.zeros_excluded = false;
	joined->tables.linear = NULL;
	return unless_in_core(joined, err, "its page tables are lost, so its memory is");
}

/* Behind the last address of user space: half of what the page tables reach. */
static uint64_t user_end(const struct fb_page_tables *tables)
{
	return 1ull << (FB_PAGE_SHIFT + 9 * tables->levels - 1);
}

static struct fb_error *load_mappings(struct fb_joined *joined)
{
	struct fb_error *err;

	err = fb_vmas_load(fb_input_kernel(joined->input), joined->task->mm, &joined->vmas);
	if (err) {
		joined->vmas.broken = true;
		err = unless_in_core(joined, err, "its mappings are lost, so they are");
	}
	if (!err && joined->core)
		err = fb_core_mappings_add(joined->core->core, user_end(&joined->tables),
					   &joined->vmas);
	return err;
}

struct fb_error *fb_joined_create(struct fb_input *input, const struct fb_task *task,
				  const struct fb_joined_options *options,
				  struct fb_joined **joined_ret)
{
	const struct fb_input_core *cores;
	struct fb_joined *joined;
	size_t count;
	struct fb_error *err;

	if (!task->mm)
		return fb_error_create(FB_INVALID, "PID %d has no memory of its own: %s", task->pid,
				       task->kernel_thread ? "a kernel thread" : "it has exited");
	joined = calloc(1, sizeof(*joined));
	if (!joined)
		return fb_error_nomem();
	snprintf(joined->name, sizeof(joined->name), "PID %d", task->pid);
	joined->space.ops = &joined_ops;
	joined->space.name = joined->name;
	joined->input = input;
	joined->task = task;
	joined->options = *options;
	fb_file_cache_init(fb_input_kernel(input), &joined->cache);
	pthread_mutex_init(&joined->lock, NULL); /* the default kind cannot fail */
	err = fb_pt_visits_create(fb_dump_info(fb_input_dump(input))->pages_dumped,
				  &joined->visits);
	if (!err)
		err = fb_input_cores(input, &cores, &count);
	if (!err) {
		joined->core = fb_input_core_of(input, task->pid);
		err = load_tables(joined);
	}
	if (!err)
		err = load_mappings(joined);
	if (!err)
		err = fb_process_root(input, task, false, &joined->root, &joined->has_root);
	if (err) {
		fb_joined_destroy(joined);
		return fb_error_prefix(err, "PID %d", task->pid);
	}
	*joined_ret = joined;
	return NULL;
}

void fb_joined_destroy(struct fb_joined *joined)
{
	if (!joined)
		return;
	fb_vmas_deinit(&joined->vmas);
	fb_pt_visits_destroy(joined->visits);
	fb_u64_map_deinit(&joined->cached);
	pthread_mutex_destroy(&joined->lock);
	free(joined);
}

struct fb_space *fb_joined_space(struct fb_joined *joined)
{
	return &joined->space;
}

const struct fb_vmas *fb_joined_vmas(const struct fb_joined *joined)
{
	return &joined->vmas;
}

bool fb_joined_has_tables(const struct fb_joined *joined)
{
	return joined->tables.physical != &joined->lost;
}

const struct fb_page_tables *fb_joined_tables(const struct fb_joined *joined)
{
	return &joined->tables;
}

struct fb_core *fb_joined_core(const struct fb_joined *joined)
{
	return joined->core ? joined->core->core : NULL;
}
