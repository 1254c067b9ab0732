// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiters on made stacks, in queues that are whole, broken or loops. */
#include "bundle/waits/finder/wait_queue.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bundle/changed_space.h"
#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"

#define WAITERS 6u

/* A waiter as a mutex has them: links, then the task. */
static const struct fb_wait_entry entry = {.list = 0, .task = 16, .size = 32};

struct world {
	struct made_waits waits;
	struct made_kernel *made;
	struct fb_task *list; /* of waits */
	uint64_t waiters[WAITERS];
	uint64_t lock; /* its list's head */
};

static void begin(struct world *world)
{
	made_waits_begin(&world->waits);
	world->made = world->waits.made;
	world->list = world->waits.list;
	world->lock = made_alloc(world->made, 64);
	made_list_init(world->made, world->lock);
	for (size_t i = 0; i < WAITERS; i++) {
		made_waits_task(&world->waits, 10, 10 + (int32_t)i, "waiter");
		world->waiters[i] = world->list[i].stack + 2048;
		made_put(world->made, world->waiters[i] + 16, world->list[i].address, 8);
		made_list_add(world->made, world->lock, world->waiters[i]);
	}
}

static void end(struct world *world)
{
	made_waits_end(&world->waits);
}

static struct fb_error *head_of(struct world *world, size_t index, uint64_t *head)
{
	return fb_wait_queue_head(&world->waits.finder, &entry, world->waiters[index], head);
}

static void finds_the_lock_of_each_waiter(void)
{
	struct world w;
	uint64_t head = 0, address = 0;

	begin(&w);
	for (size_t i = 0; i < WAITERS; i++) {
		FB_OK_FATAL(fb_wait_entry_find(&w.made->kernel, &entry, w.list[i].address,
					       w.list[i].stack + 1024, w.list[i].stack + 3072,
					       &address));
		CU_ASSERT_EQUAL(address, w.waiters[i]);
		FB_OK_FATAL(head_of(&w, i, &head));
		CU_ASSERT_EQUAL(head, w.lock);
	}
	/* The queue was walked once: nothing more is read of it. */
	for (size_t i = 0; i < WAITERS; i++)
		made_lose(w.made, w.waiters[i]);
	FB_OK_FATAL(head_of(&w, WAITERS / 2, &head));
	CU_ASSERT_EQUAL(head, w.lock);
	end(&w);

	begin(&w);
	/* Not in the frames that are looked through. */
	FB_FAILS(fb_wait_entry_find(&w.made->kernel, &entry, w.list[0].address, w.list[0].stack,
				    w.list[0].stack + 1024, &address),
		 FB_NOT_FOUND);
	end(&w);
}

/* A stale copy of a waiter, which nothing links to, is none. */
static void a_copy_is_no_waiter(void)
{
	struct world w;
	uint64_t address = 0;

	begin(&w);
	memcpy(made_at(w.made, w.list[2].stack + 1536), made_at(w.made, w.waiters[2]), 32);
	FB_OK_FATAL(fb_wait_entry_find(&w.made->kernel, &entry, w.list[2].address,
				       w.list[2].stack + 1024, w.list[2].stack + 3072, &address));
	CU_ASSERT_EQUAL(address, w.waiters[2]);
	end(&w);
}

static void broken_queues_and_loops_end(void)
{
	struct world w;
	uint64_t head = 0;

	begin(&w);
	/* The fourth's link leaves the kernel. */
	made_put(w.made, w.waiters[3], 0x1234, 8);
	FB_FAILS(head_of(&w, 0, &head), FB_CORRUPT);
	FB_FAILS(head_of(&w, 1, &head), FB_CORRUPT);
	FB_OK_FATAL(head_of(&w, 4, &head));
	CU_ASSERT_EQUAL(head, w.lock);
	end(&w);

	begin(&w);
	/* The fourth leads back to the second: the head is never met. */
	made_put(w.made, w.waiters[3], w.waiters[1], 8);
	FB_FAILS(head_of(&w, 0, &head), FB_CORRUPT);
	FB_FAILS(head_of(&w, 2, &head), FB_CORRUPT);
	end(&w);

	begin(&w);
	/* A page of the queue is not in the dump. */
	made_lose(w.made, w.waiters[3]);
	FB_OK_FATAL(head_of(&w, 5, &head));
	CU_ASSERT_EQUAL(head, w.lock);
	end(&w);
}

/* A structure on a stack is queued only by links to the kernel's own memory, whatever is mapped elsewhere. */
static void no_link_leads_out_of_the_kernel(void)
{
	static const uint64_t user = 0x1000;
	struct world w;

	for (int side = 0; side < 3; side++) {
		struct changed_space memory;
		uint64_t at = 0, node;

		begin(&w);
		node = w.waiters[2];
		changed_space_init(&memory, w.made->kernel.space);
		w.made->kernel.space = &memory.space;
		/* There both links of a neighbour are the node. */
		changed_space_put(&memory, user, node, 8);
		changed_space_put(&memory, user + 8, node, 8);
		if (side < 2)
			changed_space_put(&memory, node + 8ull * side, user, 8);
		if (side < 2)
			FB_FAILS_WITH(fb_wait_entry_find(&w.made->kernel, &entry, w.list[2].address,
							 node - 64, node + 512, &at),
				      FB_NOT_FOUND, "not found on its stack");
		else
			FB_OK(fb_wait_entry_find(&w.made->kernel, &entry, w.list[2].address,
						 node - 64, node + 512, &at));
		CU_ASSERT_EQUAL(at, side < 2 ? 0 : node);
		w.made->kernel.space = memory.whole;
		end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_queue", FB_TEST(finds_the_lock_of_each_waiter),
	     FB_TEST(a_copy_is_no_waiter), FB_TEST(broken_queues_and_loops_end),
	     FB_TEST(no_link_leads_out_of_the_kernel))
