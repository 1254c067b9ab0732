// SPDX-License-Identifier: GPL-2.0-or-later
/* What tells objects apart, owners in order, who counts as one, and the texts of both. */
#include "bundle/waits/graph/wait_graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"

static size_t object(struct fb_wait_graph *graph, const char *class, uint64_t key0, uint64_t key1,
		     bool is_fresh)
{
	size_t index = 99;
	bool fresh = !is_fresh;

	FB_OK_FATAL(fb_wait_graph_object(graph, class, key0, key1, &index, &fresh));
	CU_ASSERT_EQUAL(fresh, is_fresh);
	CU_ASSERT_FATAL(index < graph->object_count);
	CU_ASSERT_STRING_EQUAL(graph->objects[index].class, class);
	CU_ASSERT(graph->objects[index].key[0] == key0 && graph->objects[index].key[1] == key1);
	return index;
}

/* By class and both words of the key, in their order. */
static void objects_are_told_apart(void)
{
	static const struct {
		const char *class;
		uint64_t key[2];
	} objects[] = {
		{"pipe", {1, 2}},          {"lock", {1, 2}}, {"pipe", {2, 1}},
		{"pipe", {1, 1}},          {"pipe", {2, 2}}, {"lock", {2, 1}},
		{"socket", {1, 2}},        {"pipe", {0, 0}}, {"pipe", {0, UINT64_MAX}},
		{"pipe", {UINT64_MAX, 0}},
	};
	struct fb_wait_graph graph;
	char other[] = "pipe"; /* a class is its text */

	fb_wait_graph_init(&graph);
	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < FB_ARRAY_SIZE(objects); i++)
			CU_ASSERT_EQUAL(object(&graph, objects[i].class, objects[i].key[0],
					       objects[i].key[1], round == 0),
					i);
	CU_ASSERT_EQUAL(object(&graph, other, 1, 2, false), 0);
	CU_ASSERT_EQUAL(graph.object_count, FB_ARRAY_SIZE(objects));
	CU_ASSERT_EQUAL(graph.class_count, 3);
	fb_wait_graph_deinit(&graph);
	CU_ASSERT(!graph.objects && !graph.object_count && !graph.class_count);
}

static void classes_are_few(void)
{
	char names[FB_WAIT_CLASSES + 1][8];
	struct fb_wait_graph graph;
	size_t index = 99;
	bool fresh;

	fb_wait_graph_init(&graph);
	for (size_t i = 0; i <= FB_WAIT_CLASSES; i++)
		(void)snprintf(names[i], sizeof(names[i]), "c%zu", i);
	for (size_t i = 0; i < FB_WAIT_CLASSES; i++)
		CU_ASSERT_EQUAL(object(&graph, names[i], 5, 5, true), i);
	FB_FAILS_WITH(fb_wait_graph_object(&graph, names[FB_WAIT_CLASSES], 5, 5, &index, &fresh),
		      FB_LIMIT, "more classes of objects");
	CU_ASSERT_EQUAL(index, 99);
	/* Those that are known are still. */
	CU_ASSERT_EQUAL(object(&graph, names[0], 5, 5, false), 0);
	CU_ASSERT_EQUAL(object(&graph, names[FB_WAIT_CLASSES - 1], 5, 5, false),
			FB_WAIT_CLASSES - 1);
	fb_wait_graph_deinit(&graph);
}

static void owners_stand_in_order_each_once(void)
{
	static const struct fb_wait_owner added[] = {
		{20, false}, {10, true}, {30, false}, {10, false}, {20, false},
		{10, true},  {20, true}, {5, false},  {30, false},
	};
	static const struct fb_wait_owner order[] = {
		{5, false}, {10, false}, {10, true}, {20, false}, {20, true}, {30, false},
	};
	struct fb_wait_graph graph;

	fb_wait_graph_init(&graph);
	(void)object(&graph, "lock", 1, 1, true);
	for (size_t i = 0; i < FB_ARRAY_SIZE(added); i++)
		FB_OK(fb_wait_graph_owner(&graph, 0, added[i].tid, added[i].process));
	CU_ASSERT_EQUAL_FATAL(graph.objects[0].owner_count, FB_ARRAY_SIZE(order));
	for (size_t i = 0; i < FB_ARRAY_SIZE(order); i++) {
		CU_ASSERT_EQUAL(graph.objects[0].owners[i].tid, order[i].tid);
		CU_ASSERT_EQUAL(graph.objects[0].owners[i].process, order[i].process);
	}
	CU_ASSERT_FALSE(graph.objects[0].others);
	fb_wait_graph_deinit(&graph);
}

static void owners_past_the_most_are_others(void)
{
	struct fb_wait_graph graph;

	fb_wait_graph_init(&graph);
	(void)object(&graph, "lock", 1, 1, true);
	for (int32_t tid = 1; tid <= (int32_t)FB_MAX_WAIT_OWNERS; tid++)
		FB_OK(fb_wait_graph_owner(&graph, 0, tid, false));
	FB_OK(fb_wait_graph_owner(&graph, 0, FB_MAX_WAIT_OWNERS, false)); /* is there */
	CU_ASSERT_FALSE(graph.objects[0].others);
	FB_OK(fb_wait_graph_owner(&graph, 0, FB_MAX_WAIT_OWNERS, true));
	CU_ASSERT_TRUE(graph.objects[0].others);
	CU_ASSERT_EQUAL(graph.objects[0].owner_count, FB_MAX_WAIT_OWNERS);
	fb_wait_graph_deinit(&graph);
}

/* The waiter itself, and its process where it is alone there, can end nothing. */
static void only_others_count_as_owners(void)
{
	static const struct {
		struct fb_wait_owner owner;
		bool alone, other;
	} cases[] = {
		{{11, false}, false, false}, {{11, false}, true, false}, {{10, false}, false, true},
		{{10, false}, true, true},   {{10, true}, false, true},  {{10, true}, true, false},
		{{11, true}, true, true},    {{12, true}, false, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_wait wait = {.tid = 11, .pid = 10, .alone = cases[i].alone};
		struct fb_wait_owner owners[2] = {cases[i].owner, {99, false}};
		struct fb_wait_object of = {.owners = owners, .owner_count = 1};
		bool other = cases[i].other;

		CU_ASSERT_EQUAL(fb_wait_owner_is_other(&wait, &owners[0]), other);
		/* Alone it counts all the same: it waits for itself. */
		CU_ASSERT_EQUAL(fb_wait_count_owners(&wait, &of), 1);
		CU_ASSERT_TRUE(fb_wait_owner_counts(&wait, &of, &owners[0]));
		of.others = true;
		CU_ASSERT_EQUAL(fb_wait_count_owners(&wait, &of), other);
		CU_ASSERT_EQUAL(fb_wait_owner_counts(&wait, &of, &owners[0]), other);
		of.others = false;
		of.owner_count = 2;
		CU_ASSERT_EQUAL(fb_wait_count_owners(&wait, &of), other + 1);
		CU_ASSERT_EQUAL(fb_wait_owner_counts(&wait, &of, &owners[0]), other);
		CU_ASSERT_TRUE(fb_wait_owner_counts(&wait, &of, &owners[1]));
	}
}

static void waits_are_counted_and_the_longest_known(void)
{
	static const struct {
		double seconds, longest;
	} waits[] = {{NAN, 0}, {2, 2}, {1, 2}, {NAN, 2}, {3.5, 3.5}};
	struct fb_wait_graph graph;

	fb_wait_graph_init(&graph);
	(void)object(&graph, "lock", 1, 1, true);
	(void)object(&graph, "lock", 1, 2, true);
	for (size_t i = 0; i < FB_ARRAY_SIZE(waits); i++) {
		const struct fb_wait wait = {
			.tid = (int32_t)i, .object = 1, .seconds = waits[i].seconds};

		FB_OK(fb_wait_graph_add(&graph, &wait));
		CU_ASSERT_EQUAL(graph.objects[1].waiters, i + 1);
		CU_ASSERT_EQUAL(graph.objects[1].longest, waits[i].longest);
		CU_ASSERT_EQUAL(graph.waits[i].tid, (int32_t)i);
	}
	CU_ASSERT(!graph.objects[0].waiters && graph.objects[0].longest == 0);
	CU_ASSERT_EQUAL(graph.wait_count, FB_ARRAY_SIZE(waits));
	fb_wait_graph_deinit(&graph);
}

static void texts_are_replaced_or_go_on(void)
{
	char *text = NULL;

	FB_OK(fb_wait_append(&text, "%d", 1));
	CU_ASSERT_STRING_EQUAL(text, "1");
	FB_OK(fb_wait_append(&text, "%s and %s", "two", "three"));
	CU_ASSERT_STRING_EQUAL(text, "1; two and three");
	FB_OK(fb_wait_text(&text, "%s", "new"));
	CU_ASSERT_STRING_EQUAL(text, "new");
	FB_OK(fb_wait_append(&text, "more"));
	CU_ASSERT_STRING_EQUAL(text, "new; more");
	free(text);
}

FB_TEST_MAIN("bundle/wait_graph", FB_TEST(objects_are_told_apart), FB_TEST(classes_are_few),
	     FB_TEST(owners_stand_in_order_each_once), FB_TEST(owners_past_the_most_are_others),
	     FB_TEST(only_others_count_as_owners), FB_TEST(waits_are_counted_and_the_longest_known),
	     FB_TEST(texts_are_replaced_or_go_on))
