// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognises the locks of musl by the layout around a futex word. Called by wait_futex.c. */
#include "bundle/waits/futex/wait_musl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define WAITERS 0x80000000u
#define WRITE_LOCKED 0x7fffffffu
#define SHARED 128u

/* _m_type: normal, recursive, error-checking; robust; priority-inheriting; process-shared. */
#define TYPE_KIND 3u
#define TYPE_ROBUST 4u
#define TYPE_INHERIT 8u
#define TYPE_ALL (TYPE_KIND | TYPE_ROBUST | TYPE_INHERIT | SHARED)
#define TID_MASK 0x3fffffffu

/* No process has more threads: PID_MAX_LIMIT. */
#define MOST_THREADS (4u << 20)

/* Of the lock of a FILE: others may wait (src/internal/stdio_impl.h). */
#define MAYBE_WAITERS 0x40000000u

/* How far above the stack pointer the frame of pthread_cond_timedwait() or pthread_barrier_wait() begins and
 * ends. */
#define FRAMES 1024u

/* What is called: whether the futex is private says of each lock whether it is shared. */
static bool shares(const struct fb_futex_call *call, uint32_t shared)
{
	return (shared == 0 || shared == SHARED) && call->process_private == !shared;
}

/* _m_type, _m_lock, _m_waiters: it waits on the second, with WAITERS set. */
static bool is_mutex(const uint32_t *word, const struct fb_futex_call *call,
		     struct fb_pthread_wait *wait)
{
	static const char *const types[] = {"normal", "recursive", "error-checking"};
	uint32_t type = word[0], owner = word[1] & TID_MASK;

	if (call->address % 8 != 4 || !(call->value & WAITERS) || (type & ~TYPE_ALL) ||
	    (type & TYPE_KIND) > 2 || !shares(call, type & SHARED) || !word[2] ||
	    word[2] > MOST_THREADS)
		return false;
	wait->kind = type & TYPE_ROBUST ? "mutex-robust" : type & SHARED ? "mutex-shared" : "mutex";
	wait->object = call->address - 4;
	snprintf(wait->detail, sizeof(wait->detail), "mutex of musl, %s%s%s",
		 types[type & TYPE_KIND], type & TYPE_ROBUST ? ", robust" : "",
		 type & SHARED ? ", process-shared" : "");
	if (!(type & (TYPE_KIND | TYPE_ROBUST))) {
		wait->need = "a normal mutex of musl does not record who holds it";
		return (word[1] & ~WAITERS) == EBUSY || !(word[1] & ~WAITERS);
	}
	if (!owner || owner > MOST_THREADS)
		return false;
	wait->owner = (int32_t)owner;
	wait->owner_field = call->address;
	return true;
}

/* _rw_lock, _rw_waiters, _rw_shared. */
static bool is_rwlock(const uint32_t *word, const struct fb_futex_call *call,
		      struct fb_pthread_wait *wait)
{
	uint32_t readers = call->value & ~WAITERS;

	if (call->address % 8 || !(call->value & WAITERS) || !word[1] || word[1] > MOST_THREADS ||
	    !shares(call, word[2]) || !readers ||
	    (readers != WRITE_LOCKED && readers > MOST_THREADS))
		return false;
	wait->kind = "rwlock";
	wait->object = call->address;
	if (readers == WRITE_LOCKED) {
		wait->need = "a rwlock of musl does not record who holds it";
		snprintf(wait->detail, sizeof(wait->detail), "rwlock of musl, held for writing");
	} else {
		wait->need = "a rwlock of musl counts its readers and does not record them";
		snprintf(wait->detail, sizeof(wait->detail),
			 "rwlock of musl, held for reading by %u", readers);
	}
	return true;
}

/* __val[0] is the value, below 0 while threads wait (-1; from 1.2.4 on the top bit alone), [1] how
 * many do, [2] 128 where it is private. */
static bool is_semaphore(const uint32_t *word, const struct fb_futex_call *call,
			 struct fb_pthread_wait *wait)
{
	if ((call->value != UINT32_MAX && call->value != WAITERS) || !word[1] ||
	    word[1] > MOST_THREADS || word[2] != (call->process_private ? SHARED : 0))
		return false;
	wait->kind = "semaphore";
	wait->object = call->address;
	wait->need = "nobody holds a semaphore: whoever posts it is not recorded";
	snprintf(wait->detail, sizeof(wait->detail), "POSIX semaphore of musl at 0, %u wait%s",
		 word[1], word[1] == 1 ? "s" : "");
	return true;
}

static bool on_own_stack(const struct fb_futex_call *call, uint64_t stack)
{
	return call->address >= stack && call->address - stack < FRAMES;
}

/* Each waiter of a private condition variable sleeps on a word of its own stack frame, which is 2 until
 * it is signalled (pthread_cond_timedwait.c: struct waiter's barrier). */
static bool is_condition(const struct fb_futex_call *call, uint64_t stack,
			 struct fb_pthread_wait *wait)
{
	if (call->value != 2 || call->address % 8 != 4 || !call->process_private ||
	    !on_own_stack(call, stack))
		return false;
	wait->kind = "condition";
	wait->object = call->address;
	wait->need = "nobody holds a condition variable: whoever signals it is not recorded";
	snprintf(wait->detail, sizeof(wait->detail),
		 "condition variable of musl; the word is on the waiter's own stack");
	return true;
}

/* struct instance of pthread_barrier_wait.c, in the frame of the thread that came first: count (who came after
 * it), last, waiters, finished. The first sleeps until finished is no longer 1, the others until last is no longer
 * 0. word: from the one before the futex word on. */
static bool is_barrier(const uint32_t *word, const struct fb_futex_call *call, size_t threads,
		       struct fb_pthread_wait *wait)
{
	if (call->value || !call->process_private || call->address % 8 != 4 || word[1] ||
	    !word[0] || word[0] >= threads || !word[2] || word[2] > word[0] || word[3] > 1)
		return false;
	wait->kind = "barrier";
	wait->object = call->address - 4;
	wait->need = "a barrier does not record which threads have yet to arrive";
	snprintf(wait->detail, sizeof(wait->detail), "barrier of musl, %u have arrived",
		 word[0] + 1);
	return true;
}

/* The thread that came first. */
static struct fb_error *find_barrier(struct fb_space *space, const struct fb_futex_call *call,
				     uint64_t stack, size_t threads, struct fb_pthread_wait *wait,
				     bool *is_ret)
{
	uint32_t word[4]; /* the instance */
	struct fb_error *err;

	*is_ret = false;
	if (call->value != 1 || !call->process_private || call->address % 8 != 4 ||
	    !on_own_stack(call, stack))
		return NULL;
	err = fb_space_read(space, call->address - 12, word, sizeof(word));
	if (err || word[3] != 1 || word[1] || word[0] >= threads || word[2] > word[0])
		return err;
	wait->kind = "barrier";
	wait->object = call->address - 12;
	wait->need = "a barrier does not record which threads have yet to arrive";
	snprintf(wait->detail, sizeof(wait->detail), "barrier of musl, %u ha%s arrived",
		 word[0] + 1, word[0] ? "ve" : "s");
	*is_ret = true;
	return NULL;
}

/* One between processes: lock, waiters, limit (one less than threads, with the top bit set), count (who has
 * arrived), waiters of that. It waits on the count. word: from the limit on. */
static bool is_shared_barrier(const uint32_t *word, const struct fb_futex_call *call,
			      struct fb_pthread_wait *wait)
{
	uint32_t limit = (word[0] & ~WAITERS) + 1;

	if (call->process_private || call->address % 8 != 4 || !(word[0] & WAITERS) ||
	    limit > MOST_THREADS || !call->value || call->value >= limit || !word[2] ||
	    word[2] > MOST_THREADS)
		return false;
	wait->kind = "barrier";
	wait->object = call->address - 12;
	wait->need = "a barrier does not record which threads have yet to arrive";
	snprintf(wait->detail, sizeof(wait->detail),
		 "barrier of musl, %u of %u had arrived, process-shared", call->value, limit);
	return true;
}

/* The lock of a FILE is the TID of who has it (__lockfile()). */
static bool is_stdio_lock(const struct fb_futex_call *call, struct fb_pthread_wait *wait)
{
	uint32_t owner = call->value & ~MAYBE_WAITERS;

	if (!(call->value & MAYBE_WAITERS) || !call->process_private || !owner ||
	    owner > MOST_THREADS)
		return false;
	wait->kind = "stdio-lock";
	wait->object = call->address;
	wait->owner = (int32_t)owner;
	snprintf(wait->detail, sizeof(wait->detail), "lock of a stdio FILE of musl");
	return true;
}

/* The lock of musl's own functions (__lock(): malloc(), locales, time zones) is the number of threads in it or
 * before it, with the top bit set while one has it. Other words may look so. */
static bool is_own_lock(const uint32_t *word, const struct fb_futex_call *call, size_t threads,
			struct fb_pthread_wait *wait)
{
	uint32_t inside = call->value & ~WAITERS;

	if (!(call->value & WAITERS) || !(word[0] & WAITERS) || !call->process_private ||
	    inside < 2 || inside > threads)
		return false;
	wait->kind = "library-lock";
	wait->object = call->address;
	wait->certain = false;
	wait->need = "a lock within musl does not record who holds it";
	snprintf(wait->detail, sizeof(wait->detail),
		 "lock within musl, by its word: one thread has it, %u wait%s", inside - 1,
		 inside == 2 ? "s" : "");
	return true;
}

struct fb_error *fb_musl_recognise(struct fb_space *space, const struct fb_futex_call *call,
				   uint64_t stack, size_t threads, struct fb_pthread_wait *wait_ret)
{
	struct fb_pthread_wait wait = {.certain = true};
	uint32_t word[4]; /* from the one before the futex word on */
	bool is;
	struct fb_error *err = find_barrier(space, call, stack, threads, &wait, &is);

	if (err)
		return err;
	if (is || is_condition(call, stack, &wait) || is_stdio_lock(call, &wait)) {
		*wait_ret = wait;
		return NULL;
	}
	err = fb_space_read(space, call->address - 4, word, sizeof(word));
	if (err)
		return err;
	if (!is_semaphore(word + 1, call, &wait) && !is_mutex(word, call, &wait) &&
	    !is_rwlock(word + 1, call, &wait) && !is_barrier(word, call, threads, &wait) &&
	    !is_shared_barrier(word, call, &wait) && !is_own_lock(word + 1, call, threads, &wait))
		return fb_error_create(FB_NOT_FOUND, "the word looks like no lock of musl");
	*wait_ret = wait;
	return NULL;
}
