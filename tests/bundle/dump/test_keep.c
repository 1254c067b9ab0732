// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which frames of processes a filtered dump keeps, of the sample and of a bundle of it, which has the memory that
 * leads from one object to the next.
 */
#include "bundle/dump/keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "kernel/mappings/vma.h"
#include "kernel/paging/page_table.h"
#include "kernel/stacks/stack_entry.h"
#include "tests/bundle/failing_inputs.h"
#include "tests/bundle/unmapped_frame.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST_TEXT (1u << 20)
#define PROGRAM 0x558a63d9a000ull /* where PID 132 has it; its code is 0x3000 bytes further on */

static const char *const cores[] = {"core.128.xz", "core.132.xz", "core.151.lz4", "core.202.zst",
				    NULL};

static void open_bundle(struct sample_input *bundle)
{
	sample_open_bundle(bundle, cores);
}

static struct fb_frame_set *find(struct sample_input *sample, const struct fb_keep_options *options,
				 struct fb_keep_result *result_ret)
{
	struct fb_frame_set *set = NULL;

	FB_OK_FATAL(fb_frame_set_create(fb_dump_info(fb_input_dump(sample->input))->max_pfn, &set));
	FB_OK_FATAL(fb_keep_find(sample->input, options, set, result_ret));
	return set;
}

/* The frames, as a hash and (few) as runs. */
static void add_frames(struct fb_buf *text, const struct sample_input *sample,
		       const struct fb_frame_set *set)
{
	uint64_t end = fb_dump_info(fb_input_dump(sample->input))->max_pfn, count = 0;
	XXH64_state_t *hash = XXH64_createState();

	CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
	XXH64_reset(hash, 0);
	for (uint64_t pfn = 0; pfn < end; pfn++) {
		if (!fb_frame_set_has(set, pfn))
			continue;
		XXH64_update(hash, &pfn, sizeof(pfn));
		count++;
	}
	CU_ASSERT_EQUAL(count, fb_frame_set_count(set));
	expected_add(text, " %" PRIu64 " frames, %016" PRIx64 "\n", count, XXH64_digest(hash));
	XXH64_freeState(hash);
}

/* Of a process that is kept whole with_files is set, but for the word with a star before it. */
static void add_kept(struct fb_buf *text, struct sample_input *sample, const char *word,
		     bool stacks, uint64_t most)
{
	const char *name = word && *word == '*' ? word + 1 : word;
	const struct fb_keep_options options = {.stacks = stacks,
						.processes = &name,
						.process_count = word ? 1 : 0,
						.with_files = name == word,
						.most_pages = most};
	struct fb_keep_result result;
	struct fb_frame_set *set = find(sample, &options, &result);

	CU_ASSERT_EQUAL(result.stack_pages + result.process_pages, fb_frame_set_count(set));
	expected_add(text,
		     "%s%s: %" PRIu64 " threads, %" PRIu64 " without stack, %" PRIu64
		     " processes, %" PRIu64 " pages of stacks, %" PRIu64 " of processes, %" PRIu64
		     " refused, %" PRIu64 " in files;",
		     stacks ? "stacks " : "", word ? word : "", result.threads,
		     result.without_stack, result.processes, result.stack_pages,
		     result.process_pages, result.refused, result.in_files);
	add_frames(text, sample, set);
	fb_frame_set_destroy(set);
}

static void add_all(struct fb_buf *text, struct sample_input *sample)
{
	static const char *const words[] = {
		"132",  "128",     "202",      "actors",    "lock-ab", "*132",
		"*202", "blocked", "cgroup:/", "cgroup://", "cgroup:", "*actors",
	};

	add_kept(text, sample, NULL, true, UINT64_MAX);
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		add_kept(text, sample, words[i], false, UINT64_MAX);
	add_kept(text, sample, "132", true, UINT64_MAX);
	add_kept(text, sample, "132", true, 1000);
	add_kept(text, sample, "132", false, 10);
	add_kept(text, sample, NULL, true, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(sample->warnings), 0);
}

/* Frames that the set had before are not counted: those of a bundle's cores, for example. */
static void frames_of_others_are_not_counted(void)
{
	static const struct fb_keep_options stacks = {.stacks = true, .most_pages = UINT64_MAX};
	const char *name = "132";
	const struct fb_keep_options whole = {
		.processes = &name, .process_count = 1, .most_pages = UINT64_MAX};
	const struct fb_keep_options *options[] = {&stacks, &whole};
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	for (size_t i = 0; i < FB_ARRAY_SIZE(options); i++) {
		struct fb_keep_result result, again;
		struct fb_frame_set *set = find(&sample, options[i], &result);
		uint64_t count = fb_frame_set_count(set);

		CU_ASSERT_EQUAL(result.stack_pages, i ? 0 : count);
		CU_ASSERT_EQUAL(result.process_pages, i ? count : 0);
		FB_OK(fb_keep_find(sample.input, options[i], set, &again));
		CU_ASSERT_EQUAL(fb_frame_set_count(set), count);
		CU_ASSERT_EQUAL(again.stack_pages, 0);
		CU_ASSERT_EQUAL(again.process_pages, 0);
		fb_frame_set_destroy(set);
	}
	sample_close(&sample);
}

static void keeps_what_is_asked_for(void)
{
	struct sample_input sample;
	struct fb_buf text;

	fb_buf_init(&text, MOST_TEXT);
	sample_open(&sample, (const char *const[]){NULL});
	expected_add(&text, "of the dump\n");
	add_all(&text, &sample);
	sample_close(&sample);
	open_bundle(&sample);
	expected_add(&text, "of a bundle\n");
	add_all(&text, &sample);
	sample_close(&sample);
	expected_check(&text, "bundle/dump/keep.txt");
}

static bool keeps(struct sample_input *sample, const struct fb_task *task, uint64_t address,
		  const struct fb_frame_set *set)
{
	struct fb_page_tables tables;
	struct fb_pt_walk walk;

	FB_OK_FATAL(fb_kernel_mm_page_tables(fb_input_kernel(sample->input), task->mm, &tables));
	FB_OK_FATAL(fb_pt_walk(&tables, address, &walk));
	CU_ASSERT_EQUAL_FATAL(walk.state, FB_PT_PRESENT);
	return fb_frame_set_has(set, walk.physical >> 12);
}

/* The page that the stack pointer is on, the one behind it, the lock that a thread waits for, and its thread
 * structure; not another page of its process. */
static void stacks_have_their_pages_and_locks(void)
{
	const struct fb_keep_options options = {.stacks = true, .most_pages = UINT64_MAX};
	uint64_t lock = sample_number("wait actor=DL tid=130", "object=");
	uint64_t private = sample_number("region actor=PT pid=132 kind=private", "start=");
	struct user_regs_struct regs;
	const struct fb_task *task;
	struct sample_input bundle;
	struct fb_keep_result result;
	struct fb_frame_set *set;

	open_bundle(&bundle);
	set = find(&bundle, &options, &result);
	task = sample_task(&bundle, 130);
	FB_OK_FATAL(fb_user_regs_at_top(fb_input_kernel(bundle.input), task->stack, &regs));
	FB_OK_FATAL(fb_user_regs_complete(fb_input_kernel(bundle.input), task, &regs));
	CU_ASSERT_TRUE(keeps(&bundle, task, regs.rsp, set));
	CU_ASSERT_TRUE(keeps(&bundle, task, regs.fs_base, set));
	CU_ASSERT_TRUE(keeps(&bundle, task, regs.rip, set));
	CU_ASSERT_TRUE(keeps(&bundle, task, lock, set));
	CU_ASSERT_FALSE(keeps(&bundle, sample_task(&bundle, 132), private + 0x8000, set));
	fb_frame_set_destroy(set);
	sample_close(&bundle);
}

/* The first page of a program or library that stacks lead to, where the dump has it and process pid has it mapped. */
static uint64_t find_header(struct sample_input *sample, int32_t pid, bool program)
{
	struct fb_page_tables tables;
	struct fb_vmas vmas;
	struct fb_pt_walk walk;
	uint64_t pfn = 0;
	struct fb_kernel *kernel = fb_input_kernel(sample->input);
	uint64_t mm = sample_task(sample, pid)->mm;

	FB_OK_FATAL(fb_kernel_mm_page_tables(kernel, mm, &tables));
	FB_OK_FATAL(fb_vmas_load(kernel, mm, &vmas));
	for (size_t i = 0; i < vmas.count && !pfn; i++) {
		if (!vmas.vma[i].file || vmas.vma[i].pgoff || (program ? i > 0 : i < 5))
			continue;
		FB_OK_FATAL(fb_pt_walk(&tables, vmas.vma[i].start, &walk));
		if (walk.state == FB_PT_PRESENT &&
		    fb_dump_has_page(fb_input_dump(sample->input), walk.physical >> 12))
			pfn = walk.physical >> 12;
	}
	fb_vmas_deinit(&vmas);
	CU_ASSERT_TRUE_FATAL(pfn != 0);
	return pfn;
}

/* What unwinding takes of files is in the page cache, mapped or not. */
static void unmapped_pages_of_objects_are_kept(void)
{
	const struct fb_keep_options options = {.stacks = true, .most_pages = UINT64_MAX};
	const struct fb_keep_options none = {.stacks = true, .most_pages = 0};
	struct unmapped_frame unmapped;
	struct sample_input bundle;
	struct fb_keep_result result;
	struct fb_frame_set *set;

	open_bundle(&bundle);
	for (int program = 0; program < 2; program++) {
		uint64_t pfn = find_header(&bundle, 128, program);

		unmapped_frame_begin(&unmapped, bundle.input, pfn);
		set = find(&bundle, &options, &result);
		CU_ASSERT_TRUE(fb_frame_set_has(set, pfn));
		fb_frame_set_destroy(set);
		set = find(&bundle, &none, &result);
		CU_ASSERT(result.refused > 0 && fb_frame_set_count(set) == 0);
		fb_frame_set_destroy(set);
		unmapped_frame_end(&unmapped);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 0);
	sample_close(&bundle);
}

/* The stacks of one process are enough to lead to its program: by a word that stands anywhere in them. */
static void a_word_of_a_stack_leads_to_an_object(void)
{
	const struct fb_keep_options options = {.stacks = true, .most_pages = UINT64_MAX};
	const struct fb_tasks *tasks = NULL;
	struct unmapped_frame unmapped;
	struct fb_keep_result result;
	struct sample_input bundle;
	struct fb_frame_set *set;
	uint64_t pfn;

	open_bundle(&bundle);
	pfn = find_header(&bundle, 128, true);
	FB_OK_FATAL(fb_input_tasks(bundle.input, &tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		struct fb_task *task = (struct fb_task *)fb_tasks_get(tasks, i);

		task->kernel_thread = task->pid != 128;
	}
	unmapped_frame_begin(&unmapped, bundle.input, pfn);
	set = find(&bundle, &options, &result);
	CU_ASSERT_EQUAL(result.threads, 3);
	CU_ASSERT_TRUE(fb_frame_set_has(set, pfn));
	fb_frame_set_destroy(set);
	unmapped_frame_end(&unmapped);
	sample_close(&bundle);
}

/* Anonymous and shared memory; of its program the first page alone, or what is mapped of it. */
static void all_of_a_process_is_all_of_its_pages(bool with_files)
{
	static const char *const words[] = {"132"};
	const struct fb_keep_options options = {.processes = words,
						.process_count = 1,
						.with_files = with_files,
						.most_pages = UINT64_MAX};
	uint64_t private = sample_number("region actor=PT pid=132 kind=private", "start=");
	uint64_t huge = sample_number("region actor=PT pid=132 kind=huge", "start=");
	uint64_t shared = sample_number("region actor=PT pid=132 kind=shared", "start=");
	struct sample_input sample;
	struct fb_keep_result result;
	struct fb_frame_set *set;

	sample_open(&sample, (const char *const[]){NULL});
	set = find(&sample, &options, &result);
	for (uint64_t at = private; at < private + 262144; at += 4096)
		CU_ASSERT_TRUE(keeps(&sample, sample_task(&sample, 132), at, set));
	CU_ASSERT_TRUE(keeps(&sample, sample_task(&sample, 132), shared, set));
	CU_ASSERT_TRUE(keeps(&sample, sample_task(&sample, 132), huge + (1u << 20), set));
	CU_ASSERT_TRUE(keeps(&sample, sample_task(&sample, 132), PROGRAM, set));
	CU_ASSERT_EQUAL(keeps(&sample, sample_task(&sample, 132), PROGRAM + 0x3000, set),
			with_files);
	CU_ASSERT_EQUAL(result.in_files == 0, with_files);
	CU_ASSERT(result.processes == 1 && !result.threads && !result.stack_pages);
	CU_ASSERT_EQUAL(result.process_pages, fb_frame_set_count(set));
	fb_frame_set_destroy(set);
	sample_close(&sample);
}

static void a_process_with_its_files_or_without(void)
{
	all_of_a_process_is_all_of_its_pages(false);
	all_of_a_process_is_all_of_its_pages(true);
}

static void names_of_no_process_are_refused(void)
{
	static const char *const words[][2] = {
		{"132", "4711"},
		{"132", "132x"},
		{"actor", "132"},
		{"cgroup:/none", "132"},
		{"99999999999999999999", "132"},
		{"", "132"},
	};
	struct fb_keep_result result = {.threads = 99};
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		const struct fb_keep_options options = {
			.processes = words[i], .process_count = 2, .most_pages = UINT64_MAX};
		struct fb_frame_set *set = NULL;
		char text[80];

		(void)snprintf(text, sizeof(text), "no process is '%s' (`fbundle ps` lists them)",
			       words[i][i < 2 ? 1 : 0]);
		FB_OK_FATAL(fb_frame_set_create(1u << 20, &set));
		FB_FAILS_WITH(fb_keep_find(sample.input, &options, set, &result), FB_NOT_FOUND,
			      text);
		fb_frame_set_destroy(set);
	}
	CU_ASSERT_EQUAL(result.threads, 99);
	sample_close(&sample);
}

/* A time that is over costs what was not looked at, and a process that is named is not refused for it. */
static void the_time_may_be_over(void)
{
	static const char *const words[] = {"132"};
	struct fb_keep_options options = {
		.stacks = true, .processes = words, .process_count = 1, .most_pages = UINT64_MAX};
	struct fb_keep_result all, none, late;
	struct fb_frame_set *sets[3];
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	sets[0] = find(&sample, &options, &all);
	options.end_ns = UINT64_MAX;
	sets[1] = find(&sample, &options, &none);
	CU_ASSERT(all.threads > 20 && !all.too_late && !none.too_late);
	CU_ASSERT_EQUAL(fb_frame_set_count(sets[0]), fb_frame_set_count(sets[1]));
	options.end_ns = 1;
	sets[2] = find(&sample, &options, &late);
	CU_ASSERT(!late.threads && !late.processes && late.too_late > 10);
	CU_ASSERT_EQUAL(fb_frame_set_count(sets[2]), 0);
	for (size_t i = 0; i < FB_ARRAY_SIZE(sets); i++)
		fb_frame_set_destroy(sets[i]);
	sample_close(&sample);
}

static struct fb_error *tell_kept(struct sample_input *sample, struct fb_buf *text,
				  bool *incomplete_ret)
{
	static const char *const words[] = {"128"};
	const struct fb_keep_options options = {
		.stacks = true, .processes = words, .process_count = 1, .most_pages = UINT64_MAX};
	struct fb_frame_set *set = NULL;
	struct fb_keep_result result;
	struct fb_error *err;

	FB_OK_FATAL(fb_frame_set_create(fb_dump_info(fb_input_dump(sample->input))->max_pfn, &set));
	err = fb_keep_find(sample->input, &options, set, &result);
	if (!err)
		expected_add(text, "%" PRIu64, fb_frame_set_count(set));
	/* What cannot be read is not kept. */
	*incomplete_ret = true;
	fb_frame_set_destroy(set);
	return err;
}

static void a_failing_read_costs_itself(void)
{
	failing_inputs_strictly(tell_kept, (const char *const[]){NULL}, 60);
}

FB_TEST_MAIN("bundle/keep", FB_TEST(keeps_what_is_asked_for),
	     FB_TEST(frames_of_others_are_not_counted), FB_TEST(stacks_have_their_pages_and_locks),
	     FB_TEST(unmapped_pages_of_objects_are_kept),
	     FB_TEST(a_process_with_its_files_or_without), FB_TEST(names_of_no_process_are_refused),
	     FB_TEST(the_time_may_be_over), FB_TEST(a_failing_read_costs_itself),
	     FB_TEST(a_word_of_a_stack_leads_to_an_object))
