// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds what threads of Java wait for. Called by runtimes.c and bundle/waits. */
#include "user/runtimes/java/java_locks.h"

#include <string.h>

#include "base/part.h"
#include "user/runtimes/java/java_classes.h"
#include "user/runtimes/java/java_monitors.h"
#include "user/runtimes/java/java_objects.h"
#include "user/runtimes/java/java_private.h"

/* ReentrantReadWriteLock.Sync.SHARED_SHIFT: above these bits of its state, which is of 32 bits or from 25 on of 64, is
 * how often it is taken for reading. */
#define SHARED_SHIFT 16u
#define WIDE_SHARED_SHIFT 32u

const char *fb_java_wait_verb(enum fb_java_wait_kind kind)
{
	switch (kind) {
	case FB_JAVA_ENTER:
		return "waiting to lock";
	case FB_JAVA_REENTER:
		return "waiting to re-lock in wait()";
	case FB_JAVA_NOTIFY:
	case FB_JAVA_JOIN:
		return "waiting on";
	case FB_JAVA_UNPARK:
	case FB_JAVA_SLEEP:
		return NULL;
	default:
		return "parking to wait for";
	}
}

/* A thread that is woken from wait() has to enter the monitor again; it is then blocked. */
static struct fb_error *find_kind(struct fb_java *java, const struct fb_java_thread *thread,
				  struct fb_java_wait *wait)
{
	const struct fb_java_class *class = NULL;
	struct fb_error *err = NULL;

	wait->kind = FB_JAVA_NOTIFY;
	if (thread->pending)
		wait->kind = FB_JAVA_ENTER;
	else if (thread->state && !strcmp(thread->state, "BLOCKED"))
		wait->kind = FB_JAVA_REENTER;
	else if (wait->class)
		err = fb_java_class(java, wait->object, &class);
	if (!err && class && class->role == FB_JAVA_ROLE_THREAD) {
		wait->kind = FB_JAVA_JOIN;
		wait->owner = fb_java_thread_in(java, &java->by_object, wait->object);
	}
	return err;
}

static struct fb_error *find_monitor(struct fb_java *java, const struct fb_java_thread *thread,
				     struct fb_java_wait *wait)
{
	const struct fb_java_monitor *monitor = NULL;
	struct fb_error *err = fb_java_monitor(
		java, thread->pending ? thread->pending : thread->waiting, &monitor);

	if (err)
		return err;
	wait->object = monitor->object;
	wait->class = monitor->class;
	memcpy(wait->why, monitor->why, sizeof(wait->why));
	wait->owner_field = fb_java_monitor_owner_field(java, monitor);
	err = find_kind(java, thread, wait);
	if (err || (wait->kind != FB_JAVA_ENTER && wait->kind != FB_JAVA_REENTER))
		return err;
	wait->has_owner = monitor->owner != 0;
	if (monitor->owner_thread)
		wait->owner = &java->threads[monitor->owner_thread - 1];
	return NULL;
}

/* The thread to which a member of the object refers. */
static struct fb_error *read_owner(struct fb_java *java, uint32_t offset, struct fb_java_wait *wait)
{
	uint64_t owner = 0;
	struct fb_error *err;

	if (!offset)
		return NULL;
	err = fb_java_reference(java, wait->object + offset, &owner);
	if (err || !owner)
		return err;
	wait->has_owner = true;
	wait->owner_field = wait->object + offset;
	wait->owner = fb_java_thread_in(java, &java->by_object, owner);
	return NULL;
}

/* A lock that no thread has for writing some may have for reading. Only the first of them is recorded in the lock. */
static struct fb_error *read_readers(struct fb_java *java, const struct fb_java_class *class,
				     struct fb_java_wait *wait)
{
	if (wait->has_owner)
		return NULL;
	wait->readers =
		(uint32_t)(wait->state >> (class->wide_state ? WIDE_SHARED_SHIFT : SHARED_SHIFT));
	return wait->readers ? read_owner(java, class->first_reader, wait) : NULL;
}

static enum fb_java_wait_kind kind_of(enum fb_java_role role)
{
	switch (role) {
	case FB_JAVA_ROLE_LOCK:
	case FB_JAVA_ROLE_READ_WRITE:
		return FB_JAVA_LOCK;
	case FB_JAVA_ROLE_STAMPED:
		return FB_JAVA_STAMPED;
	case FB_JAVA_ROLE_COUNT_DOWN:
		return FB_JAVA_LATCH;
	case FB_JAVA_ROLE_SEMAPHORE:
		return FB_JAVA_SEMAPHORE;
	case FB_JAVA_ROLE_CONDITION:
		return FB_JAVA_CONDITION;
	case FB_JAVA_ROLE_FUTURE:
		return FB_JAVA_FUTURE;
	default:
		return FB_JAVA_PARK;
	}
}

static struct fb_error *read_state(const struct fb_java *java, const struct fb_java_class *class,
				   struct fb_java_wait *wait)
{
	uint32_t state = 0;
	struct fb_error *err;

	if (!class->state)
		return NULL;
	if (class->wide_state)
		return fb_space_u64(java->space, wait->object + class->state, &wait->state);
	err = fb_space_u32(java->space, wait->object + class->state, &state);
	wait->state = state;
	return err;
}

static struct fb_error *read_blocker(struct fb_java *java, struct fb_java_wait *wait)
{
	const struct fb_java_class *found = NULL;
	struct fb_java_class class;
	struct fb_error *err = fb_java_object_class(java, wait->object, &wait->class);

	if (!err)
		err = fb_java_class(java, wait->object, &found);
	if (err)
		return err;
	class = *found;
	wait->kind = kind_of(class.role);
	err = read_state(java, &class, wait);
	if (!err)
		err = read_owner(java, class.owner, wait);
	if (!err && class.role == FB_JAVA_ROLE_READ_WRITE)
		err = read_readers(java, &class, wait);
	return err;
}

/* What was given to LockSupport.park(); none: *found_ret stays false. */
static struct fb_error *find_blocker(struct fb_java *java, const struct fb_java_thread *thread,
				     struct fb_java_wait *wait, bool *found_ret)
{
	uint64_t blocker = 0;
	struct fb_error *err;

	if (!thread->current || !java->members.thread_blocker)
		return NULL;
	err = fb_java_reference(java, thread->current + java->members.thread_blocker, &blocker);
	if (err || !blocker)
		return err;
	*found_ret = true;
	wait->object = blocker;
	wait->kind = FB_JAVA_PARK;
	wait->owner_field = blocker;
	return fb_part_reason(read_blocker(java, wait), wait->why, sizeof(wait->why));
}

/* Where there is no object, the thread's own status says that it waits. */
static bool waits_for_nothing(const struct fb_java_thread *thread, struct fb_java_wait *wait)
{
	if (!thread->sleeps && !thread->parked)
		return false;
	wait->kind = thread->sleeps ? FB_JAVA_SLEEP : FB_JAVA_UNPARK;
	wait->owner_field = thread->address;
	return true;
}

struct fb_error *fb_java_wait_find(struct fb_java *java, const struct fb_java_thread *thread,
				   struct fb_java_wait *wait_ret, bool *found_ret)
{
	struct fb_java_wait wait = {.object = 0};
	bool found = false;
	struct fb_error *err;

	if (thread->pending || thread->waiting) {
		err = find_monitor(java, thread, &wait);
		found = !err;
	} else {
		err = find_blocker(java, thread, &wait, &found);
		if (!err && !found)
			found = waits_for_nothing(thread, &wait);
	}
	*found_ret = found;
	*wait_ret = wait;
	return fb_part_skip(err);
}
