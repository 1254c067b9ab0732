// SPDX-License-Identifier: GPL-2.0-or-later
/* Which waits are reported: deadlocks, threads that hang for long, stopped threads that others wait for. */
#include "bundle/waits/graph/wait_analysis.h"

#include <math.h>

#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

struct world {
	struct checked checked;
	struct fb_wait_graph graph;
	struct fb_wait_analysis analysis;
};

static void begin(struct world *world)
{
	memset(world, 0, sizeof(*world));
	checked_begin(&world->checked);
	fb_wait_graph_init(&world->graph);
}

/* A thread that waits for a lock for so long; NaN: it is not known. */
static void waits(struct world *world, int32_t tid, const char *comm, char state, const char *lock,
		  double seconds)
{
	struct fb_wait wait = {.tid = tid, .pid = tid, .alone = true, .kind = "mutex"};
	bool fresh;

	made_waits_task(&world->checked.made, tid, tid, comm)->state = state;
	wait.certain = true;
	wait.seconds = seconds;
	FB_OK_FATAL(fb_wait_graph_object(&world->graph, "lock", (uint64_t)lock[0], 0, &wait.object,
					 &fresh));
	world->graph.objects[wait.object].certain = true;
	if (fresh)
		FB_OK_FATAL(fb_wait_text(&world->graph.objects[wait.object].name, "%s", lock));
	FB_OK_FATAL(fb_wait_graph_add(&world->graph, &wait));
}

static size_t lock_of(struct world *world, const char *lock)
{
	size_t index = 0;
	bool fresh;

	FB_OK_FATAL(
		fb_wait_graph_object(&world->graph, "lock", (uint64_t)lock[0], 0, &index, &fresh));
	return index;
}

static void owns(struct world *world, const char *lock, int32_t tid)
{
	FB_OK_FATAL(fb_wait_graph_owner(&world->graph, lock_of(world, lock), tid, false));
}

static void expect(struct world *world, const char *expected)
{
	struct fb_wait_thread threads[MADE_WAIT_TASKS];
	const struct fb_tasks *tasks = &world->checked.made.tasks;

	for (size_t i = 0; i < tasks->count; i++)
		threads[i] = (struct fb_wait_thread){tasks->tasks[i].tid, tasks->tasks[i].pid,
						     tasks->tasks[i].state};
	FB_OK_FATAL(fb_wait_analyse(&world->graph, threads, tasks->count, &world->analysis));
	FB_OK(fb_check_graph(&world->checked.check, &world->graph, &world->analysis));
	checked_expect(&world->checked, expected);
	fb_wait_analysis_deinit(&world->analysis);
	fb_wait_graph_deinit(&world->graph);
	checked_end(&world->checked);
}

static void a_deadlock_is_named_with_its_waits(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "one", 'S', "b", 3);
	waits(&w, 2, "two", 'S', "a", NAN);
	waits(&w, 3, "be\x1bhind", 'S', "a", 3);
	owns(&w, "a", 1);
	owns(&w, "b", 2);
	expect(&w,
	       "grave deadlock waits: deadlock of 2 threads: 1 one, 2 two; 1 more wait for them\n"
	       "\t1 one waits for b (mutex), for 3.0 s\n"
	       "\t2 two waits for a (mutex)\n");
}

static void a_deadlock_of_a_guess_is_likely(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "one", 'S', "b", NAN);
	waits(&w, 2, "two", 'S', "a", NAN);
	owns(&w, "a", 1);
	owns(&w, "b", 2);
	w.graph.objects[lock_of(&w, "b")].certain = false;
	expect(&w, "grave deadlock waits: likely deadlock of 2 threads: 1 one, 2 two\n"
		   "\t1 one waits for b (mutex)\n"
		   "\t2 two waits for a (mutex)\n");
}

static void so_is_one_of_a_wait_that_is_guessed(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "one", 'S', "a", NAN);
	owns(&w, "a", 1);
	w.graph.waits[0].certain = false;
	expect(&w, "grave deadlock waits: likely deadlock of 1 thread: 1 one\n"
		   "\t1 one waits for a (mutex)\n");
}

static void a_long_deadlock_names_some(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "one", 'S', "a", NAN);
	waits(&w, 2, "two", 'S', "b", NAN);
	waits(&w, 3, "three", 'S', "c", NAN);
	waits(&w, 4, "four", 'S', "d", NAN);
	waits(&w, 5, "five", 'S', "e", NAN);
	owns(&w, "a", 2);
	owns(&w, "b", 3);
	owns(&w, "c", 4);
	owns(&w, "d", 5);
	owns(&w, "e", 1);
	expect(&w,
	       "grave deadlock waits: deadlock of 5 threads: 1 one, 2 two, 3 three, 4 four, ...\n"
	       "\t1 one waits for a (mutex)\n"
	       "\t2 two waits for b (mutex)\n"
	       "\t3 three waits for c (mutex)\n"
	       "\t4 four waits for d (mutex)\n"
	       "\t5 five waits for e (mutex)\n");
}

static void a_thread_hangs_after_ten_seconds(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "short", 'D', "a", 9.9);
	waits(&w, 2, "long", 'D', "b", 10);
	waits(&w, 3, "waiter", 'S', "c", 500);
	waits(&w, 4, "unknown", 'D', "d", NAN);
	expect(&w,
	       "serious hang waits: 1 thread hangs in state D, the longest for 10.0 s, behind b\n"
	       "\t2 long waits for b (mutex), for 10.0 s\n");
}

static void and_is_grave_after_two_minutes(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "one", 'D', "a", 119);
	waits(&w, 2, "two", 'D', "b", 120);
	waits(&w, 3, "three", 'D', "b", 1);
	FB_OK_FATAL(
		fb_wait_text(&w.graph.objects[lock_of(&w, "b")].need, "nobody says who has it"));
	expect(&w,
	       "grave hang waits: 2 threads hang in state D, the longest for 2 min 0 s, behind b\n"
	       "\t2 two waits for b (mutex), for 2 min 0 s\n"
	       "\tnobody says who has it\n"
	       "serious hang waits: 1 thread hangs in state D, the longest for 1 min 59 s, behind a\n"
	       "\t1 one waits for a (mutex), for 1 min 59 s\n");
}

static void a_chain_is_shown_to_its_end(void)
{
	struct world w;

	begin(&w);
	made_waits_task(&w.checked.made, 1, 1, "holder")->state = 'S';
	waits(&w, 2, "two", 'D', "a", 20);
	waits(&w, 3, "three", 'D', "b", 30);
	owns(&w, "a", 1);
	owns(&w, "b", 2);
	expect(&w,
	       "serious hang waits: 2 threads hang in state D, the longest for 30.0 s, behind 1 holder\n"
	       "\t3 three waits for b (mutex), for 30.0 s\n"
	       "\t2 two waits for a (mutex), for 20.0 s\n");
}

static void one_that_is_stopped_holds_up_others(void)
{
	struct world w;

	begin(&w);
	made_waits_task(&w.checked.made, 1, 1, "stopped")->state = 'T';
	made_waits_task(&w.checked.made, 2, 2, "alone")->state = 'T';
	waits(&w, 3, "three", 'S', "a", NAN);
	owns(&w, "a", 1);
	expect(&w, "serious stopped waits: 1 stopped is stopped, and 1 thread waits for it\n"
		   "\t3 three waits for a (mutex)\n");
}

FB_TEST_MAIN("bundle/check_waits", FB_TEST(a_deadlock_is_named_with_its_waits),
	     FB_TEST(a_deadlock_of_a_guess_is_likely), FB_TEST(so_is_one_of_a_wait_that_is_guessed),
	     FB_TEST(a_long_deadlock_names_some), FB_TEST(a_thread_hangs_after_ten_seconds),
	     FB_TEST(and_is_grave_after_two_minutes), FB_TEST(a_chain_is_shown_to_its_end),
	     FB_TEST(one_that_is_stopped_holds_up_others))
