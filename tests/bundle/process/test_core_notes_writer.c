// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notes of cores that are built of the sample's processes, where something about the process is not as usual;
 * test_built_cores.c has the usual ones whole.
 */
#include "bundle/process/core_notes_writer.h"

#include <elf.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "kernel/image/kernel_private.h"
#include "tests/bundle/lost_tids.h"
#include "tests/bundle/process/written_notes.h"
#include "tests/harness.h"

/* PID 128 has the threads 128, 130 and 131; PID 202 has 202, 204 and 205. */
#define DL 128
#define OTHER 202
/* A CPU number that the sample has not. */
#define PANICKED 70

static void check_tids(struct notes *notes, int32_t pid, const int32_t *tids, size_t count)
{
	notes_write(notes, pid);
	CU_ASSERT_EQUAL_FATAL(notes->thread_count, count);
	CU_ASSERT_EQUAL(notes->written.threads, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(notes->threads[i].pr_pid, tids[i]);
	CU_ASSERT_EQUAL(notes->psinfo_count, 1);
}

#define CHECK_TIDS(notes, pid, ...)                            \
	check_tids(notes, pid, (const int32_t[]){__VA_ARGS__}, \
		   sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))

static void set_neighbours_on_cpu(struct notes *notes, int32_t pid)
{
	const struct fb_tasks *tasks = NULL;
	size_t first, count;

	FB_OK_FATAL(fb_input_tasks(notes->sample.input, &tasks));
	fb_tasks_group(tasks, pid, &first, &count);
	CU_ASSERT_FATAL(first > 0 && first + count < fb_tasks_count(tasks));
	for (size_t i = first - 1; i <= first + count; i += count + 1) {
		struct fb_task *task = (struct fb_task *)fb_tasks_get(tasks, i);

		task->on_cpu = true;
		task->cpu = PANICKED;
	}
}

/* gdb shows first what comes first: the thread that the panicking CPU ran, else the leader. */
static void the_thread_that_panicked_comes_first(void)
{
	struct notes notes;
	struct fb_task *task;

	notes_open(&notes, NULL);
	CHECK_TIDS(&notes, OTHER, 202, 204, 205);
	fb_input_kernel(notes.sample.input)->panic_cpu = PANICKED;
	CHECK_TIDS(&notes, OTHER, 202, 204, 205);
	task = notes_task(&notes, 205);
	task->cpu = PANICKED;
	CHECK_TIDS(&notes, OTHER, 202, 204, 205); /* ran there before, and sleeps */
	task->on_cpu = true;
	CHECK_TIDS(&notes, OTHER, 205, 202, 204);
	task->cpu = PANICKED - 1;
	CHECK_TIDS(&notes, OTHER, 202, 204, 205);
	task = notes_task(&notes, 204);
	task->on_cpu = true;
	task->cpu = PANICKED;
	CHECK_TIDS(&notes, OTHER, 204, 202, 205);
	task->on_cpu = false;
	/* Those of the processes that stand before and behind it in the table are not its own. */
	set_neighbours_on_cpu(&notes, OTHER);
	CHECK_TIDS(&notes, OTHER, 202, 204, 205);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 0);
	notes_close(&notes);
}

/* What has exited has no registers that anybody could miss. */
static void threads_that_have_exited_are_left_out(void)
{
	struct notes notes;

	notes_open(&notes, NULL);
	notes_task(&notes, 204)->state = 'Z';
	CHECK_TIDS(&notes, OTHER, 202, 205);
	notes_task(&notes, 205)->state = 'X';
	CHECK_TIDS(&notes, OTHER, 202);
	CU_ASSERT_EQUAL(notes.written.without_regs, 0);
	notes_task(&notes, 202)->state = 'Z';
	notes_write(&notes, OTHER);
	CU_ASSERT(!notes.thread_count && !notes.written.threads && !notes.written.without_regs);
	CU_ASSERT(notes.psinfo.pr_zomb == 1 && notes.psinfo.pr_sname == 'Z');
	CU_ASSERT_EQUAL(notes.psinfo.pr_state, 4);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 0);
	notes_close(&notes);
}

static void a_thread_without_registers_is_said_to_be_missing(void)
{
	struct notes notes;

	notes_open(&notes, NULL);
	notes_task(&notes, 205)->stack = 0;
	CHECK_TIDS(&notes, OTHER, 202, 204);
	CU_ASSERT_EQUAL(notes.written.without_regs, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 1);
	CU_ASSERT_EQUAL(sample_warnings(&notes.sample, "TID 205: no registers, so it is left out"),
			1);
	notes_task(&notes, 202)->stack = 0;
	CHECK_TIDS(&notes, OTHER, 204);
	CU_ASSERT_EQUAL(notes.written.without_regs, 2);
	notes_close(&notes);
}

/* The core's are of the same thread, and no warning is due. */
static void registers_that_are_lost_are_the_cores(void)
{
	const struct fb_core_thread *thread;
	struct elf_prstatus before;
	struct notes notes;

	notes_open(&notes, "core.128.xz");
	CHECK_TIDS(&notes, DL, 128, 130, 131);
	before = notes.threads[2];
	thread = fb_core_thread_of(fb_input_core_of(notes.sample.input, DL)->core, 131);
	CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
	((struct fb_core_thread *)thread)->regs.r15 = 0x1234567;
	notes_task(&notes, 131)->stack = 0;
	CHECK_TIDS(&notes, DL, 128, 130, 131);
	CU_ASSERT_EQUAL(memcmp(&notes.threads[2].pr_reg, &thread->regs, sizeof(thread->regs)), 0);
	CU_ASSERT_EQUAL(notes.threads[2].pr_utime.tv_usec, before.pr_utime.tv_usec);
	CU_ASSERT_EQUAL(notes.written.without_regs, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 0);
	notes_close(&notes);
}

static void no_core_is_built_of_a_32_bit_program(void)
{
	const struct fb_core_thread *thread;
	const struct fb_vmas none = {0};
	struct notes notes;

	notes_open(&notes, "core.128.xz");
	thread = fb_core_thread_of(fb_input_core_of(notes.sample.input, DL)->core, 131);
	((struct fb_core_thread *)thread)->regs.cs = 0x23;
	notes_task(&notes, 131)->stack = 0;
	FB_FAILS_WITH(notes_write_of(&notes, DL, &none), FB_UNSUPPORTED,
		      "PID 128 runs a 32-bit program");
	CU_ASSERT_EQUAL(notes.written.threads, 0xaaaaaaaaaaaaaaaa); /* as it was */
	notes_close(&notes);
}

/* As of the core, behind those that the table has. One that comes first already is no second thread. */
static void threads_whose_task_struct_is_lost_come_last(void)
{
	static const int32_t lost[] = {128, 131, 132};
	struct lost_tids table;
	struct notes notes;

	memset(&notes, 0, sizeof(notes));
	lost_tids_open(&table, (const char *const[]){"core.128.xz", "core.132.xz", NULL});
	notes.sample = table.sample;
	fb_buf_init(&notes.bytes, FB_MAX_CORE_NOTES);
	CHECK_TIDS(&notes, DL, 128, 130, 131);
	notes_task(&notes, 131)->pid = DL + 1; /* the table's no more */
	CHECK_TIDS(&notes, DL, 128, 130);
	lost_tids_set(&table, lost, FB_ARRAY_SIZE(lost));
	CHECK_TIDS(&notes, DL, 128, 130, 131);
	CU_ASSERT(notes.threads[2].pr_utime.tv_usec == 0 && notes.threads[2].pr_fpvalid == 0);
	CU_ASSERT_EQUAL(notes.threads[2].pr_ppid, 1);
	CU_ASSERT_EQUAL(notes.fpu_count, 2);
	fb_buf_deinit(&notes.bytes);
	lost_tids_close(&table);
}

static void times_parents_and_states_are_the_tasks(void)
{
	static const char states[] = "RSDTZWI?";
	struct notes notes;
	struct fb_task *task;

	notes_open(&notes, NULL);
	task = notes_task(&notes, OTHER);
	task->utime_ns = 3000005999;
	task->stime_ns = 999999999;
	task->flags = 0x40010a;
	task->uid = 1234;
	memcpy(task->comm, "abcdefghijklmno", 16);
	for (int32_t ppid = -1; ppid <= 1; ppid++) {
		task->ppid = ppid;
		notes_write(&notes, 204); /* any thread stands for the process */
		CU_ASSERT_EQUAL(notes.psinfo.pr_ppid, ppid > 0);
		CU_ASSERT_EQUAL(notes.threads[0].pr_ppid, ppid > 0);
	}
	CU_ASSERT(notes.threads[0].pr_utime.tv_sec == 3 && notes.threads[0].pr_utime.tv_usec == 5);
	CU_ASSERT(notes.threads[0].pr_stime.tv_sec == 0 &&
		  notes.threads[0].pr_stime.tv_usec == 999999);
	CU_ASSERT(notes.threads[0].pr_fpvalid == 1 && notes.fpu_count == 3);
	CU_ASSERT(notes.psinfo.pr_pid == OTHER && notes.psinfo.pr_uid == 1234);
	CU_ASSERT_EQUAL(notes.psinfo.pr_flag, 0x40010a);
	CU_ASSERT_EQUAL(notes.psinfo.pr_nice, 0);
	CU_ASSERT_EQUAL(memcmp(notes.psinfo.pr_fname, "abcdefghijklmno", 16), 0);
	for (int i = 0; states[i]; i++) {
		task->state = states[i];
		notes_write(&notes, OTHER);
		CU_ASSERT_EQUAL(notes.psinfo.pr_sname, states[i]);
		CU_ASSERT_EQUAL(notes.psinfo.pr_state, i < 6 ? i : 0);
		CU_ASSERT_EQUAL(notes.psinfo.pr_zomb, states[i] == 'Z');
	}
	notes_close(&notes);
}

/* Group, niceness and FPU registers are not known of a task_struct that cannot be read; the rest is. */
static void what_cannot_be_read_is_zero(void)
{
	struct notes notes;

	notes_open(&notes, "core.128.xz");
	notes_task(&notes, DL)->address = 0x1000;
	CHECK_TIDS(&notes, DL, 128, 130, 131);
	CU_ASSERT(notes.fpu_count == 2 && !notes.threads[0].pr_fpvalid);
	CU_ASSERT(notes.threads[1].pr_fpvalid && notes.threads[2].pr_fpvalid);
	CU_ASSERT(!notes.psinfo.pr_gid && !notes.psinfo.pr_nice);
	CU_ASSERT(!notes.psinfo.pr_pgrp && !notes.psinfo.pr_sid);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 0);
	notes_close(&notes);
}

/* Drawn at exec, so that the core's is as good; where it has none that can be used, it is missed. */
static void the_auxiliary_vector_is_the_cores_where_it_is_lost(void)
{
	static uint64_t full[FB_MAX_AUXV_PAIRS + 1][2];
	struct fb_core_info *info;
	struct notes notes;

	notes_open(&notes, "core.128.xz");
	info = (struct fb_core_info *)fb_core_info(fb_input_core_of(notes.sample.input, DL)->core);
	notes_task(&notes, DL)->mm = 0x1000;
	notes_write(&notes, DL);
	CU_ASSERT_EQUAL_FATAL(notes.auxv_pairs, info->auxv_pairs);
	CU_ASSERT_EQUAL(memcmp(notes.auxv, info->auxv, info->auxv_pairs * 16), 0);
	CU_ASSERT_EQUAL(notes.auxv[notes.auxv_pairs - 1][0], AT_NULL);
	/* One without an end. */
	for (size_t i = 0; i < FB_ARRAY_SIZE(full); i++)
		full[i][0] = AT_UID;
	info->auxv = full[0];
	info->auxv_pairs = FB_MAX_AUXV_PAIRS;
	notes_write(&notes, DL);
	CU_ASSERT_EQUAL(notes.auxv_pairs, FB_MAX_AUXV_PAIRS);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 0);
	/* What stands behind its end is not of it. */
	full[2][0] = AT_NULL;
	notes_write(&notes, DL);
	CU_ASSERT_EQUAL(notes.auxv_pairs, 3);
	info->auxv_pairs = FB_MAX_AUXV_PAIRS + 1;
	notes_write(&notes, DL);
	CU_ASSERT_EQUAL(notes.auxv_pairs, 0);
	CU_ASSERT_EQUAL(sample_warnings(&notes.sample, "the auxiliary vector"), 1);
	info->auxv = NULL;
	info->auxv_pairs = 3;
	notes_write(&notes, DL);
	CU_ASSERT_EQUAL(notes.auxv_pairs, 0);
	notes_close(&notes);
	notes_open(&notes, NULL);
	notes_task(&notes, OTHER)->mm = 0x1000;
	notes_write(&notes, OTHER);
	CU_ASSERT(!notes.auxv_pairs && notes.thread_count == 3 && notes.psinfo_count == 1);
	CU_ASSERT_EQUAL(sample_warnings(&notes.sample, "the auxiliary vector"), 1);
	notes_close(&notes);
}

static uint64_t phdr_of(const struct notes *notes)
{
	for (size_t i = 0; i < notes->auxv_pairs; i++)
		if (notes->auxv[i][0] == AT_PHDR)
			return notes->auxv[i][1];
	CU_FAIL_FATAL("no AT_PHDR");
	return 0;
}

/* Those that have a file or a path. The program is the file that its headers are mapped of. */
static void files_stand_in_one_note(void)
{
	struct fb_vma vma[5] = {
		{.start = 0x1000, .end = 0x3000, .pgoff = 3, .path = "/before"},
		{.start = 0x3000, .end = 0x4000},
		{.start = 0x4000, .end = 0x5000, .path = ""},
		{.pgoff = 7, .path = "/program"},
		{.pgoff = 9, .path = "/behind"},
	};
	const struct fb_vmas vmas = {.vma = vma, .count = 5}, none = {.vma = vma + 1, .count = 2};
	uint64_t expected[2 + 9] = {3, FB_PAGE_SIZE, 0x1000, 0x3000, 3}, phdr;
	/* Where it is mapped, from the headers' place. */
	static const struct {
		int start, end;
		bool has_headers;
	} programs[] = {
		{-8, -1, false}, {-8, 0, false}, {-8, 1, true}, {0, 1, true}, {1, 8, false},
	};
	static const char names[] = "/before\0/program\0/behind";
	struct notes notes;

	notes_open(&notes, NULL);
	FB_OK_FATAL(notes_write_of(&notes, OTHER, &none));
	CU_ASSERT_PTR_NULL(notes.files);
	CU_ASSERT_STRING_EQUAL(notes.written.program, "");
	phdr = phdr_of(&notes);
	vma[4].start = expected[8] = phdr + 16;
	vma[4].end = expected[9] = phdr + 24;
	expected[7] = 7;
	expected[10] = 9;
	for (size_t i = 0; i < FB_ARRAY_SIZE(programs); i++) {
		vma[3].start = expected[5] = phdr + (uint64_t)programs[i].start;
		vma[3].end = expected[6] = phdr + (uint64_t)programs[i].end;
		FB_OK_FATAL(notes_write_of(&notes, OTHER, &vmas));
		CU_ASSERT_STRING_EQUAL(notes.written.program,
				       programs[i].has_headers ? "/program" : "");
		CU_ASSERT_EQUAL_FATAL(notes.files_size, sizeof(expected) + sizeof(names));
		CU_ASSERT_EQUAL(memcmp(notes.files, expected, sizeof(expected)), 0);
		CU_ASSERT_EQUAL(memcmp(notes.files + sizeof(expected), names, sizeof(names)), 0);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 0);
	notes_close(&notes);
}

/* A struct file that cannot be read: what is left of the path, else the mapping is not in the note. */
static void a_file_that_is_lost_is_its_path(void)
{
	const struct fb_vma vma[] = {
		{.start = 0x1000, .end = 0x2000, .file = 0x1000, .path = "/left"},
		{.start = 0x2000, .end = 0x3000, .file = 0x1000},
		{.start = 0x3000, .end = 0x4000, .file = 0x1000, .path = ""},
		{.start = 0x4000, .end = 0x5000, .path = "/last"},
	};
	const struct fb_vmas vmas = {.vma = (struct fb_vma *)vma, .count = 4};
	struct notes notes;
	uint64_t count;

	notes_open(&notes, NULL);
	FB_OK_FATAL(notes_write_of(&notes, OTHER, &vmas));
	CU_ASSERT_PTR_NOT_NULL_FATAL(notes.files);
	memcpy(&count, notes.files, sizeof(count));
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_EQUAL(memcmp(notes.files + 16 + 48, "/left\0/last", 12), 0);
	CU_ASSERT_EQUAL(fb_warnings_count(notes.sample.warnings), 2);
	CU_ASSERT_EQUAL(sample_warnings(&notes.sample, "mapping 0x2000: the name of its file"), 1);
	CU_ASSERT_EQUAL(sample_warnings(&notes.sample, "mapping 0x3000: the name of its file"), 1);
	notes_close(&notes);
}

FB_TEST_MAIN("bundle/core_notes_writer", FB_TEST(the_thread_that_panicked_comes_first),
	     FB_TEST(threads_that_have_exited_are_left_out),
	     FB_TEST(a_thread_without_registers_is_said_to_be_missing),
	     FB_TEST(registers_that_are_lost_are_the_cores),
	     FB_TEST(no_core_is_built_of_a_32_bit_program),
	     FB_TEST(threads_whose_task_struct_is_lost_come_last),
	     FB_TEST(times_parents_and_states_are_the_tasks), FB_TEST(what_cannot_be_read_is_zero),
	     FB_TEST(the_auxiliary_vector_is_the_cores_where_it_is_lost),
	     FB_TEST(files_stand_in_one_note), FB_TEST(a_file_that_is_lost_is_its_path))
