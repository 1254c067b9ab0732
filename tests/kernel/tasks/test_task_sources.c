// SPDX-License-Identifier: GPL-2.0-or-later
/* Sources of tasks that a kernel lacks a member of: each is told, and the others go on. */
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

static bool warned_of(const struct made_tasks *made, const char *source, const char *member)
{
	for (size_t i = 0; i < fb_warnings_count(made->made->warnings); i++) {
		const char *text = fb_warnings_get(made->made->warnings, i);

		if (strstr(text, source) && strstr(text, member))
			return true;
	}
	return false;
}

static void members_that_are_missing_are_told(void)
{
	static const struct {
		size_t field; /* in struct fb_layout */
		const char *source, *name;
	} members[] = {
		{offsetof(struct fb_layout, task_sibling), "tasks: family", "task_sibling"},
		{offsetof(struct fb_layout, task_children), "tasks: family", "task_children"},
		{offsetof(struct fb_layout, task_real_parent), "tasks: family", "task_real_parent"},
		{offsetof(struct fb_layout, task_group_leader), "tasks: family",
		 "task_group_leader"},
		{offsetof(struct fb_layout, task_tasks), "tasks: task-list", "task_tasks"},
		{offsetof(struct fb_layout, task_thread_node), "tasks: thread-list",
		 "task_thread_node"},
		{offsetof(struct fb_layout, signal_thread_head), "tasks: thread-list",
		 "signal_thread_head"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct fb_tasks *tasks = NULL;
		struct made_tasks made;
		struct fb_field *field;
		uint64_t init;

		made_tasks_create(&made);
		init = made_process(&made, made.init_task, 1, "init");
		made_thread(&made, init, 2, "thread");
		made_process(&made, init, 100, "child");
		FB_OK_FATAL(fb_tasks_load(&made.made->kernel, &tasks));
		CU_ASSERT_EQUAL(fb_tasks_count(tasks), 4);
		CU_ASSERT_EQUAL(fb_warnings_count(made.made->warnings), 0);
		fb_tasks_destroy(tasks);
		field = (struct fb_field *)((char *)&made.made->kernel.layout + members[i].field);
		field->found = false;
		FB_OK_FATAL(fb_tasks_load(&made.made->kernel, &tasks));
		CU_ASSERT_EQUAL(fb_tasks_count(tasks), 4);
		CU_ASSERT_TRUE(warned_of(&made, members[i].source, members[i].name));
		fb_tasks_destroy(tasks);
		made_tasks_destroy(&made);
	}
}

FB_TEST_MAIN("kernel/task_sources", FB_TEST(members_that_are_missing_are_told))
