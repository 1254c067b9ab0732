// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that a control group holds back. */
#include <string.h>

#include "bundle/waits/process/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define TRAP_FREEZE (1ull << 23)
#define MEMORY_ID 3u
#define SLOW "it is slowed down while the group has more than its memory.high"
#define FROZEN \
	"frozen: whoever writes 0 to its cgroup.freeze, or that of a group above, lets it go on"

#define OUT \
	"it waits for memory of the group: whoever frees some, or raises the limit, lets it go on"
#define PAGES(mib) (((uint64_t)(mib) << 20) / 4096)
#define UNLIMITED (INT64_MAX / 4096)
/* Where struct mem_cgroup has these in the tests. */
#define CSS_GROUP 8u
#define CSS_PARENT 16u
#define USAGE 56u
#define HIGH 64u
#define MAX 72u

enum kinds { WHOLE, NO_MEMORY_ID, LARGE_MEMORY_ID };

static void put_types(struct made_waits *w, enum kinds kinds)
{
	struct made_types *types = made_waits_types(w);
	const struct fb_btf_value values[] = {
		{"cpuset_cgrp_id", 0},
		{kinds == NO_MEMORY_ID ? "io_cgrp_id" : "memory_cgrp_id",
		 kinds == LARGE_MEMORY_ID ? 64 : MEMORY_ID}};
	uint32_t id, counter, css;

	made_struct(types, "task_struct", MADE_TASK_BYTES,
		    MADE_MEMBERS_OF({"cgroups", types->word, 80}, {"jobctl", types->word, 88}));
	made_struct(types, "css_set", 64,
		    MADE_MEMBERS_OF({"subsys", types->word, 0}, {"dfl_cgrp", types->word, 48}));
	css = made_struct(types, "cgroup_subsys_state", 32,
			  MADE_MEMBERS_OF({"cgroup", types->word, CSS_GROUP},
					  {"parent", types->word, CSS_PARENT}));
	counter = made_struct(
		types, "page_counter", 64,
		MADE_MEMBERS_OF({"usage",
				 made_struct(types, "atomic_long", 8,
					     MADE_MEMBERS_OF({"counter", types->word, 0})),
				 USAGE - 48},
				{"high", types->word, HIGH - 48}, {"max", types->word, MAX - 48}));
	made_struct(types, "mem_cgroup", 128,
		    MADE_MEMBERS_OF({"css", css, 0}, {"memory", counter, 48}));
	FB_OK_FATAL(
		fb_btf_builder_enum(&types->builder, "cgroup_subsys_id", 4, false, values, 2, &id));
	made_types_give(types, w->made);
	MADE_FIELD(w->made, task_cgroups, 80, 8);
	MADE_FIELD(w->made, css_set_default_cgroup, 48, 8);
	MADE_FIELD(w->made, cgroup_node, 8, 8);
	MADE_FIELD(w->made, kernfs_parent, 0, 8);
	MADE_FIELD(w->made, kernfs_name, 8, 8);
}

static uint64_t put_node(struct made_waits *w, const char *name, uint64_t parent)
{
	uint64_t node = made_alloc(w->made, 64);

	MADE_SET(w->made, node, kernfs_parent, parent);
	MADE_SET(w->made, node, kernfs_name, made_string(w->made, name));
	return node;
}

/* Gives the group's memory limits, and how much of it is in use. */
static uint64_t put_memory(struct made_waits *w, uint64_t group, uint64_t parent, uint64_t used,
			   uint64_t high, uint64_t most)
{
	uint64_t memory = made_alloc(w->made, 128);

	made_put(w->made, memory + CSS_GROUP, group, 8);
	made_put(w->made, memory + CSS_PARENT, parent, 8);
	made_put(w->made, memory + USAGE, used, 8);
	made_put(w->made, memory + HIGH, high, 8);
	made_put(w->made, memory + MAX, most, 8);
	return memory;
}

/* The limits of marks[0], /web.slice/a\033b, with 17 MiB in use, and of marks[1], /web.slice, with 40 MiB in use.
 * The root, as always, has none. */
struct limits {
	uint64_t high, most;
	uint64_t high_above, most_above;
};

/* A thread of the group marks[0]. */
static struct fb_blocked in_group(struct made_waits *w, enum kinds kinds, uint64_t control,
				  const struct limits *limits)
{
	struct fb_task *task = made_waits_task(w, 10, 10, "worker");
	uint64_t set = made_alloc(w->made, 64), group = made_alloc(w->made, 128);
	uint64_t above = made_alloc(w->made, 128), root = made_alloc(w->made, 128);
	uint64_t node, memory;

	put_types(w, kinds);
	w->marks[0] = group;
	w->marks[1] = above;
	MADE_SET(w->made, task->address, task_cgroups, set);
	made_put(w->made, task->address + 88, control, 8);
	MADE_SET(w->made, set, css_set_default_cgroup, group);
	node = put_node(w, "", 0);
	MADE_SET(w->made, root, cgroup_node, node);
	node = put_node(w, "web.slice", node);
	MADE_SET(w->made, above, cgroup_node, node);
	MADE_SET(w->made, group, cgroup_node, put_node(w, "a\033b", node));
	memory = put_memory(w, root, 0, PAGES(999), UNLIMITED, UNLIMITED);
	memory = put_memory(w, above, memory, PAGES(40), limits->high_above, limits->most_above);
	memory = put_memory(w, group, memory, PAGES(17), limits->high, limits->most);
	made_put(w->made, set + MEMORY_ID * 8, memory, 8);
	return made_waits_blocked(w, task, "made");
}

static const struct limits own = {PAGES(16), PAGES(17) + 1, UNLIMITED, PAGES(50)};
static const struct limits above_it = {UNLIMITED, PAGES(19), PAGES(30), PAGES(40)};
static const struct limits nobodys = {UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED};

static struct fb_blocked throttled(struct made_waits *w)
{
	return in_group(w, WHOLE, 0, &own);
}

static struct fb_blocked below_a_limit(struct made_waits *w)
{
	return in_group(w, WHOLE, 0, &above_it);
}

static struct fb_blocked without_limits(struct made_waits *w)
{
	return in_group(w, WHOLE, 0, &nobodys);
}

/* Groups that lead to each other. */
static struct fb_blocked in_a_circle(struct made_waits *w)
{
	struct fb_blocked blocked = in_group(w, WHOLE, 0, &own);
	uint64_t set, memory, above;

	memcpy(&set, made_at(w->made, blocked.task->address + 80), 8);
	memcpy(&memory, made_at(w->made, set + MEMORY_ID * 8), 8);
	memcpy(&above, made_at(w->made, memory + CSS_PARENT), 8);
	made_put(w->made, above + CSS_PARENT, memory, 8);
	return blocked;
}

static struct fb_blocked without_an_oom_killer(struct made_waits *w)
{
	struct fb_blocked blocked = in_group(w, WHOLE, 0, &own);

	blocked.frames[0] = "mem_cgroup_oom_synchronize";
	return blocked;
}

static struct fb_blocked without_memory_group(struct made_waits *w)
{
	return in_group(w, NO_MEMORY_ID, 0, &own);
}

static struct fb_blocked with_an_impossible_number(struct made_waits *w)
{
	return in_group(w, LARGE_MEMORY_ID, 0, &own);
}

static struct fb_blocked frozen(struct made_waits *w)
{
	return in_group(w, WHOLE, TRAP_FREEZE | 1, &own);
}

static struct fb_blocked in_a_signal(struct made_waits *w)
{
	return in_group(w, WHOLE, ~TRAP_FREEZE, &own);
}

#define EVIDENCE "the function it sleeps in, and its control group"
#define OF_ITS_OWN .object = "cgroup {0} 0x0", .name = "control group /web.slice/a\\x1bb"
#define OF_ONE_ABOVE .object = "cgroup {1} 0x0", .name = "control group /web.slice"
#define THROTTLED \
	.kind = "memory-high", .need = SLOW, .flags = "others sure timeout", .evidence = EVIDENCE
#define AT_MOST \
	.kind = "memory-max", .need = OUT, .flags = "others sure timeout", .evidence = EVIDENCE

static void tells_who_is_over_memory_high(void)
{
	static const struct made_scene scenes[] = {
		{throttled,
		 fb_wait_memory_high,
		 {THROTTLED, OF_ITS_OWN, .detail = "memory.high 16.0 MiB, in use 17.0 MiB"}},
		{below_a_limit,
		 fb_wait_memory_high,
		 {THROTTLED, OF_ONE_ABOVE, .detail = "memory.high 30.0 MiB, in use 40.0 MiB"}},
		{without_limits,
		 fb_wait_memory_high,
		 {THROTTLED, OF_ITS_OWN,
		  .detail = "neither it nor a group above has a memory.high"}},
		{in_a_circle,
		 fb_wait_memory_high,
		 {THROTTLED, OF_ITS_OWN, .detail = "memory.high 16.0 MiB, in use 17.0 MiB"}},
		{without_memory_group,
		 fb_wait_memory_high,
		 {THROTTLED, OF_ITS_OWN,
		  .detail = "its memory.high cannot be known: enum cgroup_subsys_id has no "
			    "memory_cgrp_id"}},
		{with_an_impossible_number,
		 fb_wait_memory_high,
		 {THROTTLED, OF_ITS_OWN,
		  .detail = "its memory.high cannot be known: memory_cgrp_id is 64"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void tells_who_is_at_memory_max(void)
{
	static const struct made_scene scenes[] = {
		{throttled,
		 fb_wait_memory_max,
		 {AT_MOST, OF_ITS_OWN, .detail = "memory.max 17.0 MiB, in use 17.0 MiB"}},
		{below_a_limit,
		 fb_wait_memory_max,
		 {AT_MOST, OF_ONE_ABOVE, .detail = "memory.max 40.0 MiB, in use 40.0 MiB"}},
		{without_limits,
		 fb_wait_memory_max,
		 {AT_MOST, OF_ITS_OWN, .detail = "neither it nor a group above has a memory.max"}},
		{without_an_oom_killer,
		 fb_wait_memory_max,
		 {.kind = "memory-max",
		  OF_ITS_OWN,
		  .need = OUT,
		  .flags = "others sure",
		  .detail = "memory.max 17.0 MiB, in use 17.0 MiB",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void tells_who_is_frozen(void)
{
	static const struct made_scene scenes[] = {
		{frozen,
		 fb_wait_freezer,
		 {.kind = "cgroup-freeze",
		  .object = "cgroup {0} 0x0",
		  .name = "control group /web.slice/a\\x1bb",
		  .need = FROZEN,
		  .flags = "others sure",
		  .evidence = "its jobctl, and its control group"}},
		{in_a_signal, fb_wait_freezer, {.kind = NULL}},
	};

	made_scene_damage(&scenes[0]);
	made_scene_check(&scenes[1]);
}

/* All of one group wait for one object, which is described once. */
static void a_group_is_one_object(void)
{
	struct fb_blocked blocked;
	struct made_waits w;

	made_waits_begin(&w);
	blocked = in_group(&w, WHOLE, 0, &own);
	FB_OK_FATAL(fb_wait_memory_high(&w.finder, &blocked));
	FB_OK_FATAL(fb_wait_memory_high(&w.finder, &blocked));
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
	CU_ASSERT_EQUAL(w.finder.graph.wait_count, 2);
	CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].detail,
			       "memory.high 16.0 MiB, in use 17.0 MiB");
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_cgroup", FB_TEST(tells_who_is_over_memory_high),
	     FB_TEST(tells_who_is_at_memory_max), FB_TEST(tells_who_is_frozen),
	     FB_TEST(a_group_is_one_object))
