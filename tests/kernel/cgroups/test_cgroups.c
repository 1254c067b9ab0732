// SPDX-License-Identifier: GPL-2.0-or-later
/* Control groups of a made kernel: version 2's tree, a hierarchy of version 1, broken lists; and those of the
 * sample. */
#include "kernel/cgroups/cgroups.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/sample_kernel.h"

#include "kernel/tasks/task_table.h"

enum { ROOT, A, B, C, GONE, GROUPS };
static const char *const names[GROUPS] = {"", "a", "b!", "c", "gone"};
static const unsigned parents[GROUPS] = {ROOT, ROOT, ROOT, A, A};

#define TASKS 4u

struct scene {
	struct made_kernel *made;
	uint64_t root, v1, group[GROUPS], node[GROUPS], v1_group, memory, pids, cpu, sets[2];
	struct fb_task list[TASKS];
	struct fb_tasks tasks;
	struct fb_cgroups cgroups;
};

static void put_fields(struct made_kernel *made)
{
	MADE_FIELD(made, cgroup_root_list, 0, 16);
	MADE_FIELD(made, cgroup_root_id, 16, 4);
	MADE_FIELD(made, cgroup_root_controllers, 20, 4);
	MADE_FIELD(made, cgroup_root_name, 24, 64);
	MADE_FIELD(made, cgroup_root_group, 128, 512);
	MADE_FIELD(made, cgroup_self, 8, 64);
	MADE_FIELD(made, css_group, 0, 8);
	MADE_FIELD(made, css_controller, 8, 8);
	MADE_FIELD(made, css_flags, 16, 4);
	MADE_FIELD(made, css_sibling, 24, 16);
	MADE_FIELD(made, css_children, 40, 16);
	MADE_FIELD(made, cgroup_flags, 80, 8);
	MADE_FIELD(made, cgroup_node, 88, 8);
	MADE_FIELD(made, cgroup_root, 96, 8);
	MADE_FIELD(made, cgroup_freeze, 104, 1);
	MADE_FIELD(made, cgroup_descendants, 108, 4);
	MADE_FIELD(made, cgroup_dying, 112, 4);
	MADE_FIELD(made, cgroup_states, 120, 24);
	MADE_FIELD(made, controller_name, 8, 8);
	MADE_FIELD(made, controller_files, 16, 8);
	MADE_FIELD(made, kernfs_name, 0, 8);
	MADE_FIELD(made, kernfs_parent, 8, 8);
	MADE_FIELD(made, task_cgroups, 0, 8);
	MADE_FIELD(made, css_set_default_cgroup, 0, 8);
	MADE_FIELD(made, css_set_links, 8, 16);
	MADE_FIELD(made, css_set_link_group, 0, 8);
	MADE_FIELD(made, css_set_link_list, 8, 16);
}

static void put_value_fields(struct made_kernel *made)
{
	MADE_FIELD(made, memcg_css, 8, 64);
	MADE_FIELD(made, memcg_current, 80, 8);
	MADE_FIELD(made, memcg_min, 88, 8);
	MADE_FIELD(made, memcg_low, 96, 8);
	MADE_FIELD(made, memcg_high, 104, 8);
	MADE_FIELD(made, memcg_max, 112, 8);
	MADE_FIELD(made, memcg_events, 120, 40);
	MADE_FIELD(made, pids_css, 0, 64);
	MADE_FIELD(made, pids_current, 64, 8);
	MADE_FIELD(made, pids_max, 72, 8);
	MADE_FIELD(made, pids_refused, 80, 16);
	MADE_FIELD(made, task_group_css, 0, 64);
	MADE_FIELD(made, task_group_shares, 64, 8);
	MADE_FIELD(made, task_group_quota, 72, 8);
	MADE_FIELD(made, task_group_period, 80, 8);
	MADE_FIELD(made, task_group_throttled, 88, 16);
	MADE_FIELD(made, task_group_throttles, 104, 4);
}

static uint64_t make_controller(struct made_kernel *made, const char *name, bool v2)
{
	uint64_t controller = made_alloc(made, 64);

	MADE_SET(made, controller, controller_name, made_string(made, name));
	MADE_SET(made, controller, controller_files, v2 ? 1 : 0);
	return controller;
}

/* A css in which the group and the controller are, at `place` of the group. */
static void put_css(struct scene *scene, uint64_t css, uint64_t group, uint64_t controller,
		    unsigned place)
{
	MADE_SET(scene->made, css, css_controller, controller);
	made_put(scene->made, group + 120 + place * 8ull, css, 8);
}

static uint64_t make_root(struct scene *scene, int id, const char *name, uint64_t head)
{
	struct made_kernel *made = scene->made;
	uint64_t root = made_alloc(made, 1024);

	MADE_SET(made, root, cgroup_root_id, (uint64_t)id);
	MADE_SET(made, root, cgroup_root_controllers, 7);
	memcpy(made_at(made, root + 24), name, strlen(name) + 1);
	made_list_add(made, head, root);
	return root;
}

static void make_group(struct scene *scene, uint64_t group, uint64_t root, const char *name,
		       uint64_t parent_node, uint64_t *node_ret)
{
	struct made_kernel *made = scene->made;

	*node_ret = made_alloc(made, 64);
	MADE_SET(made, *node_ret, kernfs_name, made_string(made, name));
	MADE_SET(made, *node_ret, kernfs_parent, parent_node);
	MADE_SET(made, group, cgroup_node, *node_ret);
	MADE_SET(made, group, cgroup_root, root);
	made_put(made, group + 8, group, 8);
	made_put(made, group + 8 + 16, 1u << 1 | 1u << 3, 4);
	made_list_init(made, group + 8 + 40);
}

static void make_values(struct scene *scene)
{
	struct made_kernel *made = scene->made;
	uint64_t memory = make_controller(made, "memory", true);
	uint64_t v1_memory = make_controller(made, "net_cls", false);
	uint64_t root = scene->group[ROOT];

	scene->memory = made_alloc(made, 256);
	scene->pids = made_alloc(made, 256);
	scene->cpu = made_alloc(made, 256);
	put_css(scene, scene->memory + 8, scene->group[A], memory, 0);
	put_css(scene, scene->pids, scene->group[A], make_controller(made, "pids", true), 1);
	put_css(scene, scene->cpu, scene->group[A], make_controller(made, "cpu", true), 2);
	put_css(scene, made_alloc(made, 64), root, memory, 0);
	put_css(scene, made_alloc(made, 64), root, v1_memory, 2);
	MADE_SET(made, scene->memory, memcg_current, 5);
	MADE_SET(made, scene->memory, memcg_low, 3);
	MADE_SET(made, scene->memory, memcg_high, INT64_MAX / 4096);
	MADE_SET(made, scene->memory, memcg_max, 16);
	for (unsigned i = 0; i < 5; i++)
		made_put(made, scene->memory + 120 + i * 8ull, 10 + i, 8);
	MADE_SET(made, scene->pids, pids_current, 4);
	MADE_SET(made, scene->pids, pids_max, (4u << 20) + 1);
	made_put(made, scene->pids + 80, 9, 8);
	MADE_SET(made, scene->cpu, task_group_shares, 512u << 10);
	MADE_SET(made, scene->cpu, task_group_quota, 50000);
	MADE_SET(made, scene->cpu, task_group_period, 100000);
	MADE_SET(made, scene->cpu, task_group_throttles, 2);
	made_list_init(made, scene->cpu + 88);
}

static void link_set(struct scene *scene, uint64_t set, uint64_t group)
{
	uint64_t link = made_alloc(scene->made, 64);

	MADE_SET(scene->made, link, css_set_link_group, group);
	made_list_add(scene->made, set + 8, link + 8);
}

/* Threads 10 and 11 of a process in /a, the second of which is dead; a zombie 20 and thread 30 in /a/c. */
static void make_tasks(struct scene *scene)
{
	static const struct {
		int32_t pid, tid;
		char state;
		unsigned set;
	} all[TASKS] = {{10, 10, 'S', 0}, {10, 11, 'Z', 0}, {20, 20, 'Z', 1}, {30, 30, 'R', 1}};
	static const unsigned places[2] = {A, C};

	for (unsigned i = 0; i < 2; i++) {
		scene->sets[i] = made_alloc(scene->made, 64);
		MADE_SET(scene->made, scene->sets[i], css_set_default_cgroup,
			 scene->group[places[i]]);
		made_list_init(scene->made, scene->sets[i] + 8);
		link_set(scene, scene->sets[i], scene->group[places[i]]);
	}
	link_set(scene, scene->sets[1], scene->v1_group);
	for (unsigned i = 0; i < TASKS; i++) {
		scene->list[i] = (struct fb_task){.address = made_alloc(scene->made, 64),
						  .pid = all[i].pid,
						  .tid = all[i].tid,
						  .state = all[i].state};
		MADE_SET(scene->made, scene->list[i].address, task_cgroups,
			 scene->sets[all[i].set]);
	}
	scene->tasks.kernel = &scene->made->kernel;
	scene->tasks.tasks = scene->list;
	scene->tasks.count = TASKS;
}

static void create(struct scene *scene)
{
	static const char *symbols[] = {"cgroup_roots", "cgrp_dfl_root", NULL};
	uint64_t addresses[2], node;

	memset(scene, 0, sizeof(*scene));
	scene->made = made_kernel_create();
	put_fields(scene->made);
	put_value_fields(scene->made);
	addresses[0] = made_alloc_pages(scene->made, 16);
	made_list_init(scene->made, addresses[0]);
	scene->v1 = make_root(scene, 5, "systemd", addresses[0]);
	scene->root = make_root(scene, 0, "", addresses[0]);
	addresses[1] = scene->root;
	scene->v1_group = scene->v1 + 128;
	make_group(scene, scene->v1_group, scene->v1, "", 0, &node);
	for (unsigned i = 0; i < GROUPS; i++) {
		scene->group[i] = i ? made_alloc_pages(scene->made, 256) : scene->root + 128;
		make_group(scene, scene->group[i], scene->root, names[i],
			   i ? scene->node[parents[i]] : 0, &scene->node[i]);
		if (i)
			made_list_add(scene->made, scene->group[parents[i]] + 8 + 40,
				      scene->group[i] + 8 + 24);
	}
	made_put(scene->made, scene->group[GONE] + 8 + 16, 1u << 4, 4);
	MADE_SET(scene->made, scene->group[B], cgroup_flags, 1u << 2 | 1u << 3);
	MADE_SET(scene->made, scene->group[B], cgroup_freeze, 1);
	MADE_SET(scene->made, scene->group[ROOT], cgroup_descendants, 3);
	MADE_SET(scene->made, scene->group[ROOT], cgroup_dying, 1);
	make_values(scene);
	make_tasks(scene);
	made_symbols(scene->made, symbols, addresses);
}

static void destroy(struct scene *scene)
{
	fb_cgroups_deinit(&scene->cgroups);
	made_kernel_destroy(scene->made);
}

static void load(struct scene *scene)
{
	FB_OK_FATAL(fb_cgroups_load(&scene->made->kernel, &scene->tasks, &scene->cgroups));
}

static const struct fb_cgroup *by_path(const struct scene *scene, const char *path)
{
	for (size_t i = 0; i < scene->cgroups.count; i++)
		if (scene->cgroups.groups[i].path && !strcmp(scene->cgroups.groups[i].path, path))
			return &scene->cgroups.groups[i];
	return NULL;
}

static void finds_all_groups(void)
{
	static const char *const wanted[] = {"/", "/a", "/a/c", "/a/gone", "/b!", "/"};
	struct scene scene;

	create(&scene);
	load(&scene);
	CU_ASSERT_EQUAL_FATAL(scene.cgroups.count, 6);
	for (size_t i = 0; i < 6; i++)
		CU_ASSERT_STRING_EQUAL(scene.cgroups.groups[i].path, wanted[i]);
	CU_ASSERT_EQUAL_FATAL(scene.cgroups.hierarchy_count, 2);
	CU_ASSERT_EQUAL(scene.cgroups.hierarchies[0].id, 0);
	CU_ASSERT_STRING_EQUAL(scene.cgroups.hierarchies[0].controllers, "memory");
	CU_ASSERT_STRING_EQUAL(scene.cgroups.hierarchies[1].name, "systemd");
	CU_ASSERT_EQUAL(scene.cgroups.groups[5].hierarchy, 1);
	CU_ASSERT_EQUAL(scene.cgroups.groups[5].threads, 1);
	CU_ASSERT_EQUAL(by_path(&scene, "/a/gone")->state, FB_CGROUP_DYING);
	CU_ASSERT_EQUAL(by_path(&scene, "/a")->state, FB_CGROUP_ONLINE);
	CU_ASSERT_TRUE(by_path(&scene, "/b!")->frozen && by_path(&scene, "/b!")->freeze);
	CU_ASSERT_FALSE(by_path(&scene, "/a")->frozen);
	CU_ASSERT_EQUAL(scene.cgroups.groups[0].alive.value, 3);
	CU_ASSERT_EQUAL(scene.cgroups.groups[0].dying.value, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	destroy(&scene);
}

static void counts_tasks(void)
{
	struct scene scene;

	create(&scene);
	load(&scene);
	CU_ASSERT_EQUAL(by_path(&scene, "/a")->processes, 1);
	CU_ASSERT_EQUAL(by_path(&scene, "/a")->threads, 1);
	CU_ASSERT_EQUAL(by_path(&scene, "/a/c")->processes, 1);
	CU_ASSERT_EQUAL(by_path(&scene, "/a/c")->threads, 1);
	CU_ASSERT_EQUAL(by_path(&scene, "/b!")->threads, 0);
	CU_ASSERT_TRUE(fb_cgroup_has_task(&scene.cgroups, by_path(&scene, "/a"), 1));
	CU_ASSERT_FALSE(fb_cgroup_has_task(&scene.cgroups, by_path(&scene, "/a"), 3));
	CU_ASSERT_TRUE(fb_cgroup_is_within(by_path(&scene, "/a/c"), by_path(&scene, "/a")));
	CU_ASSERT_FALSE(fb_cgroup_is_within(by_path(&scene, "/b!"), by_path(&scene, "/a")));
	CU_ASSERT_TRUE(fb_cgroup_is_within(by_path(&scene, "/b!"), &scene.cgroups.groups[0]));
	CU_ASSERT_FALSE(fb_cgroup_is_within(&scene.cgroups.groups[5], &scene.cgroups.groups[0]));
	destroy(&scene);
}

static void reads_what_controllers_know(void)
{
	struct scene scene;
	const struct fb_cgroup_values *values;

	create(&scene);
	load(&scene);
	values = &by_path(&scene, "/a")->values;
	CU_ASSERT_TRUE(values->has_memory && values->has_pids && values->has_cpu);
	CU_ASSERT_EQUAL(values->memory_current.value, 5 * 4096);
	CU_ASSERT_EQUAL(values->memory_low.value, 3 * 4096);
	CU_ASSERT_EQUAL(values->memory_high.value, FB_NO_LIMIT);
	CU_ASSERT_EQUAL(values->memory_max.value, 16 * 4096);
	CU_ASSERT_FALSE(values->swap_current.known);
	for (unsigned i = 0; i < FB_MEMORY_EVENTS; i++)
		CU_ASSERT_EQUAL(values->memory_events[i].value, 10 + i);
	CU_ASSERT_EQUAL(values->pids_current.value, 4);
	CU_ASSERT_EQUAL(values->pids_max.value, FB_NO_LIMIT);
	CU_ASSERT_EQUAL(values->pids_refused.value, 9);
	CU_ASSERT_EQUAL(values->cpu_weight.value, 50);
	CU_ASSERT_EQUAL(values->cpu_quota_ns.value, 50000);
	CU_ASSERT_EQUAL(values->cpu_throttles.value, 2);
	CU_ASSERT_TRUE(values->cpu_throttled.known && !values->cpu_throttled.value);
	CU_ASSERT_FALSE(by_path(&scene, "/a/c")->values.has_memory);
	/* The root's are the whole host's. */
	CU_ASSERT_FALSE(scene.cgroups.groups[0].values.has_memory);
	fb_cgroups_deinit(&scene.cgroups);
	/* A run queue waits for the next period. */
	made_list_add(scene.made, scene.cpu + 88, made_alloc(scene.made, 16));
	load(&scene);
	CU_ASSERT_EQUAL(by_path(&scene, "/a")->values.cpu_throttled.value, 1);
	destroy(&scene);
}

/* The children of /a are lost: /a/c is still found, by its task. */
static void a_broken_list_of_children_costs_what_has_no_tasks(void)
{
	struct scene scene;

	create(&scene);
	made_put(scene.made, scene.group[A] + 8 + 40, 1, 8);
	made_put(scene.made, scene.group[A] + 8 + 48, 1, 8);
	load(&scene);
	CU_ASSERT_PTR_NOT_NULL_FATAL(by_path(&scene, "/a/c"));
	CU_ASSERT_EQUAL(by_path(&scene, "/a/c")->threads, 1);
	CU_ASSERT_PTR_NULL(by_path(&scene, "/a/gone"));
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	destroy(&scene);
}

/* A child that leads back to its parent, and a list that never ends. */
static void loops_end(void)
{
	struct scene scene;

	create(&scene);
	made_put(scene.made, scene.group[C] + 8, scene.group[A], 8);
	made_put(scene.made, scene.group[B] + 8 + 24, scene.group[A] + 8 + 24, 8);
	load(&scene);
	CU_ASSERT_TRUE(scene.cgroups.count >= 5);
	destroy(&scene);
}

static void a_lost_group_is_listed_as_unknown(void)
{
	struct scene scene;
	size_t unknown = 0;

	create(&scene);
	made_lose(scene.made, scene.group[C]);
	load(&scene);
	for (size_t i = 0; i < scene.cgroups.count; i++)
		unknown += scene.cgroups.groups[i].state == FB_CGROUP_UNKNOWN;
	CU_ASSERT_PTR_NOT_NULL(by_path(&scene, "/b!"));
	CU_ASSERT_PTR_NULL(by_path(&scene, "/a/c"));
	CU_ASSERT_TRUE(unknown <= 1);
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	destroy(&scene);
}

/* Without the list of roots that of version 2 is known by its name. */
static void the_list_of_roots_may_be_lost(void)
{
	struct scene scene;
	uint64_t head = 0;

	create(&scene);
	FB_OK_FATAL(fb_kernel_symbol(&scene.made->kernel, "cgroup_roots", &head));
	made_put(scene.made, head, 3, 8);
	load(&scene);
	CU_ASSERT_EQUAL(scene.cgroups.hierarchy_count, 1);
	CU_ASSERT_PTR_NOT_NULL(by_path(&scene, "/a/c"));
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	destroy(&scene);
}

static void a_kernel_may_have_none(void)
{
	struct scene scene;

	create(&scene);
	scene.made->kernel.layout.css_children.found = false;
	FB_FAILS(fb_cgroups_load(&scene.made->kernel, &scene.tasks, &scene.cgroups), FB_NOT_FOUND);
	destroy(&scene);
}

static void reads_those_of_the_sample(void)
{
	struct sample_kernel sample;
	struct fb_cgroups cgroups;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_cgroups_load(sample.kernel, sample.tasks, &cgroups));
	CU_ASSERT_EQUAL_FATAL(cgroups.count, 1);
	CU_ASSERT_STRING_EQUAL(cgroups.groups[0].path, "/");
	CU_ASSERT_TRUE(cgroups.groups[0].processes > 50);
	CU_ASSERT_PTR_NOT_NULL(strstr(cgroups.hierarchies[0].controllers, "memory"));
	CU_ASSERT_PTR_NULL(strstr(cgroups.hierarchies[0].controllers, "net_cls"));
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_cgroups_deinit(&cgroups);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/cgroups", FB_TEST(finds_all_groups), FB_TEST(counts_tasks),
	     FB_TEST(reads_what_controllers_know),
	     FB_TEST(a_broken_list_of_children_costs_what_has_no_tasks), FB_TEST(loops_end),
	     FB_TEST(a_lost_group_is_listed_as_unknown), FB_TEST(the_list_of_roots_may_be_lost),
	     FB_TEST(a_kernel_may_have_none), FB_TEST(reads_those_of_the_sample))
