// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle bt: whole stacks, kernel half then user half.
 */
#include "cmd/bt/bt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "bundle/input/panic.h"
#include "bundle/process/lost_threads.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"
#include "cmd/shared/target.h"

struct bt {
	struct fb_context *context;
	struct fb_input *input;
	const struct fb_tasks *tasks;
	struct fb_panic panic;
	struct fb_memory_sources sources;
	const struct fb_task **chosen; /* owned */
	size_t count, room;
	struct fb_u64_map met; /* addresses of those chosen */
	struct fb_lost_threads lost;
	struct fb_thread_stacks *stacks;
	struct fb_waits *waits; /* NULL: none of them is blocked, or it cannot be told */
	bool all, panicking, group, goroutines;
	bool by_cpu; /* no task can be reached: what CPUs ran */
};

enum { OPTION_GOROUTINES = 0x200 };

static const struct argp_option bt_options[] = {
	{"all", 'a', NULL, 0, "every thread of the dump, kernel threads too", 0},
	{"panic", 'p', NULL, 0, "what each CPU ran, the one that panicked first", 0},
	{"group", 'g', NULL, 0, "threads with the same stack once, with their number", 0},
	{"goroutines", OPTION_GOROUTINES, NULL, 0,
	 "also all goroutines of programs in Go, as their own stack dumps show them", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct bt *bt = own;

	switch (key) {
	case 'a':
		bt->all = true;
		return 0;
	case 'p':
		bt->panicking = true;
		return 0;
	case 'g':
		bt->group = true;
		return 0;
	case OPTION_GOROUTINES:
		bt->goroutines = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"The thread that panicked", "fbundle bt dump.202611231722.fbundle", false},
	{"From main() to the scheduler, with the host's libraries in sysroot",
	 "fbundle bt dump.202611231722.fbundle 132 --sysroot sysroot", false},
	{"All stacks of a host with many threads, equal ones once",
	 "fbundle bt dump.202611231722.fbundle --all --group", false},
	{"The goroutines of a program in Go, equal ones once",
	 "fbundle bt dump.202611231722.fbundle --all --goroutines --group", false},
	{"What each CPU ran", "fbundle bt dump.202611231722.fbundle --panic", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [PID|NAME...]",
	.doc = "Shows the whole stack of threads: the kernel half as at the panic, the user half "
	       "from there back to main(). A PID stands for all threads of the process, a TID for "
	       "one thread, a NAME for all that have it; without any, the thread that panicked is "
	       "shown.",
	.most_arguments = SIZE_MAX,
	.options = bt_options,
	.parse = parse,
	.examples = examples,
};

/* Each task once, however often it is named. */
static struct fb_error *choose(struct bt *bt, const struct fb_task *task)
{
	bool fresh = true;
	struct fb_error *err =
		fb_u64_set_add(&bt->met, (uintptr_t)task, FB_MAX_TASKS, "threads", &fresh);

	if (!err && fresh)
		err = fb_grow_array(&bt->chosen, &bt->room, bt->count, sizeof(*bt->chosen),
				    FB_MAX_TASKS, "threads");
	if (!err && fresh)
		bt->chosen[bt->count++] = task;
	return err;
}

static struct fb_error *choose_group(struct bt *bt, int32_t pid, size_t *count_ret)
{
	size_t first;
	struct fb_error *err = NULL;

	fb_tasks_group(bt->tasks, pid, &first, count_ret);
	for (size_t i = first; !err && i < first + *count_ret; i++)
		err = choose(bt, fb_tasks_get(bt->tasks, i));
	return err;
}

/* Of a process, or a thread, those whose task_struct is lost and of which its core tells; 0: all. */
static struct fb_error *choose_lost(struct bt *bt, int32_t pid, size_t *count_ret)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; !err && i < bt->lost.count; i++) {
		const struct fb_task *task = &bt->lost.tasks[i];

		if (pid && task->pid != pid && task->tid != pid)
			continue;
		err = choose(bt, task);
		++*count_ret;
	}
	return err;
}

static struct fb_error *choose_all(struct bt *bt)
{
	struct fb_error *err = NULL;
	size_t lost = 0;

	for (size_t i = 0; !err && i < fb_tasks_count(bt->tasks); i++)
		err = choose(bt, fb_tasks_get(bt->tasks, i));
	return err ? err : choose_lost(bt, 0, &lost);
}

static struct fb_error *choose_pid(struct bt *bt, int32_t pid)
{
	const struct fb_task *task = fb_tasks_by_tid(bt->tasks, pid);
	const int32_t *lost;
	size_t count, lost_count = fb_tasks_lost(bt->tasks, &lost), in_cores = 0;
	struct fb_error *err = choose_group(bt, pid, &count);

	if (!err)
		err = choose_lost(bt, pid, &in_cores);
	if (err || count || in_cores)
		return err;
	if (task)
		return choose(bt, task);
	for (size_t i = 0; i < lost_count; i++)
		if (lost[i] == pid)
			return fb_error_create(FB_ABSENT,
					       "PID %d existed, but its task_struct is not in the "
					       "dump",
					       pid);
	return fb_error_create(FB_NOT_FOUND, "no process has PID %d (`fbundle ps` lists them)",
			       pid);
}

/* All threads of the processes of that name, and single threads that have it. */
static struct fb_error *choose_named(struct bt *bt, const char *name)
{
	struct fb_error *err = NULL;
	bool found = false;

	for (size_t i = 0; !err && i < fb_tasks_count(bt->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(bt->tasks, i);
		size_t count;

		if (strcmp(task->comm, name) != 0)
			continue;
		found = true;
		err = task->tid == task->pid && !task->idle ? choose_group(bt, task->pid, &count)
							    : choose(bt, task);
	}
	if (!err && !found)
		err = fb_error_create(FB_NOT_FOUND,
				      "'%s' is neither a PID nor the name of a process or thread "
				      "(`fbundle ps -t` lists them)",
				      name);
	return err;
}

static int compare_cpus(const void *left, const void *right)
{
	uint32_t a = (*(const struct fb_task *const *)left)->cpu;
	uint32_t b = (*(const struct fb_task *const *)right)->cpu;

	return (a > b) - (a < b);
}

/* The task that panicked, then those of the other CPUs in their order. */
static struct fb_error *choose_cpus(struct bt *bt, bool others)
{
	size_t first = bt->panic.task ? 1 : 0;
	struct fb_error *err = bt->panic.task ? choose(bt, bt->panic.task) : NULL;

	for (size_t i = 0; others && !err && i < fb_tasks_count(bt->tasks); i++)
		if (fb_tasks_get(bt->tasks, i)->on_cpu)
			err = choose(bt, fb_tasks_get(bt->tasks, i));
	if (!err && bt->count > first)
		qsort(bt->chosen + first, bt->count - first, sizeof(struct fb_task *),
		      compare_cpus);
	if (!err && !bt->count)
		err = fb_error_create(FB_NOT_FOUND,
				      "which thread panicked is not known: name a PID, or -a");
	return err;
}

static struct fb_error *choose_tasks(struct bt *bt)
{
	struct fb_error *err = fb_input_tasks(bt->input, &bt->tasks);

	if (fb_error_is(err, FB_NOT_FOUND) && !bt->context->arg_count &&
	    fb_kernel_lost(fb_input_kernel(bt->input))) {
		fb_error_destroy(err); /* that they are lost is a warning already */
		bt->by_cpu = true;
		return NULL;
	}
	if (!err)
		err = fb_lost_threads_find(bt->input, &bt->lost);
	if (!err && bt->all)
		return choose_all(bt);
	if (!err && (bt->panicking || !bt->context->arg_count))
		err = fb_panic_find(bt->input, &bt->panic);
	if (!err && (bt->panicking || !bt->context->arg_count))
		err = choose_cpus(bt, bt->panicking);
	for (size_t i = 0; !err && i < bt->context->arg_count; i++)
		err = fb_is_number(bt->context->args[i])
			      ? choose_pid(bt, fb_parse_pid(bt->context->args[i]))
			      : choose_named(bt, bt->context->args[i]);
	return err;
}

static struct fb_error *load(struct bt *bt)
{
	const struct fb_options *options = &bt->context->options;
	struct fb_thread_stacks_options load_options = {
		.debug_dirs = options->debug_dirs,
		.debug_dir_count = options->debug_dir_count,
		.goroutines = bt->goroutines,
	};
	struct fb_error *err = fb_memory_sources_open(bt->context, bt->input, &bt->sources);

	load_options.files = bt->sources.files;
	load_options.swap = bt->sources.swap;
	return err ? err
		   : fb_thread_stacks_load(bt->input, &load_options, bt->chosen, bt->count,
					   &bt->stacks);
}

/* What ends early is said where it ends; here that there is such, for the exit status. */
static void warn_incomplete(struct bt *bt)
{
	struct fb_warnings *warnings = bt->context->warnings;
	size_t kernel = 0, user = 0, stored = 0;

	for (size_t i = 0; i < fb_thread_stacks_count(bt->stacks); i++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(bt->stacks, i);

		kernel += stack->kernel.ended == FB_UNWIND_LOST;
		if (stack->user.complete || stack->task->kernel_thread || stack->task->idle)
			continue;
		stored += stack->user_stored;
		user += !stack->user_stored;
	}
	if (kernel)
		fb_warn(warnings, "%zu kernel stack%s early", kernel,
			kernel == 1 ? " ends" : "s end");
	if (user)
		fb_warn(warnings, "%zu user stack%s early; %s", user, user == 1 ? " ends" : "s end",
			bt->context->options.sysroot
				? "the sysroot lacks files that pages were of, or has others"
				: "--sysroot gives the files that pages were of");
	for (size_t i = 0; i < fb_thread_stacks_process_count(bt->stacks); i++) {
		const struct fb_task *task;
		const struct fb_goroutines *goroutines =
			fb_thread_stacks_goroutines(bt->stacks, i, &task);

		if (goroutines->why[0])
			fb_warn(warnings, "goroutines of PID %d: %s", task->pid, goroutines->why);
	}
	if (stored)
		fb_warn(warnings, "%zu user stack%s ended early when the bundle was redacted",
			stored, stored == 1 ? "" : "s");
}

/* One stack, and below it the threads that have the same (groups NULL: none). */
static void print_stack(struct bt *bt, const struct fb_thread_stack *const *stacks, size_t index,
			const struct fb_bt_groups *groups, const struct fb_task **others)
{
	size_t count = 0;

	for (size_t i = groups ? groups->next[index] : SIZE_MAX; i != SIZE_MAX; i = groups->next[i])
		others[count++] = stacks[i]->task;
	if (index)
		fb_put("\n");
	fb_bt_print(bt->context->output, stacks[index], others, count, bt->waits);
}

static struct fb_error *print_stacks(struct bt *bt)
{
	size_t count = fb_thread_stacks_count(bt->stacks);
	FB_CLEANUP(fb_free_at) const struct fb_thread_stack **stacks = NULL;
	FB_CLEANUP(fb_free_at) const struct fb_task **others = NULL;
	struct fb_bt_groups groups = {0};
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*stacks), FB_MAX_TASKS, "threads", &stacks);
	if (!err)
		err = fb_alloc_array(count, sizeof(*others), FB_MAX_TASKS, "threads", &others);
	for (size_t i = 0; !err && i < count; i++)
		stacks[i] = fb_thread_stacks_get(bt->stacks, i);
	if (!err && bt->group)
		err = fb_bt_group(stacks, count, &groups);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		if (!groups.first || groups.first[i])
			print_stack(bt, stacks, i, bt->group ? &groups : NULL, others);
	fb_bt_print_legend(bt->context->output, bt->stacks);
	fb_bt_groups_deinit(&groups);
	return NULL;
}

/* What the chosen threads wait for, and no others. */
static struct fb_error *find_waits(struct bt *bt)
{
	struct fb_wait_options options = {.files = bt->sources.files, .swap = bt->sources.swap};
	size_t blocked = 0;
	struct fb_error *err;

	for (size_t i = 0; i < bt->count; i++)
		blocked += !bt->chosen[i]->idle && bt->chosen[i]->state != 'R';
	if (!blocked)
		return NULL;
	options.tasks = bt->chosen;
	options.task_count = bt->count;
	err = fb_waits_find(bt->input, &options, &bt->waits);
	return fb_part_warn(bt->context->warnings, err, "what threads wait for");
}

static struct fb_error *answer(struct bt *bt)
{
	const uint64_t now = fb_kernel_info(fb_input_kernel(bt->input))->monotonic_ns;
	struct fb_wanted_file *wanted = NULL;
	size_t count = 0;
	struct fb_error *err;
	json_t *json, *goroutines = NULL;

	warn_incomplete(bt);
	err = fb_wanted_files_find(bt->stacks, &wanted, &count);
	if (!err && bt->context->options.json)
		err = fb_bt_goroutines_json(bt->stacks, now, &goroutines);
	if (!err && bt->context->options.json) {
		json = fb_bt_json(bt->stacks, bt->waits);
		json_object_set_new(json, "goroutines", goroutines);
		json_object_set_new(json, "files_wanted", fb_bt_wanted_json(wanted, count));
		err = fb_json_print("bt", json, bt->context->warnings);
	} else if (!err) {
		err = print_stacks(bt);
		if (!err)
			err = fb_bt_print_goroutines(bt->context->output, bt->stacks, now,
						     bt->group);
		if (!err)
			err = fb_bt_print_wanted(bt->context->output, wanted, count);
	}
	free(wanted);
	return err;
}

static struct fb_error *answer_by_cpu(struct bt *bt)
{
	json_t *json;
	struct fb_error *err;

	if (!bt->context->options.json)
		return fb_bt_print_cpus(bt->context, bt->input, -1);
	err = fb_bt_cpus_json(bt->context, bt->input, &json);
	return err ? err : fb_json_print("bt", json, bt->context->warnings);
}

static struct fb_error *answer_by_thread(struct bt *bt)
{
	struct fb_error *err = load(bt);

	if (!err)
		err = find_waits(bt);
	return err ? err : answer(bt);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct bt bt = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &bt);
	err = fb_context_open(context, &bt.input);
	if (!err)
		err = choose_tasks(&bt);
	if (!err)
		err = bt.by_cpu ? answer_by_cpu(&bt) : answer_by_thread(&bt);
	fb_waits_destroy(bt.waits);
	fb_thread_stacks_destroy(bt.stacks);
	fb_u64_map_deinit(&bt.met);
	free(bt.chosen);
	fb_lost_threads_deinit(&bt.lost);
	fb_memory_sources_deinit(&bt.sources);
	fb_panic_deinit(&bt.panic);
	fb_input_destroy(bt.input);
	return err;
}

const struct fb_command fb_command_bt = {
	.name = "bt",
	.summary = "whole stacks, from main() through the system call to the scheduler",
	.run = run,
	.usage = &usage,
};
