// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps what the readers of runtimes read of a process. They are run over a memory space that keeps each page which
 * they read, so that a reader finds in the dump what it found in memory, and nothing here has to know what that is.
 */
#include "bundle/dump/keep_runtimes.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/postgres_servers.h"
#include "bundle/process/user_mappings.h"
#include "user/runtimes/runtimes.h"

/* How often the readers may read, of all processes together: a thread of Python that is 1,000 frames deep takes some
 * 20,000 reads. And how much of one process may be kept: an interpreter has some hundred pages. */
#define MOST_READS (64u << 20)
#define MOST_PAGES 16384u /* 64 MiB */

struct recorder {
	struct fb_space space; /* what the readers see */
	struct fb_keep_memory *memory;
	struct fb_u64_map pages; /* addresses of those that are kept */
};

static struct fb_error *record(struct recorder *recorder, uint64_t address, size_t length)
{
	const uint64_t last = address + length - 1;
	struct fb_error *err = NULL;

	for (uint64_t page = address & FB_PAGE_MASK; !err && page <= last; page += FB_PAGE_SIZE) {
		bool fresh = false;

		err = fb_u64_set_add(&recorder->pages, page, MOST_PAGES, "pages of runtimes",
				     &fresh);
		if (!err && fresh)
			err = fb_keep_range(recorder->memory, page, page + FB_PAGE_SIZE);
		if (page > UINT64_MAX - FB_PAGE_SIZE)
			break;
	}
	return err;
}

static struct fb_error *read_recorded(struct fb_space *space, uint64_t address, void *to,
				      size_t length)
{
	struct recorder *recorder = (struct recorder *)space;
	struct fb_error *err;

	if (++recorder->memory->budget->runtime_reads > MOST_READS)
		return fb_error_create(FB_LIMIT, "more than %u reads for runtimes", MOST_READS);
	err = fb_space_read(recorder->memory->space, address, to, length);
	return err ? err : record(recorder, address, length);
}

/* What the processes of a server of PostgreSQL share is visited once. */
static struct fb_error *visit_postgres(struct fb_keep_budget *budget,
				       const struct fb_user_process *process,
				       const struct fb_task *task)
{
	const uint64_t postmaster = (uint32_t)task->ppid;
	const bool known = fb_u64_map_find(&budget->postgres, postmaster);
	bool is = false;
	struct fb_error *err;

	if (!fb_postgres_may_be(task))
		return NULL;
	err = fb_postgres_visit(process, !known, &is);
	if (!err && is)
		err = fb_u64_set_add(&budget->postgres, postmaster, FB_MAX_TASKS,
				     "servers of PostgreSQL", NULL);
	return err;
}

struct fb_error *fb_keep_runtimes(struct fb_keep_memory *memory, struct fb_input *input,
				  const struct fb_task *task, const struct user_regs_struct *regs,
				  size_t count)
{
	static const struct fb_space_ops ops = {.read = read_recorded};
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_free_at) struct fb_user_mapping *mappings = NULL;
	struct recorder recorder = {
		.space = {.ops = &ops, .name = memory->space->name},
		.memory = memory,
	};
	struct fb_user_process process = {
		.space = &recorder.space,
		.searched = memory->space,
		.mapping_count = memory->vmas->count,
		.fetch_fd = -1,
	};
	struct fb_error *err = fb_user_mappings_load(input, task, memory->joined, &pool, &mappings);

	process.mappings = mappings;
	/* Variables and names of a library that nobody has touched yet are in the page cache alone. */
	memory->with_cache = true;
	if (!err)
		err = fb_runtimes_visit(&process, regs, count);
	if (!err)
		err = visit_postgres(memory->budget, &process, task);
	memory->with_cache = false;
	fb_u64_map_deinit(&recorder.pages);
	return fb_part_skip(err);
}
