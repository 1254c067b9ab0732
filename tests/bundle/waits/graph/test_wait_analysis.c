// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is stuck, cycles and chains of wait graphs; held against a plain search on random ones. */
#include "bundle/waits/graph/wait_analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

#define THREADS 64u

struct world {
	struct fb_wait_graph graph;
	struct fb_wait_thread threads[THREADS];
	size_t count;
	struct fb_wait_analysis analysis;
};

/* Threads 1 to count, each a process of its own. */
static void begin(struct world *world, size_t count)
{
	memset(world, 0, sizeof(*world));
	fb_wait_graph_init(&world->graph);
	world->count = count;
	for (size_t i = 0; i < count; i++)
		world->threads[i] =
			(struct fb_wait_thread){.tid = (int32_t)i + 1, .pid = (int32_t)i + 1};
}

static size_t object(struct world *world, uint64_t key)
{
	size_t index = 0;
	bool fresh;

	FB_OK_FATAL(fb_wait_graph_object(&world->graph, "lock", key, 0, &index, &fresh));
	return index;
}

static void owns(struct world *world, uint64_t key, int32_t tid)
{
	FB_OK_FATAL(fb_wait_graph_owner(&world->graph, object(world, key), tid, false));
}

static void waits(struct world *world, int32_t tid, uint64_t key)
{
	const struct fb_wait wait = {
		.tid = tid,
		.pid = tid,
		.kind = "mutex",
		.object = object(world, key),
		.seconds = NAN,
	};

	FB_OK_FATAL(fb_wait_graph_add(&world->graph, &wait));
}

static void analyse(struct world *world)
{
	fb_wait_analysis_deinit(&world->analysis);
	FB_OK_FATAL(fb_wait_analyse(&world->graph, world->threads, world->count, &world->analysis));
}

static void end(struct world *world)
{
	fb_wait_analysis_deinit(&world->analysis);
	fb_wait_graph_deinit(&world->graph);
}

static int32_t cycle_tid(const struct world *world, size_t cycle, size_t index)
{
	return world->graph.waits[world->analysis.cycles[cycle].waits[index]].tid;
}

static void finds_a_deadlock_and_who_is_behind_it(void)
{
	struct world w;

	begin(&w, 5);
	owns(&w, 100, 1);
	owns(&w, 200, 2);
	waits(&w, 1, 200);
	waits(&w, 2, 100);
	waits(&w, 3, 100);
	owns(&w, 300, 3);
	waits(&w, 4, 300);
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.cycle_count, 1);
	CU_ASSERT_EQUAL_FATAL(w.analysis.cycles[0].count, 2);
	CU_ASSERT_EQUAL(cycle_tid(&w, 0, 0), 1);
	CU_ASSERT_EQUAL(cycle_tid(&w, 0, 1), 2);
	CU_ASSERT_EQUAL(w.analysis.cycles[0].member_count, 2);
	CU_ASSERT_EQUAL(w.analysis.cycles[0].behind, 2);
	for (size_t i = 0; i < w.graph.wait_count; i++)
		CU_ASSERT(w.analysis.stuck[i]);
	end(&w);
}

static void a_thread_can_wait_for_itself(void)
{
	struct world w;

	begin(&w, 1);
	owns(&w, 100, 1);
	waits(&w, 1, 100);
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.cycle_count, 1);
	CU_ASSERT_EQUAL(w.analysis.cycles[0].count, 1);
	end(&w);
}

/* An event loop (2) may be woken by 3, or by others: what waits for it ends there, and not at 3. */
static void chains_end_at_event_loops(void)
{
	struct world w;

	begin(&w, 4);
	owns(&w, 100, 2);
	waits(&w, 1, 100);
	owns(&w, 200, 3);
	w.graph.objects[object(&w, 200)].others = true;
	waits(&w, 2, 200);
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.root_count, 1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].tid, 3);
	CU_ASSERT_EQUAL(w.analysis.roots[0].threads, 2);
	w.graph.objects[object(&w, 200)].loose = true;
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.root_count, 1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].tid, 2);
	CU_ASSERT_EQUAL(w.analysis.roots[0].threads, 1);
	CU_ASSERT(w.analysis.roots[0].loose);
	/* One that nobody waits for is no root. */
	waits(&w, 4, 200);
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.root_count, 1);
	end(&w);
}

/* What hangs comes before what merely has more waiters, and servers come last. */
static void ranks_the_abnormal_first(void)
{
	struct world w;

	begin(&w, 12);
	for (int32_t tid = 1; tid <= 5; tid++) /* for 6, an event loop */
		waits(&w, tid, 100);
	owns(&w, 100, 6);
	waits(&w, 6, 200);
	w.graph.objects[object(&w, 200)].others = true;
	w.graph.objects[object(&w, 200)].loose = true;
	waits(&w, 7, 300); /* for 8, which only sleeps */
	waits(&w, 9, 300);
	owns(&w, 300, 8);
	waits(&w, 10, 400); /* hung, for nobody that is known */
	w.threads[9].state = 'D';
	waits(&w, 11, 500); /* for 12, which is stopped */
	owns(&w, 500, 12);
	w.threads[11].state = 'T';
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.root_count, 4);
	CU_ASSERT_EQUAL(w.analysis.roots[0].tid, -1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].hung, 1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].object, object(&w, 400));
	CU_ASSERT_EQUAL(w.analysis.roots[1].tid, 12);
	CU_ASSERT(w.analysis.roots[1].stopped);
	CU_ASSERT_EQUAL(w.analysis.roots[2].tid, 8);
	CU_ASSERT_EQUAL(w.analysis.roots[3].tid, 6);
	CU_ASSERT_EQUAL(w.analysis.roots[3].threads, 5);
	CU_ASSERT_EQUAL(w.analysis.roots[3].hung, 0);
	end(&w);
}

/* A reader that has the writing end too does not write while it sleeps: the chain goes on to who can. */
static void chains_leave_out_the_waiter_itself(void)
{
	struct world w;
	const struct fb_wait_object *pipe;
	const struct fb_wait *reader;

	begin(&w, 3);
	owns(&w, 100, 1);
	owns(&w, 100, 2);
	waits(&w, 1, 100);
	owns(&w, 200, 3);
	waits(&w, 2, 200);
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.root_count, 1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].tid, 3);
	CU_ASSERT_EQUAL(w.analysis.roots[0].threads, 2);
	pipe = &w.graph.objects[object(&w, 100)];
	reader = &w.graph.waits[0];
	CU_ASSERT_EQUAL(fb_wait_count_owners(reader, pipe), 1);
	CU_ASSERT_FALSE(fb_wait_owner_counts(reader, pipe, &pipe->owners[0]));
	CU_ASSERT(fb_wait_owner_counts(reader, pipe, &pipe->owners[1]));
	end(&w);
}

/* A process may end a thread's wait where it has another thread; alone it waits for itself. */
static void a_process_of_one_thread_cannot_help_itself(void)
{
	const struct fb_wait_owner process = {.tid = 1, .process = true};
	struct fb_wait wait = {.tid = 1, .pid = 1};
	struct fb_wait_object pipe = {.owners = (struct fb_wait_owner *)&process, .owner_count = 1};

	CU_ASSERT(fb_wait_owner_counts(&wait, &pipe, &process));
	wait.alone = true;
	/* It is the only one there is: it waits for itself. */
	CU_ASSERT(fb_wait_owner_counts(&wait, &pipe, &process));
	CU_ASSERT_EQUAL(fb_wait_count_owners(&wait, &pipe), 1);
	pipe.others = true;
	CU_ASSERT_FALSE(fb_wait_owner_counts(&wait, &pipe, &process));
	CU_ASSERT_EQUAL(fb_wait_count_owners(&wait, &pipe), 0);
}

/* 1 and 2 wait for each other, but 3 could feed 1 too. */
static void somebody_outside_breaks_a_loop(void)
{
	struct world w;

	begin(&w, 3);
	owns(&w, 100, 2);
	owns(&w, 100, 3);
	owns(&w, 200, 1);
	waits(&w, 1, 100);
	waits(&w, 2, 200);
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 0);
	/* Where all owners have to let go, one that never does is enough. */
	w.graph.objects[object(&w, 100)].all = true;
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 1);
	w.graph.objects[object(&w, 100)].all = false;
	/* The third is stuck with them. */
	waits(&w, 3, 200);
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.cycle_count, 1);
	CU_ASSERT_EQUAL(w.analysis.cycles[0].member_count, 3);
	CU_ASSERT_EQUAL(w.analysis.cycles[0].count, 2);
	/* An owner that no task is may be anybody. */
	owns(&w, 200, 999);
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 0);
	end(&w);
}

static void a_timeout_or_unknown_owners_end_a_wait(void)
{
	struct world w;

	begin(&w, 2);
	owns(&w, 100, 1);
	owns(&w, 200, 2);
	waits(&w, 1, 200);
	waits(&w, 2, 100);
	w.graph.waits[0].timeout = true;
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 0);
	w.graph.waits[0].timeout = false;
	w.graph.objects[object(&w, 100)].others = true;
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 0);
	CU_ASSERT(!w.analysis.stuck[0]);
	end(&w);
}

/* Process 1 has threads 1 and 2; process 3 waits for its end, its thread 1 for process 3. */
static void any_thread_of_a_process_can_feed(void)
{
	struct world w;

	begin(&w, 3);
	w.threads[1].pid = 1;
	FB_OK_FATAL(fb_wait_graph_owner(&w.graph, object(&w, 100), 1, true));
	FB_OK_FATAL(fb_wait_graph_owner(&w.graph, object(&w, 200), 3, true));
	waits(&w, 1, 200);
	waits(&w, 3, 100);
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 0);
	CU_ASSERT_EQUAL_FATAL(w.analysis.root_count, 1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].tid, 2);
	CU_ASSERT_EQUAL(w.analysis.roots[0].threads, 2);
	waits(&w, 2, 200);
	analyse(&w);
	CU_ASSERT_EQUAL_FATAL(w.analysis.cycle_count, 1);
	CU_ASSERT_EQUAL(w.analysis.cycles[0].member_count, 3);
	end(&w);
}

static void counts_chains_to_their_roots(void)
{
	struct world w;

	begin(&w, 10);
	owns(&w, 100, 1);
	for (int32_t tid = 2; tid <= 6; tid++)
		waits(&w, tid, 100);
	owns(&w, 200, 2);
	waits(&w, 7, 200);
	owns(&w, 300, 7);
	waits(&w, 8, 300);
	waits(&w, 9, 400); /* whose owner nobody knows */
	analyse(&w);
	CU_ASSERT_EQUAL(w.analysis.cycle_count, 0);
	CU_ASSERT_EQUAL_FATAL(w.analysis.root_count, 2);
	CU_ASSERT_EQUAL(w.analysis.roots[0].tid, 1);
	CU_ASSERT_EQUAL(w.analysis.roots[0].threads, 7);
	CU_ASSERT_EQUAL(w.analysis.roots[0].depth, 3);
	CU_ASSERT_EQUAL(w.graph.waits[w.analysis.roots[0].deepest].tid, 8);
	CU_ASSERT_EQUAL(w.analysis.roots[1].tid, -1);
	CU_ASSERT_EQUAL(w.analysis.roots[1].object, object(&w, 400));
	CU_ASSERT_EQUAL(w.analysis.roots[1].threads, 1);
	/* 8 -> 7 -> 2 -> the root. */
	CU_ASSERT_EQUAL(w.graph.waits[w.analysis.next[w.analysis.roots[0].deepest]].tid, 7);
	end(&w);
}

static void owners_are_kept_once_and_capped(void)
{
	struct world w;

	begin(&w, 1);
	for (int32_t i = 0; i < (int32_t)FB_MAX_WAIT_OWNERS + 10; i++) {
		owns(&w, 100, i + 1);
		owns(&w, 100, i + 1);
	}
	CU_ASSERT_EQUAL(w.graph.objects[0].owner_count, FB_MAX_WAIT_OWNERS);
	CU_ASSERT(w.graph.objects[0].others);
	end(&w);
}

/* The slow way: nothing may go on that is not shown to, until nothing changes. */
static void slow_may(const struct world *world, bool *may)
{
	bool changed = true;

	memset(may, 0, THREADS);
	while (changed) {
		changed = false;
		for (size_t t = 0; t < world->count; t++) {
			bool goes = true;

			for (size_t i = 0; i < world->graph.wait_count; i++) {
				const struct fb_wait *wait = &world->graph.waits[i];
				const struct fb_wait_object *of =
					&world->graph.objects[wait->object];
				size_t able = 0;

				if (wait->tid != world->threads[t].tid)
					continue;
				for (size_t k = 0; k < of->owner_count; k++)
					able += may[of->owners[k].tid - 1];
				goes = wait->timeout || of->others || !of->owner_count ||
				       (of->all ? able == of->owner_count : able > 0);
			}
			if (goes && !may[t])
				may[t] = changed = true;
		}
	}
}

static void agrees_with_a_plain_search(void)
{
	bool may[THREADS];
	size_t cycles = 0;

	srand(7);
	for (unsigned round = 0; round < 3000; round++) {
		struct world w;
		size_t threads = 2 + (size_t)rand() % 12, objects = 1 + (size_t)rand() % 10;

		begin(&w, threads);
		for (size_t i = 0; i < objects; i++)
			for (int k = rand() % 4; k > 0; k--)
				owns(&w, i, 1 + rand() % (int)threads);
		for (size_t t = 0; t < threads; t++)
			if (rand() % 4)
				waits(&w, (int32_t)t + 1, (uint64_t)rand() % objects);
		for (size_t i = 0; i < w.graph.object_count; i++) {
			w.graph.objects[i].all = rand() % 3 == 0;
			w.graph.objects[i].others = rand() % 8 == 0;
		}
		for (size_t i = 0; i < w.graph.wait_count; i++)
			w.graph.waits[i].timeout = rand() % 16 == 0;
		analyse(&w);
		slow_may(&w, may);
		for (size_t i = 0; i < w.graph.wait_count; i++)
			CU_ASSERT_EQUAL(w.analysis.stuck[i], !may[w.graph.waits[i].tid - 1]);
		/* Each cycle closes: every thread's object is owned by the next. */
		for (size_t c = 0; c < w.analysis.cycle_count; c++) {
			const struct fb_wait_cycle *cycle = &w.analysis.cycles[c];

			cycles++;
			for (size_t i = 0; i < cycle->count; i++) {
				const struct fb_wait *wait = &w.graph.waits[cycle->waits[i]];
				const struct fb_wait_object *of = &w.graph.objects[wait->object];
				int32_t next = cycle_tid(&w, c, (i + 1) % cycle->count);
				bool owned = false;

				for (size_t k = 0; k < of->owner_count; k++)
					owned = owned || of->owners[k].tid == next;
				CU_ASSERT(owned);
				CU_ASSERT(w.analysis.stuck[cycle->waits[i]]);
			}
		}
		/* Whoever is stuck is in a cycle or leads to one. */
		for (size_t i = 0; i < w.graph.wait_count; i++)
			if (w.analysis.stuck[i])
				CU_ASSERT(w.analysis.cycle_count > 0);
		end(&w);
	}
	CU_ASSERT(cycles > 500);
}

/* One chain as long as PIDs go: no recursion may break. */
static void long_chains_do_not_exhaust_the_stack(void)
{
	size_t count = 300000;
	struct fb_wait_thread *threads = calloc(count, sizeof(*threads));
	struct fb_wait_analysis analysis;
	struct world w;

	CU_ASSERT_PTR_NOT_NULL_FATAL(threads);
	begin(&w, 0);
	for (size_t i = 0; i < count; i++) {
		int32_t tid = (int32_t)i + 1;

		threads[i] = (struct fb_wait_thread){.tid = tid, .pid = tid};
		owns(&w, (uint64_t)tid, tid);
		if (i)
			waits(&w, tid, (uint64_t)tid - 1);
	}
	FB_OK_FATAL(fb_wait_analyse(&w.graph, threads, count, &analysis));
	CU_ASSERT_EQUAL(analysis.root_count, 1);
	CU_ASSERT_EQUAL(analysis.roots[0].depth, count - 1);
	fb_wait_analysis_deinit(&analysis);
	waits(&w, 1, count); /* and closed to a ring */
	FB_OK_FATAL(fb_wait_analyse(&w.graph, threads, count, &analysis));
	CU_ASSERT_EQUAL_FATAL(analysis.cycle_count, 1);
	CU_ASSERT_EQUAL(analysis.cycles[0].count, count);
	fb_wait_analysis_deinit(&analysis);
	free(threads);
	end(&w);
}

FB_TEST_MAIN("bundle/wait_analysis", FB_TEST(finds_a_deadlock_and_who_is_behind_it),
	     FB_TEST(a_thread_can_wait_for_itself), FB_TEST(chains_end_at_event_loops),
	     FB_TEST(ranks_the_abnormal_first), FB_TEST(chains_leave_out_the_waiter_itself),
	     FB_TEST(a_process_of_one_thread_cannot_help_itself),
	     FB_TEST(somebody_outside_breaks_a_loop),
	     FB_TEST(a_timeout_or_unknown_owners_end_a_wait),
	     FB_TEST(any_thread_of_a_process_can_feed), FB_TEST(counts_chains_to_their_roots),
	     FB_TEST(owners_are_kept_once_and_capped), FB_TEST(agrees_with_a_plain_search),
	     FB_TEST(long_chains_do_not_exhaust_the_stack))
