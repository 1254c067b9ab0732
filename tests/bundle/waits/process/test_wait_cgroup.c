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

enum kinds { WHOLE, NO_MEMORY_ID, LARGE_MEMORY_ID };

static void put_types(struct made_waits *w, enum kinds kinds)
{
	struct made_types *types = made_waits_types(w);
	const struct fb_btf_value values[] = {
		{"cpuset_cgrp_id", 0},
		{kinds == NO_MEMORY_ID ? "io_cgrp_id" : "memory_cgrp_id",
		 kinds == LARGE_MEMORY_ID ? 64 : MEMORY_ID}};
	uint32_t id, counter;

	made_struct(types, "task_struct", MADE_TASK_BYTES,
		    MADE_MEMBERS_OF({"cgroups", types->word, 80}, {"jobctl", types->word, 88}));
	made_struct(types, "css_set", 64, MADE_MEMBERS_OF({"dfl_cgrp", types->word, 16}));
	made_struct(types, "cgroup", 128,
		    MADE_MEMBERS_OF({"kn", types->word, 8}, {"subsys", types->word, 32}));
	counter = made_struct(
		types, "page_counter", 64,
		MADE_MEMBERS_OF({"usage",
				 made_struct(types, "atomic_long", 8,
					     MADE_MEMBERS_OF({"counter", types->word, 0})),
				 8},
				{"high", types->word, 16}));
	made_struct(types, "mem_cgroup", 128, MADE_MEMBERS_OF({"memory", counter, 48}));
	FB_OK_FATAL(
		fb_btf_builder_enum(&types->builder, "cgroup_subsys_id", 4, false, values, 2, &id));
	made_types_give(types, w->made);
	MADE_FIELD(w->made, task_cgroups, 80, 8);
	MADE_FIELD(w->made, css_set_default_cgroup, 16, 8);
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

/* A thread of the group marks[0], /web.slice/a\033b, which has 16 MiB of memory.high and 17 MiB in use. */
static struct fb_blocked in_group(struct made_waits *w, enum kinds kinds, uint64_t control)
{
	struct fb_task *task = made_waits_task(w, 10, 10, "worker");
	uint64_t set = made_alloc(w->made, 64), group = made_alloc(w->made, 128);
	uint64_t memory = made_alloc(w->made, 128);

	put_types(w, kinds);
	w->marks[0] = group;
	MADE_SET(w->made, task->address, task_cgroups, set);
	made_put(w->made, task->address + 88, control, 8);
	MADE_SET(w->made, set, css_set_default_cgroup, group);
	MADE_SET(w->made, group, cgroup_node,
		 put_node(w, "a\033b", put_node(w, "web.slice", put_node(w, "", 0))));
	made_put(w->made, group + 32 + MEMORY_ID * 8, memory, 8);
	made_put(w->made, memory + 48 + 8, (17u << 20) / 4096, 8);
	made_put(w->made, memory + 48 + 16, (16u << 20) / 4096, 8);
	return made_waits_blocked(w, task, "made");
}

static struct fb_blocked throttled(struct made_waits *w)
{
	return in_group(w, WHOLE, 0);
}

static struct fb_blocked without_memory_group(struct made_waits *w)
{
	return in_group(w, NO_MEMORY_ID, 0);
}

static struct fb_blocked with_an_impossible_number(struct made_waits *w)
{
	return in_group(w, LARGE_MEMORY_ID, 0);
}

static struct fb_blocked frozen(struct made_waits *w)
{
	return in_group(w, WHOLE, TRAP_FREEZE | 1);
}

static struct fb_blocked in_a_signal(struct made_waits *w)
{
	return in_group(w, WHOLE, ~TRAP_FREEZE);
}

#define THROTTLED                                                                                 \
	.kind = "memory-high", .object = "cgroup {0} 0x0",                                        \
	.name = "control group /web.slice/a\\x1bb", .need = SLOW, .flags = "others sure timeout", \
	.evidence = "the function it sleeps in, and its control group"

static void tells_who_is_over_memory_high(void)
{
	static const struct made_scene scenes[] = {
		{throttled,
		 fb_wait_memory_high,
		 {THROTTLED, .detail = "memory.high 16.0 MiB, in use 17.0 MiB"}},
		{without_memory_group, fb_wait_memory_high, {THROTTLED}},
		{with_an_impossible_number, fb_wait_memory_high, {THROTTLED}},
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
	blocked = in_group(&w, WHOLE, 0);
	FB_OK_FATAL(fb_wait_memory_high(&w.finder, &blocked));
	FB_OK_FATAL(fb_wait_memory_high(&w.finder, &blocked));
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
	CU_ASSERT_EQUAL(w.finder.graph.wait_count, 2);
	CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].detail,
			       "memory.high 16.0 MiB, in use 17.0 MiB");
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_cgroup", FB_TEST(tells_who_is_over_memory_high),
	     FB_TEST(tells_who_is_frozen), FB_TEST(a_group_is_one_object))
