// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What readers of runtimes read of a process is kept: of a process of the sample whose program gets the name of an
 * interpreter, and the mark of one in its variables.
 */
#include "bundle/dump/keep_runtimes.h"

#include <string.h>

#include "kernel/files/path.h"
#include "kernel/image/kernel_private.h"
#include "kernel/paging/page_table.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define PID 128
#define ALL_READS (64u << 20) /* as keep_runtimes.c has it */

struct world {
	struct sample_input sample;
	struct changed_space changed; /* the kernel's memory */
	struct changed_space user;    /* the process's */
	struct fb_keep_budget budget;
	struct fb_keep_memory memory;
	struct user_regs_struct regs;
};

static void begin(struct world *w)
{
	struct fb_kernel *kernel;

	memset(w, 0, sizeof(*w));
	sample_open_bundle(&w->sample, (const char *const[]){"core.128.xz", NULL});
	kernel = fb_input_kernel(w->sample.input);
	w->budget.most_pages = UINT64_MAX;
	FB_OK_FATAL(fb_frame_set_create(fb_dump_info(fb_input_dump(w->sample.input))->max_pfn,
					&w->budget.set));
	FB_OK_FATAL(fb_keep_memory_init(&w->memory, w->sample.input, sample_task(&w->sample, PID),
					&w->budget));
	changed_space_init(&w->changed, kernel->space);
	kernel->space = &w->changed.space;
	changed_space_init(&w->user, w->memory.space);
	w->memory.space = &w->user.space;
}

static void end(struct world *w)
{
	fb_input_kernel(w->sample.input)->space = w->changed.whole;
	fb_keep_memory_deinit(&w->memory);
	fb_keep_budget_deinit(&w->budget);
	fb_frame_set_destroy(w->budget.set);
	sample_close(&w->sample);
}

/* Gives the file of the first mapping, which is the program's, another name. */
static void rename_program(struct world *w, const char *name)
{
	struct fb_kernel *kernel = fb_input_kernel(w->sample.input);
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_file_info info;
	uint64_t text, word = 0;

	FB_OK_FATAL(fb_file_info(kernel, w->memory.vmas->vma[0].file, &info));
	FB_OK_FATAL(fb_kernel_field(kernel, info.path.dentry, &layout->dentry_name, &text));
	CU_ASSERT_FATAL(strlen(name) <= sizeof(word));
	memcpy(&word, name, strlen(name));
	changed_space_put(&w->changed, text, word, strlen(name));
	changed_space_put(&w->changed, info.path.dentry + layout->dentry_name_length.offset,
			  strlen(name), sizeof(uint32_t));
}

/* Returns how many pages were kept. */
static uint64_t keep(struct world *w)
{
	FB_OK(fb_keep_runtimes(&w->memory, w->sample.input, sample_task(&w->sample, PID), &w->regs,
			       1));
	CU_ASSERT_FALSE(w->memory.with_cache);
	return fb_frame_set_count(w->budget.set);
}

static const struct fb_vma *variables_of(const struct world *w)
{
	const struct fb_vmas *vmas = w->memory.vmas;

	for (size_t i = 0; i < vmas->count; i++)
		if ((vmas->vma[i].flags & FB_VM_WRITE) && vmas->vma[i].file == vmas->vma[0].file)
			return &vmas->vma[i];
	CU_FAIL_FATAL("variables");
	return NULL;
}

static bool keeps_variables(const struct world *w)
{
	uint64_t pfn = 0;

	FB_OK_FATAL(fb_pt_frame(fb_joined_tables(w->memory.joined), variables_of(w)->start, &pfn));
	CU_ASSERT_FATAL(pfn != 0);
	return fb_frame_set_has(w->budget.set, pfn);
}

static void what_a_reader_reads_is_kept(void)
{
	struct world w;
	uint64_t kept;

	begin(&w);
	CU_ASSERT_EQUAL(keep(&w), 0);
	rename_program(&w, "python3");
	kept = keep(&w);
	CU_ASSERT(kept > 1 && kept < 20);
	CU_ASSERT_EQUAL(keep(&w), kept);
	/* Variables that are only looked through are not kept. */
	CU_ASSERT_FALSE(keeps_variables(&w));
	changed_space_put(&w.user, variables_of(&w)->start + 8, 0x7970677562656478ull, 8);
	CU_ASSERT(keep(&w) > kept);
	CU_ASSERT_TRUE(keeps_variables(&w));
	end(&w);
}

/* A server of PostgreSQL is looked for in a process of that name, by what its program exports. */
static void a_server_of_postgresql_is_looked_for(void)
{
	struct fb_task task;
	struct world w;

	begin(&w);
	rename_program(&w, "postgres");
	CU_ASSERT_EQUAL(keep(&w), 0);
	task = *sample_task(&w.sample, PID);
	memcpy(task.comm, "postgres", sizeof("postgres"));
	FB_OK(fb_keep_runtimes(&w.memory, w.sample.input, &task, &w.regs, 1));
	CU_ASSERT(fb_frame_set_count(w.budget.set) > 0);
	/* It is none: the next process of its parent is looked through too. */
	CU_ASSERT_EQUAL(w.budget.postgres.count, 0);
	end(&w);
}

static void reads_are_bounded_for_all_processes_together(void)
{
	struct world w;

	begin(&w);
	rename_program(&w, "python3");
	w.budget.runtime_reads = ALL_READS;
	CU_ASSERT_EQUAL(keep(&w), 0);
	w.budget.runtime_reads = ALL_READS - 1;
	CU_ASSERT_EQUAL(keep(&w), 1);
	end(&w);
}

static void the_budget_is_kept_to(void)
{
	struct world w;

	begin(&w);
	rename_program(&w, "python3");
	w.budget.most_pages = 1;
	CU_ASSERT_EQUAL(keep(&w), 1);
	CU_ASSERT(w.budget.refused > 0);
	end(&w);
}

/* Paths that are lost name no interpreter; that memory is out is no reason to keep less. */
static void what_cannot_be_read_keeps_nothing(void)
{
	const struct fb_layout *layout;
	struct world w;

	begin(&w);
	layout = fb_kernel_layout(fb_input_kernel(w.sample.input));
	rename_program(&w, "python3");
	changed_space_fail(&w.changed, w.memory.vmas->vma[0].file + layout->file_path.offset, 8,
			   FB_ABSENT);
	CU_ASSERT_EQUAL(keep(&w), 0);
	changed_space_fail(&w.changed, w.memory.vmas->vma[0].file + layout->file_path.offset, 8,
			   FB_NOMEM);
	FB_FAILS(fb_keep_runtimes(&w.memory, w.sample.input, sample_task(&w.sample, PID), &w.regs,
				  1),
		 FB_NOMEM);
	end(&w);
}

FB_TEST_MAIN("bundle/keep_runtimes", FB_TEST(what_a_reader_reads_is_kept),
	     FB_TEST(a_server_of_postgresql_is_looked_for),
	     FB_TEST(reads_are_bounded_for_all_processes_together), FB_TEST(the_budget_is_kept_to),
	     FB_TEST(what_cannot_be_read_keeps_nothing))
