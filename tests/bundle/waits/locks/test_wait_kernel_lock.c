// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks of a made kernel: found from their waiters, with a list of them or a pointer to the first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bundle/waits/locks/recognise.h"
#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"

#define WAITERS 5
#define READER_OWNED 1u

struct world {
	struct made_waits waits;
	struct made_kernel *made;
	uint64_t lock;
	struct fb_task *holder, *waiters[WAITERS];
};

/* A rw_semaphore and its waiters, in the order in which they came; ring: as 7.x links them. */
static void begin(struct world *w, bool ring)
{
	made_waits_begin(&w->waits);
	w->made = w->waits.made;
	MADE_FIELD(w->made, rwsem_count, 0, 8);
	MADE_FIELD(w->made, rwsem_owner, 8, 8);
	MADE_FIELD(w->made, rwsem_waiter_list, 0, 16);
	MADE_FIELD(w->made, rwsem_waiter_task, 16, 8);
	w->made->kernel.layout.rwsem_waiter.size = 40;
	if (ring)
		MADE_FIELD(w->made, rwsem_first_waiter, 24, 8);
	else
		MADE_FIELD(w->made, rwsem_wait_list, 24, 16);
	w->lock = made_alloc(w->made, 64);
	w->holder = made_waits_task(&w->waits, 10, 10, "holder");
	made_put(w->made, w->lock, 1, 8);
	made_put(w->made, w->lock + 8, w->holder->address, 8);
	made_list_init(w->made, w->lock + 24);
	for (int i = 0; i < WAITERS; i++) {
		uint64_t waiter;

		w->waiters[i] = made_waits_task(&w->waits, 20 + i, 20 + i, "waiter");
		waiter = made_waits_frame(w->waiters[i]);
		made_put(w->made, waiter + 16, w->waiters[i]->address, 8);
		if (ring && !i) {
			made_list_init(w->made, waiter);
			made_put(w->made, w->lock + 24, waiter, 8);
		} else {
			made_list_add(w->made,
				      ring ? made_waits_frame(w->waiters[0]) : w->lock + 24,
				      waiter);
		}
		/* The sleeping function keeps what it was called with. */
		made_put(w->made, waiter + 64, w->lock, 8);
	}
}

static struct fb_error *recognise(struct world *w, int index)
{
	struct fb_blocked blocked = made_waits_blocked(&w->waits, w->waiters[index], "rwsem");

	return fb_wait_rwsem(&w->waits.finder, &blocked);
}

static void finds_lock_and_owner_either_way(void)
{
	for (int ring = 0; ring < 2; ring++) {
		struct world w;

		begin(&w, ring);
		for (int i = 0; i < WAITERS; i++) {
			FB_OK_FATAL(recognise(&w, i));
			CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[i])->key[0], w.lock);
			CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[i])->owner_count, 1);
			CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[i], 10));
			CU_ASSERT(made_waits_object(&w.waits, w.waiters[i])->certain);
		}
		CU_ASSERT_EQUAL(w.waits.finder.graph.object_count, 1);
		made_waits_end(&w.waits);
	}
}

/* Of a ring a word on the stack is the lock only if it points back to one of the waiters. */
static void believes_no_other_word(void)
{
	struct world w;

	begin(&w, true);
	made_put(w.made, w.lock + 24, made_waits_frame(w.holder), 8);
	FB_FAILS(recognise(&w, 0), FB_NOT_FOUND);
	made_waits_end(&w.waits);
}

/* Readers: the last one may have let go, and others may have it. */
static void readers_are_named_only_where_they_sleep_in_the_kernel(void)
{
	for (size_t hung = 0; hung < 2; hung++) {
		const struct fb_wait_object *object;
		struct world w;

		begin(&w, false);
		made_put(w.made, w.lock, 3 << 8, 8);
		made_put(w.made, w.lock + 8, w.holder->address | READER_OWNED, 8);
		w.holder->state = hung ? 'D' : 'S';
		FB_OK_FATAL(recognise(&w, 0));
		object = made_waits_object(&w.waits, w.waiters[0]);
		CU_ASSERT_EQUAL(object->owner_count, hung);
		CU_ASSERT(object->others);
		CU_ASSERT_FALSE(object->certain);
		CU_ASSERT_PTR_NOT_NULL(strstr(object->detail, "for reading by 3"));
		made_waits_end(&w.waits);
	}
}

/* An mm_struct's lock is called by the first process that has it; one that no task has by its address. */
static void names_the_lock_of_an_address_space(void)
{
	for (size_t used = 0; used < 2; used++) {
		char expected[32] = "mmap_lock of PID 20";
		struct world w;

		begin(&w, false);
		MADE_FIELD(w.made, mm_mmap_lock, 32, 48);
		for (int i = 0; i < 3; i++)
			w.waiters[i]->mm = w.lock - (used ? 32 : 40);
		if (!used)
			snprintf(expected, sizeof(expected), "0x%" PRIx64, w.lock);
		FB_OK_FATAL(recognise(&w, 1));
		CU_ASSERT_STRING_EQUAL(made_waits_object(&w.waits, w.waiters[1])->name, expected);
		made_waits_end(&w.waits);
	}
}

FB_TEST_MAIN("bundle/wait_kernel_lock", FB_TEST(finds_lock_and_owner_either_way),
	     FB_TEST(believes_no_other_word), FB_TEST(names_the_lock_of_an_address_space),
	     FB_TEST(readers_are_named_only_where_they_sleep_in_the_kernel))
