// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told of the sample's processes where a read fails: memory, mappings, names, notes of a core. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/process/core_notes_writer.h"
#include "bundle/process/joined_space.h"
#include "bundle/process/process.h"
#include "bundle/process/user_mappings.h"
#include "tests/bundle/failing_inputs.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST 150
#define MOST_NOTES (1u << 20)

static const char *const cores[] = {"core.128.xz", NULL};

static struct fb_error *tell_processes(struct sample_input *sample, struct fb_buf *text,
				       bool *incomplete_ret)
{
	static const int32_t tids[] = {128, 130, 132, 202, 328};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(tids) && !err; i++) {
		const struct fb_task *task = sample_task(sample, tids[i]);
		struct fb_path root = {0};
		char line[64] = "";
		bool known = false;

		err = fb_process_cmdline(sample->input, task, line, sizeof(line));
		if (!err)
			err = fb_process_root(sample->input, task, true, &root, &known);
		if (!err)
			err = fb_process_root(sample->input, task, false, &root, &known);
		/* That of 128 is in its core, and without its arguments in the core's notes; of
		 * others there is none. */
		*incomplete_ret |= !known || (tids[i] <= 130 && !strstr(line, " DL"));
		expected_add(text, "%s %" PRIx64 "\n", line, root.dentry);
	}
	return err;
}

/* A run that is nowhere tells why. */
static struct fb_error *tell_runs(struct fb_joined *joined, struct fb_buf *text)
{
	const struct fb_vmas *vmas = fb_joined_vmas(joined);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < vmas->count && !err; i++) {
		const struct fb_vma *vma = &vmas->vma[i];
		struct fb_run run;

		for (uint64_t at = vma->start; at < vma->end && !err; at += run.length) {
			err = fb_space_locate(fb_joined_space(joined), at, vma->end - at, &run);
			if (err)
				break;
			expected_add(text, "%" PRIx64 " %d\n", at, (int)run.origin.source);
		}
	}
	return err;
}

static struct fb_error *tell_memory(struct sample_input *sample, struct fb_buf *text,
				    bool *incomplete_ret)
{
	const struct fb_joined_options options = {0};
	struct fb_joined *joined = NULL;
	struct fb_error *err;

	err = fb_joined_create(sample->input, sample_task(sample, 128), &options, &joined);
	if (!err)
		err = tell_runs(joined, text);
	*incomplete_ret = true;
	fb_joined_destroy(joined);
	return err;
}

static struct fb_error *tell_mappings(struct sample_input *sample, struct fb_buf *text,
				      bool *incomplete_ret)
{
	const struct fb_joined_options options = {0};
	const struct fb_task *task = sample_task(sample, 132);
	struct fb_user_mapping *mappings = NULL;
	struct fb_string_pool pool = {0};
	struct fb_joined *joined = NULL;
	struct fb_error *err;

	err = fb_joined_create(sample->input, task, &options, &joined);
	if (!err)
		err = fb_user_mappings_load(sample->input, task, joined, &pool, &mappings);
	for (size_t i = 0; !err && i < fb_joined_vmas(joined)->count; i++) {
		expected_add(text, "%" PRIx64 " %" PRIx64 " %s %" PRIu64 "\n", mappings[i].start,
			     mappings[i].file, mappings[i].path, mappings[i].file_size);
		/* Code without a name, or a file without one, or in which mount is not known. */
		*incomplete_ret |=
			mappings[i].path_from_core || strstr(mappings[i].path, "mount unknown") ||
			((mappings[i].executable || mappings[i].file) && !*mappings[i].path);
	}
	free(mappings);
	fb_string_pool_deinit(&pool);
	fb_joined_destroy(joined);
	return err;
}

static struct fb_error *tell_notes(struct sample_input *sample, struct fb_buf *text,
				   bool *incomplete_ret)
{
	const struct fb_task *task = sample_task(sample, 128);
	struct fb_written_notes written;
	struct fb_vmas vmas = {0};
	struct fb_error *err = fb_vmas_load(fb_input_kernel(sample->input), task->mm, &vmas);

	if (!err)
		err = fb_core_notes_write(sample->input, task, &vmas, text, &written);
	fb_vmas_deinit(&vmas);
	/* Process group, session and group, FPU registers, nice value: zeros where they are lost. */
	*incomplete_ret = true;
	return err;
}

static void of_names_and_roots(void)
{
	failing_inputs_strictly(tell_processes, cores, MOST);
}

static void of_memory(void)
{
	failing_inputs_strictly(tell_memory, cores, MOST);
}

static void of_mappings(void)
{
	failing_inputs(tell_mappings, cores, MOST);
}

static void of_notes(void)
{
	failing_inputs_strictly(tell_notes, cores, MOST);
}

static struct fb_error *write_notes(struct sample_input *sample)
{
	const struct fb_task *task = sample_task(sample, 128);
	struct fb_written_notes written;
	struct fb_vmas vmas = {0};
	struct fb_error *err = fb_vmas_load(fb_input_kernel(sample->input), task->mm, &vmas);
	struct fb_buf notes;

	fb_buf_init(&notes, MOST_NOTES);
	vmas.count = vmas.count > 4 ? 4 : vmas.count;
	if (!err)
		err = fb_core_notes_write(sample->input, task, &vmas, &notes, &written);
	fb_vmas_deinit(&vmas);
	fb_buf_deinit(&notes);
	return err;
}

static struct fb_error *describe_mappings(struct sample_input *sample)
{
	const struct fb_joined_options options = {0};
	const struct fb_task *task = sample_task(sample, 202);
	struct fb_user_mapping *mappings = NULL;
	struct fb_string_pool pool = {0};
	struct fb_joined *joined = NULL;
	struct fb_error *err = fb_joined_create(sample->input, task, &options, &joined);

	if (!err)
		err = fb_user_mappings_load(sample->input, task, joined, &pool, &mappings);
	free(mappings);
	fb_string_pool_deinit(&pool);
	fb_joined_destroy(joined);
	return err;
}

static struct fb_error *read_processes(struct sample_input *sample)
{
	struct fb_path root;
	char line[64];
	bool known;
	struct fb_error *err =
		fb_process_cmdline(sample->input, sample_task(sample, 128), line, sizeof(line));

	return err ? err
		   : fb_process_root(sample->input, sample_task(sample, 202), true, &root, &known);
}

static void what_is_no_damage_is_passed_on(void)
{
	static const char *const of_others[] = {"core.202.zst", NULL};

	CU_ASSERT(failing_inputs_must_pass(read_processes, cores, 100, 0) > 5);
	CU_ASSERT(failing_inputs_must_pass(write_notes, cores, 0, 400) > 100);
	CU_ASSERT(failing_inputs_must_pass(describe_mappings, of_others, 0, 400) > 100);
}

FB_TEST_MAIN("bundle/process, failing reads", FB_TEST(of_names_and_roots), FB_TEST(of_memory),
	     FB_TEST(of_mappings), FB_TEST(of_notes), FB_TEST(what_is_no_damage_is_passed_on))
