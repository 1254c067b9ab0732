// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads monitors of Java, and who has them. Called by java_locks.c. */
#include "user/runtimes/java/java_monitors.h"

#include <stdlib.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "user/runtimes/java/java_classes.h"
#include "user/runtimes/java/java_objects.h"

/* ObjectMonitor::ANONYMOUS_OWNER: some thread has it in its lock stack. */
#define ANONYMOUS 1u
/* ObjectMonitor::DEFLATER_MARKER: nobody has it, and it is about to be freed. */
#define DEFLATER 2u
/* LockStack::CAPACITY */
#define MOST_LOCKED 8u

static const enum fb_java_value needed[] = {FB_JAVA_MONITOR_OBJECT, FB_JAVA_MONITOR_OWNER};
static const enum fb_java_value lock_stack[] = {FB_JAVA_THREAD_LOCK_STACK, FB_JAVA_LOCK_STACK_TOP,
						FB_JAVA_LOCK_STACK_BASE};

/* The top of the stack is where the next object will be, in bytes from the JavaThread on. */
static struct fb_error *load_lock_stack(struct fb_java *java, size_t index)
{
	const uint64_t address = java->threads[index].address;
	const uint64_t stack = fb_java_value(java, FB_JAVA_THREAD_LOCK_STACK);
	const uint64_t first = stack + fb_java_value(java, FB_JAVA_LOCK_STACK_BASE);
	uint32_t top = 0;
	struct fb_error *err = fb_java_u32(java, address + stack, FB_JAVA_LOCK_STACK_TOP, &top);

	if (!err && (top < first || top > first + 8ull * MOST_LOCKED))
		err = fb_error_create(FB_CORRUPT, "a thread's lock stack ends at %u", top);
	for (uint64_t at = first; !err && at + 8 <= top; at += 8) {
		uint64_t object = 0;

		err = fb_space_u64(java->space, address + at, &object);
		if (!err && object)
			err = fb_u64_map_add(&java->lock_stacks, object, index,
					     MOST_LOCKED * FB_MAX_JAVA_THREADS, "locked objects",
					     NULL);
	}
	return fb_part_skip(err);
}

/* A lock stack that cannot be read costs its own objects: their owner is then not known. */
static struct fb_error *load_lock_stacks(struct fb_java *java)
{
	struct fb_error *err = NULL;

	if (java->has_lock_stacks)
		return NULL;
	java->has_lock_stacks = true;
	for (size_t i = 0; i < FB_ARRAY_SIZE(lock_stack); i++)
		if (!fb_java_has(java, lock_stack[i]))
			return NULL;
	for (size_t i = 0; i < java->thread_count && !err; i++)
		err = load_lock_stack(java, i);
	return err;
}

static int by_stack(const void *a, const void *b, void *context)
{
	const struct fb_java_thread *threads = context;
	const uint64_t x = threads[*(const size_t *)a].stack_low;
	const uint64_t y = threads[*(const size_t *)b].stack_low;

	return (x > y) - (x < y);
}

/* The thread on whose stack the address is. */
static struct fb_error *find_by_stack(struct fb_java *java, uint64_t address,
				      const struct fb_java_thread **thread_ret)
{
	const struct fb_java_thread *threads = java->threads;
	size_t behind;

	if (!threads)
		return NULL;
	if (!java->by_stack) {
		java->by_stack = calloc(java->thread_count + 1, sizeof(*java->by_stack));
		if (!java->by_stack)
			return fb_error_nomem();
		for (size_t i = 0; i < java->thread_count; i++)
			java->by_stack[i] = i;
		qsort_r(java->by_stack, java->thread_count, sizeof(*java->by_stack), by_stack,
			java->threads);
	}
	behind = FB_LOWER_BOUND(at, java->thread_count,
				threads[java->by_stack[at]].stack_low <= address);
	if (behind && address < threads[java->by_stack[behind - 1]].stack_high)
		*thread_ret = &threads[java->by_stack[behind - 1]];
	return NULL;
}

/* Some thread had it before it became an ObjectMonitor: that is known by its lock stack, or where on its stack the
 * object's word was kept. */
static struct fb_error *find_anonymous(struct fb_java *java, const struct fb_java_monitor *monitor,
				       const struct fb_java_thread **owner_ret)
{
	uint64_t locker = 0;
	const uint64_t *index;
	struct fb_error *err = load_lock_stacks(java);

	index = fb_u64_map_find(&java->lock_stacks, monitor->object);
	if (!err && monitor->object && index)
		*owner_ret = &java->threads[*index];
	if (err || *owner_ret || !fb_java_has(java, FB_JAVA_MONITOR_STACK_LOCKER))
		return err;
	err = fb_java_u64(java, monitor->address, FB_JAVA_MONITOR_STACK_LOCKER, &locker);
	return err || !locker ? err : find_by_stack(java, locker, owner_ret);
}

static struct fb_error *find_owner(struct fb_java *java, struct fb_java_monitor *monitor)
{
	const struct fb_java_thread *owner = NULL;
	struct fb_error *err = NULL;

	if (monitor->owner == DEFLATER)
		monitor->owner = 0;
	if (!monitor->owner)
		return NULL;
	if (monitor->owner == ANONYMOUS)
		err = find_anonymous(java, monitor, &owner);
	else if (fb_java_has(java, FB_JAVA_THREAD_OWNER_ID))
		owner = fb_java_thread_in(java, &java->by_owner_id, monitor->owner);
	else
		owner = fb_java_thread_in(java, &java->by_address, monitor->owner);
	if (!err && !owner && !fb_java_has(java, FB_JAVA_THREAD_OWNER_ID))
		err = find_by_stack(java, monitor->owner, &owner);
	if (owner)
		monitor->owner_thread = (size_t)(owner - java->threads) + 1;
	return err;
}

/* From 16 on, as monitors are in a list of their own, the monitor has a weak handle of its object, a word that has its
 * address (8247281, "migrate ObjectMonitor::_object to OopStorage"). */
static struct fb_error *read_object(struct fb_java *java, struct fb_java_monitor *monitor)
{
	uint64_t object = 0;
	struct fb_error *err = fb_java_u64(java, monitor->address, FB_JAVA_MONITOR_OBJECT, &object);

	if (!err && object && fb_java_has(java, FB_JAVA_MONITOR_LIST_HEAD))
		err = fb_space_u64(java->space, object, &object);
	if (err || !object)
		return err;
	if (java->no_objects)
		return fb_error_create(FB_UNSUPPORTED, "%s", java->no_objects);
	monitor->object = object;
	return fb_java_object_class(java, object, &monitor->class);
}

static struct fb_error *read_monitor(struct fb_java *java, struct fb_java_monitor *monitor)
{
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	if (!err)
		err = fb_java_u64(java, monitor->address, FB_JAVA_MONITOR_OWNER, &monitor->owner);
	if (!err)
		err = fb_part_reason(read_object(java, monitor), monitor->why,
				     sizeof(monitor->why));
	return err ? err : find_owner(java, monitor);
}

struct fb_error *fb_java_monitor(struct fb_java *java, uint64_t address,
				 const struct fb_java_monitor **monitor_ret)
{
	const uint64_t *index = fb_u64_map_find(&java->monitor_indexes, address);
	struct fb_java_monitor monitor = {.address = address};
	struct fb_error *err = NULL;

	if (index) {
		*monitor_ret = &java->monitors[*index];
		return NULL;
	}
	err = read_monitor(java, &monitor);
	if (!err)
		err = fb_grow_array(&java->monitors, &java->monitor_room, java->monitor_count,
				    sizeof(*java->monitors), FB_MAX_JAVA_MONITORS, "monitors");
	if (!err)
		err = fb_u64_map_add(&java->monitor_indexes, address, java->monitor_count,
				     FB_MAX_JAVA_MONITORS, "monitors", NULL);
	if (err)
		return err;
	java->monitors[java->monitor_count] = monitor;
	*monitor_ret = &java->monitors[java->monitor_count++];
	return NULL;
}
