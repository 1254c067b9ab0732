// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores that are built of processes of the sample, read back as cores: every note and segment of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bundle/process/core_builder.h"
#include "bundle/process/process.h"
#include "tests/bundle/sample_input.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST_TEXT (1u << 20)

struct progress {
	uint64_t done, total;
	unsigned calls;
};

static void note_progress(void *context, uint64_t done, uint64_t total)
{
	struct progress *progress = context;

	CU_ASSERT(done > progress->done && done <= total);
	CU_ASSERT(!progress->calls || total == progress->total);
	*progress = (struct progress){done, total, progress->calls + 1};
}

/* Builds the core of a process. */
static void build(struct sample_input *sample, int32_t pid, struct fb_built_core *built_ret,
		  char path[4200])
{
	struct progress progress = {0};
	const struct fb_core_build_options options = {.progress = note_progress,
						      .progress_context = &progress};
	const struct fb_joined_options joined_options = {0};
	const struct fb_task *task = sample_task(sample, pid);
	struct fb_outfile *outfile = NULL;
	struct fb_joined *joined = NULL;
	uint64_t total = 0;

	(void)snprintf(path, 4200, "%s/core.%d", fb_test_folder(), pid);
	FB_OK_FATAL(fb_joined_create(sample->input, task, &joined_options, &joined));
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	FB_OK_FATAL(fb_core_build(sample->input, task, joined, &options, outfile, built_ret));
	FB_OK_FATAL(fb_outfile_commit(outfile));
	for (size_t i = 0; i < fb_joined_vmas(joined)->count; i++)
		total += fb_joined_vmas(joined)->vma[i].end - fb_joined_vmas(joined)->vma[i].start;
	CU_ASSERT(progress.calls > 1 && progress.done == total && progress.total == total);
	fb_outfile_destroy(outfile);
	fb_joined_destroy(joined);
}

static void add_built(struct fb_buf *text, int32_t pid, const struct fb_built_core *built)
{
	expected_add(text,
		     "PID %d: of the dump %" PRIx64 ", of its core %" PRIx64 ", of files %" PRIx64
		     ", zeros %" PRIx64 "\n  left out %" PRIx64 ", swapped %" PRIx64
		     ", untouched %" PRIx64 ", damaged %" PRIx64 ", unreadable %" PRIx64 "\n",
		     pid, built->vmcore, built->core, built->file, built->zero, built->filtered,
		     built->swapped, built->untouched, built->damaged, built->unreadable);
	expected_add(text, "  program %s, %" PRIu64 " threads, %" PRIu64 " without registers%s\n",
		     built->notes.program, built->notes.threads, built->notes.without_regs,
		     built->complete ? ", complete" : "");
}

static void add_thread(struct fb_buf *text, const struct fb_core_thread *thread)
{
	const uint64_t rip = thread->regs.rip, rsp = thread->regs.rsp;

	expected_add(text, "  TID %d signal %d rip %" PRIx64 " rsp %" PRIx64 " all %016" PRIx64,
		     thread->tid, thread->signal, rip, rsp,
		     XXH64(&thread->regs, sizeof(thread->regs), 0));
	expected_add(text, " user %" PRIu64 " us system %" PRIu64 " us", thread->utime_us,
		     thread->stime_us);
	if (thread->fpregs)
		expected_add(text, " fpu %zu %016" PRIx64, thread->fpregs_size,
			     XXH64(thread->fpregs, thread->fpregs_size, 0));
	expected_add(text, "%s\n", thread->xstate ? " xstate" : "");
}

static void add_segment(struct fb_buf *text, struct fb_core *core,
			const struct fb_core_segment *segment)
{
	static uint8_t bytes[4u << 20];

	CU_ASSERT_FATAL(segment->file_size <= sizeof(bytes));
	FB_OK_FATAL(fb_file_read(fb_core_file(core), segment->file_offset, bytes,
				 (size_t)segment->file_size));
	expected_add(text,
		     "  %" PRIx64 " +%" PRIx64 " in the file %" PRIx64 " +%" PRIx64
		     " flags %u %016" PRIx64 "\n",
		     segment->address, segment->memory_size, segment->file_offset,
		     segment->file_size, segment->flags,
		     XXH64(bytes, (size_t)segment->file_size, 0));
}

static void add_notes(struct fb_buf *text, const struct fb_core_info *info)
{
	expected_add(text, "  kind %d pid %d ppid %d pgrp %d sid %d uid %u gid %u %s: %s\n",
		     (int)info->kind, info->pid, info->ppid, info->pgrp, info->sid, info->uid,
		     info->gid, info->comm, info->args);
	for (size_t i = 0; i < info->thread_count; i++)
		add_thread(text, &info->threads[i]);
	for (size_t i = 0; i < info->auxv_pairs; i++)
		expected_add(text, "  auxv %" PRIu64 " = %" PRIx64 "\n", info->auxv[2 * i],
			     info->auxv[2 * i + 1]);
	for (size_t i = 0; i < info->mapping_count; i++)
		expected_add(text, "  %" PRIx64 "-%" PRIx64 " from %" PRIx64 " of %s\n",
			     info->mappings[i].start, info->mappings[i].end,
			     info->mappings[i].offset, info->mappings[i].path);
}

static void add_core(struct fb_buf *text, int32_t pid, const char *name)
{
	struct sample_input sample;
	struct fb_built_core built;
	struct fb_core *core = NULL;
	char path[4200];

	sample_open(&sample, (const char *const[]){name, NULL});
	build(&sample, pid, &built, path);
	add_built(text, pid, &built);
	FB_OK_FATAL(fb_core_open(path, sample.warnings, &core));
	CU_ASSERT_FALSE(fb_core_info(core)->truncated);
	add_notes(text, fb_core_info(core));
	for (size_t i = 0; i < fb_core_info(core)->segment_count; i++)
		add_segment(text, core, &fb_core_info(core)->segments[i]);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_core_destroy(core);
	sample_close(&sample);
}

static void every_part_is_as_it_was(void)
{
	struct fb_buf text;

	fb_buf_init(&text, MOST_TEXT);
	add_core(&text, 132, "core.132.xz");
	add_core(&text, 128, "core.128.xz");
	add_core(&text, 202, NULL);
	add_core(&text, 210, "core.210.xz");
	expected_check(&text, "bundle/process/built_cores.txt");
}

/* What a core says of the process that it was taken of is what one that is built says, where the process has
 * only waited since. */
static void it_is_as_the_core_that_gcore_took(void)
{
	const struct fb_core_info *built_info, *info;
	const struct fb_input_core *cores = NULL;
	struct sample_input sample;
	struct fb_built_core built;
	struct fb_core *core = NULL;
	char path[4200];
	size_t count = 0;

	sample_open(&sample, (const char *const[]){"core.128.xz", NULL});
	build(&sample, 128, &built, path);
	FB_OK_FATAL(fb_core_open(path, NULL, &core));
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	info = fb_core_info(cores[0].core);
	built_info = fb_core_info(core);
	CU_ASSERT(built_info->pid == info->pid && built_info->ppid == info->ppid);
	CU_ASSERT(built_info->pgrp == info->pgrp && built_info->sid == info->sid);
	CU_ASSERT(built_info->uid == info->uid && built_info->gid == info->gid);
	CU_ASSERT_STRING_EQUAL(built_info->comm, info->comm);
	CU_ASSERT_EQUAL(built.notes.threads, info->thread_count);
	CU_ASSERT_EQUAL_FATAL(built_info->thread_count, info->thread_count);
	for (size_t i = 0; i < info->thread_count; i++) {
		const struct fb_core_thread *thread = fb_core_thread_of(core, info->threads[i].tid);

		CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
		CU_ASSERT_EQUAL(thread->regs.rip, info->threads[i].regs.rip);
		CU_ASSERT_EQUAL(thread->regs.rsp, info->threads[i].regs.rsp);
		CU_ASSERT_EQUAL(thread->regs.rbp, info->threads[i].regs.rbp);
		CU_ASSERT_EQUAL(thread->regs.fs_base, info->threads[i].regs.fs_base);
	}
	CU_ASSERT_EQUAL_FATAL(built_info->auxv_pairs, info->auxv_pairs);
	CU_ASSERT_EQUAL(memcmp(built_info->auxv, info->auxv, info->auxv_pairs * 16), 0);
	for (size_t i = 0; i < info->mapping_count; i++) {
		size_t at = 0;

		while (at < built_info->mapping_count &&
		       built_info->mappings[at].start != info->mappings[i].start)
			at++;
		CU_ASSERT_FATAL(at < built_info->mapping_count);
		CU_ASSERT_EQUAL(built_info->mappings[at].end, info->mappings[i].end);
		CU_ASSERT_EQUAL(built_info->mappings[at].offset, info->mappings[i].offset);
		CU_ASSERT_STRING_EQUAL(built_info->mappings[at].path, info->mappings[i].path);
	}
	fb_core_destroy(core);
	sample_close(&sample);
}

/* Command line, user and root folder of each process, of the dump and its cores. */
static void processes_have_names_users_and_roots(void)
{
	const struct fb_input_core *cores = NULL;
	const struct fb_tasks *tasks = NULL;
	struct sample_input sample;
	struct fb_buf text;
	size_t count = 0;

	fb_buf_init(&text, MOST_TEXT);
	sample_open(&sample, (const char *const[]){"core.128.xz", "core.132.xz", "core.202.zst",
						   "core.210.xz", NULL});
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	FB_OK_FATAL(fb_input_tasks(sample.input, &tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		struct fb_path host = {0}, own = {0};
		bool from_core = true, host_known = false, own_known = false;
		char line[40] = "x";
		uint32_t uid;

		FB_OK(fb_process_cmdline(sample.input, task, line, sizeof(line)));
		uid = fb_process_uid(sample.input, task, &from_core);
		if (task->kernel_thread) {
			CU_ASSERT(!*line && !uid && !from_core);
			continue;
		}
		FB_OK(fb_process_root(sample.input, task, false, &host, &host_known));
		FB_OK(fb_process_root(sample.input, task, true, &own, &own_known));
		CU_ASSERT(host_known && own_known);
		expected_add(&text,
			     "%d \"%s\" uid %u%s root %" PRIx64 " %" PRIx64 " own %" PRIx64
			     " %" PRIx64 "\n",
			     task->tid, line, uid, from_core ? " of the core" : "", host.mount,
			     host.dentry, own.mount, own.dentry);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	sample_close(&sample);
	expected_check(&text, "bundle/process/processes.txt");
}

FB_TEST_MAIN("bundle/process, cores that are built", FB_TEST(every_part_is_as_it_was),
	     FB_TEST(it_is_as_the_core_that_gcore_took),
	     FB_TEST(processes_have_names_users_and_roots))
