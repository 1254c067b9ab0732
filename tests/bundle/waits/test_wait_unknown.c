// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that sleep where no recogniser knows: those in one queue together, and none in state D lost. */
#include "bundle/waits/wait_unknown.h"

#include <string.h>

#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

static struct fb_error *finds_nothing(struct fb_wait_finder *finder FB_UNUSED,
				      const struct fb_blocked *blocked FB_UNUSED)
{
	return NULL;
}

static struct fb_error *fails(struct fb_wait_finder *finder FB_UNUSED,
			      const struct fb_blocked *blocked FB_UNUSED)
{
	return fb_error_create(FB_ABSENT, "page 7 is not in the dump");
}

static size_t recognise(struct made_waits *w, const struct fb_task *task,
			const struct fb_wait_recogniser *site)
{
	struct fb_blocked blocked = made_waits_blocked(w, task, "made");
	size_t before = w->finder.graph.wait_count;

	blocked.site = site;
	blocked.frames[0] = "made_function";
	FB_OK_FATAL(fb_wait_recognise(&w->finder, &blocked));
	return w->finder.graph.wait_count - before;
}

static void threads_of_one_queue_wait_together(void)
{
	struct fb_task *tasks[3];
	struct made_waits w;
	uint64_t head;

	made_waits_begin(&w);
	made_open_files_members(&w);
	head = made_alloc(w.made, 64);
	made_list_init(w.made, head);
	for (int i = 0; i < 3; i++) {
		tasks[i] = made_waits_task(&w, 10 + i, 10 + i, "waiter");
		tasks[i]->state = 'D';
		if (i < 2)
			made_sleep_in(&w, tasks[i], head);
	}
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(recognise(&w, tasks[i], NULL), 1);
	CU_ASSERT_STRING_EQUAL(made_waits_of(&w, tasks[0])->kind, "uninterruptible");
	CU_ASSERT_STRING_EQUAL(made_waits_of(&w, tasks[0])->evidence, "kernel stack");
	CU_ASSERT_EQUAL(made_waits_of(&w, tasks[0])->object, made_waits_of(&w, tasks[1])->object);
	CU_ASSERT_NOT_EQUAL(made_waits_of(&w, tasks[0])->object,
			    made_waits_of(&w, tasks[2])->object);
	CU_ASSERT_PTR_NOT_NULL(strstr(made_waits_object(&w, tasks[0])->name, "(made_function)"));
	CU_ASSERT_STRING_EQUAL(made_waits_object(&w, tasks[2])->name, "made_function");
	made_waits_end(&w);
}

/* Whatever the row says: one that idles, or finds nothing, or fails. */
static void a_hung_thread_is_always_listed(void)
{
	static const struct fb_wait_recogniser idle = {NULL, NULL, false, {"made_function"}};
	static const struct fb_wait_recogniser nothing = {
		"made", finds_nothing, false, {"made_function"}};
	static const struct fb_wait_recogniser failing = {"made", fails, false, {"made_function"}};
	static const struct fb_wait_recogniser kind_only = {"made", NULL, false, {"made_function"}};
	static const struct {
		const struct fb_wait_recogniser *site;
		size_t asleep, hung;
		const char *kind;
	} cases[] = {
		{NULL, 0, 1, "uninterruptible"},     {&idle, 0, 1, "uninterruptible"},
		{&nothing, 0, 1, "uninterruptible"}, {&failing, 1, 1, "made"},
		{&kind_only, 1, 1, "made"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_waits w;
		struct fb_task *asleep, *hung;

		made_waits_begin(&w);
		asleep = made_waits_task(&w, 10, 10, "asleep");
		hung = made_waits_task(&w, 20, 20, "hung");
		hung->state = 'D';
		CU_ASSERT_EQUAL(recognise(&w, asleep, cases[i].site), cases[i].asleep);
		CU_ASSERT_EQUAL(recognise(&w, hung, cases[i].site), cases[i].hung);
		CU_ASSERT_STRING_EQUAL(made_waits_of(&w, hung)->kind, cases[i].kind);
		if (cases[i].site == &failing)
			CU_ASSERT_PTR_NOT_NULL(
				strstr(made_waits_object(&w, hung)->need, "page 7 is not"));
		made_waits_end(&w);
	}
}

/* Makes an object that all threads here wait for; fails where the thread is the first. */
static struct fb_error *fails_half_way(struct fb_wait_finder *finder,
				       const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "made");
	bool fresh;
	struct fb_error *err =
		fb_wait_graph_object(&finder->graph, "thing", 0x70, 0, &wait.object, &fresh);

	if (!err && fresh)
		err = fb_error_create(FB_ABSENT, "page 7 is not in the dump");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* The wait is there when it fails. */
static struct fb_error *fails_at_the_end(struct fb_wait_finder *finder,
					 const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "made");
	bool fresh;
	struct fb_error *err =
		fb_wait_graph_object(&finder->graph, "thing", 0x70, 0, &wait.object, &fresh);

	if (!err)
		err = fb_wait_text(&finder->graph.objects[wait.object].name, "a thing");
	if (!err)
		err = fb_wait_graph_add(&finder->graph, &wait);
	if (!err && fresh)
		err = fb_error_create(FB_ABSENT, "page 7 is not in the dump");
	return err;
}

/* Takes another way, and leaves what it made without a name. */
static struct fb_error *leaves_a_thing(struct fb_wait_finder *finder,
				       const struct fb_blocked *blocked FB_UNUSED)
{
	size_t object;
	bool fresh;

	return fb_wait_graph_object(&finder->graph, "thing", 0x70, 0, &object, &fresh);
}

/* Whoever waits for the same later is told what was missing, and a thread is never listed twice. */
static void what_is_half_described_says_so(void)
{
	static const struct {
		struct fb_wait_recogniser row;
		const char *name, *need;
	} cases[] = {
		{{"made", fails_half_way, false, {"made_function"}},
		 "thing 0x70",
		 "page 7 is not in the dump"},
		{{"made", fails_at_the_end, false, {"made_function"}},
		 "a thing",
		 "page 7 is not in the dump"},
		{{"made", leaves_a_thing, false, {"made_function"}},
		 "thing 0x70",
		 "what it is cannot be read"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_waits w;

		made_waits_begin(&w);
		for (int tid = 10; tid < 12; tid++) {
			struct fb_task *task = made_waits_task(&w, tid, tid, "waiter");

			task->state = 'D';
			CU_ASSERT_EQUAL(recognise(&w, task, &cases[i].row), 1);
		}
		CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].name, cases[i].name);
		CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].need, cases[i].need);
		CU_ASSERT(w.finder.graph.objects[0].others);
		made_waits_end(&w);
	}
}

/* Kernel threads that wait for work are none that anybody asks for. */
static void idle_kernel_threads_are_left_out(void)
{
	static const struct fb_wait_recogniser kind_only = {"made", NULL, false, {"made_function"}};
	struct made_waits w;
	struct fb_task *task;

	made_waits_begin(&w);
	task = made_waits_task(&w, 10, 10, "kworker");
	task->kernel_thread = true;
	CU_ASSERT_EQUAL(recognise(&w, task, &kind_only), 0);
	task->state = 'D';
	CU_ASSERT_EQUAL(recognise(&w, task, &kind_only), 1);
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_unknown", FB_TEST(threads_of_one_queue_wait_together),
	     FB_TEST(a_hung_thread_is_always_listed), FB_TEST(what_is_half_described_says_so),
	     FB_TEST(idle_kernel_threads_are_left_out))
