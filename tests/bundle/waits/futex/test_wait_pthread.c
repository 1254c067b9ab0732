// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks of the C library this test runs with, in its own memory; and made ones of other releases. */
#include "bundle/waits/futex/wait_pthread.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/harness.h"

/* This process's memory; nothing outside [from, to). */
struct own_space {
	struct fb_space space;
	uint64_t from, to;
};

static struct fb_error *read_own(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct own_space *own = (struct own_space *)space;

	if (address < own->from || length > own->to - address)
		return fb_error_create(FB_ABSENT, "0x%" PRIx64 " is not there", address);
	memcpy(to, (const void *)(uintptr_t)address, length);
	return NULL;
}

static const struct fb_space_ops own_ops = {.read = read_own};

static struct own_space own(const void *start, size_t size)
{
	return (struct own_space){
		.space = {.ops = &own_ops, .name = "own"},
		.from = (uint64_t)(uintptr_t)start,
		.to = (uint64_t)(uintptr_t)start + size,
	};
}

static struct fb_futex_call call_of(const void *word, uint32_t command, uint32_t value)
{
	return (struct fb_futex_call){
		.address = (uint64_t)(uintptr_t)word,
		.command = command,
		.value = value,
		.process_private = true,
	};
}

static int32_t self(void)
{
	return (int32_t)syscall(SYS_gettid);
}

static void check_mutex(int type, int robust, int protocol, int shared, const char *kind)
{
	pthread_mutexattr_t attr;
	struct {
		uint64_t before[8];
		pthread_mutex_t mutex;
		uint64_t after[8];
	} memory = {0};
	struct fb_pthread_wait wait;
	struct own_space space = own(&memory, sizeof(memory));
	struct fb_futex_call call;
	bool pi = protocol == PTHREAD_PRIO_INHERIT;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, type);
	pthread_mutexattr_setrobust(&attr, robust);
	pthread_mutexattr_setprotocol(&attr, protocol);
	pthread_mutexattr_setpshared(&attr, shared);
	CU_ASSERT_EQUAL_FATAL(pthread_mutex_init(&memory.mutex, &attr), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_mutex_lock(&memory.mutex), 0);
	call = call_of(&memory.mutex, pi ? FB_FUTEX_LOCK_PI : FB_FUTEX_WAIT, 2);
	if (robust == PTHREAD_MUTEX_ROBUST)
		call.value = FB_FUTEX_WAITERS | (uint32_t)self();
	if (pi)
		call.value = 0;
	call.process_private = shared == PTHREAD_PROCESS_PRIVATE && robust != PTHREAD_MUTEX_ROBUST;
	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, kind);
	CU_ASSERT_EQUAL(wait.owner, self());
	CU_ASSERT_EQUAL(wait.object, (uint64_t)(uintptr_t)&memory.mutex);
	CU_ASSERT(wait.certain);
	/* What contradicts the call is no mutex of that call. */
	call.process_private = !call.process_private;
	FB_FAILS(fb_pthread_recognise(&space.space, &call, &wait), FB_NOT_FOUND);
	pthread_mutex_unlock(&memory.mutex);
	pthread_mutex_destroy(&memory.mutex);
	pthread_mutexattr_destroy(&attr);
}

static void knows_mutexes_of_every_type(void)
{
	const int no = PTHREAD_MUTEX_STALLED;
	const int plain = PTHREAD_PRIO_NONE, pi = PTHREAD_PRIO_INHERIT;
	const int own_process = PTHREAD_PROCESS_PRIVATE, shared = PTHREAD_PROCESS_SHARED;

	check_mutex(PTHREAD_MUTEX_NORMAL, no, plain, own_process, "mutex");
	check_mutex(PTHREAD_MUTEX_RECURSIVE, no, plain, own_process, "mutex-recursive");
	check_mutex(PTHREAD_MUTEX_ERRORCHECK, no, plain, own_process, "mutex-errorcheck");
	check_mutex(PTHREAD_MUTEX_ADAPTIVE_NP, no, plain, own_process, "mutex-adaptive");
	check_mutex(PTHREAD_MUTEX_NORMAL, no, plain, shared, "mutex-shared");
	check_mutex(PTHREAD_MUTEX_NORMAL, no, pi, own_process, "mutex-pi");
}

/* Waited for as if it were shared, whether it is or not. */
static void knows_robust_mutexes(void)
{
	check_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE,
		    PTHREAD_PROCESS_SHARED, "mutex-robust");
	check_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE,
		    PTHREAD_PROCESS_PRIVATE, "mutex-robust");
}

static void knows_a_rwlock_by_its_writer(void)
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
	uint32_t *words = (uint32_t *)&lock;
	struct own_space space = own(&lock, sizeof(lock));
	struct fb_pthread_wait wait;
	struct fb_futex_call call = call_of(&words[2], FB_FUTEX_WAIT_BITSET, 3);

	pthread_rwlock_wrlock(&lock);
	words[2] = 3; /* as a waiting reader leaves it */
	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "rwlock-read");
	CU_ASSERT_EQUAL(wait.owner, self());
	CU_ASSERT_EQUAL(wait.object, (uint64_t)(uintptr_t)&lock);
	call = call_of(&words[3], FB_FUTEX_WAIT_BITSET, 3);
	words[3] = 3;
	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "rwlock-write");
	CU_ASSERT_EQUAL(wait.owner, self());
	words[2] = 1;
	words[3] = 1;
	pthread_rwlock_unlock(&lock);
	/* Held for reading: nobody is named. */
	pthread_rwlock_rdlock(&lock);
	words[3] = 3;
	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_EQUAL(wait.owner, 0);
	CU_ASSERT_PTR_NOT_NULL(wait.need);
	words[3] = 1;
	pthread_rwlock_unlock(&lock);
}

static void knows_conditions_of_both_layouts(void)
{
	/* One waiter of group 0, sequence 1; until 2.40, and since. */
	uint32_t older[12] = {[0] = 3, [4] = 2, [9] = 8}, newer[12] = {[0] = 3, [7] = 8};
	struct own_space space = own(older, sizeof(older));
	struct fb_futex_call call = call_of(&older[10], FB_FUTEX_WAIT_BITSET, 0);
	struct fb_pthread_wait wait;

	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "condition");
	CU_ASSERT_EQUAL(wait.object, (uint64_t)(uintptr_t)older);
	CU_ASSERT_EQUAL(wait.owner, 0);
	CU_ASSERT_PTR_NOT_NULL(wait.need);
	space = own(newer, sizeof(newer));
	call = call_of(&newer[8], FB_FUTEX_WAIT_BITSET, 0);
	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "condition");
	CU_ASSERT_EQUAL(wait.object, (uint64_t)(uintptr_t)newer);
}

static void knows_semaphores_and_barriers(void)
{
	uint32_t semaphore[8] __attribute__((aligned(8))) = {0, 2, 0};
	uint32_t barrier[5] = {2, 0, 3, 0, 0};
	struct own_space space = own(semaphore, sizeof(semaphore));
	struct fb_futex_call call = call_of(semaphore, FB_FUTEX_WAIT_BITSET, 0);
	struct fb_pthread_wait wait;

	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "semaphore");
	space = own(barrier, sizeof(barrier));
	call = call_of(&barrier[1], FB_FUTEX_WAIT, 0);
	FB_OK_FATAL(fb_pthread_recognise(&space.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "barrier");
	CU_ASSERT_PTR_NOT_NULL(strstr(wait.detail, "2 of 3"));
	barrier[0] = 3; /* all are there: nobody would wait */
	FB_FAILS(fb_pthread_recognise(&space.space, &call, &wait), FB_NOT_FOUND);
}

static void says_what_is_absent_and_what_is_none(void)
{
	uint32_t word[12] = {7};
	struct own_space space = own(word, 4);
	struct fb_futex_call call = call_of(word, FB_FUTEX_WAIT, 2);
	struct fb_pthread_wait wait;

	FB_FAILS(fb_pthread_recognise(&space.space, &call, &wait), FB_ABSENT);
	call.value = 7;
	call.command = 99;
	FB_FAILS(fb_pthread_recognise(&space.space, &call, &wait), FB_NOT_FOUND);
}

/* Whatever stands there, what is recognised is never nonsense, and nothing is read outside. */
static void any_bytes_are_harmless(void)
{
	uint32_t words[32];
	static const uint32_t commands[] = {0, 6, 9, 11, 13}, values[] = {0, 1, 2, 3, 0x80000005};

	srand(11);
	for (unsigned round = 0; round < 200000; round++) {
		struct own_space space = own(words, sizeof(words));
		struct fb_futex_call call = call_of(&words[rand() % 32], 0, 0);
		struct fb_pthread_wait wait;
		struct fb_error *err;

		for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
			words[i] = rand() % 3 ? (uint32_t)rand() % 5 : (uint32_t)rand();
		call.command = commands[rand() % 5];
		call.value = values[rand() % 5];
		call.process_private = rand() % 2;
		err = fb_pthread_recognise(&space.space, &call, &wait);
		if (!err) {
			CU_ASSERT(wait.owner >= 0);
			CU_ASSERT(wait.owner <= 4 << 20 || wait.owner == 5);
			CU_ASSERT(wait.owner || wait.owner_thread || wait.need);
		}
		fb_error_destroy(err);
	}
}

FB_TEST_MAIN("bundle/wait_pthread", FB_TEST(knows_mutexes_of_every_type),
	     FB_TEST(knows_robust_mutexes), FB_TEST(knows_a_rwlock_by_its_writer),
	     FB_TEST(knows_conditions_of_both_layouts), FB_TEST(knows_semaphores_and_barriers),
	     FB_TEST(says_what_is_absent_and_what_is_none), FB_TEST(any_bytes_are_harmless))
