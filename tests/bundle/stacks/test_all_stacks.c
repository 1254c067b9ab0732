// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stacks of all threads of the sample, every field of them, as the dump alone has them and with cores and
 * files; which files they end in, and what a bundle would keep of those at hand.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bundle/stacks/object_collect.h"
#include "bundle/stacks/stack_words.h"
#include "bundle/stacks/thread_stack.h"
#include "bundle/stacks/wanted_files.h"
#include "tests/bundle/sample_input.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST_TEXT (4u << 20)

/* One of each process: which of two is the newer one, the times of the files tell. */
static const char *const cores[] = {
	"core.128.xz",  "core.132.xz",  "core.139.xz", "core.144.gz", "core.148.xz",
	"core.151.lz4", "core.202.zst", "core.210.xz", NULL,
};
static const char *const no_cores[] = {NULL};

struct all {
	struct sample_input sample;
	struct fb_host_files *files;
	struct fb_swap *swap;
	const struct fb_task **tasks;
	struct fb_thread_stacks *stacks;
};

static void open_all(struct all *all, bool with_more)
{
	struct fb_thread_stacks_options options = {0};
	const struct fb_tasks *tasks = NULL;
	char *root = sample_path("sysroot");
	size_t count;

	memset(all, 0, sizeof(*all));
	sample_open(&all->sample, with_more ? cores : no_cores);
	FB_OK_FATAL(fb_host_files_create(with_more ? root : NULL, &all->files));
	FB_OK_FATAL(fb_swap_create(fb_input_kernel(all->sample.input), &all->swap));
	options.files = with_more ? all->files : NULL;
	options.swap = with_more ? all->swap : NULL;
	FB_OK_FATAL(fb_input_tasks(all->sample.input, &tasks));
	count = fb_tasks_count(tasks);
	all->tasks = calloc(count, sizeof(*all->tasks));
	CU_ASSERT_PTR_NOT_NULL_FATAL(all->tasks);
	for (size_t i = 0; i < count; i++)
		all->tasks[i] = fb_tasks_get(tasks, i);
	FB_OK_FATAL(fb_thread_stacks_load(all->sample.input, &options, all->tasks, count,
					  &all->stacks));
	CU_ASSERT_EQUAL(fb_thread_stacks_count(all->stacks), count);
	free(root);
}

static void close_all(struct all *all)
{
	CU_ASSERT_EQUAL(fb_warnings_count(all->sample.warnings), 0);
	fb_thread_stacks_destroy(all->stacks);
	fb_swap_destroy(all->swap);
	fb_host_files_destroy(all->files);
	free(all->tasks);
	sample_close(&all->sample);
}

static void add_syscall(struct fb_buf *text, const struct fb_thread_stack *stack)
{
	if (!stack->syscall)
		return;
	expected_add(text, "  system call %" PRId64, stack->kernel.syscall);
	for (unsigned i = 0; i < FB_SYSCALL_ARGUMENTS; i++) {
		if (i < stack->syscall->count)
			expected_add(text, " %s", stack->syscall->arguments[i].name);
		if (stack->syscall_paths[i])
			expected_add(text, "=%s", stack->syscall_paths[i]);
		if (stack->syscall_sockets[i])
			expected_add(text, " (%s)", stack->syscall_sockets[i]);
	}
	expected_add(text, "\n");
}

static void add_registers(struct fb_buf *text, const struct fb_thread_stack *stack)
{
	const char *from = fb_user_regs_source_name(stack->user_regs_from);
	const uint64_t rip = stack->user_regs.rip, rsp = stack->user_regs.rsp;

	if (!stack->user_regs_from) {
		CU_ASSERT(!stack->core_differs && !rip);
		return;
	}
	expected_add(text, "  registers of %s, rip %" PRIx64 ", rsp %" PRIx64 ", all %016" PRIx64,
		     from, rip, rsp, XXH64(&stack->user_regs, sizeof(stack->user_regs), 0));
	if (stack->core)
		expected_add(text, "; core %s", fb_core_name(stack->core->core));
	if (stack->core_thread)
		expected_add(text, " has it as %d%s", stack->core_thread->tid,
			     stack->core_differs ? ", elsewhere" : "");
	expected_add(text, "\n");
}

static void add_frame(struct fb_buf *text, const struct fb_user_frame *frame)
{
	expected_add(text, "  %" PRIx64 " sp %" PRIx64 " %s", frame->pc, frame->sp,
		     fb_frame_found_name(frame->found));
	if (fb_frame_from_name(frame->from))
		expected_add(text, " from %s", fb_frame_from_name(frame->from));
	if (frame->symbol)
		expected_add(text, " %s+%" PRIx64, frame->symbol, frame->offset);
	if (frame->object)
		expected_add(text, " in %s", frame->object);
	if (frame->build_id)
		expected_add(text, " %.8s", frame->build_id);
	if (frame->file)
		expected_add(text, " %s:%u", frame->file, frame->line);
	expected_add(text, "%s%s\n", frame->signal ? " signal" : "",
		     frame->inlined ? " inlined" : "");
}

static void add_stack(struct fb_buf *text, const struct fb_thread_stack *stack)
{
	expected_add(text, "PID %d TID %d %s: %zu kernel frames, %s\n", stack->task->pid,
		     stack->task->tid, stack->task->idle ? "(idle)" : stack->task->comm,
		     stack->kernel.count, stack->kernel.end);
	add_syscall(text, stack);
	add_registers(text, stack);
	for (size_t i = 0; i < stack->user.count; i++)
		add_frame(text, &stack->user.frames[i]);
	expected_add(text, "  end: %s%s%s\n", stack->user.end,
		     stack->user.complete ? " (complete)" : "",
		     stack->user.lacks_file ? " (lacks a file)" : "");
	CU_ASSERT(!stack->user_stored && !stack->stored_waits_for);
}

static void add_wanted(struct fb_buf *text, const struct all *all)
{
	struct fb_wanted_file *files = NULL;
	size_t count = 0;

	FB_OK_FATAL(fb_wanted_files_find(all->stacks, &files, &count));
	for (size_t i = 0; i < count; i++)
		expected_add(text, "wanted by %zu stacks: %s %s\n", files[i].stacks, files[i].path,
			     files[i].build_id ? files[i].build_id : "-");
	free(files);
}

static void add_objects(struct fb_buf *text, const struct all *all)
{
	struct fb_collected_objects collected;

	FB_OK_FATAL(fb_objects_collect(all->sample.input, all->stacks, all->files, &collected));
	for (size_t i = 0; i < collected.count; i++) {
		const struct fb_bundle_object *object = &collected.objects[i];

		expected_add(text,
			     "kept of a file of %" PRIu64 " bytes: %zu, %016" PRIx64 ", of %s",
			     object->file_size, object->size, XXH64(object->bytes, object->size, 0),
			     object->build_id);
		for (size_t at = 0; at < object->paths_size; at += strlen(object->paths + at) + 1)
			expected_add(text, " %s", object->paths + at);
		expected_add(text, "\n");
	}
	expected_add(text, "not at hand: %zu\n", collected.missing);
	fb_collected_objects_deinit(&collected);
	CU_ASSERT(!collected.count && !collected.objects);
}

static void check(bool with_more, const char *name)
{
	struct fb_buf text;
	struct all all;

	fb_buf_init(&text, MOST_TEXT);
	open_all(&all, with_more);
	for (size_t i = 0; i < fb_thread_stacks_count(all.stacks); i++)
		/* Of the kernel's own threads a few do. */
		if (i < 4 || !all.tasks[i]->kernel_thread)
			add_stack(&text, fb_thread_stacks_get(all.stacks, i));
	add_wanted(&text, &all);
	add_objects(&text, &all);
	close_all(&all);
	expected_check(&text, name);
}

static void what_the_dump_alone_has(void)
{
	check(false, "bundle/stacks/all_stacks_of_dump.txt");
}

static void with_cores_and_files(void)
{
	check(true, "bundle/stacks/all_stacks_with_cores.txt");
}

FB_TEST_MAIN("bundle/stacks, all of the sample", FB_TEST(what_the_dump_alone_has),
	     FB_TEST(with_cores_and_files))
