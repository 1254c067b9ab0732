// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognises the locks of glibc by the layout around a futex word. Called by wait_futex.c. */
#include "bundle/waits/futex/wait_pthread.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/* Kinds of a mutex (nptl/pthreadP.h). */
#define KIND_TYPE 3u
#define KIND_ROBUST 16u
#define KIND_INHERIT 32u
#define KIND_PROTECT 64u
#define KIND_SHARED 128u
#define KIND_ELISION 0x300u
#define KIND_ALL \
	(KIND_TYPE | KIND_ROBUST | KIND_INHERIT | KIND_PROTECT | KIND_SHARED | KIND_ELISION)

/* No process has more threads: PID_MAX_LIMIT. */
#define MOST_THREADS (4u << 20)

/* The words from `before` in front of the futex word on; those that are needed are read at once. */
static struct fb_error *words(struct fb_space *space, uint64_t base, uint32_t *to, size_t count)
{
	return fb_space_read(space, base, to, count * sizeof(*to));
}

static void swap(uint32_t *one, uint32_t *other)
{
	uint32_t word = *one;

	*one = *other;
	*other = word;
}

bool fb_pthread_is_tid(uint32_t value)
{
	return value && value <= MOST_THREADS;
}

static const char *mutex_kind(uint32_t kind)
{
	static const char *const types[] = {"mutex", "mutex-recursive", "mutex-errorcheck",
					    "mutex-adaptive"};

	if (kind & KIND_INHERIT)
		return "mutex-pi";
	if (kind & KIND_ROBUST)
		return "mutex-robust";
	if (kind & KIND_SHARED)
		return "mutex-shared";
	if (kind & KIND_PROTECT)
		return "mutex-protect";
	return types[kind & KIND_TYPE];
}

static void describe_mutex(uint32_t kind, const uint32_t *word, struct fb_pthread_wait *wait)
{
	static const char *const types[] = {"normal", "recursive", "error-checking", "adaptive"};
	int used = snprintf(wait->detail, sizeof(wait->detail), "pthread mutex, %s%s%s%s%s",
			    types[kind & KIND_TYPE], kind & KIND_ROBUST ? ", robust" : "",
			    kind & KIND_INHERIT ? ", priority-inheriting" : "",
			    kind & KIND_PROTECT ? ", priority-protected" : "",
			    kind & KIND_SHARED ? ", process-shared" : "");

	if ((kind & KIND_TYPE) == 1 && word[1] > 1)
		snprintf(wait->detail + used, sizeof(wait->detail) - (size_t)used,
			 ", locked %u times", word[1]);
}

/* __lock, __count, __owner, __nusers, __kind; on i386 the last two the other way round. */
static bool is_mutex(const struct fb_futex_call *call, struct fb_space *space,
		     struct fb_pthread_wait *wait, struct fb_error **err)
{
	bool pi = fb_futex_call_is_pi(call);
	bool tid_in_word = pi || (call->value & FB_FUTEX_WAITERS);
	uint32_t word[5], kind;

	*err = words(space, call->address, word, FB_ARRAY_SIZE(word));
	if (*err)
		return false;
	if (call->compat)
		swap(&word[3], &word[4]);
	kind = word[4];
	/* A robust one is always waited for as if it were shared (PTHREAD_ROBUST_MUTEX_PSHARED). */
	if ((kind & ~KIND_ALL) || pi != !!(kind & KIND_INHERIT) ||
	    call->process_private != !(kind & (KIND_SHARED | (pi ? 0 : KIND_ROBUST))))
		return false;
	if (tid_in_word != !!(kind & (KIND_ROBUST | KIND_INHERIT)) || word[1] > MOST_THREADS ||
	    word[3] > MOST_THREADS)
		return false;
	wait->kind = mutex_kind(kind);
	wait->object = call->address;
	describe_mutex(kind, word, wait);
	if (tid_in_word) {
		wait->owner = (int32_t)(word[0] & FB_FUTEX_TID_MASK);
		wait->owner_field = call->address;
		if (!wait->owner)
			wait->owner = (int32_t)(call->value & FB_FUTEX_TID_MASK);
		return fb_pthread_is_tid((uint32_t)wait->owner);
	}
	if (!fb_pthread_is_tid(word[2]) || !word[3])
		return false;
	wait->owner = (int32_t)word[2];
	wait->owner_field = call->address + 8;
	return true;
}

/* _IO_lock_t of a FILE: lock, cnt, owner (its struct pthread: a word of the process). */
static bool is_stdio_lock(const struct fb_futex_call *call, struct fb_space *space,
			  struct fb_pthread_wait *wait, struct fb_error **err)
{
	uint32_t word[4] = {0};
	uint64_t owner;

	*err = words(space, call->address, word, call->compat ? 3 : FB_ARRAY_SIZE(word));
	if (*err)
		return false;
	memcpy(&owner, &word[2], sizeof(owner));
	if (!call->process_private || !word[1] || word[1] > 1024 || owner < FB_PAGE_SIZE * 16 ||
	    owner % 64 || owner >> 47)
		return false;
	wait->kind = "stdio-lock";
	wait->object = call->address;
	wait->owner_thread = owner;
	wait->owner_field = call->address + 8;
	snprintf(wait->detail, sizeof(wait->detail), "lock of a stdio FILE, locked %u times",
		 word[1]);
	return true;
}

/* __readers, __writers, __wrphase_futex, __writers_futex, two pads, __cur_writer, __shared; on i386 the last two
 * the other way round, __shared being the second byte of a word. The reading flags in __readers: 1 write phase,
 * 2 a writer has it, 4 readers wait. */
static bool is_rwlock(const struct fb_futex_call *call, struct fb_space *space, unsigned at,
		      struct fb_pthread_wait *wait, struct fb_error **err)
{
	uint64_t base = call->address - 4 * (uint64_t)at;
	uint32_t word[8], readers, alignment = call->compat ? 4 : 8;

	*err = base % alignment ? NULL : words(space, base, word, FB_ARRAY_SIZE(word));
	if (*err || base % alignment)
		return false;
	if (call->compat) {
		word[6] = word[6] >> 8 & 0xff;
		swap(&word[6], &word[7]);
	}
	readers = word[0] >> 3;
	if (word[2] > 3 || word[3] > 3 || word[7] > 1 || (word[6] && !fb_pthread_is_tid(word[6])) ||
	    readers > MOST_THREADS || (word[1] & 0x3fffffff) > MOST_THREADS ||
	    call->process_private != !word[7] || !(word[6] || readers))
		return false;
	if (!(word[at] & 2)) /* by this bit no thread waits for this word */
		return false;
	wait->kind = at == 3 || (call->value & 1) == 0 ? "rwlock-write" : "rwlock-read";
	wait->object = base;
	wait->owner = (int32_t)word[6];
	wait->owner_field = base + (call->compat ? 28 : 24);
	if (!word[6])
		wait->need = "a pthread rwlock counts its readers and does not record them";
	snprintf(wait->detail, sizeof(wait->detail), "pthread rwlock, %s%s",
		 word[6] ? "held for writing" : "held for reading",
		 word[7] ? ", process-shared" : "");
	if (!word[6])
		snprintf(wait->detail + strlen(wait->detail),
			 sizeof(wait->detail) - strlen(wait->detail), " by %u", readers);
	return true;
}

/* Two layouts: with __g_refs (to 2.40) the signals stand at 40 and __wrefs at 36; without (2.41) at
 * 32 and 28. Each waits on the signals of its group, 0 or 1. */
static bool is_condition(const struct fb_futex_call *call, struct fb_space *space, bool newer,
			 unsigned group, struct fb_pthread_wait *wait, struct fb_error **err)
{
	unsigned signals = newer ? 8 : 10;
	uint64_t base = call->address - 4 * (uint64_t)(signals + group), sequence, start;
	uint32_t word[12], references;

	/* It begins with an integer of 64 bits, which on i386 may stand at any word. */
	*err = !call->compat && base % 8 ? NULL : words(space, base, word, FB_ARRAY_SIZE(word));
	if (*err || (!call->compat && base % 8))
		return false;
	memcpy(&sequence, &word[0], sizeof(sequence));
	memcpy(&start, &word[2], sizeof(start));
	references = word[signals - 1] >> 3;
	if (!references || references > MOST_THREADS || !(sequence >> 1) || sequence >> 40 ||
	    start >> 1 > sequence >> 1 || (word[signals - 1] & 4))
		return false;
	if (!newer && (word[4 + group] >> 1 == 0 || word[4 + group] >> 1 > MOST_THREADS))
		return false;
	if (call->process_private != !(word[signals - 1] & 1))
		return false;
	wait->kind = "condition";
	wait->object = base;
	wait->need = "nobody holds a condition variable: whoever signals it is not recorded";
	snprintf(wait->detail, sizeof(wait->detail), "pthread condition variable, %u wait%s",
		 references, references == 1 ? "s" : "");
	return true;
}

static void describe_semaphore(const struct fb_futex_call *call, uint32_t waiters,
			       struct fb_pthread_wait *wait)
{
	wait->kind = "semaphore";
	wait->object = call->address;
	wait->need = "nobody holds a semaphore: whoever posts it is not recorded";
	snprintf(wait->detail, sizeof(wait->detail), "POSIX semaphore at 0, %u wait%s", waiters,
		 waiters == 1 ? "s" : "");
}

/* struct new_sem without atomic operations of 64 bits: twice the value, the lowest bit set while threads wait,
 * whether it is shared, a pad, and how many wait. */
static bool is_semaphore32(const struct fb_futex_call *call, struct fb_space *space,
			   struct fb_pthread_wait *wait, struct fb_error **err)
{
	uint32_t word[4];

	*err = words(space, call->address, word, FB_ARRAY_SIZE(word));
	if (*err || call->value != 1 || word[0] != 1 || !word[3] || word[3] > MOST_THREADS ||
	    word[1] != (call->process_private ? 0u : 128u))
		return false;
	describe_semaphore(call, word[3], wait);
	return true;
}

/* struct new_sem: value and number of waiters in 64 bits, then whether it is shared. */
static bool is_semaphore(const struct fb_futex_call *call, struct fb_space *space,
			 struct fb_pthread_wait *wait, struct fb_error **err)
{
	uint32_t word[3];

	if (call->compat)
		return is_semaphore32(call, space, wait, err);

	*err = call->address % 8 ? NULL : words(space, call->address, word, FB_ARRAY_SIZE(word));
	if (*err || call->address % 8 || call->value)
		return false;
	if (word[0] || !word[1] || word[1] > MOST_THREADS ||
	    word[2] != (call->process_private ? 0u : 128u))
		return false;
	describe_semaphore(call, word[1], wait);
	return true;
}

/* struct pthread_barrier: in, current_round, count, shared, out; it waits on current_round. */
static bool is_barrier(const struct fb_futex_call *call, struct fb_space *space,
		       struct fb_pthread_wait *wait, struct fb_error **err)
{
	uint64_t base = call->address - 4;
	uint32_t word[5], arrived;

	*err = words(space, base, word, FB_ARRAY_SIZE(word));
	if (*err)
		return false;
	arrived = word[0] - word[1];
	if (word[1] != call->value || !arrived || word[2] < 2 || word[2] > MOST_THREADS ||
	    arrived >= word[2] || word[3] != (call->process_private ? 0u : 128u) ||
	    word[4] > word[0])
		return false;
	wait->kind = "barrier";
	wait->object = base;
	wait->need = "a barrier does not record which threads have yet to arrive";
	snprintf(wait->detail, sizeof(wait->detail), "pthread barrier, %u of %u have arrived",
		 arrived, word[2]);
	return true;
}

static bool is_rwlock_phase(const struct fb_futex_call *call, struct fb_space *space,
			    struct fb_pthread_wait *wait, struct fb_error **err)
{
	return is_rwlock(call, space, 2, wait, err);
}

static bool is_rwlock_writers(const struct fb_futex_call *call, struct fb_space *space,
			      struct fb_pthread_wait *wait, struct fb_error **err)
{
	return is_rwlock(call, space, 3, wait, err);
}

static bool is_older_condition(const struct fb_futex_call *call, struct fb_space *space,
			       struct fb_pthread_wait *wait, struct fb_error **err)
{
	return is_condition(call, space, false, 0, wait, err);
}

static bool is_older_condition_1(const struct fb_futex_call *call, struct fb_space *space,
				 struct fb_pthread_wait *wait, struct fb_error **err)
{
	return is_condition(call, space, false, 1, wait, err);
}

static bool is_newer_condition(const struct fb_futex_call *call, struct fb_space *space,
			       struct fb_pthread_wait *wait, struct fb_error **err)
{
	return is_condition(call, space, true, 0, wait, err);
}

static bool is_newer_condition_1(const struct fb_futex_call *call, struct fb_space *space,
				 struct fb_pthread_wait *wait, struct fb_error **err)
{
	return is_condition(call, space, true, 1, wait, err);
}

/* How a function calls futex(): bits of struct lock_kind.calls. */
#define CALLS_WAIT 1u   /* FUTEX_WAIT */
#define CALLS_BITSET 2u /* FUTEX_WAIT_BITSET: with an absolute time, even where there is none */
#define CALLS_LOCK 4u   /* FUTEX_LOCK_PI */

#define ANY_VALUE 0u
#define VALUE_CONTENDED 1u /* 2, or a TID with FUTEX_WAITERS */
#define VALUE_USED 2u      /* 2 or 3 */
#define VALUE_TWO 3u       /* a low-level lock's (lowlevellock.c, __lll_lock_wait()) */

/* The strictest come first. */
static const struct lock_kind {
	bool (*is)(const struct fb_futex_call *call, struct fb_space *space,
		   struct fb_pthread_wait *wait, struct fb_error **err);
	unsigned calls, value;
} lock_kinds[] = {
	{is_mutex, CALLS_WAIT | CALLS_BITSET, VALUE_CONTENDED},
	{is_mutex, CALLS_LOCK, ANY_VALUE},
	{is_stdio_lock, CALLS_WAIT, VALUE_TWO},
	{is_rwlock_phase, CALLS_BITSET, VALUE_USED},
	{is_rwlock_writers, CALLS_BITSET, VALUE_USED},
	{is_older_condition, CALLS_BITSET, ANY_VALUE},
	{is_older_condition_1, CALLS_BITSET, ANY_VALUE},
	{is_newer_condition, CALLS_BITSET, ANY_VALUE},
	{is_newer_condition_1, CALLS_BITSET, ANY_VALUE},
	{is_semaphore, CALLS_BITSET, ANY_VALUE},
	{is_barrier, CALLS_WAIT, ANY_VALUE},
};

static bool applies(const struct lock_kind *kind, const struct fb_futex_call *call)
{
	unsigned calls = call->command == FB_FUTEX_WAIT          ? CALLS_WAIT
			 : call->command == FB_FUTEX_WAIT_BITSET ? CALLS_BITSET
			 : call->command == FB_FUTEX_LOCK_PI || call->command == FB_FUTEX_LOCK_PI2
				 ? CALLS_LOCK
				 : 0;

	if (!(kind->calls & calls))
		return false;
	switch (kind->value) {
	case VALUE_CONTENDED:
		return call->value == 2 || (call->value & FB_FUTEX_WAITERS);
	case VALUE_USED:
		return call->value == 2 || call->value == 3;
	case VALUE_TWO:
		return call->value == 2;
	default:
		return true;
	}
}

struct fb_error *fb_pthread_recognise(struct fb_space *space, const struct fb_futex_call *call,
				      struct fb_pthread_wait *wait_ret)
{
	struct fb_error *first = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(lock_kinds); i++) {
		struct fb_pthread_wait wait = {.certain = true};
		struct fb_error *err = NULL;

		if (!applies(&lock_kinds[i], call))
			continue;
		if (lock_kinds[i].is(call, space, &wait, &err)) {
			fb_error_destroy(first);
			*wait_ret = wait;
			return NULL;
		}
		if (fb_error_is_fatal(err)) {
			fb_error_destroy(first);
			return err;
		}
		if (first)
			fb_error_destroy(err);
		else
			first = err;
	}
	if (first)
		return first;
	return fb_error_create(FB_NOT_FOUND, "the word looks like no lock of glibc");
}
