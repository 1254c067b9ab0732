// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the list of Java's threads. Called by java.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/java/java_objects.h"
#include "user/runtimes/java/java_private.h"

/* Bits of java.lang.Thread's threadStatus (JVMTI's thread states), in the order in which Thread.State is concluded from
 * them: src/java.base/share/classes/jdk/internal/misc/VM.java, toThreadState(). */
static const struct {
	uint32_t bit;
	const char *state;
} states[] = {
	{0x0004, "RUNNABLE"},      {0x0400, "BLOCKED"},    {0x0010, "WAITING"},
	{0x0020, "TIMED_WAITING"}, {0x0002, "TERMINATED"}, {0x0001, "RUNNABLE"},
};

#define STATUS_SLEEPS 0x0040u
#define STATUS_PARKED 0x0200u

static const struct {
	enum fb_java_value value;
	const char *state;
} vm_states[] = {
	{FB_JAVA_IN_NATIVE, "in native code"},
	{FB_JAVA_IN_VM, "in the VM"},
	{FB_JAVA_IN_JAVA, "in Java"},
	{FB_JAVA_BLOCKED, "blocked in the VM"},
};

static struct fb_error *read_state(struct fb_java *java, struct fb_java_thread *thread)
{
	uint64_t object = thread->object;
	uint32_t offset = java->members.thread_status, status = 0;
	struct fb_error *err = NULL;

	if (java->members.thread_holder) {
		err = fb_java_reference(java, object + java->members.thread_holder, &object);
		offset = java->members.holder_status;
	}
	if (err || !object || !offset)
		return err;
	err = fb_space_u32(java->space, object + offset, &status);
	if (err)
		return err;
	thread->sleeps = status & STATUS_SLEEPS;
	thread->parked = status & STATUS_PARKED;
	thread->state = "NEW";
	for (size_t i = 0; i < FB_ARRAY_SIZE(states); i++)
		if (status & states[i].bit) {
			thread->state = states[i].state;
			break;
		}
	return NULL;
}

static struct fb_error *read_name(struct fb_java *java, struct fb_java_thread *thread)
{
	char text[FB_JAVA_TEXT];
	uint64_t name = 0;
	struct fb_error *err =
		fb_java_reference(java, thread->object + java->members.thread_name, &name);

	if (err || !name)
		return err;
	err = fb_java_string(java, name, text);
	return err ? err : fb_string_pool_add(java->pool, text, &thread->name);
}

/* A thread that runs no virtual one has itself here. */
static struct fb_error *read_current(const struct fb_java *java, struct fb_java_thread *thread)
{
	uint64_t handle = 0;
	struct fb_error *err;

	thread->current = thread->object;
	if (!fb_java_has(java, FB_JAVA_THREAD_VIRTUAL))
		return NULL;
	err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_VIRTUAL, &handle);
	if (!err && handle)
		err = fb_space_u64(java->space, handle, &thread->current);
	return err;
}

/* What is in the thread's object. The first one leads to Java's classes. */
static struct fb_error *read_object(struct fb_java *java, struct fb_java_thread *thread)
{
	uint64_t object = 0;
	struct fb_error *err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_OBJECT, &object);

	if (!err && object && java->tables.has_handles)
		err = fb_space_u64(java->space, object, &object);
	if (err || !object)
		return err;
	if (java->no_objects)
		return fb_error_create(FB_UNSUPPORTED, "%s", java->no_objects);
	if (!java->members.known)
		err = fb_java_members_load(java, object);
	if (err)
		return err;
	thread->object = object;
	err = read_current(java, thread);
	if (!err)
		err = read_name(java, thread);
	if (!err && java->members.thread_id)
		err = fb_space_u64(java->space, object + java->members.thread_id, &thread->id);
	return err ? err : read_state(java, thread);
}

static struct fb_error *read_os_thread(const struct fb_java *java, struct fb_java_thread *thread)
{
	uint64_t os = 0;
	struct fb_error *err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_OS, &os);

	if (err || !os)
		return err;
	err = fb_java_u32(java, os, FB_JAVA_OS_TID, &thread->tid);
	return err ? err : fb_java_u64(java, os, FB_JAVA_OS_PTHREAD, &thread->pthread);
}

static struct fb_error *read_anchor(const struct fb_java *java, struct fb_java_thread *thread)
{
	const uint64_t anchor = thread->address + fb_java_value(java, FB_JAVA_THREAD_ANCHOR);
	struct fb_error *err = fb_java_u64(java, anchor, FB_JAVA_ANCHOR_SP, &thread->last_sp);

	if (!err)
		err = fb_java_u64(java, anchor, FB_JAVA_ANCHOR_PC, &thread->last_pc);
	return err ? err : fb_java_u64(java, anchor, FB_JAVA_ANCHOR_FP, &thread->last_fp);
}

static struct fb_error *read_vm_state(const struct fb_java *java, struct fb_java_thread *thread)
{
	uint32_t state = 0;
	struct fb_error *err = fb_java_u32(java, thread->address, FB_JAVA_THREAD_STATE, &state);

	for (size_t i = 0; i < FB_ARRAY_SIZE(vm_states) && !err; i++)
		if (fb_java_has(java, vm_states[i].value) &&
		    fb_java_value(java, vm_states[i].value) == state)
			thread->vm_state = vm_states[i].state;
	return err;
}

static struct fb_error *read_monitors(const struct fb_java *java, struct fb_java_thread *thread)
{
	struct fb_error *err = NULL;

	if (fb_java_has(java, FB_JAVA_THREAD_PENDING))
		err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_PENDING, &thread->pending);
	if (!err && fb_java_has(java, FB_JAVA_THREAD_WAITING))
		err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_WAITING, &thread->waiting);
	return err;
}

/* The JavaThread itself, without which there is no thread. */
static struct fb_error *read_thread(const struct fb_java *java, struct fb_java_thread *thread)
{
	uint64_t size = 0;
	struct fb_error *err = read_vm_state(java, thread);

	if (!err)
		err = read_os_thread(java, thread);
	if (!err)
		err = read_anchor(java, thread);
	if (!err)
		err = read_monitors(java, thread);
	if (!err)
		err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_STACK_BASE,
				  &thread->stack_high);
	if (!err)
		err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_STACK_SIZE, &size);
	thread->stack_low = size < thread->stack_high ? thread->stack_high - size : 0;
	return err;
}

static struct fb_error *add_index(struct fb_u64_map *map, uint64_t key, size_t index)
{
	return key ? fb_u64_map_add(map, key, index, 2 * FB_MAX_JAVA_THREADS, "Java's threads",
				    NULL)
		   : NULL;
}

/* Of two threads with the same number the first is taken: memory is damaged then. */
static struct fb_error *index_thread(struct fb_java *java, size_t index)
{
	const struct fb_java_thread *thread = &java->threads[index];
	uint64_t id = 0;
	struct fb_error *err = add_index(&java->by_pthread, thread->pthread, index);

	if (!err)
		err = add_index(&java->by_address, thread->address, index);
	if (!err)
		err = add_index(&java->by_object, thread->object, index);
	if (!err)
		err = add_index(&java->by_object, thread->current, index);
	if (!err && fb_java_has(java, FB_JAVA_THREAD_OWNER_ID)) {
		err = fb_java_u64(java, thread->address, FB_JAVA_THREAD_OWNER_ID, &id);
		if (!err)
			err = add_index(&java->by_owner_id, id, index);
	}
	return err;
}

static struct fb_error *add_thread(struct fb_java *java, uint64_t address)
{
	struct fb_java_thread thread = {.address = address};
	struct fb_error *err = read_thread(java, &thread);

	if (!err)
		err = fb_part_reason(read_object(java, &thread), thread.why, sizeof(thread.why));
	if (!err)
		err = fb_grow_array(&java->threads, &java->thread_room, java->thread_count,
				    sizeof(*java->threads), FB_MAX_JAVA_THREADS, "Java's threads");
	if (err)
		return err;
	java->threads[java->thread_count++] = thread;
	return index_thread(java, java->thread_count - 1);
}

static struct fb_error *load_list(struct fb_java *java)
{
	uint64_t address = 0;
	struct fb_error *err =
		fb_space_u64(java->space, fb_java_value(java, FB_JAVA_THREAD_LIST), &address);

	while (!err && address) {
		if (fb_u64_map_find(&java->by_address, address))
			return fb_error_create(FB_CORRUPT,
					       "its list of threads leads back to itself");
		err = add_thread(java, address);
		if (!err)
			err = fb_java_u64(java, address, FB_JAVA_THREAD_NEXT, &address);
	}
	return err;
}

/* A thread that cannot be read costs only itself. */
static struct fb_error *load_array(struct fb_java *java)
{
	uint64_t list = 0, array = 0;
	uint32_t length = 0;
	struct fb_error *err =
		fb_space_u64(java->space, fb_java_value(java, FB_JAVA_THREAD_ARRAY), &list);

	if (!err)
		err = fb_java_u32(java, list, FB_JAVA_THREADS_LENGTH, &length);
	if (!err)
		err = fb_java_u64(java, list, FB_JAVA_THREADS_ARRAY, &array);
	if (!err && length > FB_MAX_JAVA_THREADS)
		err = fb_error_create(FB_CORRUPT, "its list has %u threads", length);
	for (uint32_t i = 0; i < length && !err; i++) {
		uint64_t address = 0;

		err = fb_space_u64(java->space, array + i * 8ull, &address);
		if (!err)
			err = fb_part_reason(add_thread(java, address), java->why,
					     sizeof(java->why));
	}
	return err;
}

struct fb_error *fb_java_threads_load(struct fb_java *java)
{
	return fb_part_reason(fb_java_has(java, FB_JAVA_THREAD_ARRAY) ? load_array(java)
								      : load_list(java),
			      java->why, sizeof(java->why));
}

const struct fb_java_thread *fb_java_threads(const struct fb_java *java, size_t *count_ret,
					     const char **why_ret)
{
	*count_ret = java->thread_count;
	*why_ret = java->why;
	return java->threads;
}

const struct fb_java_thread *fb_java_thread_in(const struct fb_java *java,
					       const struct fb_u64_map *map, uint64_t key)
{
	const uint64_t *index = key ? fb_u64_map_find(map, key) : NULL;

	return index ? &java->threads[*index] : NULL;
}

const struct fb_java_thread *fb_java_thread_of(const struct fb_java *java, uint64_t fs_base)
{
	return fb_java_thread_in(java, &java->by_pthread, fs_base);
}
