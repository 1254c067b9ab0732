// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks of musl as words of a made memory: what each is told as, and what is told as none. */
#include "bundle/waits/futex/wait_musl.h"

#include <errno.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define WAITERS 0x80000000u
#define TID 1234u
#define THREADS 8u
#define FAR UINT64_MAX /* a stack pointer above everything */

struct world {
	struct made_kernel *made;
	uint64_t at; /* 8-aligned; the words are from there on */
};

static void begin(struct world *w, const uint32_t *words, size_t count)
{
	w->made = made_kernel_create();
	w->at = made_alloc(w->made, 64);
	memcpy(made_at(w->made, w->at), words, count * sizeof(*words));
}

/* A wait on the word of that index. */
static struct fb_error *recognise(struct world *w, unsigned index, uint32_t value, bool is_private,
				  struct fb_pthread_wait *wait)
{
	const struct fb_futex_call call = {
		.address = w->at + index * 4,
		.command = FB_FUTEX_WAIT,
		.value = value,
		.process_private = is_private,
	};

	return fb_musl_recognise(&w->made->space, &call, FAR, THREADS, wait);
}

/* type, lock, waiters; the wait is on the lock. */
static void check_mutex(uint32_t type, uint32_t lock, bool is_private, const char *kind,
			int32_t owner)
{
	const uint32_t words[] = {type, lock, 1, 0, 0, 0};
	struct fb_pthread_wait wait = {0};
	struct world w;

	begin(&w, words, FB_ARRAY_SIZE(words));
	FB_OK_FATAL(recognise(&w, 1, lock, is_private, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, kind);
	CU_ASSERT_EQUAL(wait.object, w.at);
	CU_ASSERT_EQUAL(wait.owner, owner);
	CU_ASSERT_EQUAL(wait.owner_field, owner ? w.at + 4 : 0);
	CU_ASSERT_EQUAL(!wait.need, owner != 0);
	CU_ASSERT(wait.certain);
	made_kernel_destroy(w.made);
}

/* EBUSY is no TID: a normal mutex has no owner that is written down. */
static void names_owners_that_are_recorded_only(void)
{
	check_mutex(0, EBUSY | WAITERS, true, "mutex", 0);
	check_mutex(128, EBUSY | WAITERS, false, "mutex-shared", 0);
	check_mutex(1, TID | WAITERS, true, "mutex", TID);
	check_mutex(2, TID | WAITERS, true, "mutex", TID);
	check_mutex(4, TID | WAITERS, true, "mutex-robust", TID);
	check_mutex(2 | 128, TID | WAITERS, false, "mutex-shared", TID);
	/* Of a recursive one a TID of 16 is a TID. */
	check_mutex(1, EBUSY | WAITERS, true, "mutex", EBUSY);
}

static void tells_rwlocks_and_semaphores_apart(void)
{
	static const struct {
		uint32_t value, shared;
		bool is_private;
		const char *kind, *detail;
	} cases[] = {
		/* 0x7fffffff: held for writing. A rwlock's third word is 0 where it is private, a
		 * semaphore's 128. */
		{UINT32_MAX, 0, true, "rwlock", "for writing"},
		{UINT32_MAX, 128, false, "rwlock", "for writing"},
		{WAITERS | 3, 0, true, "rwlock", "for reading by 3"},
		{UINT32_MAX, 128, true, "semaphore", "1 waits"},
		{WAITERS, 128, true, "semaphore", "1 waits"},
		{UINT32_MAX, 0, false, "semaphore", "1 waits"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const uint32_t words[] = {0, 0, cases[i].value, 1, cases[i].shared, 0};
		struct fb_pthread_wait wait = {0};
		struct world w;

		begin(&w, words, FB_ARRAY_SIZE(words));
		FB_OK_FATAL(recognise(&w, 2, cases[i].value, cases[i].is_private, &wait));
		CU_ASSERT_STRING_EQUAL(wait.kind, cases[i].kind);
		CU_ASSERT_PTR_NOT_NULL(strstr(wait.detail, cases[i].detail));
		CU_ASSERT_EQUAL(wait.owner, 0);
		CU_ASSERT_PTR_NOT_NULL(wait.need);
		CU_ASSERT_EQUAL(wait.object, w.at + 8);
		made_kernel_destroy(w.made);
	}
}

static void knows_a_condition_by_the_waiters_stack(void)
{
	struct fb_futex_call call = {
		.address = 0x7f0000001234ull, .value = 2, .process_private = true};
	struct fb_pthread_wait wait = {0};
	struct world w;

	begin(&w, (const uint32_t[]){0}, 1);
	FB_OK_FATAL(fb_musl_recognise(&w.made->space, &call, 0x7f0000001100ull, THREADS, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "condition");
	/* Below the stack pointer, or far above, it is another thread's or a heap's word. */
	FB_FAILS(fb_musl_recognise(&w.made->space, &call, 0x7f0000001238ull, THREADS, &wait),
		 FB_FAULT);
	FB_FAILS(
		fb_musl_recognise(&w.made->space, &call, 0x7f0000000234ull - 0x400, THREADS, &wait),
		FB_FAULT);
	made_kernel_destroy(w.made);
}

/* Words, which of them is waited on with which value, and the whole answer. */
struct lock {
	uint32_t words[8];
	unsigned index;
	uint32_t value;
	bool shared;   /* the futex is */
	bool on_stack; /* the waiter's own, that is */
	const char *kind;
	unsigned object; /* index of the word that the object begins with */
	int32_t owner;
	bool guessed;
	const char *detail, *need;
};

static void check_lock(const struct lock *lock)
{
	struct fb_futex_call call = {
		.command = FB_FUTEX_WAIT, .value = lock->value, .process_private = !lock->shared};
	struct fb_pthread_wait wait = {0};
	struct world w;

	begin(&w, lock->words, FB_ARRAY_SIZE(lock->words));
	call.address = w.at + lock->index * 4;
	FB_OK_FATAL(fb_musl_recognise(&w.made->space, &call, lock->on_stack ? w.at : FAR, THREADS,
				      &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, lock->kind);
	CU_ASSERT_STRING_EQUAL(wait.detail, lock->detail);
	CU_ASSERT_EQUAL(wait.object, w.at + lock->object * 4);
	CU_ASSERT_EQUAL(wait.owner, lock->owner);
	CU_ASSERT_EQUAL(wait.certain, !lock->guessed);
	if (lock->need && wait.need)
		CU_ASSERT_STRING_EQUAL(wait.need, lock->need);
	CU_ASSERT_EQUAL(!wait.need, !lock->need);
	made_kernel_destroy(w.made);
}

#define ARRIVE "a barrier does not record which threads have yet to arrive"
#define WITHIN "a lock within musl does not record who holds it"

static const struct lock locks[] = {
	/* The instance at 2: count, last, waiters, finished. Who came first sleeps on the last. */
	{{0, 0, 0, 0, 0, 1},
	 5,
	 1,
	 false,
	 true,
	 "barrier",
	 2,
	 0,
	 false,
	 "barrier of musl, 1 has arrived",
	 ARRIVE},
	{{0, 0, 7, 0, 7, 1},
	 5,
	 1,
	 false,
	 true,
	 "barrier",
	 2,
	 0,
	 false,
	 "barrier of musl, 8 have arrived",
	 ARRIVE},
	/* Those that came later on the second. */
	{{0, 0, 1, 0, 1, 1},
	 3,
	 0,
	 false,
	 false,
	 "barrier",
	 2,
	 0,
	 false,
	 "barrier of musl, 2 have arrived",
	 ARRIVE},
	{{0, 0, 7, 0, 1, 0},
	 3,
	 0,
	 false,
	 false,
	 "barrier",
	 2,
	 0,
	 false,
	 "barrier of musl, 8 have arrived",
	 ARRIVE},
	/* Between processes, at 0: lock, waiters, limit, count, waiters of the count. */
	{{0, 0, WAITERS | 2, 1, 1, 0},
	 3,
	 1,
	 true,
	 false,
	 "barrier",
	 0,
	 0,
	 false,
	 "barrier of musl, 1 of 3 had arrived, process-shared",
	 ARRIVE},
	{{0, 0, WAITERS | 2, 2, 2, 0},
	 3,
	 2,
	 true,
	 false,
	 "barrier",
	 0,
	 0,
	 false,
	 "barrier of musl, 2 of 3 had arrived, process-shared",
	 ARRIVE},
	{{0, 0, TID | 0x40000000u},
	 2,
	 TID | 0x40000000u,
	 false,
	 false,
	 "stdio-lock",
	 2,
	 TID,
	 false,
	 "lock of a stdio FILE of musl",
	 NULL},
	{{0, 0, WAITERS | 2},
	 2,
	 WAITERS | 2,
	 false,
	 false,
	 "library-lock",
	 2,
	 0,
	 true,
	 "lock within musl, by its word: one thread has it, 1 waits",
	 WITHIN},
	{{0, WAITERS | 8, 0},
	 1,
	 WAITERS | 8,
	 false,
	 false,
	 "library-lock",
	 1,
	 0,
	 true,
	 "lock within musl, by its word: one thread has it, 7 wait",
	 WITHIN},
};

static void knows_barriers_and_locks_of_the_library(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(locks); i++)
		check_lock(&locks[i]);
}

/* Each of these is one of the above but for one word, the value or where it lies. */
static const struct {
	uint32_t words[6];
	unsigned index;
	uint32_t value;
	bool shared, on_stack;
} others[] = {
	{{0, 0, 0, 0, 0, 1}, 5, 1, true, true},   /* not private */
	{{0, 0, 0, 0, 0, 1}, 5, 1, false, false}, /* not on its stack */
	{{0, 0, 0, 0, 1}, 4, 1, false, true},     /* not where finished is */
	{{0, 0, 0, 0, 0, 2}, 5, 1, false, true},  /* finished is another */
	{{0, 0, 0, 1, 0, 1}, 5, 1, false, true},  /* the last has come */
	{{0, 0, 8, 0, 0, 1}, 5, 1, false, true},  /* more than there are threads */
	{{0, 0, 1, 0, 2, 1}, 5, 1, false, true},  /* more wait than have come */
	{{0, 0, 0, 0, 0, 3}, 5, 3, false, true},  /* another value */
	{{0, 0, 0, 0, 1, 1}, 3, 0, false, false}, /* nobody has come */
	{{0, 0, 8, 0, 1, 1}, 3, 0, false, false},
	{{0, 0, 1, 0, 0, 1}, 3, 0, false, false}, /* nobody waits */
	{{0, 0, 1, 0, 2, 1}, 3, 0, false, false},
	{{0, 0, 1, 0, 1, 2}, 3, 0, false, false}, /* finished is no flag */
	{{0, 0, 1, 1, 1, 1}, 3, 0, false, false},
	{{0, 0, 1, 0, 1, 1}, 3, 0, true, false},
	{{0, 1, 0, 1, 1, 1}, 2, 0, false, false},
	{{0, 0, 2, 1, 1, 0}, 3, 1, true, false},           /* the limit has no top bit */
	{{0, 0, WAITERS | 2, 3, 1, 0}, 3, 3, true, false}, /* all have come */
	{{0, 0, WAITERS | 2, 0, 1, 0}, 3, 0, true, false}, /* nobody has */
	{{0, 0, WAITERS | 2, 1, 0, 0}, 3, 1, true, false}, /* nobody waits */
	{{0, 0, WAITERS | 2, 1, 1, 0}, 3, 1, false, false},
	{{0, WAITERS | 2, 1, 1, 0, 0}, 2, 1, true, false},
	{{0, 0, UINT32_MAX, 1, 1, 0}, 3, 1, true, false},
	{{0, 0, 0x40000000u}, 2, 0x40000000u, false, false}, /* nobody's TID */
	{{0, 0, 0x40400001u}, 2, 0x40400001u, false, false}, /* above all TIDs */
	{{0, 0, TID | 0x40000000u}, 2, TID | 0x40000000u, true, false},
	{{0, 0, WAITERS | 9}, 2, WAITERS | 9, false, false}, /* more than threads */
	{{0, 0, WAITERS | 1}, 2, WAITERS | 1, false, false}, /* nobody waits */
	{{0, 0, WAITERS | 2}, 2, WAITERS | 2, true, false},
	{{0, 0, 0}, 2, WAITERS | 2, false, false}, /* nobody has it */
};

static void believes_no_other_barrier_or_lock(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++) {
		struct fb_futex_call call = {.command = FB_FUTEX_WAIT,
					     .value = others[i].value,
					     .process_private = !others[i].shared};
		struct fb_pthread_wait wait = {0};
		struct world w;

		begin(&w, others[i].words, 6);
		call.address = w.at + others[i].index * 4;
		FB_FAILS(fb_musl_recognise(&w.made->space, &call, others[i].on_stack ? w.at : FAR,
					   THREADS, &wait),
			 FB_NOT_FOUND);
		made_kernel_destroy(w.made);
	}
}

static void believes_nothing_else(void)
{
	static const struct {
		uint32_t words[6];
		unsigned index;
		bool is_private;
	} cases[] = {
		{{0, 2, 1, 0, 0, 0}, 1, true},                 /* no waiters' bit */
		{{16, EBUSY | WAITERS, 1, 0, 0, 0}, 1, true},  /* no such type */
		{{3, TID | WAITERS, 1, 0, 0, 0}, 1, true},     /* nor that */
		{{128, EBUSY | WAITERS, 1, 0, 0, 0}, 1, true}, /* shared, waited for privately */
		{{0, EBUSY | WAITERS, 0, 0, 0, 0}, 1, true},   /* nobody waits, it says */
		{{0, TID | WAITERS, 1, 0, 0, 0}, 1, true},     /* a normal one has no TID */
		{{1, 0x3fffffffu | WAITERS, 1, 0, 0, 0}, 1, true}, /* no TID is that high */
		{{0, 0, WAITERS | 0x7ffffff0u, 1, 0, 0}, 2, true}, /* nor are there such readers */
		{{0, 0, UINT32_MAX, 1, 64, 0}, 2, true},           /* neither private nor shared */
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_pthread_wait wait = {0};
		struct world w;

		begin(&w, cases[i].words, 6);
		FB_FAILS(recognise(&w, cases[i].index, cases[i].words[cases[i].index],
				   cases[i].is_private, &wait),
			 FB_NOT_FOUND);
		made_kernel_destroy(w.made);
	}
}

FB_TEST_MAIN("bundle/wait_musl", FB_TEST(names_owners_that_are_recorded_only),
	     FB_TEST(tells_rwlocks_and_semaphores_apart),
	     FB_TEST(knows_a_condition_by_the_waiters_stack),
	     FB_TEST(knows_barriers_and_locks_of_the_library),
	     FB_TEST(believes_no_other_barrier_or_lock), FB_TEST(believes_nothing_else))
