// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of made kernel threads: workers, rescuers, and others with a name that comm has no room for. */
#include "kernel/tasks/kthread_name.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

struct world {
	struct made_kernel *made;
	struct fb_task task;
	uint64_t kthread, worker, queue;
};

static void make(struct world *world, const char *comm, bool worker)
{
	struct made_kernel *made = made_kernel_create();

	memset(world, 0, sizeof(*world));
	world->made = made;
	MADE_FIELD(made, task_flags, 0, 4);
	MADE_FIELD(made, task_kthread, 8, 8);
	MADE_FIELD(made, kthread_data, 0, 8);
	MADE_FIELD(made, kthread_full_name, 8, 8);
	MADE_FIELD(made, kworker_pool, 0, 8);
	MADE_FIELD(made, worker_work, 8, 8);
	MADE_FIELD(made, kworker_rescued, 16, 8);
	MADE_FIELD(made, kworker_text, 24, 32);
	MADE_FIELD(made, kworker_queue_name, 0, 32);
	world->task.address = made_alloc(made, 64);
	world->task.kernel_thread = true;
	snprintf(world->task.comm, sizeof(world->task.comm), "%s", comm);
	world->kthread = made_alloc_pages(made, 64);
	world->worker = made_alloc_pages(made, 64);
	world->queue = made_alloc_pages(made, 64);
	MADE_SET(made, world->task.address, task_flags, worker ? 0x200020 : 0x200000);
	MADE_SET(made, world->task.address, task_kthread, world->kthread);
	MADE_SET(made, world->kthread, kthread_data, world->worker);
}

static void expect(struct world *world, const char *want)
{
	char name[FB_KTHREAD_NAME] = "?";

	FB_OK(fb_kthread_name(&world->made->kernel, &world->task, name));
	if (strcmp(name, want) != 0)
		fprintf(stderr, "%s, not %s\n", name, want);
	CU_ASSERT_STRING_EQUAL(name, want);
}

static void reads_whole_names(void)
{
	struct world world;

	make(&world, "systemd-journal", false);
	expect(&world, "systemd-journal");
	MADE_SET(world.made, world.kthread, kthread_full_name,
		 made_string(world.made, "a thread of a long name"));
	expect(&world, "a thread of a long name");
	/* Not of a process, whose comm is its own. */
	world.task.kernel_thread = false;
	expect(&world, "systemd-journal");
	world.task.kernel_thread = true;
	MADE_SET(world.made, world.kthread, kthread_full_name, 8);
	expect(&world, "systemd-journal");
	made_lose(world.made, world.kthread);
	expect(&world, "systemd-journal");
	made_kernel_destroy(world.made);
}

static void reads_workers(void)
{
	struct world world;
	uint64_t text;

	make(&world, "kworker/0:1", true);
	text = world.worker + 24;
	memcpy(made_at(world.made, text), "events", 7);
	/* In no pool it does nothing. */
	expect(&world, "kworker/0:1");
	MADE_SET(world.made, world.worker, kworker_pool, world.queue);
	expect(&world, "kworker/0:1-events");
	MADE_SET(world.made, world.worker, worker_work, world.queue);
	expect(&world, "kworker/0:1+events");
	/* A text without an end is that of its array. */
	memset(made_at(world.made, text), 'x', 32);
	expect(&world, "kworker/0:1+xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	made_lose(world.made, world.worker);
	expect(&world, "kworker/0:1");
	made_kernel_destroy(world.made);
}

static void reads_rescuers(void)
{
	struct world world;

	make(&world, "kworker/R-kvfre", true);
	memcpy(made_at(world.made, world.queue), "kvfree_rcu_reclaim", 19);
	expect(&world, "kworker/R-kvfre");
	MADE_SET(world.made, world.worker, kworker_rescued, world.queue);
	expect(&world, "kworker/R-kvfree_rcu_reclaim");
	/* Before 6.10 its name was that of the queue, of which /proc had 15 letters too. */
	memcpy(world.task.comm, "kvfree_rcu_recl", 16);
	expect(&world, "kvfree_rcu_recl");
	made_kernel_destroy(world.made);
}

FB_TEST_MAIN("kernel/kthread_name", FB_TEST(reads_whole_names), FB_TEST(reads_workers),
	     FB_TEST(reads_rescuers))
