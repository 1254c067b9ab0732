// SPDX-License-Identifier: GPL-2.0-or-later
/* Which files of stacks a merge keeps objects of: those that are at hand, and that the bundle has not already. */
#include "bundle/stacks/object_collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "bundle/merge/merge.h"
#include "tests/bundle/stacks/made_stacks.h"
#include "tests/harness.h"
#include "user/elf/stored_object.h"

static const char *const cores[] = {"core.128.xz", "core.151.lz4", NULL};

/* Of the stacks of three threads, which are in the program and in the C library; the sysroot has the first. */
static void collect(struct sample_input *sample, bool with_files,
		    struct fb_collected_objects *collected_ret)
{
	static const int32_t tids[] = {128, 130, 151};
	struct fb_thread_stacks_options options = {0};
	const struct fb_task *tasks[FB_ARRAY_SIZE(tids)];
	char *root = sample_path("sysroot");
	struct fb_thread_stacks *stacks = NULL;
	struct fb_host_files *files = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(tids); i++)
		tasks[i] = sample_task(sample, tids[i]);
	FB_OK_FATAL(fb_host_files_create(with_files ? root : NULL, &files));
	options.files = files;
	FB_OK_FATAL(fb_thread_stacks_load(sample->input, &options, tasks, FB_ARRAY_SIZE(tids),
					  &stacks));
	FB_OK_FATAL(fb_objects_collect(sample->input, stacks, files, collected_ret));
	CU_ASSERT_EQUAL(fb_warnings_count(sample->warnings), 0);
	fb_thread_stacks_destroy(stacks);
	fb_host_files_destroy(files);
	free(root);
}

/* Only the program's is there. */
static void check_program(const struct fb_collected_objects *collected)
{
	CU_ASSERT_EQUAL(collected->missing, 1);
	CU_ASSERT_EQUAL_FATAL(collected->count, 1);
	CU_ASSERT_STRING_EQUAL(collected->objects[0].paths, "/lab/actors");
	CU_ASSERT_EQUAL(collected->objects[0].paths_size, sizeof("/lab/actors"));
	CU_ASSERT_STRING_EQUAL(collected->objects[0].build_id,
			       "3bd77205e8d74951df30df1bac39639c4a567970");
	CU_ASSERT(collected->objects[0].bytes && collected->objects[0].size > 100);
	CU_ASSERT(collected->objects[0].size < collected->objects[0].file_size);
}

static void files_at_hand_are_kept(void)
{
	struct fb_collected_objects collected;
	struct sample_input sample;

	sample_open(&sample, cores);
	collect(&sample, true, &collected);
	check_program(&collected);
	fb_collected_objects_deinit(&collected);
	collect(&sample, false, &collected);
	CU_ASSERT(collected.count == 0 && collected.missing == 2);
	fb_collected_objects_deinit(&collected);
	sample_close(&sample);
}

/* How many frames the thread has that waits in flock(), without any file at hand. */
static size_t count_frames(struct sample_input *sample)
{
	const struct fb_thread_stacks_options options = {0};
	const struct fb_task *task = sample_task(sample, 151);
	struct fb_thread_stacks *stacks = NULL;
	const struct fb_user_stack *user;
	size_t count, tables = 0;

	FB_OK_FATAL(fb_thread_stacks_load(sample->input, &options, &task, 1, &stacks));
	user = &fb_thread_stacks_get(stacks, 0)->user;
	count = user->count;
	for (size_t i = 0; i < count; i++)
		tables += user->frames[i].found == FB_FRAME_UNWIND_TABLE;
	CU_ASSERT_EQUAL(tables > 0, count > 2);
	fb_thread_stacks_destroy(stacks);
	return count;
}

/* What a bundle has already is neither collected again nor missed; what it has not is collected for it. */
static void what_a_bundle_has_is_not_collected_again(void)
{
	struct fb_merge_options merge = {.force = true};
	struct fb_collected_objects collected, again;
	struct fb_input_options options = {0};
	struct fb_merge_result result;
	struct sample_input sample;
	char path[4200];

	sample_open_bundle(&sample, cores);
	collect(&sample, true, &collected);
	check_program(&collected);
	CU_ASSERT_EQUAL(count_frames(&sample), 2);
	sample_close(&sample);
	(void)snprintf(path, sizeof(path), "%s/objects.fbundle", fb_test_folder());
	merge.output = options.path = path;
	merge.objects = collected.objects;
	merge.object_count = collected.count;
	sample_open(&sample, cores);
	FB_OK_FATAL(fb_merge(sample.input, &merge, &result));
	fb_merge_result_deinit(&result);
	sample_close(&sample);
	FB_OK_FATAL(fb_warnings_create(&sample.warnings));
	FB_OK_FATAL(fb_input_open(&options, sample.warnings, &sample.input));
	/* It is unwound by what the bundle has. */
	CU_ASSERT_EQUAL(count_frames(&sample), 4);
	for (int with_files = 0; with_files < 2; with_files++) {
		collect(&sample, with_files, &again);
		CU_ASSERT(again.count == 0 && again.missing == 1);
		fb_collected_objects_deinit(&again);
	}
	sample_close(&sample);
	fb_collected_objects_deinit(&collected);
}

#define PROGRAM "/lab/actors"
#define PROGRAM_ID "3bd77205e8d74951df30df1bac39639c4a567970"

/* The object that is to be kept of the program. */
static void check_bytes(struct fb_host_files *files, const struct fb_bundle_object *object,
			bool with_code)
{
	struct fb_file *file = NULL;
	struct fb_buf wanted;

	fb_buf_init(&wanted, 1u << 20);
	FB_OK_FATAL(fb_host_files_find_any(files, PROGRAM, &file));
	FB_OK_FATAL(fb_stored_object_make(file, with_code, &wanted));
	CU_ASSERT_EQUAL(object->file_size, file->size);
	CU_ASSERT_EQUAL_FATAL(object->size, wanted.size);
	CU_ASSERT_EQUAL(memcmp(object->bytes, wanted.data, wanted.size), 0);
	fb_buf_deinit(&wanted);
}

/* A caller in the program was found so. */
static void collect_made(enum fb_frame_found found, bool with_code)
{
	struct fb_collected_objects collected;
	char *root = sample_path("sysroot");
	struct fb_host_files *files = NULL;
	struct made_stacks made;

	made_stacks_open(&made);
	FB_OK_FATAL(fb_host_files_create(root, &files));
	made_stacks_frame(&made, 0, PROGRAM, PROGRAM_ID, FB_FRAME_REGISTERS);
	made_stacks_frame(&made, 0, "/nowhere/actors", PROGRAM_ID, FB_FRAME_UNWIND_TABLE);
	/* What is there has another build-id. */
	made_stacks_frame(&made, 1, PROGRAM, "0aff", FB_FRAME_UNWIND_TABLE);
	made_stacks_frame(&made, 2, PROGRAM, NULL, FB_FRAME_UNWIND_TABLE);
	made_stacks_frame(&made, 2, "/nowhere/else", NULL, FB_FRAME_UNWIND_TABLE);
	/* In no file. */
	made_stacks_frame(&made, 3, "[vdso]", "0b", FB_FRAME_UNWIND_TABLE);
	made_stacks_frame(&made, 3, NULL, NULL, FB_FRAME_UNWIND_TABLE);
	made_stacks_frame(&made, 4, PROGRAM, PROGRAM_ID, found);
	made_stacks_frame(&made, 4, PROGRAM, PROGRAM_ID, FB_FRAME_UNWIND_TABLE);
	FB_OK_FATAL(fb_objects_collect(made.sample.input, made.stacks, files, &collected));
	CU_ASSERT_EQUAL(collected.missing, 3);
	CU_ASSERT_EQUAL_FATAL(collected.count, 1);
	CU_ASSERT_STRING_EQUAL(collected.objects[0].build_id, PROGRAM_ID);
	CU_ASSERT_EQUAL_FATAL(collected.objects[0].paths_size, sizeof(PROGRAM "\0/nowhere/actors"));
	CU_ASSERT_EQUAL(memcmp(collected.objects[0].paths, PROGRAM "\0/nowhere/actors",
			       sizeof(PROGRAM "\0/nowhere/actors")),
			0);
	check_bytes(files, &collected.objects[0], with_code);
	fb_collected_objects_deinit(&collected);
	CU_ASSERT(!collected.count && !collected.objects);
	fb_host_files_destroy(files);
	made_stacks_close(&made);
	free(root);
}

/* Callers that were found by the code of a function need that again. */
static void code_is_kept_where_callers_were_found_by_it(void)
{
	collect_made(FB_FRAME_UNWIND_TABLE, false);
	collect_made(FB_FRAME_STACK_TOP, false);
	collect_made(FB_FRAME_CALL_SITE, true);
	collect_made(FB_FRAME_PROLOGUE, true);
}

FB_TEST_MAIN("bundle/object_collect", FB_TEST(files_at_hand_are_kept),
	     FB_TEST(what_a_bundle_has_is_not_collected_again),
	     FB_TEST(code_is_kept_where_callers_were_found_by_it))
