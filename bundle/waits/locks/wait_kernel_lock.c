// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for a lock of the kernel: mutex, rw_semaphore, semaphore, rt_mutex.
 * The structure of the waiter is on its stack; the list that it is linked in leads to the lock, and
 * the lock names its owner (kernel/locking/). Called through the table in
 * bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/locks/recognise.h"
#include "bundle/waits/locks/wait_blocker.h"
#include "bundle/waits/locks/wait_lock_name.h"
#include "bundle/waits/locks/wait_rt_lock.h"
#include "kernel/image/thread_size.h"

/* Low bits of the owner word are flags: of a mutex waiters, handoff, pickup; of an rw_semaphore
 * reader-owned and non-spinnable; of an rt_mutex has-waiters. Tasks are aligned to more. */
#define RWSEM_READER_OWNED 1u
#define RWSEM_WRITER_LOCKED 1u /* of the count */
#define RWSEM_READER_SHIFT 8u

/* What tells one sort of lock from another. */
struct lock_sort {
	const char *kind; /* static */
	enum fb_wait_lock_sort noted;
	struct fb_wait_entry entry;
	const struct fb_field *list;  /* of the lock: a list_head that waiters are linked in; or */
	const struct fb_field *first; /* a pointer to one of the waiters, which are a ring */
	const struct fb_field *owner; /* of the lock; may be missing */
	/* Adds to the object of the graph who owns the lock. */
	struct fb_error *(*add_owner)(struct fb_wait_finder *finder, const struct lock_sort *sort,
				      uint64_t lock, size_t object);
};

/* The waiters of a ring that a stack word's lock may name as its first: those that were looked at are
 * enough to know the lock of a ring that is longer. */
#define RING 64u

/* Whether the pointer to the first waiter of a lock at that address leads into the ring. */
static struct fb_error *leads_to_ring(const struct fb_wait_finder *finder,
				      const struct lock_sort *sort, uint64_t lock,
				      const uint64_t *ring, size_t count, bool *leads_ret)
{
	uint64_t first = 0;
	struct fb_error *err;

	*leads_ret = false;
	if (!fb_kernel_address_ok(lock) || lock % 8)
		return NULL;
	err = fb_space_u64(finder->space, lock + sort->first->offset, &first);
	for (size_t i = 0; i < count && !err; i++)
		*leads_ret |= first == ring[i];
	return fb_part_skip(err);
}

/* A lock without a list's head is not linked with its waiters. The waiting functions keep its address
 * on the stack, where it is told by its pointer back to one of the waiters; the first of them is the
 * one before in the ring as a rule, since new ones are put at the end. */
static struct fb_error *find_by_ring(const struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked, const struct lock_sort *sort,
				     uint64_t waiter, uint64_t *lock_ret)
{
	uint64_t ring[RING], at = waiter + sort->entry.list;
	uint64_t end = blocked->task->stack + fb_thread_size(finder->kernel);
	size_t count = 0;
	bool leads = false;
	struct fb_error *err = NULL;

	while (count < RING && !err) {
		ring[count++] = at - sort->entry.list;
		err = fb_space_u64(finder->space, at + 8, &at); /* prev */
		if (!err && (at == waiter + sort->entry.list || !fb_kernel_address_ok(at)))
			break;
	}
	err = fb_part_skip(err);
	for (at = blocked->low; !err && at < end && at < blocked->high + 256; at += 8) {
		uint64_t word = 0;

		err = fb_space_u64(finder->space, at, &word);
		if (!err)
			err = leads_to_ring(finder, sort, word, ring, count, &leads);
		if (leads) {
			*lock_ret = word;
			return NULL;
		}
	}
	return err ? err
		   : fb_error_create(FB_NOT_FOUND,
				     "the lock that it is queued at is not on its stack");
}

/* The lock that the thread is queued at. */
static struct fb_error *find_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  const struct lock_sort *sort, uint64_t *lock_ret)
{
	uint64_t waiter, head;
	struct fb_error *err =
		sort->first && sort->first->found ? NULL : fb_layout_require(sort->list);

	if (!err && !sort->entry.size)
		err = fb_error_create(FB_NOT_FOUND, "this kernel's types have no waiter of a %s",
				      sort->kind);
	if (!err)
		err = fb_wait_entry_find(finder->kernel, &sort->entry, blocked->task->address,
					 blocked->low, blocked->high, &waiter);
	if (!err && sort->first && sort->first->found)
		return find_by_ring(finder, blocked, sort, waiter, lock_ret);
	if (!err)
		err = fb_wait_queue_head(finder, &sort->entry, waiter, &head);
	if (!err)
		*lock_ret = head - sort->list->offset;
	return err;
}

/* The owner that the lock names, if it is a task. */
static struct fb_error *add_owner(struct fb_wait_finder *finder, const struct lock_sort *sort,
				  uint64_t lock, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	const struct fb_task *owner;
	char none[128], there_is[64];
	uint64_t word = 0;
	struct fb_error *err = fb_kernel_field(finder->kernel, lock, sort->owner, &word);

	if (err)
		return err;
	owner = fb_wait_task_at(finder, word);
	if (owner) {
		object->certain = true;
		return fb_wait_graph_owner(&finder->graph, index, owner->tid, false);
	}
	if (!(word & ~7ull))
		return fb_wait_text(&object->need, "nobody held it at the panic: it was being "
						   "handed over");
	fb_wait_absence_of_tasks(finder, &absence);
	snprintf(none, sizeof(none),
		 "its owner word 0x%" PRIx64
		 " is no task: the owner has ended, or the word is damaged",
		 word);
	snprintf(there_is, sizeof(there_is), "its owner word 0x%" PRIx64 " is a task", word);
	return fb_wait_say_none(object, &absence, none, there_is);
}

static struct fb_error *add_wait(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 const struct lock_sort *sort, uint64_t lock, const char *evidence,
				 size_t *index_ret, bool *fresh_ret)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, sort->kind);
	struct fb_error *err;

	wait.evidence = evidence;
	err = fb_wait_graph_object(&finder->graph, "kernel lock", lock, 0, &wait.object, fresh_ret);
	if (!err && *fresh_ret)
		err = fb_wait_lock_name(finder, sort->kind, lock,
					&finder->graph.objects[wait.object]);
	if (!err)
		err = fb_wait_graph_add(&finder->graph, &wait);
	*index_ret = wait.object;
	return err;
}

/* Adds the thread's wait for its lock, and the owner of one that is new. */
static struct fb_error *wait_for(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 const struct lock_sort *sort)
{
	const char *evidence = "the lock that its task_struct names";
	uint64_t lock = 0;
	size_t index;
	bool fresh;
	struct fb_error *err =
		fb_part_skip(fb_wait_noted_lock(finder, blocked, sort->noted, &lock));

	if (!err && !lock) {
		evidence = "the waiter's structure on its kernel stack";
		err = find_lock(finder, blocked, sort, &lock);
	}
	if (!err)
		err = add_wait(finder, blocked, sort, lock, evidence, &index, &fresh);
	return err || !fresh ? err : sort->add_owner(finder, sort, lock, index);
}

struct fb_error *fb_wait_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	const struct lock_sort sort = {
		.kind = "kernel-mutex",
		.noted = FB_WAIT_MUTEX,
		.entry = {layout->mutex_waiter_list.offset, layout->mutex_waiter_task.offset,
			  layout->mutex_waiter.size},
		.list = &layout->mutex_wait_list,
		.first = &layout->mutex_first_waiter,
		.owner = &layout->mutex_owner,
		.add_owner = add_owner,
	};

	return wait_for(finder, blocked, &sort);
}

/* A reader records itself when it takes the lock and does not remove that when it releases it. A
 * recorded reader that sleeps in the kernel may still hold the lock, and so may others. */
static struct fb_error *add_reader(struct fb_wait_finder *finder, uint64_t owner, uint64_t count,
				   size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	const struct fb_task *reader = fb_wait_task_at(finder, owner);
	uint64_t readers = count >> RWSEM_READER_SHIFT & 0xffffff;
	struct fb_error *err;

	object->others = true;
	err = fb_wait_append(&object->detail, "held for reading by %" PRIu64, readers);
	if (err)
		return err;
	if (reader && reader->state == 'D')
		return fb_wait_graph_owner(&finder->graph, index, reader->tid, false);
	return fb_wait_text(&object->need,
			    "an rw_semaphore counts its readers and records only the "
			    "last one%s",
			    reader ? ", which no longer looks like one" : "");
}

static struct fb_error *add_rwsem_owner(struct fb_wait_finder *finder, const struct lock_sort *sort,
					uint64_t lock, size_t index)
{
	uint64_t owner, count;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, lock, &finder->layout->rwsem_owner, &owner);

	if (!err)
		err = fb_kernel_field(finder->kernel, lock, &finder->layout->rwsem_count, &count);
	if (err)
		return err;
	if ((owner & RWSEM_READER_OWNED) && !(count & RWSEM_WRITER_LOCKED))
		return add_reader(finder, owner, count, index);
	return add_owner(finder, sort, lock, index);
}

struct fb_error *fb_wait_rwsem(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	const struct lock_sort sort = {
		.kind = "rwsem",
		.noted = FB_WAIT_RWSEM,
		.entry = {layout->rwsem_waiter_list.offset, layout->rwsem_waiter_task.offset,
			  layout->rwsem_waiter.size},
		.list = &layout->rwsem_wait_list,
		.first = &layout->rwsem_first_waiter,
		.owner = &layout->rwsem_owner,
		.add_owner = add_rwsem_owner,
	};

	return wait_for(finder, blocked, &sort);
}

/* Who took a semaphore last may have given it back, and others may have it too. */
static struct fb_error *add_last_holder(struct fb_wait_finder *finder, const struct lock_sort *sort,
					uint64_t lock, size_t index)
{
	struct fb_error *err;

	if (!sort->owner->found)
		return fb_wait_text(&finder->graph.objects[index].need,
				    "a semaphore of the kernel does not record who holds it");
	err = add_owner(finder, sort, lock, index);
	finder->graph.objects[index].certain = false;
	finder->graph.objects[index].others = true;
	return err;
}

struct fb_error *fb_wait_semaphore(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	const struct lock_sort sort = {
		.kind = "kernel-semaphore",
		.noted = FB_WAIT_SEMAPHORE,
		.entry = {layout->semaphore_waiter_list.offset,
			  layout->semaphore_waiter_task.offset, layout->semaphore_waiter.size},
		.list = &layout->semaphore_wait_list,
		.first = &layout->semaphore_first_waiter,
		.owner = &layout->semaphore_last_holder,
		.add_owner = add_last_holder,
	};

	return wait_for(finder, blocked, &sort);
}

static const struct fb_field *rt_owner(const struct fb_wait_finder *finder)
{
	return finder->layout->rt_mutex_owner.found ? &finder->layout->rt_mutex_owner
						    : &finder->layout->rt_mutex_owner_older;
}

struct fb_error *fb_wait_rt_lock(struct fb_wait_finder *finder, const struct fb_task *task,
				 uint64_t *lock_ret)
{
	uint64_t waiter;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, task->address, &finder->layout->task_pi_blocked_on,
			      &waiter);
	if (!err && !waiter)
		err = fb_error_create(FB_NOT_FOUND, "it is queued at no rt_mutex");
	return err ? err
		   : fb_kernel_field(finder->kernel, waiter, &finder->layout->rt_mutex_waiter_lock,
				     lock_ret);
}

struct fb_error *fb_wait_add_rt_owner(struct fb_wait_finder *finder, uint64_t lock, size_t object)
{
	const struct lock_sort sort = {.kind = "rt-mutex", .owner = rt_owner(finder)};

	return add_owner(finder, &sort, lock, object);
}

struct fb_error *fb_wait_add_rt(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				const char *kind, uint64_t lock, const char *evidence,
				size_t *object_ret, bool *fresh_ret)
{
	const struct lock_sort sort = {.kind = kind};

	return add_wait(finder, blocked, &sort, lock, evidence, object_ret, fresh_ret);
}
