// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks semaphores and message queues: threads that have long waited for room in a full queue, or for a semaphore that
 * a process is known to hold. Threads that wait for a message, or for a semaphore that nobody holds, may be servers
 * that have nothing to do. Called by check.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/check/checks.h"
#include "kernel/tasks/run_queue.h"

/* A message is taken, and a semaphore given back, within moments, as a rule. */
#define WAITS_S 10.0

/* For how long the thread has slept; 0: unknown. */
static struct fb_error *slept(const struct fb_check *check, const struct fb_task *task,
			      uint64_t now, double *seconds_ret)
{
	uint64_t ran = 0;
	struct fb_error *err = fb_part_skip(
		fb_kernel_field(check->kernel, task->address,
				&fb_kernel_layout(check->kernel)->task_exec_start, &ran));

	*seconds_ret = ran && ran < now ? (double)(now - ran) / 1e9 : 0;
	return err;
}

/* The threads that wait in one way, and the one that has waited longest. */
struct waiting {
	size_t count;
	const struct fb_task *longest; /* NULL: none that is known */
	double seconds;
};

static struct fb_error *count_waiting(const struct fb_check *check,
				      const struct fb_ipc_object *object, enum fb_ipc_wait kind,
				      uint64_t now, struct waiting *waiting)
{
	struct fb_error *err = NULL;

	*waiting = (struct waiting){0};
	for (size_t i = 0; i < object->waiter_count && !err; i++) {
		double seconds = 0;

		if (object->waiters[i].kind != kind)
			continue;
		waiting->count++;
		if (!object->waiters[i].task)
			continue;
		err = slept(check, object->waiters[i].task, now, &seconds);
		if (seconds > waiting->seconds) {
			waiting->seconds = seconds;
			waiting->longest = object->waiters[i].task;
		}
	}
	return err;
}

/* "161 msg-sender has waited for 1 min 9 s"; nothing where none of them is known. */
static struct fb_error *add_longest(const struct waiting *waiting, struct fb_finding *finding)
{
	char time[32];

	if (!waiting->longest)
		return NULL;
	return fb_finding_evidence(finding, "%d %s has waited for %s", waiting->longest->tid,
				   fb_task_comm(waiting->longest).text,
				   fb_text_duration(waiting->seconds, time, sizeof(time)));
}

/* "message queue 3 (key 0x12)", "message queue /name". */
static void queue_text(const struct fb_ipc_object *object, char *to, size_t size)
{
	char name[256] = "?";

	if (object->kind == FB_IPC_MESSAGE_QUEUE) {
		snprintf(to, size, "message queue %d (key 0x%" PRIx32 ")", object->id, object->key);
		return;
	}
	if (object->name)
		fb_text_escape(object->name, strlen(object->name), name, sizeof(name));
	snprintf(to, size, "message queue /%s", name);
}

static struct fb_error *check_queue(const struct fb_check *check,
				    const struct fb_ipc_object *object, uint64_t now)
{
	char name[288], messages[32], bytes[32];
	struct fb_finding *finding;
	struct waiting waiting;
	struct fb_error *err = count_waiting(check, object, FB_IPC_SEND, now, &waiting);

	if (err || waiting.seconds < WAITS_S)
		return err;
	queue_text(object, name, sizeof(name));
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "queue-full", "ipcs", &finding,
			      "%s is full: %zu thread%s to send", name, waiting.count,
			      waiting.count == 1 ? " waits" : "s wait");
	if (!err)
		err = fb_finding_evidence(
			finding, "it has %s messages of %s, and nobody receives them",
			fb_text_count(object->messages, messages, sizeof(messages)),
			fb_text_size(object->bytes, bytes, sizeof(bytes)));
	return err ? err : add_longest(&waiting, finding);
}

static struct fb_error *add_holder(const struct fb_ipc_object *object,
				   const struct fb_ipc_holder *holder, struct fb_finding *finding)
{
	return fb_finding_evidence(finding,
				   "%d %s took %" PRId32 " from semaphore %" PRIu32
				   ", whose value is %" PRId32 ", and has not given back",
				   holder->task->pid, fb_task_comm(holder->task).text,
				   holder->units, holder->number,
				   object->semaphores[holder->number].value);
}

/* Only a semaphore that is used with SEM_UNDO, as semaphores that are locks should be, tells who holds it. */
static struct fb_error *check_set(const struct fb_check *check, const struct fb_ipc_object *object,
				  uint64_t now)
{
	const struct fb_ipc_holder *first = NULL;
	struct fb_finding *finding;
	struct waiting waiting;
	struct fb_error *err = count_waiting(check, object, FB_IPC_SEMAPHORE, now, &waiting);

	for (size_t i = 0; i < object->holder_count && !first; i++)
		if (object->holders[i].task)
			first = &object->holders[i];
	if (err || waiting.seconds < WAITS_S || !first)
		return err;
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "semaphore-held", "ipcs",
			      &finding,
			      "%zu thread%s for semaphore set %d (key 0x%" PRIx32
			      "), of which %d %s holds a semaphore",
			      waiting.count, waiting.count == 1 ? " waits" : "s wait", object->id,
			      object->key, first->task->pid, fb_task_comm(first->task).text);
	for (size_t i = 0; i < object->holder_count && !err; i++)
		if (object->holders[i].task && object->holders[i].number < object->semaphore_count)
			err = add_holder(object, &object->holders[i], finding);
	return err ? err : add_longest(&waiting, finding);
}

struct fb_error *fb_check_ipc_object(const struct fb_check *check,
				     const struct fb_ipc_object *object, uint64_t now)
{
	switch (object->kind) {
	case FB_IPC_SEMAPHORE_SET:
		return check_set(check, object, now);
	case FB_IPC_MESSAGE_QUEUE:
	case FB_IPC_POSIX_QUEUE:
		return check_queue(check, object, now);
	default:
		return NULL;
	}
}

struct fb_error *fb_check_ipc(struct fb_check *check)
{
	struct fb_ipc ipc;
	uint64_t now = 0;
	struct fb_error *err = fb_ipc_load(check->kernel, check->tasks, &ipc);

	if (err)
		return err;
	err = fb_scheduler_now(check->kernel, &now);
	for (size_t i = 0; i < ipc.count && !err; i++)
		for (size_t k = 0; k < ipc.namespaces[i].count && !err; k++)
			err = fb_check_ipc_object(check, &ipc.namespaces[i].objects[k], now);
	fb_ipc_deinit(&ipc);
	return err;
}
