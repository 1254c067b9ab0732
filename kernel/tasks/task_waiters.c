// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks that wait for the same lock or wait queue as a known task, and the owners of such locks. A thread that
 * sleeps for a lock or in a wait queue has an entry on its own stack, which points to the thread and is linked with the
 * entries of the others. Called by task.c where the first sources did not find all tasks.
 */
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/image/thread_size.h"
#include "kernel/tasks/task_table.h"

/* What is looked through of a stack, from where it sleeps: entries are in the frames of the
 * functions that sleep, some hundred bytes up; those of poll() have a kilobyte below them. */
#define WINDOW FB_PAGE_SIZE
/* Low bits of an owner's word are flags (kernel/locking/mutex.c, rwsem.c, rtmutex_common.h). */
#define OWNER_FLAGS 7ull

/* One sort of entry. */
struct waiter_sort {
	const struct fb_field *list, *task; /* of the entry */
	const struct fb_field *head;  /* of the lock that heads the list; NULL: a wait queue */
	const struct fb_field *owner; /* of the lock */
};

#define SORTS 4u

struct waiter_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	uint64_t thread_size;
	struct waiter_sort sorts[SORTS];
	struct fb_u64_map seen;         /* entries' list_heads */
	uint64_t steps;                 /* left to walk within lists */
	const struct waiter_sort *sort; /* of the list that is being walked */
};

/* What an owner's word names. */
static struct fb_error *add_owner(struct waiter_walk *walk, uint64_t lock,
				  const struct fb_field *owner)
{
	uint64_t word = 0;
	struct fb_error *err;

	if (!owner->found)
		return NULL;
	err = fb_kernel_field(walk->tasks->kernel, lock, owner, &word);
	return err ? err : fb_tasks_add_live(walk->tasks, word & ~OWNER_FLAGS, FB_FOUND_LOCK_OWNER);
}

/* Whether address is on the stack of what may be a task: false where no task can be read there. */
static struct fb_error *is_on_stack(struct waiter_walk *walk, uint64_t task, uint64_t address,
				    bool *is_ret)
{
	uint64_t stack = 0;
	struct fb_error *err = NULL;

	if (fb_kernel_address_ok(task))
		err = fb_part_skip(fb_kernel_field(walk->tasks->kernel, task,
						   &walk->layout->task_stack, &stack));
	*is_ret = stack && address - stack < walk->thread_size;
	return err;
}

/* Another entry of the list, on the stack of the task it names; or else the list's head, which is in
 * the lock. Entries that stand elsewhere name no task. */
static struct fb_error *visit_entry(void *context, uint64_t node)
{
	struct waiter_walk *walk = context;
	const struct waiter_sort *sort = walk->sort;
	uint64_t task = 0;
	bool fresh, is = false;
	struct fb_error *err =
		fb_u64_set_add(&walk->seen, node, FB_MAX_WAIT_QUEUE, "waiters", &fresh);

	if (err)
		return err;
	err = fb_kernel_field(walk->tasks->kernel, node - sort->list->offset, sort->task, &task);
	if (!err)
		err = is_on_stack(walk, task, node, &is);
	err = fb_part_skip(err); /* before a head at a page's start there may be nothing */
	if (err)
		return err;
	if (is)
		return fb_tasks_add_live(walk->tasks, task, FB_FOUND_WAITER);
	if (!sort->head || !sort->head->found)
		return NULL;
	err = add_owner(walk, node - sort->head->offset, sort->owner);
	return fb_tasks_broken(walk->tasks, err, FB_FOUND_LOCK_OWNER);
}

/* A list_head that is linked: a neighbour leads back to it. Other words of a stack do not. */
static struct fb_error *is_linked(struct waiter_walk *walk, uint64_t node, const uint64_t links[2],
				  bool *is_ret)
{
	struct fb_space *space = fb_kernel_space(walk->tasks->kernel);
	struct fb_error *err = NULL;

	*is_ret = false;
	for (unsigned way = 0; way < 2 && !err && !*is_ret; way++) {
		uint64_t back = 0;

		if (!fb_kernel_address_ok(links[way]) || links[way] == node)
			return NULL;
		err = fb_part_skip(
			fb_space_u64(space, links[way] + (way ? 0 : sizeof(back)), &back));
		*is_ret = back == node;
	}
	return err;
}

/* The word at `at` of the stack names the task whose stack it is: as an entry of one sort does? */
static struct fb_error *try_sort(struct waiter_walk *walk, const struct waiter_sort *sort,
				 uint64_t at, uint64_t low, const uint8_t *window, uint64_t size)
{
	uint64_t node = at - sort->task->offset + sort->list->offset, links[2];
	bool fresh, is;
	struct fb_error *err;

	if (node < low || node - low > size - sizeof(links))
		return NULL;
	memcpy(links, window + (node - low), sizeof(links));
	err = is_linked(walk, node, links, &is);
	if (err || !is)
		return err;
	err = fb_u64_set_add(&walk->seen, node, FB_MAX_WAIT_QUEUE, "waiters", &fresh);
	if (err || !fresh)
		return err;
	walk->sort = sort;
	return fb_kernel_ring(walk->tasks->kernel, node, &walk->steps, visit_entry, walk);
}

/* The part of a stack that is looked through; less where the next page is not in the dump. */
static struct fb_error *read_window(struct waiter_walk *walk, uint64_t low, uint64_t high,
				    uint8_t *window, uint64_t *size_ret)
{
	struct fb_space *space = fb_kernel_space(walk->tasks->kernel);
	uint64_t size = high - low < WINDOW ? high - low : WINDOW;
	uint64_t to_page_end = FB_PAGE_SIZE - low % FB_PAGE_SIZE;
	struct fb_error *err = fb_space_read(space, low, window, size);

	if (err && !fb_error_is_fatal(err) && to_page_end < size) {
		fb_error_destroy(err);
		size = to_page_end;
		err = fb_space_read(space, low, window, size);
	}
	if (!err)
		*size_ret = size;
	return err;
}

static struct fb_error *search_stack(struct waiter_walk *walk, const struct fb_task *task)
{
	uint8_t window[WINDOW];
	uint64_t sp = 0, size, word, end = task->stack + walk->thread_size;
	struct fb_error *err;

	if (task->on_cpu || !task->stack)
		return NULL;
	err = fb_kernel_field(walk->tasks->kernel, task->address, &walk->layout->task_thread_sp,
			      &sp);
	if (err || sp < task->stack || sp >= end || sp % sizeof(word))
		return err;
	err = read_window(walk, sp, end, window, &size);
	for (uint64_t at = 0; !err && at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, window + at, sizeof(word));
		for (unsigned i = 0; i < SORTS && word == task->address && !err; i++)
			if (walk->sorts[i].list->found && walk->sorts[i].task->found)
				err = fb_tasks_broken(
					walk->tasks,
					try_sort(walk, &walk->sorts[i], sp + at, sp, window, size),
					FB_FOUND_WAITER);
	}
	return err;
}

/* Locks that the task_struct itself names: an rt_mutex by the waiter, and from 6.18 on a mutex
 * (a4f0b6fef4b0). Where blocked_on is the mutex's waiter instead its first word is no task. */
static struct fb_error *follow_blocked(struct waiter_walk *walk, const struct fb_task *task)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t waiter = 0, lock = 0, mutex = 0;
	struct fb_error *err = NULL;

	if (layout->task_pi_blocked_on.found && layout->rt_mutex_waiter_lock.found)
		err = fb_kernel_field(kernel, task->address, &layout->task_pi_blocked_on, &waiter);
	if (!err && waiter)
		err = fb_kernel_field(kernel, waiter, &layout->rt_mutex_waiter_lock, &lock);
	if (!err && lock)
		err = add_owner(walk, lock,
				layout->rt_mutex_owner.found ? &layout->rt_mutex_owner
							     : &layout->rt_mutex_owner_older);
	if (!err && layout->task_blocked_on.found)
		err = fb_kernel_field(kernel, task->address, &layout->task_blocked_on, &mutex);
	if (!err && fb_kernel_address_ok(mutex))
		err = add_owner(walk, mutex, &layout->mutex_owner);
	return err;
}

struct fb_error *fb_tasks_from_waiters(struct fb_tasks *tasks)
{
	const struct fb_layout *layout = fb_kernel_layout(tasks->kernel);
	struct waiter_walk walk = {
		.tasks = tasks,
		.layout = layout,
		.thread_size = fb_thread_size(tasks->kernel),
		.sorts =
			{
				{&layout->mutex_waiter_list, &layout->mutex_waiter_task,
				 &layout->mutex_wait_list, &layout->mutex_owner},
				{&layout->rwsem_waiter_list, &layout->rwsem_waiter_task,
				 &layout->rwsem_wait_list, &layout->rwsem_owner},
				{&layout->semaphore_waiter_list, &layout->semaphore_waiter_task,
				 &layout->semaphore_wait_list, &layout->semaphore_last_holder},
				{&layout->wait_entry_list, &layout->wait_entry_private, NULL, NULL},
			},
		.steps = FB_MAX_WAIT_QUEUE,
	};
	struct fb_error *err = NULL;

	if (!layout->task_thread_sp.found || !layout->task_stack.found)
		return NULL;
	/* The table grows, and moves, under the loop. */
	for (size_t i = 0; i < tasks->count && !err; i++) {
		const struct fb_task task = tasks->tasks[i];

		err = fb_tasks_broken(tasks, search_stack(&walk, &task), FB_FOUND_WAITER);
		if (!err)
			err = fb_tasks_broken(tasks, follow_blocked(&walk, &task),
					      FB_FOUND_LOCK_OWNER);
	}
	fb_u64_map_deinit(&walk.seen);
	return err;
}
