// SPDX-License-Identifier: GPL-2.0-or-later
/* What the first screen of the report says, for panics, deadlocks, hangs and findings. */
#include "cmd/report/assess/assessment.h"

#include <math.h>
#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"

struct world {
	struct fb_panic panic;
	struct fb_wait_graph graph;
	struct fb_wait_analysis analysis;
	struct fb_check_result check;
	struct fb_assessment_facts facts;
	struct fb_assessment assessment;
};

static void begin(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->panic.cpu = -1;
	fb_wait_graph_init(&world->graph);
	world->facts = (struct fb_assessment_facts){.panic = &world->panic, .check = &world->check};
}

static void waits(struct world *world, int32_t tid, const char *class, const char *name,
		  double seconds)
{
	struct fb_wait wait = {.tid = tid, .pid = tid, .alone = true, .kind = "mutex"};
	bool fresh;

	wait.certain = true;
	wait.seconds = seconds;
	FB_OK_FATAL(fb_wait_graph_object(&world->graph, class, (uint64_t)name[0], 0, &wait.object,
					 &fresh));
	world->graph.objects[wait.object].certain = true;
	if (fresh)
		FB_OK_FATAL(fb_wait_text(&world->graph.objects[wait.object].name, "%s", name));
	FB_OK_FATAL(fb_wait_graph_add(&world->graph, &wait));
}

static void owns(struct world *world, const char *class, const char *name, int32_t tid)
{
	size_t index = 0;
	bool fresh;

	FB_OK_FATAL(
		fb_wait_graph_object(&world->graph, class, (uint64_t)name[0], 0, &index, &fresh));
	FB_OK_FATAL(fb_wait_graph_owner(&world->graph, index, tid, false));
}

/* Analyses the waits of threads 1 to count, which are in this state, and assesses all. */
static void assess(struct world *world, int32_t count, char state)
{
	struct fb_wait_thread threads[8];

	for (int32_t i = 0; i < count; i++)
		threads[i] = (struct fb_wait_thread){i + 1, i + 1, state};
	FB_OK_FATAL(fb_wait_analyse(&world->graph, threads, (size_t)count, &world->analysis));
	world->facts.graph = &world->graph;
	world->facts.analysis = &world->analysis;
	FB_OK_FATAL(fb_assess(&world->facts, &world->assessment));
}

static bool says(const struct world *world, enum fb_assessment_part part, const char *words)
{
	for (size_t i = 0; i < world->assessment.counts[part]; i++)
		if (strstr(world->assessment.points[part][i].text, words))
			return true;
	return false;
}

static void end(struct world *world)
{
	fb_assessment_deinit(&world->assessment);
	fb_findings_deinit(&world->check.findings);
	fb_wait_analysis_deinit(&world->analysis);
	fb_wait_graph_deinit(&world->graph);
}

static void a_deadlock_of_locks_is_the_programs_fault(void)
{
	struct world w;

	begin(&w);
	w.panic.cause = FB_LOG_SYSRQ;
	waits(&w, 1, "lock", "b", 60);
	waits(&w, 2, "lock", "a", NAN);
	waits(&w, 3, "lock", "a", 3);
	owns(&w, "lock", "a", 1);
	owns(&w, "lock", "b", 2);
	assess(&w, 3, 'S');
	CU_ASSERT_STRING_EQUAL(w.assessment.headline,
			       "Programs were stuck: 2 threads wait for each other");
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_HAPPENED, "the panic itself is no fault"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_HAPPENED,
			    "Deadlock: 2 threads wait in a circle, for 1 min 0 s"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_HAPPENED, "1 more waits for them."));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT,
			    "thread 1, thread 2: they take locks in different orders"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_NEXT, "makers of thread 1, thread 2"));
	end(&w);
}

static void a_deadlock_with_other_objects_names_no_error_of_locks(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "pipe", "b", 60);
	waits(&w, 2, "lock", "a", 60);
	owns(&w, "lock", "a", 1);
	owns(&w, "pipe", "b", 2);
	assess(&w, 2, 'S');
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT,
			    "they wait so that each has to act before the other can"));
	CU_ASSERT_FALSE(says(&w, FB_ASSESS_FAULT, "different orders"));
	end(&w);
}

static void a_hang_behind_a_file_server_is_outside(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "nfs server", "NFS server nas of /data", 300);
	assess(&w, 1, 'D');
	CU_ASSERT_STRING_EQUAL(w.assessment.headline,
			       "The host hung: 1 thread waits for NFS server nas of /data");
	CU_ASSERT_TRUE(
		says(&w, FB_ASSESS_HAPPENED, "1 thread is stuck, for up to 5 min 0 s, behind"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT, "Outside this host: NFS server nas of /data"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_NEXT, "Check the file server"));
	end(&w);
}

static void a_short_wait_is_no_hang(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "nfs server", "NFS server nas of /data", 2);
	assess(&w, 1, 'D');
	CU_ASSERT_STRING_EQUAL(w.assessment.headline,
			       "The host's memory was read; nothing that hangs was found");
	CU_ASSERT_FALSE(says(&w, FB_ASSESS_FAULT, "Outside"));
	end(&w);
}

static void a_stopped_program_is_to_go_on(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "lock", "a", 20);
	owns(&w, "lock", "a", 2);
	assess(&w, 2, 'T');
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_HAPPENED, "for thread 2, which is stopped"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT, "Who stopped thread 2"));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_NEXT, "Let thread 2 go on"));
	end(&w);
}

/* An exception within the function of a module: the frame behind the entry is blamed, not the panic's own. */
static void a_fault_names_the_interrupted_function_and_its_module(void)
{
	struct fb_kernel_frame frames[] = {
		{.symbol = "panic"},
		{.symbol = "asm_exc_page_fault", .entry = FB_ENTRY_EXCEPTION},
		{.symbol = "do\x1b_it", .module = "vendor"},
		{.symbol = "vfs_write"},
	};
	const struct fb_kernel_stack stack = {.frames = frames, .count = FB_ARRAY_SIZE(frames)};
	struct world w;

	begin(&w);
	w.panic.cause = FB_LOG_NULL_DEREFERENCE;
	w.facts.stack = &stack;
	assess(&w, 0, 'S');
	CU_ASSERT_STRING_EQUAL(w.assessment.headline, "The kernel crashed: an error in its code");
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT,
			    "Likely the module vendor: it happened in its function "
			    "do\\x1b_it."));
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_NEXT, "who supplies the module vendor"));
	end(&w);
	begin(&w);
	w.panic.cause = FB_LOG_NULL_DEREFERENCE;
	w.facts.stack = &stack;
	frames[2].module = NULL;
	assess(&w, 0, 'S');
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT, "Likely the kernel itself"));
	end(&w);
}

static void findings_have_advice_the_notable_have_none(void)
{
	struct world w;

	begin(&w);
	FB_OK_FATAL(fb_findings_add(&w.check.findings, FB_WEIGHT_SERIOUS, "slab-growth", "mem",
				    NULL, "slab cache x has 3 GiB"));
	FB_OK_FATAL(fb_findings_add(&w.check.findings, FB_WEIGHT_NOTABLE, "table-full", "log", NULL,
				    "a table"));
	assess(&w, 0, 'S');
	CU_ASSERT_STRING_EQUAL(w.assessment.headline,
			       "The host was in trouble: slab cache x has 3 GiB");
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_FAULT, "The kernel or a driver, which keeps objects"));
	CU_ASSERT_FALSE(says(&w, FB_ASSESS_HAPPENED, "a table"));
	end(&w);
}

/* Both ends of one thing are told once; of other points there are so many and no more. */
static void no_point_is_told_twice_nor_too_many(void)
{
	struct world w;

	begin(&w);
	waits(&w, 1, "frozen", "/d1", 300);
	FB_OK_FATAL(fb_findings_add(&w.check.findings, FB_WEIGHT_GRAVE, "frozen", "mounts", NULL,
				    "/d1 is frozen"));
	for (int i = 0; i < 7; i++)
		FB_OK_FATAL(fb_findings_add(&w.check.findings, FB_WEIGHT_SERIOUS, "memory-low",
					    "mem", NULL, "zone %d", i));
	assess(&w, 1, 'D');
	CU_ASSERT_FALSE(says(&w, FB_ASSESS_HAPPENED, "/d1 is frozen"));
	CU_ASSERT_EQUAL(w.assessment.counts[FB_ASSESS_HAPPENED], FB_MOST_POINTS);
	CU_ASSERT_EQUAL(w.assessment.left[FB_ASSESS_HAPPENED], 4);
	CU_ASSERT_EQUAL(w.assessment.counts[FB_ASSESS_FAULT], 2);
	end(&w);
}

static void no_part_is_empty(void)
{
	struct world w;

	begin(&w);
	FB_OK_FATAL(fb_assess(&w.facts, &w.assessment));
	for (unsigned part = 0; part < FB_ASSESS_PARTS; part++)
		CU_ASSERT_TRUE(w.assessment.counts[part] > 0);
	CU_ASSERT_TRUE(says(&w, FB_ASSESS_NEXT, "vmlinux"));
	end(&w);
}

FB_TEST_MAIN("cmd/assessment", FB_TEST(a_deadlock_of_locks_is_the_programs_fault),
	     FB_TEST(a_deadlock_with_other_objects_names_no_error_of_locks),
	     FB_TEST(a_hang_behind_a_file_server_is_outside), FB_TEST(a_short_wait_is_no_hang),
	     FB_TEST(a_stopped_program_is_to_go_on),
	     FB_TEST(a_fault_names_the_interrupted_function_and_its_module),
	     FB_TEST(findings_have_advice_the_notable_have_none),
	     FB_TEST(no_point_is_told_twice_nor_too_many), FB_TEST(no_part_is_empty))
