// SPDX-License-Identifier: GPL-2.0-or-later
/* A redacted bundle of the sample: which of its stored stacks stand in for those that cannot be unwound. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "bundle/merge/merge.h"
#include "bundle/stacks/stack_words.h"
#include "bundle/stacks/stored_stack.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define CORE "core.151.lz4"

static json_t *kernel_json(const struct fb_kernel_stack *kernel)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kernel->count; i++)
		json_array_append_new(list,
				      json_pack("{s:o}", "pc", fb_json_hex(kernel->frames[i].pc)));
	return list;
}

/* As bt --json has it, of a stack whose kernel half is known: its user half is one frame. */
static json_t *thread_json(const struct fb_thread_stack *stack)
{
	json_t *regs = json_object();

	for (size_t i = 0; i < fb_user_reg_count(); i++)
		json_object_set_new(regs, fb_user_reg_name(i),
				    fb_json_hex(fb_user_reg_get(&stack->kernel.user_regs, i)));
	json_object_set_new(regs, "core", json_null());
	return json_pack(
		"{s:i, s:i, s:[{s:s, s:s, s:i, s:n, s:n, s:n, s:n, s:b}], s:o, s:b, s:s, s:s,"
		" s:s, s:o}",
		"pid", stack->task->pid, "tid", stack->task->tid, "user", "pc", "0x7f00001234",
		"symbol", "stored", "offset", 16, "object", "build_id", "file", "line", "inlined",
		0, "kernel", kernel_json(&stack->kernel), "user_complete", 0, "end",
		"it was stored", "waits_for", "a lock, by 149", "user_regs_from", "kernel-stack",
		"user_regs", regs);
}

static struct fb_thread_stacks *load(struct fb_input *input, const int32_t *tids, size_t count,
				     bool kernel_only)
{
	const struct fb_thread_stacks_options options = {.kernel_only = kernel_only};
	struct fb_thread_stacks *stacks = NULL;
	const struct fb_task *list[8];
	const struct fb_tasks *tasks;

	CU_ASSERT_FATAL(count <= FB_ARRAY_SIZE(list));
	FB_OK_FATAL(fb_input_tasks(input, &tasks));
	for (size_t i = 0; i < count; i++)
		list[i] = fb_tasks_by_tid(tasks, tids[i]);
	FB_OK_FATAL(fb_thread_stacks_load(input, &options, list, count, &stacks));
	return stacks;
}

/* The threads of a manifest, each changed in one thing. */
enum { GOOD, OTHER_PID, OTHER_RIP, OTHER_RSP, OTHER_KERNEL, FEWER_KERNEL, DAMAGED, THREADS };
static const int32_t tids[THREADS] = {151, 149, 130, 131, 144, 145, 128};

static void spoil(json_t *thread, unsigned kind)
{
	json_t *regs = json_object_get(thread, "user_regs"),
	       *kernel = json_object_get(thread, "kernel");

	if (kind == OTHER_PID)
		json_object_set_new(thread, "pid", json_integer(150));
	if (kind == OTHER_RIP)
		json_object_set_new(regs, "rip", json_string("0x401000"));
	if (kind == OTHER_RSP)
		json_object_set_new(regs, "rsp", json_string("0x401000"));
	if (kind == OTHER_KERNEL)
		json_object_set_new(json_array_get(kernel, 1), "pc",
				    json_string("0xffffffff81000000"));
	if (kind == FEWER_KERNEL)
		json_array_remove(kernel, json_array_size(kernel) - 1);
	if (kind == DAMAGED)
		json_object_set_new(thread, "user", json_object());
}

/* Merges the sample with a core, redacted, and such threads. The caller frees the path. */
static char *make_bundle(void)
{
	struct fb_merge_options options = {.redact = true, .force = true};
	struct fb_thread_stacks *stacks;
	struct fb_merge_result result;
	struct sample_input sample;
	char *path;

	if (asprintf(&path, "%s/redacted.fbundle", fb_test_folder()) < 0)
		abort();
	sample_open(&sample, (const char *const[]){CORE, NULL});
	stacks = load(sample.input, tids, THREADS, true);
	options.output = path;
	options.stacks = json_array();
	for (unsigned i = 0; i < THREADS; i++) {
		json_t *thread = thread_json(fb_thread_stacks_get(stacks, i));

		CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
		spoil(thread, i);
		json_array_append_new(options.stacks, thread);
	}
	FB_OK_FATAL(fb_merge(sample.input, &options, &result));
	json_decref(options.stacks);
	fb_merge_result_deinit(&result);
	fb_thread_stacks_destroy(stacks);
	sample_close(&sample);
	return path;
}

static void open_bundle(struct sample_input *bundle, const char *path, const char *core)
{
	const struct fb_input_options options = {
		.path = path, .cores = &core, .core_count = core ? 1 : 0};

	FB_OK_FATAL(fb_warnings_create(&bundle->warnings));
	FB_OK_FATAL(fb_input_open(&options, bundle->warnings, &bundle->input));
}

static void expect_stored(const struct fb_thread_stack *stack)
{
	CU_ASSERT_TRUE(stack->user_stored);
	CU_ASSERT_EQUAL_FATAL(stack->user.count, 1);
	CU_ASSERT_STRING_EQUAL(stack->user.frames[0].symbol, "stored");
	CU_ASSERT_EQUAL(stack->user.frames[0].pc, 0x7f00001234);
	CU_ASSERT_STRING_EQUAL(stack->user.end, "it was stored");
	CU_ASSERT_STRING_EQUAL(stack->stored_waits_for, "a lock, by 149");
	/* The dump has them too. */
	CU_ASSERT_EQUAL(stack->user_regs_from, FB_USER_REGS_KERNEL_STACK);
	CU_ASSERT_EQUAL(stack->user_regs.rip, stack->kernel.user_regs.rip);
}

static void what_belongs_to_a_thread_is_shown(void)
{
	char *path = make_bundle();
	struct fb_thread_stacks *stacks;
	struct sample_input bundle;

	open_bundle(&bundle, path, NULL);
	stacks = load(bundle.input, tids, THREADS, false);
	expect_stored(fb_thread_stacks_get(stacks, GOOD));
	expect_stored(fb_thread_stacks_get(stacks, OTHER_KERNEL));
	expect_stored(fb_thread_stacks_get(stacks, FEWER_KERNEL));
	CU_ASSERT_FALSE(fb_thread_stacks_get(stacks, OTHER_PID)->user_stored);
	CU_ASSERT_FALSE(fb_thread_stacks_get(stacks, OTHER_RIP)->user_stored);
	CU_ASSERT_FALSE(fb_thread_stacks_get(stacks, OTHER_RSP)->user_stored);
	CU_ASSERT_FALSE(fb_thread_stacks_get(stacks, DAMAGED)->user_stored);
	CU_ASSERT_PTR_NULL(fb_thread_stacks_get(stacks, OTHER_RIP)->stored_waits_for);
	CU_ASSERT_EQUAL(sample_warnings(&bundle, "is of another thread or moment, and left out"),
			3);
	CU_ASSERT_EQUAL(sample_warnings(&bundle, "TID 130: its stored stack is of another"), 1);
	CU_ASSERT_EQUAL(sample_warnings(&bundle, "of its stored stack is not the dump's"), 2);
	CU_ASSERT_EQUAL(sample_warnings(&bundle, "TID 128: its stored stack is damaged"), 1);
	CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 6);
	fb_thread_stacks_destroy(stacks);
	sample_close(&bundle);
	free(path);
}

/* The core, given beside the bundle, gives the stack itself. */
static void a_core_beside_the_bundle_goes_before(void)
{
	char *path = make_bundle(), *core = sample_path(CORE);
	const int32_t kernel_thread = 2, unstored = 132;
	struct fb_thread_stacks *stacks;
	const struct fb_thread_stack *stack;
	struct sample_input bundle;

	open_bundle(&bundle, path, core);
	stacks = load(bundle.input, tids, 1, false);
	stack = fb_thread_stacks_get(stacks, 0);
	CU_ASSERT_FALSE(stack->user_stored);
	CU_ASSERT(stack->user.count > 0 && stack->user.frames[0].pc == stack->user_regs.rip);
	fb_thread_stacks_destroy(stacks);
	stacks = load(bundle.input, &kernel_thread, 1, false);
	CU_ASSERT_FALSE(fb_thread_stacks_get(stacks, 0)->user_stored);
	fb_thread_stacks_destroy(stacks);
	stacks = load(bundle.input, &unstored, 1, false);
	CU_ASSERT_FALSE(fb_thread_stacks_get(stacks, 0)->user_stored);
	fb_thread_stacks_destroy(stacks);
	CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 0);
	sample_close(&bundle);
	free(core);
	free(path);
}

/* More cores may be added; the stacks stay, for nothing else has them. */
static void a_second_merge_keeps_them(void)
{
	char *path = make_bundle(), *core = sample_path("core.132.xz"), *second;
	struct fb_merge_options options = {.force = true};
	struct fb_thread_stacks *stacks;
	struct fb_merge_result result;
	struct sample_input bundle;

	if (asprintf(&second, "%s/second.fbundle", fb_test_folder()) < 0)
		abort();
	open_bundle(&bundle, path, core);
	options.output = second;
	FB_OK_FATAL(fb_merge(bundle.input, &options, &result));
	fb_merge_result_deinit(&result);
	options.redact = true;
	FB_FAILS(fb_merge(bundle.input, &options, &result), FB_INVALID);
	sample_close(&bundle);
	open_bundle(&bundle, second, NULL);
	stacks = load(bundle.input, tids, 1, false);
	expect_stored(fb_thread_stacks_get(stacks, 0));
	fb_thread_stacks_destroy(stacks);
	sample_close(&bundle);
	free(second);
	free(core);
	free(path);
}

FB_TEST_MAIN("bundle/stored_stack_apply", FB_TEST(what_belongs_to_a_thread_is_shown),
	     FB_TEST(a_core_beside_the_bundle_goes_before), FB_TEST(a_second_merge_keeps_them))
