// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for a System V semaphore. Sets are identified by their addresses, because the same
 * number can occur in two IPC namespaces. The kernel has no holder of a semaphore, and any process that has the number
 * of the set may raise one, so that no owner is certain. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/part.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/ipc/recognise.h"
#include "bundle/waits/ipc/wait_ipc_object.h"

/* Semaphores at the start of a set that a wait is looked for at: the kernel allows 32,000, programs use
 * few, and each costs a read for each waiter. */
#define MOST_SEMAPHORES 256u

/* Whether a semaphore set of the number that the call names is there. Notes in *absence where that cannot be
 * known. */
static struct fb_error *is_set(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			       uint64_t set, bool *is_ret, struct fb_wait_absence *absence)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t id = 0;
	struct fb_error *err = fb_layout_require(&layout->semset_perm);

	if (!err)
		err = fb_kernel_field(finder->kernel, set + layout->semset_perm.offset,
				      &layout->ipc_id, &id);
	*is_ret = !err && blocked->has_regs && (uint32_t)id == (uint32_t)blocked->args[0];
	return fb_wait_absence_of(absence, err);
}

/* A thread waits in a list of the whole set, or of one semaphore of it: which one is not known, so that
 * the set is looked for before it, and believed by its number. */
static struct fb_error *find_set(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint64_t head, uint64_t *set_ret)
{
	const struct fb_layout *layout = finder->layout;
	const struct fb_field *const lists[][2] = {{&layout->semset_alter, &layout->sem_alter},
						   {&layout->semset_const, &layout->sem_const}};
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	bool is = false;
	struct fb_error *err = fb_layout_require(&layout->semset_semaphores);

	for (size_t i = 0; i < FB_ARRAY_SIZE(lists) && !err; i++) {
		err = fb_layout_require(lists[i][0]);
		if (!err)
			err = fb_layout_require(lists[i][1]);
		if (!err)
			err = is_set(finder, blocked, head - lists[i][0]->offset, &is, &absence);
		if (is) {
			*set_ret = head - lists[i][0]->offset;
			return NULL;
		}
		for (uint32_t k = 0; !err && k < MOST_SEMAPHORES; k++) {
			/* struct sem is aligned to cache lines. */
			uint64_t set = head - lists[i][1]->offset -
				       layout->semset_semaphores.offset -
				       (uint64_t)k * layout->sem.size;

			if (set % 64 == 0)
				err = is_set(finder, blocked, set, &is, &absence);
			if (is) {
				*set_ret = set;
				return NULL;
			}
		}
	}
	return err ? err
		   : fb_wait_none_error(&absence, "its semaphore set was not found",
					"a semaphore set has it in a list");
}

/* The operation at which the thread's semop() stopped. */
struct wanted {
	bool known;
	uint32_t number; /* of the semaphore in its set */
	int32_t change; /* that the thread wants to make to its value; 0: it waits until that is 0 */
};

/* Kernels note it in the thread's sem_queue, in member blocking. Only fatal errors. */
static struct fb_error *read_wanted(const struct fb_wait_finder *finder, uint64_t waiter,
				    struct wanted *wanted)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t operation = 0, number = 0, change = 0;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, waiter, &layout->sem_queue_blocking, &operation);

	if (!err && !operation)
		return NULL;
	if (!err)
		err = fb_kernel_field(finder->kernel, operation, &layout->sembuf_number, &number);
	if (!err)
		err = fb_kernel_field(finder->kernel, operation, &layout->sembuf_change, &change);
	if (!err)
		*wanted = (struct wanted){
			.known = true,
			.number = (uint32_t)number,
			.change = (int16_t)change,
		};
	return fb_part_skip(err);
}

/* Adds a process as one that is likely to hold the semaphore. why: "has taken 1". */
static struct fb_error *add_process(struct fb_wait_finder *finder, size_t index, int32_t pid,
				    const char *why)
{
	const struct fb_task *task = fb_tasks_by_tid(finder->tasks, pid);
	struct fb_comm_text comm = {.text = ""};
	struct fb_error *err;

	if (task)
		comm = fb_task_comm(task);
	err = fb_wait_append(&finder->graph.objects[index].detail, "%" PRId32 "%s%s %s", pid,
			     *comm.text ? " " : "", comm.text, why);
	return err || !task ? err : fb_wait_graph_owner(&finder->graph, index, task->pid, true);
}

/* Whether a thread of the process is among those that wait for the set. */
static bool is_waiting(const struct fb_ipc_object *set, int32_t pid)
{
	for (size_t i = 0; i < set->waiter_count; i++)
		if (set->waiters[i].task && set->waiters[i].task->pid == pid)
			return true;
	return false;
}

/* Who is likely to hold the semaphore: who took it with SEM_UNDO, of which the kernel keeps account; else who operated
 * on it last, after which it had too little for the thread. A process that waits for the set itself is left out: it
 * has initialised the semaphore, or lost count. */
static struct fb_error *add_likely(struct fb_wait_finder *finder, const struct fb_ipc_object *set,
				   const struct wanted *wanted, size_t index)
{
	size_t holders = 0;
	struct fb_error *err = NULL;

	if (!wanted->known || wanted->number >= set->semaphore_count)
		return NULL;
	err = fb_wait_append(&finder->graph.objects[index].detail,
			     "semaphore %" PRIu32 " is at %" PRId32, wanted->number,
			     set->semaphores[wanted->number].value);
	for (size_t i = 0; i < set->holder_count && !err; i++) {
		const struct fb_ipc_holder *holder = &set->holders[i];
		char why[48];

		if (holder->number != wanted->number || !holder->task)
			continue;
		holders++;
		snprintf(why, sizeof(why), "has taken %" PRId32 " with SEM_UNDO", holder->units);
		err = add_process(finder, index, holder->task->pid, why);
	}
	if (!err && !holders && wanted->change < 0) {
		const int32_t pid = set->semaphores[wanted->number].pid;

		if (pid && !is_waiting(set, pid))
			err = add_process(finder, index, pid, "operated on it last");
	}
	return err;
}

static struct fb_error *describe_wanted(const struct wanted *wanted, char **detail)
{
	if (!wanted->known)
		return NULL;
	return wanted->change ? fb_wait_text(detail, "it wants %" PRId32 " of semaphore %" PRIu32,
					     -wanted->change, wanted->number)
			      : fb_wait_text(detail, "it waits until semaphore %" PRIu32 " is 0",
					     wanted->number);
}

static struct fb_error *describe_set(struct fb_wait_finder *finder, const struct fb_ipc_object *set,
				     const struct wanted *wanted, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	char size[32] = "";
	struct fb_error *err;

	if (set->set_size)
		snprintf(size, sizeof(size), ", of %" PRIu32, set->set_size);
	object->others = true;
	err = fb_wait_text(&object->name, "semaphore set %" PRId32 ", key 0x%" PRIx32 "%s", set->id,
			   set->key, size);
	if (!err)
		err = fb_wait_text(&object->need,
				   "any process of its IPC namespace that may use the set");
	return err ? err : add_likely(finder, set, wanted, index);
}

struct fb_error *fb_wait_semop(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "semop");
	struct fb_ipc_object object = {0};
	struct wanted wanted = {0};
	uint64_t waiter, head, set = 0;
	bool fresh = false;
	struct fb_error *err;

	err = fb_wait_ipc_queue(finder, blocked, &finder->layout->sem_queue_list,
				&finder->layout->sem_queue_task, &waiter, &head);
	if (!err)
		err = find_set(finder, blocked, head, &set);
	if (!err)
		err = read_wanted(finder, waiter, &wanted);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "semaphore set", set,
					   wanted.known ? wanted.number + 1ull : 0, &wait.object,
					   &fresh);
	if (!err && fresh)
		err = fb_wait_ipc_read(finder, FB_IPC_SEMAPHORE_SET, set, &object);
	if (!err && fresh)
		err = describe_set(finder, &object, &wanted, wait.object);
	fb_ipc_object_deinit(&object);
	if (!err)
		err = describe_wanted(&wanted, &wait.detail);
	wait.evidence = "the list that its structure on the kernel stack is in";
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
