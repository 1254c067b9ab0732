// SPDX-License-Identifier: GPL-2.0-or-later
/* The library's functions where there is nothing to give: tests/cli/test_library.sh compares what there is. */
#include <stdlib.h>
#include <string.h>

#include "bundle/library/library.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static struct fbundle *opened(void)
{
	char *path = sample_path("dump.202611231722");
	char *core = sample_path("core.132.xz"), *deadlocked = sample_path("core.128.xz");
	struct fbundle_options *options = NULL;
	struct fbundle *bundle = NULL;

	FB_OK_FATAL((struct fb_error *)fbundle_options_create(&options));
	FB_OK_FATAL((struct fb_error *)fbundle_options_add_core(options, core));
	FB_OK_FATAL((struct fb_error *)fbundle_options_add_core(options, deadlocked));
	FB_OK_FATAL((struct fb_error *)fbundle_options_add_debug_dir(options, "/usr/lib/debug"));
	FB_OK_FATAL((struct fb_error *)fbundle_options_set_sysroot(options, "/somewhere"));
	FB_OK_FATAL((struct fb_error *)fbundle_options_set_sysroot(options, fb_test_sample()));
	fbundle_options_set_threads(options, 1);
	FB_OK_FATAL((struct fb_error *)fbundle_open(path, options, &bundle));
	fbundle_options_free(options);
	free(core);
	free(deadlocked);
	free(path);
	return bundle;
}

static void codes_keep_their_numbers(void)
{
	static const struct {
		enum fb_code code;
		int number;
	} codes[] = {
		{FB_NOMEM, 1},   {FB_OS, 2},          {FB_INVALID, 3},   {FB_TRUNCATED, 4},
		{FB_CORRUPT, 5}, {FB_UNSUPPORTED, 6}, {FB_NOT_FOUND, 7}, {FB_ABSENT, 8},
		{FB_FAULT, 9},   {FB_LIMIT, 10},      {FB_EXHAUSTED, 2},
	};

	CU_ASSERT_EQUAL(fbundle_error_code(NULL), FBUNDLE_OK);
	CU_ASSERT_STRING_EQUAL(fbundle_error_message(NULL), "");
	fbundle_error_free(NULL);
	for (size_t i = 0; i < FB_ARRAY_SIZE(codes); i++) {
		struct fbundle_error *error =
			fb_library_error(fb_error_create(codes[i].code, "number %zu", i));

		CU_ASSERT_EQUAL((int)fbundle_error_code(error), codes[i].number);
		CU_ASSERT_EQUAL(strncmp(fbundle_error_message(error), "number ", 7), 0);
		fbundle_error_free(error);
	}
}

static void sources_keep_their_numbers(void)
{
	CU_ASSERT_EQUAL((int)fb_library_source(FB_SOURCE_VMCORE), 0);
	CU_ASSERT_EQUAL((int)fb_library_source(FB_SOURCE_CORE), 1);
	CU_ASSERT_EQUAL((int)fb_library_source(FB_SOURCE_FILE), 2);
	CU_ASSERT_EQUAL((int)fb_library_source(FB_SOURCE_ZERO), 3);
	CU_ASSERT_EQUAL((int)fb_library_source(FB_SOURCE_ABSENT), 4);
}

static void nothing_is_freed(void)
{
	fbundle_options_free(NULL);
	fbundle_close(NULL);
	fbundle_process_free(NULL);
	fbundle_stacks_free(NULL);
	fbundle_waits_free(NULL);
	fbundle_log_free(NULL);
	CU_ASSERT_STRING_EQUAL(fbundle_version(), FB_VERSION);
}

static void what_is_not_there(void)
{
	struct fbundle *bundle = opened();
	const struct fbundle_tasks *tasks = NULL;
	const struct fbundle_task *init;
	struct fbundle_process *process = NULL;
	uint64_t address = 7;

	CU_ASSERT_EQUAL(fbundle_cores_count(bundle), 0);
	FB_OK_FATAL((struct fb_error *)fbundle_load_tasks(bundle, &tasks));
	CU_ASSERT_PTR_NULL(fbundle_tasks_get(tasks, fbundle_tasks_count(tasks)));
	CU_ASSERT_PTR_NULL(fbundle_tasks_by_tid(tasks, 4000000));
	CU_ASSERT_EQUAL(fbundle_tasks_lost_tid(tasks, fbundle_tasks_lost_count(tasks)), -1);
	CU_ASSERT_EQUAL(fbundle_cores_count(bundle), 2);
	CU_ASSERT_EQUAL(fbundle_core_pid(bundle, 0), 132);
	CU_ASSERT_EQUAL(fbundle_core_pid(bundle, 2), -1);
	CU_ASSERT_PTR_NULL(fbundle_core_name(bundle, 2));
	init = fbundle_tasks_by_tid(tasks, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(init);
	CU_ASSERT_EQUAL(fbundle_task_level_tid(init, fbundle_task_level_count(init)), -1);
	CU_ASSERT_PTR_NULL(fbundle_task_core(bundle, init));
	CU_ASSERT_PTR_NOT_NULL(fbundle_task_core(bundle, fbundle_tasks_by_tid(tasks, 132)));
	CU_ASSERT_PTR_NULL(fbundle_warnings_get(bundle, fbundle_warnings_count(bundle)));
	FB_FAILS((struct fb_error *)fbundle_kernel_symbol(bundle, "no_such", &address),
		 FB_NOT_FOUND);
	CU_ASSERT_EQUAL(address, 7);
	FB_FAILS((struct fb_error *)fbundle_process_open(bundle, fbundle_tasks_by_tid(tasks, 2),
							 &process),
		 FB_INVALID);
	CU_ASSERT_PTR_NULL(process);
	fbundle_close(bundle);
}

static void holes_are_zeros(void)
{
	struct fbundle *bundle = opened();
	struct fbundle_memory *kernel = fbundle_kernel_memory(bundle);
	enum fbundle_source source = FBUNDLE_SOURCE_ABSENT;
	uint64_t banner = 0, length = 0;
	uint8_t bytes[64];
	size_t missing = 7;

	FB_OK_FATAL((struct fb_error *)fbundle_kernel_symbol(bundle, "linux_banner", &banner));
	FB_OK((struct fb_error *)fbundle_memory_read(kernel, banner, bytes, 13));
	CU_ASSERT_EQUAL(memcmp(bytes, "Linux version", 13), 0);
	FB_OK((struct fb_error *)fbundle_memory_read_holes(kernel, banner, bytes, 13, &missing));
	CU_ASSERT_EQUAL(missing, 0);
	FB_FAILS((struct fb_error *)fbundle_memory_read(kernel, 0, bytes, sizeof(bytes)), FB_FAULT);
	FB_OK((struct fb_error *)fbundle_memory_read_holes(kernel, 0, bytes, sizeof(bytes),
							   &missing));
	CU_ASSERT_EQUAL(missing, sizeof(bytes));
	CU_ASSERT_EQUAL(bytes[0], 0);
	FB_OK((struct fb_error *)fbundle_memory_locate(kernel, banner, 13, &length, &source, NULL,
						       NULL));
	CU_ASSERT_EQUAL(source, FBUNDLE_SOURCE_DUMP);
	CU_ASSERT_EQUAL(length, 13);
	FB_OK((struct fb_error *)fbundle_memory_read(fbundle_physical_memory(bundle), 0x100000,
						     bytes, 0));
	fbundle_close(bundle);
}

static void lists_end(void)
{
	struct fbundle *bundle = opened();
	const struct fbundle_task *task;
	const struct fbundle_tasks *tasks = NULL;
	struct fbundle_stacks *stacks = NULL;
	struct fbundle_waits *waits = NULL;
	struct fbundle_log *log = NULL;
	struct fbundle_process *process = NULL;
	uint64_t value = 7;

	FB_OK_FATAL((struct fb_error *)fbundle_load_tasks(bundle, &tasks));
	task = fbundle_tasks_by_tid(tasks, 130);
	FB_OK_FATAL((struct fb_error *)fbundle_load_stacks(bundle, &task, 1, &stacks));
	CU_ASSERT_EQUAL(fbundle_stacks_count(stacks), 1);
	CU_ASSERT_PTR_NULL(fbundle_stacks_get(stacks, 1));
	CU_ASSERT_PTR_NULL(fbundle_frames_get(fbundle_stacks_get(stacks, 0), 100000));
	CU_ASSERT_FALSE(fbundle_stack_register(fbundle_stacks_get(stacks, 0), "r99", &value));
	CU_ASSERT_EQUAL(value, 7);
	fbundle_stacks_free(stacks);
	FB_OK_FATAL((struct fb_error *)fbundle_load_waits(bundle, &waits));
	CU_ASSERT_PTR_NULL(fbundle_waits_get(waits, fbundle_waits_count(waits)));
	CU_ASSERT_EQUAL_FATAL(fbundle_cycles_count(waits), 1);
	CU_ASSERT_EQUAL(fbundle_cycle_size(waits, 0), 2);
	CU_ASSERT_EQUAL(fbundle_cycle_size(waits, 1), 0);
	CU_ASSERT_EQUAL(fbundle_cycle_tid(waits, 0, 2), -1);
	CU_ASSERT_EQUAL(fbundle_owner_tid(fbundle_waits_get(waits, 0), 1000), -1);
	CU_ASSERT_FALSE(fbundle_owner_is_process(fbundle_waits_get(waits, 0), 1000));
	fbundle_waits_free(waits);
	FB_OK_FATAL((struct fb_error *)fbundle_load_log(bundle, &log));
	CU_ASSERT_PTR_NULL(fbundle_log_get(log, fbundle_log_count(log)));
	CU_ASSERT_EQUAL(fbundle_log_lost(log), 0);
	fbundle_log_free(log);
	FB_OK_FATAL((struct fb_error *)fbundle_process_open(bundle, task, &process));
	CU_ASSERT_PTR_NULL(fbundle_mappings_get(process, fbundle_mappings_count(process)));
	fbundle_process_free(process);
	fbundle_close(bundle);
}

FB_TEST_MAIN("bundle/library", FB_TEST(codes_keep_their_numbers),
	     FB_TEST(sources_keep_their_numbers), FB_TEST(nothing_is_freed),
	     FB_TEST(what_is_not_there), FB_TEST(holes_are_zeros), FB_TEST(lists_end))
