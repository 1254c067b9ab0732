// SPDX-License-Identifier: GPL-2.0-or-later
/* Which boxes a picture of waits has, and where they stand. */
#include "cmd/report/draw/wait_picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

#define THREADS 400u

struct world {
	struct fb_wait_graph graph;
	struct fb_wait_thread threads[THREADS];
	struct fb_wait_analysis analysis;
	struct fb_picture_index index;
	struct fb_picture picture;
};

static struct world world;

/* Threads 1 to THREADS, each a process of its own. */
static void begin(void)
{
	memset(&world, 0, sizeof(world));
	fb_wait_graph_init(&world.graph);
	for (size_t i = 0; i < THREADS; i++)
		world.threads[i] =
			(struct fb_wait_thread){.tid = (int32_t)i + 1, .pid = (int32_t)i + 1};
}

static size_t object(uint64_t key)
{
	size_t index = 0;
	bool fresh;

	FB_OK_FATAL(fb_wait_graph_object(&world.graph, "lock", key, 0, &index, &fresh));
	return index;
}

static void owns(uint64_t key, int32_t tid, bool process)
{
	FB_OK_FATAL(fb_wait_graph_owner(&world.graph, object(key), tid, process));
}

static void waits(int32_t tid, uint64_t key)
{
	const struct fb_wait wait = {
		.tid = tid, .pid = tid, .kind = "mutex", .object = object(key), .seconds = NAN};

	FB_OK_FATAL(fb_wait_graph_add(&world.graph, &wait));
}

static void analyse(void)
{
	FB_OK_FATAL(fb_wait_analyse(&world.graph, world.threads, THREADS, &world.analysis));
	FB_OK_FATAL(fb_picture_index_init(&world.graph, &world.analysis, &world.index));
}

static void end(void)
{
	fb_picture_index_deinit(&world.index);
	fb_wait_analysis_deinit(&world.analysis);
	fb_wait_graph_deinit(&world.graph);
}

/* Each box as "KIND NUMBER>TO@COLUMN,ROW"; objects by their key. */
static const char *boxes(void)
{
	static char text[8192];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < world.picture.count && at < sizeof(text); i++) {
		const struct fb_picture_box *box = &world.picture.boxes[i];
		long number = box->kind == FB_PICTURE_MORE ? (long)box->more : box->tid;

		if (box->kind == FB_PICTURE_OBJECT)
			number = (long)world.graph.objects[box->object].key[0];
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%c%ld>%ld@%u,%g",
				       i ? " " : "", "tpom"[box->kind], number,
				       box -> to == FB_WAIT_NONE ? -1L : (long)box -> to,
				       box -> column, box -> row);
	}
	return text;
}

static void deadlock_is_a_ring(void)
{
	begin();
	owns(100, 1, false);
	owns(200, 2, false);
	waits(1, 200);
	waits(2, 100);
	waits(3, 100);
	waits(4, 200);
	analyse();
	CU_ASSERT_EQUAL_FATAL(world.analysis.cycle_count, 1);
	fb_picture_of_cycle(&world.index, &world.analysis.cycles[0], &world.picture);
	CU_ASSERT_EQUAL(world.picture.ring, 4);
	CU_ASSERT_FALSE(world.picture.cut_ring);
	/* Thread 1 to its lock to thread 2 to its lock to thread 1; who else waits for a lock stands beside it. */
	CU_ASSERT_STRING_EQUAL(boxes(),
			       "t1>1@1,0 o200>2@0,1 t2>3@1,2 o100>0@0,3 t4>1@1,1 t3>3@1,3");
	CU_ASSERT_EQUAL(world.picture.columns, 2);
	CU_ASSERT_EQUAL(world.picture.rows, 4);
	end();
}

static void long_ring_is_cut(void)
{
	begin();
	for (int32_t i = 1; i <= 30; i++) {
		owns((uint64_t)i, i, false);
		waits(i, (uint64_t)(i % 30 + 1));
	}
	analyse();
	fb_picture_of_cycle(&world.index, &world.analysis.cycles[0], &world.picture);
	CU_ASSERT_TRUE(world.picture.cut_ring);
	CU_ASSERT_EQUAL(world.picture.ring, 2 * FB_PICTURE_RING);
	CU_ASSERT_EQUAL(world.picture.boxes[2 * FB_PICTURE_RING - 3].kind, FB_PICTURE_MORE);
	CU_ASSERT_EQUAL(world.picture.boxes[2 * FB_PICTURE_RING - 3].more, 30 - FB_PICTURE_RING);
	/* The last box owns nothing that the first does not wait behind: the ring is closed. */
	CU_ASSERT_EQUAL(world.picture.boxes[2 * FB_PICTURE_RING - 1].to, 0);
	end();
}

static void chain_leads_to_its_end(void)
{
	begin();
	owns(100, 1, false);
	owns(200, 2, false);
	waits(2, 100);
	waits(3, 200);
	waits(4, 200);
	waits(5, 100);
	analyse();
	CU_ASSERT_EQUAL_FATAL(world.analysis.root_count, 1);
	fb_picture_of_root(&world.index, &world.analysis.roots[0], 1, &world.picture);
	CU_ASSERT_STRING_EQUAL(boxes(),
			       "t1>-1@0,1.25 o100>0@1,1.25 t2>1@2,0.5 t5>1@2,2 o200>2@3,0.5 "
			       "t3>4@4,0 t4>4@4,1");
	CU_ASSERT_EQUAL(world.picture.columns, 5);
	CU_ASSERT_EQUAL(world.picture.rows, 3);
	end();
}

static void root_may_be_an_object_or_a_process(void)
{
	begin();
	waits(2, 100);
	owns(200, 7, true);
	waits(3, 200);
	analyse();
	CU_ASSERT_EQUAL_FATAL(world.analysis.root_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct fb_wait_root *root = &world.analysis.roots[i];

		fb_picture_of_root(&world.index, root, root->tid, &world.picture);
		CU_ASSERT_STRING_EQUAL(boxes(), root->tid < 0 ? "o100>-1@0,0 t2>0@1,0"
							      : "p7>-1@0,0 o200>0@1,0 t3>1@2,0");
	}
	end();
}

static void many_waiters_are_counted(void)
{
	begin();
	owns(100, 1, false);
	for (int32_t i = 2; i <= (int32_t)THREADS; i++)
		waits(i, 100);
	/* One of them has a waiter of its own: it is drawn, whatever its number. */
	owns(200, 350, false);
	waits(1000, 200);
	analyse();
	fb_picture_of_root(&world.index, &world.analysis.roots[0], 1, &world.picture);
	CU_ASSERT_EQUAL(world.picture.boxes[2].tid, 350);
	CU_ASSERT_EQUAL(world.picture.boxes[2 + FB_PICTURE_FAN].kind, FB_PICTURE_MORE);
	CU_ASSERT_EQUAL(world.picture.boxes[2 + FB_PICTURE_FAN].more, THREADS - 1 - FB_PICTURE_FAN);
	end();
}

static void many_objects_are_counted(void)
{
	begin();
	for (uint64_t i = 0; i < 20; i++) {
		owns(i, 1, false);
		waits((int32_t)(2 * i + 2), i);
		waits((int32_t)(2 * i + 3), i);
	}
	analyse();
	fb_picture_of_root(&world.index, &world.analysis.roots[0], 1, &world.picture);
	CU_ASSERT_EQUAL(world.picture.boxes[FB_PICTURE_FAN + 1].kind, FB_PICTURE_MORE);
	CU_ASSERT_EQUAL(world.picture.boxes[FB_PICTURE_FAN + 1].more, 2 * (20 - FB_PICTURE_FAN));
	end();
}

static void long_chain_and_wide_tree_are_bounded(void)
{
	begin();
	for (int32_t i = 1; i < 40; i++) {
		owns((uint64_t)i, i, false);
		waits(i + 1, (uint64_t)i);
	}
	analyse();
	fb_picture_of_root(&world.index, &world.analysis.roots[0], 1, &world.picture);
	CU_ASSERT_EQUAL(world.picture.columns, FB_PICTURE_COLUMNS + 1);
	CU_ASSERT_EQUAL(world.picture.boxes[world.picture.count - 1].kind, FB_PICTURE_MORE);
	CU_ASSERT_EQUAL(world.picture.boxes[world.picture.count - 1].more, 1);
	end();
	begin();
	/* Each thread owns a lock for which five wait. */
	for (int32_t i = 1; 5 * i + 1 <= (int32_t)THREADS; i++) {
		owns((uint64_t)i, i, false);
		for (int32_t k = 0; k < 5; k++)
			waits(5 * i - 3 + k, (uint64_t)i);
	}
	analyse();
	fb_picture_of_root(&world.index, &world.analysis.roots[0], 1, &world.picture);
	CU_ASSERT(world.picture.count > FB_PICTURE_BOXES / 2);
	CU_ASSERT(world.picture.count <= FB_PICTURE_BOXES);
	end();
}

/* One whose requests come from anywhere is no link of a chain. */
static void loose_waits_are_left_out(void)
{
	begin();
	owns(100, 1, false);
	waits(1, 300);
	world.graph.objects[object(300)].loose = true;
	owns(300, 9, false);
	waits(2, 100);
	analyse();
	fb_picture_of_root(&world.index, &world.analysis.roots[0], 1, &world.picture);
	CU_ASSERT_STRING_EQUAL(boxes(), "t1>-1@0,0 o100>0@1,0 t2>1@2,0");
	end();
}

FB_TEST_MAIN("wait_picture", FB_TEST(deadlock_is_a_ring), FB_TEST(long_ring_is_cut),
	     FB_TEST(chain_leads_to_its_end), FB_TEST(root_may_be_an_object_or_a_process),
	     FB_TEST(many_waiters_are_counted), FB_TEST(many_objects_are_counted),
	     FB_TEST(long_chain_and_wide_tree_are_bounded), FB_TEST(loose_waits_are_left_out))
