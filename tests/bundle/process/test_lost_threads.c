// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that the task table has by number alone: which of them cores tell of, and what. */
#include "bundle/process/lost_threads.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/files/file.h"
#include "tests/bundle/lost_tids.h"
#include "tests/harness.h"

/* The processes 128, with the threads 130 and 131, and 202, with 204 and 205. */
#define OPEN(lost) lost_tids_open(lost, (const char *const[]){"core.128.xz", "core.202.zst", NULL})
enum { CORE_128, CORE_202 };

static struct fb_lost_threads find(struct lost_tids *lost)
{
	struct fb_lost_threads threads = {.count = 99};

	FB_OK_FATAL(fb_lost_threads_find(lost->sample.input, &threads));
	return threads;
}

/* The TIDs that are told of, each with its process. */
static void expect(struct lost_tids *lost, const int32_t (*pairs)[2], size_t count)
{
	struct fb_lost_threads threads = find(lost);

	CU_ASSERT_EQUAL(threads.count, count);
	for (size_t i = 0; i < count && i < threads.count; i++) {
		CU_ASSERT_EQUAL(threads.tasks[i].tid, pairs[i][0]);
		CU_ASSERT_EQUAL(threads.tasks[i].pid, pairs[i][1]);
	}
	fb_lost_threads_deinit(&threads);
	CU_ASSERT(!threads.tasks && !threads.count);
}

#define EXPECT(lost, ...)                                         \
	do {                                                      \
		static const int32_t pairs_[][2] = {__VA_ARGS__}; \
		expect((lost), pairs_, FB_ARRAY_SIZE(pairs_));    \
	} while (0)
#define LOSE(lost, ...)                                             \
	do {                                                        \
		static const int32_t tids_[] = {__VA_ARGS__};       \
		lost_tids_set((lost), tids_, FB_ARRAY_SIZE(tids_)); \
	} while (0)

/* What is in a core and not lost is not told, nor what is lost and in no core. */
static void are_in_both(void)
{
	struct lost_tids lost;

	OPEN(&lost);
	expect(&lost, NULL, 0);
	LOSE(&lost, 129, 130, 132, 205);
	EXPECT(&lost, {130, 128}, {205, 202});
	LOSE(&lost, 131);
	EXPECT(&lost, {131, 128});
	LOSE(&lost, 127, 300);
	expect(&lost, NULL, 0);
	LOSE(&lost, 128, 130, 131, 202, 204, 205);
	EXPECT(&lost, {128, 128}, {130, 128}, {131, 128}, {202, 202}, {204, 202}, {205, 202});
	lost_tids_close(&lost);
}

static void are_in_order(void)
{
	struct lost_tids lost;

	OPEN(&lost);
	lost_tids_thread(&lost, CORE_202, 1)->tid = 120;
	LOSE(&lost, 120, 130);
	EXPECT(&lost, {120, 202}, {130, 128});
	lost_tids_close(&lost);
}

/* The process's own task, and the core's name. */
static void have_what_process_and_core_say(void)
{
	struct lost_tids lost;
	struct fb_lost_threads threads;
	const struct fb_task *task, *process;

	OPEN(&lost);
	process = sample_task(&lost.sample, 202);
	((struct fb_task *)process)->uid = 1000;
	LOSE(&lost, 205);
	threads = find(&lost);
	task = fb_lost_thread(&threads, 205);
	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	CU_ASSERT_EQUAL(task->address, 0xffff000000000000u + 205);
	CU_ASSERT(task->pid == 202 && task->tid == 205 && task->ppid == process->ppid);
	CU_ASSERT(task->ppid > 0 && task->mm && task->mm == process->mm);
	CU_ASSERT_EQUAL(task->uid, 1000);
	CU_ASSERT_EQUAL(task->state, '?');
	CU_ASSERT_STRING_EQUAL(task->comm, lost_tids_core(&lost, CORE_202)->comm);
	CU_ASSERT_STRING_EQUAL(task->comm, "actors");
	CU_ASSERT(task->level_count == 1 && task->level_tids[0] == 205);
	CU_ASSERT(!task->stack && !task->start_ns && !task->on_cpu && !task->found_by);
	fb_lost_threads_deinit(&threads);
	/* A name of as many bytes as there can be. */
	memcpy(lost_tids_core(&lost, CORE_202)->comm, "0123456789abcdef", 17);
	threads = find(&lost);
	CU_ASSERT_STRING_EQUAL(fb_lost_thread(&threads, 205)->comm, "0123456789abcde");
	fb_lost_threads_deinit(&threads);
	lost_tids_close(&lost);
}

static void are_looked_up_by_number(void)
{
	struct lost_tids lost;
	struct fb_lost_threads threads = {0};

	CU_ASSERT_PTR_NULL(fb_lost_thread(&threads, 130));
	OPEN(&lost);
	LOSE(&lost, 130, 131, 205);
	threads = find(&lost);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_PTR_EQUAL(fb_lost_thread(&threads, lost.tids[i]), &threads.tasks[i]);
	CU_ASSERT_PTR_NULL(fb_lost_thread(&threads, 129));
	CU_ASSERT_PTR_NULL(fb_lost_thread(&threads, 204));
	CU_ASSERT_PTR_NULL(fb_lost_thread(&threads, 206));
	fb_lost_threads_deinit(&threads);
	lost_tids_close(&lost);
}

/* A number that two processes had cannot be told to be of one; twice in one core it can. */
static void are_of_one_process(void)
{
	struct lost_tids lost;

	OPEN(&lost);
	lost_tids_thread(&lost, CORE_202, 1)->tid = 130;
	LOSE(&lost, 130, 131, 204, 205);
	EXPECT(&lost, {131, 128}, {205, 202});
	lost_tids_thread(&lost, CORE_202, 1)->tid = 205;
	EXPECT(&lost, {130, 128}, {131, 128}, {205, 202});
	lost_tids_close(&lost);
}

/* Wherever in the order the number stands that is left out, the others stay; of several times in one core, one. */
static void are_left_out_one_by_one(void)
{
	struct fb_core_thread *other;
	struct lost_tids lost;

	OPEN(&lost);
	LOSE(&lost, 128, 130, 131, 300);
	other = lost_tids_thread(&lost, CORE_202, 1);
	other->tid = 128;
	EXPECT(&lost, {130, 128}, {131, 128});
	other->tid = 131;
	EXPECT(&lost, {128, 128}, {130, 128});
	other->tid = 300;
	EXPECT(&lost, {128, 128}, {130, 128}, {131, 128}, {300, 202});
	lost_tids_thread(&lost, CORE_128, 0)->tid = 130;
	lost_tids_thread(&lost, CORE_128, 2)->tid = 130;
	EXPECT(&lost, {130, 128}, {300, 202});
	other->tid = 130;
	LOSE(&lost, 130, 205);
	EXPECT(&lost, {205, 202});
	lost_tids_close(&lost);
}

/* A core from within a PID namespace numbers its threads as that does. */
static void are_not_numbered_by_a_namespace(void)
{
	struct lost_tids lost;

	OPEN(&lost);
	LOSE(&lost, 130, 205);
	lost_tids_core(&lost, CORE_128)->pid = 1;
	EXPECT(&lost, {205, 202});
	lost_tids_close(&lost);
}

/* The core with a byte more, so that it is another one; the caller frees the path. */
static char *copy_of(const char *name)
{
	char *path = sample_path(name), *copy;
	const char *compression;
	struct fb_file *file;
	bool truncated;
	uint8_t *bytes;

	FB_OK_FATAL(fb_file_open_unpacked(path, &compression, &truncated, &file));
	bytes = calloc(1, file->size + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	FB_OK_FATAL(fb_file_read(file, 0, bytes, file->size));
	copy = fb_test_file("newer", bytes, file->size + 1);
	free(bytes);
	fb_file_destroy(file);
	free(path);
	return copy;
}

/* Of a process's cores the newest one counts; one that matches no process does not. */
static void are_of_the_newest_core(void)
{
	struct lost_tids lost;
	char *copy;
	bool first;

	lost_tids_open(&lost, (const char *const[]){"core.202.zst", "core.actors.207.zst", NULL});
	lost_tids_thread(&lost, 1, 0)->tid = 300;
	LOSE(&lost, 300);
	expect(&lost, NULL, 0);
	lost_tids_close(&lost);

	/* Of two cores of the process the one counts that its pages are taken from. */
	copy = copy_of("core.202.zst");
	lost_tids_open(&lost, (const char *const[]){"core.202.zst", copy, NULL});
	first = fb_core_info(fb_input_core_of(lost.sample.input, 202)->core) ==
		lost_tids_core(&lost, 0);
	lost_tids_thread(&lost, first, 0)->tid = 300;
	lost_tids_thread(&lost, !first, 0)->tid = 301;
	LOSE(&lost, 300, 301);
	EXPECT(&lost, {301, 202});
	lost_tids_close(&lost);
	free(copy);
}

FB_TEST_MAIN("bundle/lost_threads", FB_TEST(are_in_both), FB_TEST(are_in_order),
	     FB_TEST(have_what_process_and_core_say), FB_TEST(are_looked_up_by_number),
	     FB_TEST(are_of_one_process), FB_TEST(are_not_numbered_by_a_namespace),
	     FB_TEST(are_of_the_newest_core), FB_TEST(are_left_out_one_by_one))
