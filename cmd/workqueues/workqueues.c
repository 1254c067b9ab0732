// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle workqueues: what the kernel's workers were doing and for how long, which work items waited for a worker, and
 * which pools of workers did not move.
 */
#include "cmd/workqueues/workqueues.h"

#include <stdlib.h>

#include "base/part.h"

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "also pools and work queues that are idle", 0},
	{0},
};

static const struct fb_example examples[] = {
	{"Which work is stuck, and what waits behind it", "fbundle workqueues dump.202611231722",
	 false},
	{"Every pool and work queue, with its limits", "fbundle workqueues dump.202611231722 --all",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.options = options,
	.parse = fb_parse_all,
	.arguments = "INPUT",
	.doc = "Tells what each busy kernel worker did, for which work queue and for how long, which work items "
	       "waited, and which pools of workers were stalled.",
	.examples = examples,
};

static bool has_stack(const struct fb_worker *worker)
{
	return fb_worker_is_busy(worker) && worker->task;
}

/* The functions that the work functions called are on the workers' stacks. */
static struct fb_error *load_stacks(struct fb_input *input, struct fb_workqueues *all)
{
	const struct fb_thread_stacks_options kernel_half = {.kernel_only = true};
	const struct fb_work *work = &all->work;
	const struct fb_task **tasks = calloc(work->worker_count + 1, sizeof(*tasks));
	size_t count = 0;
	struct fb_error *err = NULL;

	all->stack_of = calloc(work->worker_count + 1, sizeof(const struct fb_thread_stack *));
	if (!tasks || !all->stack_of) {
		free(tasks);
		return fb_error_nomem();
	}
	for (size_t i = 0; i < work->worker_count; i++)
		if (has_stack(&work->workers[i]))
			tasks[count++] = work->workers[i].task;
	if (count)
		err = fb_thread_stacks_load(input, &kernel_half, tasks, count, &all->stacks);
	free(tasks);
	if (err)
		return fb_input_do_without(input, err, "stacks of workers");
	count = 0;
	for (size_t i = 0; i < work->worker_count; i++)
		if (has_stack(&work->workers[i]))
			all->stack_of[i] = fb_thread_stacks_get(all->stacks, count++);
	return NULL;
}

static struct fb_error *load(struct fb_input *input, struct fb_workqueues *all)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_input_explain(input, "work queues cannot be read",
				       fb_work_load(fb_input_kernel(input), tasks, &all->work));
	if (!err)
		err = fb_input_do_without(input,
					  fb_modules_load(fb_input_kernel(input), &all->modules),
					  "the kernel's modules");
	return err ? err : load_stacks(input, all);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_workqueues all = {0};
	struct fb_input *input = NULL;
	bool all_of_it = false;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &all_of_it);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, &all);
	if (!err)
		err = context->options.json ? fb_workqueues_print_json(context, &all)
					    : fb_workqueues_print_text(context, &all, all_of_it);
	free(all.stack_of);
	fb_thread_stacks_destroy(all.stacks);
	fb_modules_destroy(all.modules);
	fb_work_deinit(&all.work);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_workqueues = {
	.name = "workqueues",
	.summary = "busy workers, work that waits, stalled pools",
	.run = run,
	.usage = &usage,
};
