// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads everything that the report shows, before the first line is written. Called by report.c.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "cmd/report/page/report.h"
#include "cmd/shared/target.h"

const char *fb_report_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

struct fb_report_task_text fb_report_task(const struct fb_task *task)
{
	struct fb_report_task_text text;

	if (task->idle)
		snprintf(text.text, sizeof(text.text), "idle task of CPU %u", task->cpu);
	else
		snprintf(text.text, sizeof(text.text), "%d %.*s", task->tid,
			 (int)sizeof(task->comm), task->comm);
	return text;
}

/* Whose stacks are shown: what the CPUs ran, every thread of a process, and kernel threads that
 * are blocked. The other kernel threads wait for work. */
static bool wants_stack(const struct fb_task *task)
{
	if (task->state == 'Z' || task->state == 'X' || (task->idle && !task->on_cpu))
		return false;
	return task->on_cpu || !task->kernel_thread || task->state == 'D';
}

static struct fb_error *load_stacks(struct fb_report *report)
{
	const struct fb_options *options = &report->context->options;
	struct fb_thread_stacks_options stack_options = {
		.files = report->sources.files,
		.swap = report->sources.swap,
		.debug_dirs = options->debug_dirs,
		.debug_dir_count = options->debug_dir_count,
	};
	const struct fb_task **chosen;
	size_t count = 0;
	struct fb_error *err;

	err = fb_alloc_array(fb_tasks_count(report->tasks), sizeof(*chosen), FB_MAX_TASKS,
			     "threads", &chosen);
	if (err)
		return err;
	for (size_t i = 0; i < fb_tasks_count(report->tasks); i++)
		if (wants_stack(fb_tasks_get(report->tasks, i)))
			chosen[count++] = fb_tasks_get(report->tasks, i);
	err = fb_thread_stacks_load(report->input, &stack_options, chosen, count, &report->stacks);
	free(chosen);
	err = fb_input_do_without(report->input, err, "stacks");
	if (err || !report->stacks)
		return err;
	return fb_wanted_files_find(report->stacks, &report->wanted, &report->wanted_count);
}

static struct fb_error *count_memory(struct fb_report *report, struct fb_report_memory *memory)
{
	struct fb_joined_options options = {.files = report->sources.files,
					    .swap = report->sources.swap};
	struct fb_joined *joined = NULL;
	const struct fb_vmas *vmas;
	struct fb_error *err;

	err = fb_joined_create(report->input, memory->task, &options, &joined);
	if (err)
		return err;
	vmas = fb_joined_vmas(joined);
	for (size_t i = 0; i < vmas->count && !err; i++) {
		struct fb_page_sources sources;

		/* Guard areas and devices hold nothing that could be missed. */
		if (!(vmas->vma[i].flags & FB_VM_READ) ||
		    (vmas->vma[i].flags & (FB_VM_IO | FB_VM_PFNMAP)))
			continue;
		err = fb_page_sources_count(fb_joined_space(joined), vmas->vma[i].start,
					    vmas->vma[i].end, &sources);
		if (!err)
			fb_page_sources_add(&memory->sources, &sources);
	}
	fb_joined_destroy(joined);
	return err;
}

static struct fb_error *load_memory(struct fb_report *report)
{
	struct fb_error *err;

	err = fb_alloc_array(report->core_count, sizeof(*report->memory), FB_MAX_CORES, "cores",
			     &report->memory);
	for (size_t i = 0; i < report->core_count && !err; i++) {
		const struct fb_input_core *core = &report->cores[i];
		const struct fb_task *task = core->match.task;
		struct fb_report_memory *memory = &report->memory[report->memory_count];

		/* Where a process has several cores, the newest one is used. */
		if (!task || fb_input_core_of(report->input, task->pid) != core)
			continue;
		memory->core = core;
		err = fb_find_process(report->input, task->pid, &memory->task);
		if (!err)
			err = count_memory(report, memory);
		if (!err)
			report->memory_count++;
		err = fb_input_do_without(report->input, err, "the memory of a process");
	}
	return err;
}

static struct fb_error *load_waits(struct fb_report *report)
{
	struct fb_wait_options options = {.files = report->sources.files,
					  .swap = report->sources.swap};

	return fb_input_do_without(report->input,
				   fb_waits_find(report->input, &options, &report->waits),
				   "who waits for whom");
}

static struct fb_error *load_kernel(struct fb_report *report)
{
	struct fb_kernel *kernel = fb_input_kernel(report->input);
	struct fb_error *err;

	err = fb_input_do_without(report->input, fb_modules_load(kernel, &report->modules),
				  "modules");
	if (!err)
		err = fb_input_do_without(report->input, fb_log_load(kernel, &report->log),
					  "the log");
	return err;
}

/* Where symbols or types are lost, which is a warning already, no task can be reached. What needs none is
 * shown all the same. */
static struct fb_error *load_tasks(struct fb_report *report)
{
	struct fb_error *err = fb_input_tasks(report->input, &report->tasks);

	if (!fb_error_is(err, FB_NOT_FOUND) || !fb_kernel_lost(fb_input_kernel(report->input)))
		return err;
	fb_error_destroy(err);
	report->tasks = NULL;
	return NULL;
}

/* What rests on no task. */
static struct fb_error *load_without_tasks(struct fb_report *report)
{
	struct fb_error *err = fb_input_cores(report->input, &report->cores, &report->core_count);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		fb_warn(report->context->warnings,
			"the cores are left out: without tasks nobody can tell whose they are");
		err = NULL;
	}
	if (err)
		return err;
	return fb_input_do_without(
		report->input, fb_bt_cpus_load(report->context, report->input, -1, &report->cpus),
		"what the CPUs ran");
}

static struct fb_error *load_check(struct fb_report *report)
{
	const struct fb_check_options options = {
		.waits = report->waits,
		.log = report->log,
		.modules = report->modules,
		.wait_options = {.files = report->sources.files, .swap = report->sources.swap},
	};

	return fb_check(report->input, &options, &report->check);
}

static struct fb_error *load_usage(struct fb_report *report)
{
	return fb_input_do_without(report->input, fb_mem_load(report->input, &report->usage),
				   "what memory is used for");
}

/* The kernel stack that the panic is about: of the CPU that a report in the log names, else of the one that panicked.
 */
static const struct fb_kernel_stack *panic_stack(const struct fb_report *report)
{
	const struct fb_panic *panic = &report->panic;
	const int cpu =
		panic->report.text && panic->report.cpu >= 0 ? panic->report.cpu : panic->cpu;

	for (size_t i = 0; i < report->cpus.count; i++)
		if (report->cpus.list[i].cpu == (uint32_t)cpu)
			return &report->cpus.list[i].stack;
	for (size_t i = 0; report->tasks && i < fb_tasks_count(report->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);
		const struct fb_thread_stack *stack = NULL;

		if (task->on_cpu && task->cpu == (uint32_t)cpu)
			stack = fb_report_stack_of(report, task);
		if (stack)
			return &stack->kernel;
	}
	return NULL;
}

static struct fb_error *load_assessment(struct fb_report *report)
{
	const struct fb_assessment_facts facts = {
		.panic = &report->panic,
		.tasks = report->tasks,
		.graph = report->waits ? fb_waits_graph(report->waits) : NULL,
		.analysis = report->waits ? fb_waits_analysis(report->waits) : NULL,
		.check = &report->check,
		.stack = panic_stack(report),
		.modules = report->modules,
		.files_wanted = report->wanted_count,
		.live = fb_dump_info(fb_input_dump(report->input))->live,
	};

	return fb_assess(&facts, &report->assessment);
}

static struct fb_error *load_parts(struct fb_report *report)
{
	struct fb_error *err;

	err = load_tasks(report);
	if (!err)
		err = fb_panic_find(report->input, &report->panic);
	if (!err)
		err = load_kernel(report);
	if (!err && !report->tasks) {
		err = load_without_tasks(report);
		return err ? err : load_check(report);
	}
	if (!err)
		err = fb_memory_sources_open(report->context, report->input, &report->sources);
	if (!err)
		err = fb_input_cores(report->input, &report->cores, &report->core_count);
	if (!err)
		err = fb_merge_count(report->input, &report->counts);
	if (!err)
		err = load_stacks(report);
	if (!err)
		err = load_waits(report);
	if (!err)
		err = load_memory(report);
	if (!err)
		err = load_usage(report);
	return err ? err : load_check(report);
}

struct fb_error *fb_report_load(struct fb_report *report)
{
	struct fb_error *err = load_parts(report);

	return err ? err : load_assessment(report);
}

void fb_report_deinit(struct fb_report *report)
{
	fb_assessment_deinit(&report->assessment);
	fb_report_anchors_deinit(report);
	free(report->groups);
	free(report->entries);
	fb_mem_deinit(&report->usage);
	fb_check_result_deinit(&report->check);
	fb_bt_cpus_deinit(&report->cpus);
	free(report->memory);
	fb_waits_destroy(report->waits);
	free(report->wanted);
	fb_thread_stacks_destroy(report->stacks);
	fb_log_destroy(report->log);
	fb_modules_destroy(report->modules);
	free(report->counts);
	fb_panic_deinit(&report->panic);
	fb_memory_sources_deinit(&report->sources);
}

void fb_report_without_tasks(struct fb_report *report)
{
	fb_html_element(
		&report->html, "p", "warn",
		"It cannot be told from this dump: see What is missing, and what would give it.");
}

/* Stacks stand in the order of the tasks: by PID and TID, which idle tasks share. */
static bool comes_before(const struct fb_task *one, const struct fb_task *other)
{
	return one->pid < other->pid || (one->pid == other->pid && one->tid < other->tid);
}

const struct fb_thread_stack *fb_report_stack_of(const struct fb_report *report,
						 const struct fb_task *task)
{
	size_t count = report->stacks ? fb_thread_stacks_count(report->stacks) : 0;
	size_t first = FB_LOWER_BOUND(
		i, count, comes_before(fb_thread_stacks_get(report->stacks, i)->task, task));

	for (; first < count; first++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(report->stacks, first);

		if (stack->task == task)
			return stack;
		if (stack->task->pid != task->pid || stack->task->tid != task->tid)
			break;
	}
	return NULL;
}

double fb_report_waited(const struct fb_report *report, const struct fb_task *task)
{
	const struct fb_wait *wait;
	size_t count = 0;

	if (!report->waits)
		return NAN;
	wait = fb_waits_of(report->waits, task->tid, &count);
	return count ? wait->seconds : NAN;
}
