// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the structure by which a thread waits on its kernel stack, and the queue that this
 * structure is linked in. Called by the recognisers of whatever has a wait queue.
 */
#include "bundle/waits/finder/wait_queue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "bundle/waits/finder/wait_types.h"
#include "kernel/image/thread_size.h"

/* What is looked through of one stack: the frames of the sleeping functions, some hundred bytes. */
#define WINDOW 2048u

/* The entries of all queues that were walked: the list_head of each, and that of its queue (0: the queue
 * is broken). */
struct queues {
	struct fb_u64_map heads;
};

static void deinit(void *state)
{
	struct queues *queues = state;

	fb_u64_map_deinit(&queues->heads);
}

static const struct fb_wait_state QUEUES = {sizeof(struct queues), deinit};

static struct fb_error *put(struct queues *queues, uint64_t node, uint64_t head)
{
	struct fb_error *err =
		fb_u64_map_add(&queues->heads, node, head, FB_MAX_WAITS, "waiters in queues", NULL);

	if (!err)
		*fb_u64_map_find(&queues->heads, node) = head;
	return err;
}

/* Whether next->prev and prev->next are the node itself. */
static struct fb_error *is_linked(const struct fb_kernel *kernel, uint64_t node,
				  const uint64_t links[2], bool *is_ret)
{
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t back = 0, forth = 0;
	struct fb_error *err;

	*is_ret = false;
	if (!fb_kernel_address_ok(links[0]) || !fb_kernel_address_ok(links[1]))
		return NULL;
	err = fb_space_u64(space, links[0] + 8, &back);
	if (!err)
		err = fb_space_u64(space, links[1], &forth);
	*is_ret = back == node && forth == node;
	return fb_part_skip(err);
}

struct fb_error *fb_wait_entry_find(const struct fb_kernel *kernel,
				    const struct fb_wait_entry *entry, uint64_t task, uint64_t low,
				    uint64_t high, uint64_t *address_ret)
{
	uint8_t window[WINDOW];
	uint64_t size = high > low ? high - low : 0, word, links[2];
	bool linked;
	struct fb_error *err;

	if (size > sizeof(window))
		size = sizeof(window);
	if (entry->size > size || entry->task > entry->size - 8 || entry->list > entry->size - 16)
		return fb_error_create(FB_NOT_FOUND, "no waiter's structure fits on the stack");
	err = fb_space_read(fb_kernel_space(kernel), low, window, size);
	if (err)
		return err;
	for (uint64_t at = 0; at <= size - entry->size; at += 8) {
		memcpy(&word, window + at + entry->task, sizeof(word));
		if (word != task)
			continue;
		memcpy(links, window + at + entry->list, sizeof(links));
		err = is_linked(kernel, low + at + entry->list, links, &linked);
		if (err)
			return err;
		if (!linked)
			continue;
		*address_ret = low + at;
		return NULL;
	}
	return fb_error_create(FB_NOT_FOUND,
			       "the structure that queues the thread was not found on its stack");
}

/* Whether the node is in a waiter's structure on the stack of the task it names. */
static struct fb_error *is_waiter(const struct fb_kernel *kernel, const struct fb_tasks *tasks,
				  const struct fb_wait_entry *entry, uint64_t node,
				  uint64_t thread_size, bool *is_ret)
{
	const struct fb_task *task;
	uint64_t address = 0;
	struct fb_error *err;

	err = fb_space_u64(fb_kernel_space(kernel), node - entry->list + entry->task, &address);
	task = !err && address ? fb_tasks_by_address(tasks, address) : NULL;
	*is_ret = task && node - task->stack < thread_size;
	return fb_part_skip(err);
}

/* Follows the links from node to the head; each node on the way is then known. */
static struct fb_error *walk(struct queues *queues, const struct fb_kernel *kernel,
			     const struct fb_tasks *tasks, const struct fb_wait_entry *entry,
			     uint64_t node, uint64_t *head_ret)
{
	uint64_t thread_size = fb_thread_size(kernel), at = node, head = 0;
	const uint64_t *known = NULL;
	struct fb_error *err = NULL;

	for (uint32_t count = 0; count < FB_MAX_WAIT_QUEUE && !err; count++) {
		bool is = true;

		/* A loop that leaves out the head comes back to a node that is known. */
		known = count ? fb_u64_map_find(&queues->heads, at) : NULL;
		if (known) {
			head = *known;
			break;
		}
		if (count)
			err = is_waiter(kernel, tasks, entry, at, thread_size, &is);
		if (!err && !is) {
			head = at;
			break;
		}
		if (!err)
			err = put(queues, at, 0);
		if (err)
			return err;
		err = fb_space_u64(fb_kernel_space(kernel), at, &at);
		if (!err && !fb_kernel_address_ok(at))
			err = fb_error_create(FB_CORRUPT, "link 0x%" PRIx64, at);
	}
	/* A link that cannot be read leaves the queue without a head. */
	err = fb_part_skip(err);
	for (at = node; head && !err && at != head;) {
		known = fb_u64_map_find(&queues->heads, at);
		if (!known || *known)
			break;
		err = put(queues, at, head);
		if (!err)
			err = fb_space_u64(fb_kernel_space(kernel), at, &at);
	}
	*head_ret = head;
	return err;
}

struct fb_error *fb_wait_queue_head(struct fb_wait_finder *finder,
				    const struct fb_wait_entry *entry, uint64_t address,
				    uint64_t *head_ret)
{
	uint64_t node = address + entry->list, head = 0;
	const uint64_t *known;
	struct queues *queues;
	struct fb_error *err = fb_wait_state(finder, &QUEUES, &queues);

	if (err)
		return err;
	known = fb_u64_map_find(&queues->heads, node);
	if (known)
		head = *known;
	else
		err = walk(queues, finder->kernel, finder->tasks, entry, node, &head);
	if (err)
		return err;
	if (!head)
		return fb_error_create(FB_CORRUPT, "the queue of waiters is broken");
	*head_ret = head;
	return NULL;
}

struct fb_error *fb_wait_queue_of(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  uint64_t *head_ret)
{
	const struct fb_layout *layout = finder->layout;
	const struct fb_wait_entry entry = {layout->wait_entry_list.offset,
					    layout->wait_entry_private.offset,
					    layout->wait_queue_entry.size};
	uint64_t address;
	struct fb_error *err = fb_layout_require(&layout->wait_entry_list);

	if (!err)
		err = fb_layout_require(&layout->wait_entry_private);
	if (!err)
		err = fb_wait_entry_find(finder->kernel, &entry, blocked->task->address,
					 blocked->low, blocked->high, &address);
	return err ? err : fb_wait_queue_head(finder, &entry, address, head_ret);
}

struct fb_error *fb_wait_completion_of(struct fb_wait_finder *finder,
				       const struct fb_blocked *blocked, uint64_t *head_ret)
{
	struct fb_wait_entry entry;
	uint64_t waiter;
	struct fb_error *err = fb_wait_member(finder, "swait_queue", "task_list", &entry.list);

	if (!err)
		err = fb_wait_member(finder, "swait_queue", "task", &entry.task);
	if (err)
		return err;
	entry.size = (entry.list > entry.task ? entry.list + 8 : entry.task) + 8;
	err = fb_wait_entry_find(finder->kernel, &entry, blocked->task->address, blocked->low,
				 blocked->high, &waiter);
	return err ? err : fb_wait_queue_head(finder, &entry, waiter, head_ret);
}
