// SPDX-License-Identifier: GPL-2.0-or-later
/* A multipath device of a made kernel: its groups and paths, and what damage costs. */
#include "kernel/block/multipath.h"

#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/made_types.h"

/* Where members are in the structs. */
enum {
	FLAGS = 0,
	VALID = 8,
	GROUPS_COUNTED = 12,
	GROUPS = 16,
	CURRENT_PATH = 32,
	CURRENT_GROUP = 40,
	NEXT_GROUP = 48,
	HANDLER = 56,
	LIST = 0,
	GROUP_NUMBER = 16,
	BYPASSED = 20,
	PATHS_COUNTED = 24,
	PATHS = 32,
	SELECTOR = 48,
	FAILURES = 16,
	ACTIVE = 20,
	DEVICE = 24,
	DEVICE_NAME = 8,
};

struct scene {
	struct made_kernel *made;
	struct made_types made_types;
	struct fb_module_types *modules;
	struct fb_driver_types types;
	uint64_t multipath, group[2], path[3];
};

static void make_types(struct scene *scene)
{
	struct made_types *types = &scene->made_types;
	uint32_t name, path, selector;

	made_types_begin(types);
	FB_OK_FATAL(fb_btf_builder_array(&types->builder, types->half, 4, &name));
	made_struct(types, "dm_dev", 64, MADE_MEMBERS_OF({"name", name, DEVICE_NAME}));
	path = made_struct(types, "dm_path", 16, MADE_MEMBERS_OF({"dev", types->word, 0}));
	selector =
		made_struct(types, "path_selector", 16, MADE_MEMBERS_OF({"type", types->word, 0}));
	made_struct(types, "path_selector_type", 16, MADE_MEMBERS_OF({"name", types->word, 0}));
	made_struct(types, "pgpath", 64,
		    MADE_MEMBERS_OF({"list", types->list, LIST},
				    {"fail_count", types->half, FAILURES},
				    {"is_active", types->half, ACTIVE}, {"path", path, DEVICE}));
	made_struct(types, "priority_group", 64,
		    MADE_MEMBERS_OF({"list", types->list, LIST},
				    {"pg_num", types->half, GROUP_NUMBER},
				    {"bypassed", types->half, BYPASSED},
				    {"nr_pgpaths", types->half, PATHS_COUNTED},
				    {"pgpaths", types->list, PATHS}, {"ps", selector, SELECTOR}));
	made_struct(types, "multipath", 64,
		    MADE_MEMBERS_OF({"flags", types->word, FLAGS},
				    {"nr_valid_paths", types->half, VALID},
				    {"nr_priority_groups", types->half, GROUPS_COUNTED},
				    {"priority_groups", types->list, GROUPS},
				    {"current_pgpath", types->word, CURRENT_PATH},
				    {"current_pg", types->word, CURRENT_GROUP},
				    {"next_pg", types->word, NEXT_GROUP},
				    {"hw_handler_name", types->word, HANDLER}));
	made_types_give(types, scene->made);
}

static void make_path(struct scene *scene, unsigned index, unsigned group, const char *device)
{
	struct made_kernel *made = scene->made;
	uint64_t path = made_alloc_pages(made, 64), dev = made_alloc(made, 64);

	scene->path[index] = path;
	memcpy(made_at(made, dev + DEVICE_NAME), device, strlen(device));
	made_put(made, path + DEVICE, dev, 8);
	made_put(made, path + ACTIVE, 1, 4);
	made_list_add(made, scene->group[group] + PATHS, path + LIST);
}

/* Two paths in group 1, which is used, and one in group 2. */
static void create(struct scene *scene)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t selector = made_alloc(made, 16);

	*scene = (struct scene){.made = made};
	make_types(scene);
	FB_OK_FATAL(fb_module_types_create(&made->kernel, &scene->modules));
	scene->types = (struct fb_driver_types){&made->kernel, scene->modules, "dm_mod"};
	made_put(made, selector, made_string(made, "round-robin"), 8);
	scene->multipath = made_alloc(made, 64);
	made_list_init(made, scene->multipath + GROUPS);
	made_put(made, scene->multipath + GROUPS_COUNTED, 2, 4);
	made_put(made, scene->multipath + VALID, 2, 4);
	for (unsigned i = 0; i < 2; i++) {
		scene->group[i] = made_alloc_pages(made, 64);
		made_put(made, scene->group[i] + GROUP_NUMBER, i + 1, 4);
		made_put(made, scene->group[i] + PATHS_COUNTED, 2 - i, 4);
		made_put(made, scene->group[i] + SELECTOR, selector, 8);
		made_list_init(made, scene->group[i] + PATHS);
		made_list_add(made, scene->multipath + GROUPS, scene->group[i] + LIST);
	}
	make_path(scene, 0, 0, "8:16");
	make_path(scene, 1, 0, "8:32");
	make_path(scene, 2, 1, "65:160");
	made_put(made, scene->multipath + CURRENT_GROUP, scene->group[0], 8);
	made_put(made, scene->multipath + CURRENT_PATH, scene->path[0], 8);
}

static void destroy(struct scene *scene)
{
	fb_module_types_destroy(scene->modules);
	made_kernel_destroy(scene->made);
	made_types_end(&scene->made_types);
}

static void finds_groups_and_paths(void)
{
	struct scene scene;
	struct fb_multipath *multipath;
	size_t failed;

	create(&scene);
	made_put(scene.made, scene.path[1] + ACTIVE, 0, 4);
	made_put(scene.made, scene.path[1] + FAILURES, 7, 4);
	FB_OK_FATAL(fb_multipath_read(&scene.types, scene.multipath, &multipath));
	CU_ASSERT_TRUE(multipath->complete);
	CU_ASSERT_EQUAL_FATAL(multipath->group_count, 2);
	CU_ASSERT_EQUAL(multipath->groups[0].number, 1);
	CU_ASSERT_EQUAL(multipath->groups[0].state, FB_MULTIPATH_ACTIVE);
	CU_ASSERT_STRING_EQUAL(multipath->groups[0].policy, "round-robin");
	CU_ASSERT_EQUAL_FATAL(multipath->groups[0].path_count, 2);
	CU_ASSERT_STRING_EQUAL(multipath->groups[0].paths[0].device, "8:16");
	CU_ASSERT_TRUE(multipath->groups[0].paths[0].current &&
		       !multipath->groups[0].paths[0].failed);
	CU_ASSERT_TRUE(!multipath->groups[0].paths[1].current &&
		       multipath->groups[0].paths[1].failed);
	CU_ASSERT_EQUAL(multipath->groups[0].paths[1].failures, 7);
	CU_ASSERT_EQUAL(multipath->groups[1].state, FB_MULTIPATH_ENABLED);
	CU_ASSERT_EQUAL_FATAL(multipath->groups[1].path_count, 1);
	CU_ASSERT_STRING_EQUAL(multipath->groups[1].paths[0].device, "65:160");
	CU_ASSERT_EQUAL(multipath->valid_paths, 2);
	CU_ASSERT_EQUAL(multipath->next_group, 0);
	CU_ASSERT_STRING_EQUAL(multipath->handler, "");
	CU_ASSERT_EQUAL(fb_multipath_paths(multipath, &failed), 3);
	CU_ASSERT_EQUAL(failed, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	fb_multipath_destroy(multipath);
	destroy(&scene);
}

static void knows_what_happens_without_a_path(void)
{
	static const struct {
		uint64_t flags;
		bool queues, saved, initializing;
	} cases[] = {{1, false, false, true},
		     {2, true, false, false},
		     {4, false, true, false},
		     {0x78, false, false, false}};
	struct scene scene;

	create(&scene);
	made_put(scene.made, scene.group[1] + BYPASSED, 1, 4);
	made_put(scene.made, scene.multipath + NEXT_GROUP, scene.group[1], 8);
	made_put(scene.made, scene.multipath + HANDLER, made_string(scene.made, "alua"), 8);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_multipath *multipath;

		made_put(scene.made, scene.multipath + FLAGS, cases[i].flags, 8);
		FB_OK_FATAL(fb_multipath_read(&scene.types, scene.multipath, &multipath));
		CU_ASSERT_EQUAL(multipath->queue_if_no_path, cases[i].queues);
		CU_ASSERT_EQUAL(multipath->saved_queue, cases[i].saved);
		CU_ASSERT_EQUAL(multipath->initializing, cases[i].initializing);
		CU_ASSERT_EQUAL(multipath->next_group, 2);
		CU_ASSERT_STRING_EQUAL(multipath->handler, "alua");
		CU_ASSERT_EQUAL(multipath->groups[1].state, FB_MULTIPATH_DISABLED);
		fb_multipath_destroy(multipath);
	}
	CU_ASSERT_STRING_EQUAL(fb_multipath_group_state_name(FB_MULTIPATH_DISABLED), "disabled");
	destroy(&scene);
}

/* Reads it, which succeeds, and expects so many groups and paths, incomplete, with one warning more. */
static void expect_damaged(struct scene *scene, size_t groups, size_t paths)
{
	size_t before = fb_warnings_count(scene->made->warnings), failed;
	struct fb_multipath *multipath;

	FB_OK_FATAL(fb_multipath_read(&scene->types, scene->multipath, &multipath));
	CU_ASSERT_FALSE(multipath->complete);
	CU_ASSERT_EQUAL(multipath->group_count, groups);
	CU_ASSERT_EQUAL(fb_multipath_paths(multipath, &failed), paths);
	CU_ASSERT_EQUAL(fb_warnings_count(scene->made->warnings), before + 1);
	fb_multipath_destroy(multipath);
}

static void damage_costs_its_part(void)
{
	struct scene scene;
	struct fb_multipath *multipath;
	uint64_t saved;

	create(&scene);
	made_put(scene.made, scene.multipath + GROUPS_COUNTED, 3, 4);
	expect_damaged(&scene, 2, 3);
	made_put(scene.made, scene.multipath + GROUPS_COUNTED, 2, 4);
	made_put(scene.made, scene.group[0] + PATHS_COUNTED, UINT32_MAX, 4);
	expect_damaged(&scene, 2, 3);
	made_put(scene.made, scene.group[0] + PATHS_COUNTED, 2, 4);
	/* The list of paths leads round without its head; that of groups goes on. */
	memcpy(&saved, made_at(scene.made, scene.path[1]), 8);
	made_put(scene.made, scene.path[1], scene.path[0], 8);
	{
		size_t failed;

		FB_OK_FATAL(fb_multipath_read(&scene.types, scene.multipath, &multipath));
		CU_ASSERT_FALSE(multipath->complete);
		CU_ASSERT_EQUAL(multipath->group_count, 2);
		CU_ASSERT_TRUE(fb_multipath_paths(multipath, &failed) <= FB_MAX_MULTIPATH_PATHS);
		fb_multipath_destroy(multipath);
	}
	made_put(scene.made, scene.path[1], saved, 8);
	made_lose(scene.made, scene.group[1]);
	expect_damaged(&scene, 1, 2);
	made_lose(scene.made, scene.path[0]);
	expect_damaged(&scene, 1, 0);
	destroy(&scene);
}

/* Without the module's types there is no answer, which says why. */
static void wants_types(void)
{
	struct scene scene;
	struct fb_multipath *multipath = NULL;

	create(&scene);
	scene.made->kernel.types = NULL;
	FB_FAILS(fb_multipath_read(&scene.types, scene.multipath, &multipath), FB_NOT_FOUND);
	CU_ASSERT_PTR_NULL(multipath);
	fb_multipath_destroy(NULL);
	destroy(&scene);
}

FB_TEST_MAIN("kernel/multipath", FB_TEST(finds_groups_and_paths),
	     FB_TEST(knows_what_happens_without_a_path), FB_TEST(damage_costs_its_part),
	     FB_TEST(wants_types))
