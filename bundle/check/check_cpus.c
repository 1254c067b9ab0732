// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks the CPUs: soft lockups, and threads that wait too long for their turn. Called by check.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/user.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/check/checks.h"
#include "bundle/stacks/worker_frames.h"
#include "kernel/stacks/stack_entry.h"

/* A thread that is ready to run gets a CPU within a fraction of a second. */
#define STARVES_S 10.0

/* What the CPU ran: "412 spin". */
static void current_text(const struct fb_run_queue *queue, char *to, size_t size)
{
	if (!queue->current)
		snprintf(to, size, "an unknown thread");
	else
		snprintf(to, size, "%d %s", queue->current->tid, fb_task_comm(queue->current).text);
}

static struct fb_error *add_queued(const struct fb_run_queue *queue, struct fb_finding *finding)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < queue->queued_count && !err; i++) {
		const struct fb_queued *queued = &queue->queued[i];
		char time[32] = "an unknown time";

		if (queued->waited_known)
			fb_text_duration((double)queued->waited_ns / 1e9, time, sizeof(time));
		err = fb_finding_evidence(finding, "%d %s has been ready to run for %s",
					  queued->task->tid, fb_task_comm(queued->task).text, time);
	}
	return err;
}

/* The flag of a CPU that takes interrupts (X86_EFLAGS_IF). */
#define INTERRUPTS_ON 0x200u

/* "it is in smp_call_function_single < bpf_prog_test_run_raw_tp, with interrupts off": where the CPU was stopped. */
static struct fb_error *add_place(const struct fb_check *check, const struct fb_run_queue *queue,
				  const struct fb_thread_stack *stack, struct fb_finding *finding)
{
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(stack, names);
	char frames[400] = "", name[96];
	struct user_regs_struct regs = {.eflags = INTERRUPTS_ON};
	struct fb_error *err =
		fb_part_skip(stack ? fb_cpu_regs(check->kernel, queue->cpu, &regs) : NULL);

	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(frames);

		fb_text_escape(names[i], strlen(names[i]), name, sizeof(name));
		snprintf(frames + used, sizeof(frames) - used, "%s%s", i ? " < " : "", name);
	}
	if (err || !count)
		return err;
	return fb_finding_evidence(finding, "it is in %s%s", frames,
				   regs.eflags & INTERRUPTS_ON ? "" : ", with interrupts off");
}

static struct fb_error *add_lockup(const struct fb_check *check, const struct fb_run_queue *queue,
				   const struct fb_thread_stack *stack)
{
	struct fb_finding *finding;
	struct fb_error *err;
	char what[96], time[32];

	current_text(queue, what, sizeof(what));
	err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "soft-lockup", "cpus", &finding,
			      "CPU %u is locked up: it ran %s, and switched threads last %s ago",
			      queue->cpu, what,
			      fb_text_duration(queue->watchdog_s, time, sizeof(time)));
	if (!err)
		err = add_place(check, queue, stack, finding);
	return err ? err : add_queued(queue, finding);
}

static struct fb_error *add_starving(const struct fb_check *check, const struct fb_run_queue *queue)
{
	struct fb_finding *finding;
	struct fb_error *err;
	char what[96], time[32];

	current_text(queue, what, sizeof(what));
	fb_text_duration((double)queue->queued[0].waited_ns / 1e9, time, sizeof(time));
	err = fb_findings_add(
		check->findings, FB_WEIGHT_SERIOUS, "cpu-starvation", "cpus", &finding,
		"%zu thread%s ready to run on CPU %u, the longest for %s, while it ran %s",
		queue->queued_count, queue->queued_count == 1 ? " is" : "s are", queue->cpu, time,
		what);
	return err ? err : add_queued(queue, finding);
}

struct fb_error *fb_check_queues(const struct fb_check *check, const struct fb_run_queues *queues,
				 uint32_t lockup_s, const struct fb_thread_stack *const *stack_of)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < queues->count && !err; i++) {
		const struct fb_run_queue *queue = &queues->queues[i];

		if (fb_run_queue_is_locked_up(queue, lockup_s))
			err = add_lockup(check, queue, stack_of ? stack_of[i] : NULL);
		else if (queue->queued_count && queue->queued[0].waited_known &&
			 (double)queue->queued[0].waited_ns / 1e9 > STARVES_S)
			err = add_starving(check, queue);
	}
	return err;
}

/* The stacks of what the CPUs ran that are locked up: of each queue; they stay NULL for the others, and where they cannot be
 * read. */
static struct fb_error *load_stacks(const struct fb_check *check,
				    const struct fb_run_queues *queues, uint32_t lockup_s,
				    const struct fb_thread_stack **stack_of,
				    struct fb_thread_stacks **stacks)
{
	const struct fb_thread_stacks_options kernel_half = {.kernel_only = true};
	const struct fb_task **tasks = NULL;
	size_t count = 0;
	struct fb_error *err =
		fb_alloc_array(queues->count, sizeof(*tasks), SIZE_MAX, "CPUs", &tasks);

	for (size_t i = 0; i < queues->count && !err; i++)
		if (fb_run_queue_is_locked_up(&queues->queues[i], lockup_s) &&
		    queues->queues[i].current)
			tasks[count++] = queues->queues[i].current;
	if (!err && count)
		err = fb_thread_stacks_load(check->input, &kernel_half, tasks, count, stacks);
	free(tasks);
	if (err || !*stacks)
		return fb_input_do_without(check->input, err, "stacks of CPUs");
	count = 0;
	for (size_t i = 0; i < queues->count; i++)
		if (fb_run_queue_is_locked_up(&queues->queues[i], lockup_s) &&
		    queues->queues[i].current)
			stack_of[i] = fb_thread_stacks_get(*stacks, count++);
	return NULL;
}

struct fb_error *fb_check_cpus(struct fb_check *check)
{
	const struct fb_thread_stack **stack_of = NULL;
	struct fb_thread_stacks *stacks = NULL;
	struct fb_run_queues queues;
	uint32_t lockup_s = 0;
	struct fb_error *err = fb_run_queues_load(check->kernel, check->tasks, &queues);

	if (err)
		return err;
	err = fb_soft_lockup_limit(check->kernel, &lockup_s);
	if (!err)
		err = fb_alloc_array(queues.count, sizeof(*stack_of), SIZE_MAX, "CPUs", &stack_of);
	if (!err)
		err = load_stacks(check, &queues, lockup_s, stack_of, &stacks);
	if (!err)
		err = fb_check_queues(check, &queues, lockup_s, stack_of);
	fb_thread_stacks_destroy(stacks);
	free(stack_of);
	fb_run_queues_deinit(&queues);
	return err;
}
