// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks the CPUs: soft lockups, and threads that wait too long for their turn. Called by check.c. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/check/checks.h"
#include "bundle/stacks/cpu_places.h"
#include "bundle/stacks/worker_frames.h"

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

/* "it is in smp_call_function_single < bpf_prog_test_run_raw_tp, with interrupts off": where the CPU was stopped. */
static struct fb_error *add_place(const struct fb_check *check, const struct fb_run_queue *queue,
				  const struct fb_thread_stack *stack, struct fb_finding *finding)
{
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(stack, names);
	char frames[400] = "", name[96];
	bool on, known;
	struct fb_error *err = fb_cpu_interrupts_on(check->kernel, queue->cpu, &on, &known);

	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(frames);

		fb_text_escape(names[i], strlen(names[i]), name, sizeof(name));
		snprintf(frames + used, sizeof(frames) - used, "%s%s", i ? " < " : "", name);
	}
	if (err || !count)
		return err;
	return fb_finding_evidence(finding, "it is in %s%s", frames,
				   on || !known ? "" : ", with interrupts off");
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

struct fb_error *fb_check_cpus(struct fb_check *check)
{
	struct fb_cpu_places places = {0};
	struct fb_run_queues queues;
	uint32_t lockup_s = 0;
	struct fb_error *err = fb_run_queues_load(check->kernel, check->tasks, &queues);

	if (err)
		return err;
	err = fb_soft_lockup_limit(check->kernel, &lockup_s);
	if (!err)
		err = fb_cpu_places_load(check->input, &queues, lockup_s, &places);
	if (!err)
		err = fb_check_queues(check, &queues, lockup_s, places.stack_of);
	fb_cpu_places_deinit(&places);
	fb_run_queues_deinit(&queues);
	return err;
}
