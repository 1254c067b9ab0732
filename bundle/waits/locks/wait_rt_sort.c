// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tells which lock a thread waits for that sleeps for an rt_mutex. With CONFIG_PREEMPT_RT a spinlock_t and a mutex are
 * an rt_mutex, and an rw_semaphore and an rwlock_t have one in a struct rwbase_rt, which writers take and then wait
 * until the readers have left (kernel/locking/rwbase_rt.c). Called by bundle/waits/futex/wait_rt_mutex.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/part.h"
#include "bundle/waits/locks/wait_rt_lock.h"
#include "kernel/image/thread_size.h"

/* rwbase_rt.readers (include/linux/rwbase_rt.h). READER_BIAS is there while no writer wants it, and with it the count
 * of readers; without it readers wait. WRITER_BIAS alone is there while a writer has it. */
#define READER_BIAS 0x80000000u
#define WRITER_BIAS 0x40000000u
/* Low bit of the owner's word: RT_MUTEX_HAS_WAITERS. */
#define HAS_WAITERS 1ull

static const char *const kinds[] = {
	[FB_WAIT_RT_MUTEX] = "rt-mutex",           [FB_WAIT_RT_KERNEL_MUTEX] = "kernel-mutex",
	[FB_WAIT_RT_SPINLOCK] = "kernel-spinlock", [FB_WAIT_RT_RWSEM] = "rwsem",
	[FB_WAIT_RT_RWLOCK] = "kernel-rwlock",
};

static bool has_readers(enum fb_wait_rt_sort sort)
{
	return sort == FB_WAIT_RT_RWSEM || sort == FB_WAIT_RT_RWLOCK;
}

static bool begins(const char *name, const char *with)
{
	return name && !strncmp(name, with, strlen(with));
}

/* Those of rwbase_rt.c are compiled for rw_semaphores and again for rwlocks, under the same names. down_read() and
 * down_write() jump to them and so leave no frame; rt_read_lock() and rt_write_lock() have more to do after them. */
static enum fb_wait_rt_sort sort_of_base(const struct fb_blocked *blocked, size_t at)
{
	const char *caller = NULL;

	while (at < FB_WAIT_FRAMES && blocked->frames[at] && strstr(blocked->frames[at], "rwbase_"))
		at++;
	if (at < FB_WAIT_FRAMES)
		caller = blocked->frames[at];
	return begins(caller, "rt_read_lock") || begins(caller, "rt_write_lock") ? FB_WAIT_RT_RWLOCK
										 : FB_WAIT_RT_RWSEM;
}

enum fb_wait_rt_sort fb_wait_rt_sort(const struct fb_blocked *blocked)
{
	static const struct {
		const char *begins;
		enum fb_wait_rt_sort sort;
	} functions[] = {
		{"mutex_lock", FB_WAIT_RT_KERNEL_MUTEX},
		{"__mutex_lock", FB_WAIT_RT_KERNEL_MUTEX},
		{"ww_mutex_lock", FB_WAIT_RT_KERNEL_MUTEX},
		{"rt_spin_lock", FB_WAIT_RT_SPINLOCK},
		{"down_read", FB_WAIT_RT_RWSEM},
		{"down_write", FB_WAIT_RT_RWSEM},
		{"rt_read_lock", FB_WAIT_RT_RWLOCK},
		{"rt_write_lock", FB_WAIT_RT_RWLOCK},
	};

	for (size_t i = 0; i < FB_WAIT_FRAMES && blocked->frames[i]; i++) {
		if (begins(blocked->frames[i], "rwbase_") ||
		    begins(blocked->frames[i], "__rwbase_"))
			return sort_of_base(blocked, i);
		for (size_t k = 0; k < FB_ARRAY_SIZE(functions); k++)
			if (begins(blocked->frames[i], functions[k].begins))
				return functions[k].sort;
	}
	return FB_WAIT_RT_MUTEX;
}

/* How many readers have it, and whether a writer does. */
struct users {
	uint32_t readers;
	bool writer;
};

static struct fb_error *read_users(struct fb_wait_finder *finder, uint64_t base,
				   struct users *users_ret)
{
	uint64_t word = 0;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, base, &finder->layout->rwbase_readers, &word);

	if (err)
		return err;
	users_ret->writer = word == WRITER_BIAS;
	users_ret->readers = users_ret->writer ? 0 : (uint32_t)word & ~READER_BIAS;
	return NULL;
}

/* Says who has an rw_semaphore or rwlock. Its rt_mutex has a writer as its owner that may still wait for readers. */
static struct fb_error *add_users(struct fb_wait_finder *finder, uint64_t base, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct users users = {0};
	struct fb_error *err = read_users(finder, base, &users);

	if (err)
		return err;
	if (users.writer)
		return fb_wait_add_rt_owner(finder, base + finder->layout->rwbase_mutex.offset,
					    index);
	if (!users.readers)
		return fb_wait_text(&object->need, "nobody held it at the panic: it was being "
						   "handed over");
	object->others = true;
	err = fb_wait_append(&object->detail, "held for reading by %" PRIu32, users.readers);
	return err ? err
		   : fb_wait_text(&object->need, "a kernel with CONFIG_PREEMPT_RT counts who has "
						 "it for reading, and records none of them");
}

/* Whether a word of the stack is the address of what a writer waits for: read by somebody, and its rt_mutex is the
 * writer's. */
static struct fb_error *is_wanted(const struct fb_wait_finder *finder, uint64_t base, uint64_t task,
				  bool *is_ret)
{
	const struct fb_layout *layout = finder->layout;
	const struct fb_field *owner = layout->rt_mutex_owner.found ? &layout->rt_mutex_owner
								    : &layout->rt_mutex_owner_older;
	uint64_t word = 0, readers = 0;
	struct fb_error *err;

	*is_ret = false;
	if (!fb_kernel_address_ok(base) || base % 8)
		return NULL;
	err = fb_kernel_field(finder->kernel, base + layout->rwbase_mutex.offset, owner, &word);
	if (!err)
		err = fb_kernel_field(finder->kernel, base, &layout->rwbase_readers, &readers);
	*is_ret = !err && (word & ~HAS_WAITERS) == task && readers && readers < WRITER_BIAS;
	return fb_part_skip(err);
}

/* A writer that waits for readers is queued nowhere. The function that it sleeps in has the address of the lock, or of
 * the rt_mutex in it, on the stack. */
static struct fb_error *find_writers(const struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked, uint64_t *base_ret)
{
	uint64_t end = blocked->task->stack + fb_thread_size(finder->kernel);
	uint32_t inside = finder->layout->rwbase_mutex.offset;
	struct fb_error *err = fb_layout_require(&finder->layout->rwbase_mutex);

	for (uint64_t at = blocked->low; !err && at < end && at <= blocked->high; at += 8) {
		uint64_t word = 0;
		bool is = false;

		err = fb_space_u64(finder->space, at, &word);
		for (unsigned way = 0; way < 2 && !err && !is; way++) {
			*base_ret = way ? word - inside : word;
			err = is_wanted(finder, *base_ret, blocked->task->address, &is);
		}
		if (is)
			return NULL;
	}
	return err ? err
		   : fb_error_create(FB_NOT_FOUND, "the lock that it waits to write to is not on "
						   "its stack");
}

struct fb_error *fb_wait_rt_add_sort(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked, enum fb_wait_rt_sort sort,
				     uint64_t mutex)
{
	const char *evidence = "the waiter's structure on its kernel stack";
	uint64_t base = mutex;
	size_t object;
	bool fresh;
	struct fb_error *err = NULL;

	if (!mutex) {
		evidence = "a lock on its kernel stack, whose rt_mutex it owns";
		err = find_writers(finder, blocked, &base);
	} else if (has_readers(sort)) {
		err = fb_layout_require(&finder->layout->rwbase_mutex);
		base -= finder->layout->rwbase_mutex.offset;
	}
	if (!err)
		err = fb_wait_add_rt(finder, blocked, kinds[sort], base, evidence, &object, &fresh);
	if (err || !fresh)
		return err;
	return has_readers(sort) ? add_users(finder, base, object)
				 : fb_wait_add_rt_owner(finder, mutex, object);
}
