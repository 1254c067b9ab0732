// SPDX-License-Identifier: GPL-2.0-or-later
/* The tree of PIDs: tasks that it alone leads to, and entries and nodes that cannot be. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/made_tasks.h"

#define PARENT_AT 8u /* in an xa_node */
#define SLOTS_AT 40u
#define NUMBERS_AT 48u /* in a struct pid */
#define TASKS_AT 8u

/* init, and two processes that only the tree leads to, in leaves of their own. */
struct host {
	struct made_tasks made;
	uint64_t init, first, second;
	struct fb_tasks *tasks;
};

static uint64_t hide_from_lists(struct host *host, int pid)
{
	uint64_t task = made_process(&host->made, host->init, pid, "hidden"), slot, struct_pid;

	slot = made_task_slot(&host->made, pid);
	struct_pid = made_task_word(&host->made, slot);
	made_task_hide(&host->made, task);
	made_put(host->made.made, slot, struct_pid, 8);
	return task;
}

static void make_host(struct host *host)
{
	memset(host, 0, sizeof(*host));
	made_tasks_create(&host->made);
	host->init = made_process(&host->made, host->made.init_task, 1, "init");
	host->first = hide_from_lists(host, 130);
	host->second = hide_from_lists(host, 200);
}

static void load(struct host *host)
{
	FB_OK_FATAL(fb_tasks_load(&host->made.made->kernel, &host->tasks));
}

static void destroy(struct host *host)
{
	fb_tasks_destroy(host->tasks);
	made_tasks_destroy(&host->made);
}

static bool warned_of(const struct host *host, const char *text)
{
	for (size_t i = 0; i < fb_warnings_count(host->made.made->warnings); i++)
		if (strstr(fb_warnings_get(host->made.made->warnings, i), text))
			return true;
	return false;
}

static bool has(const struct host *host, int tid)
{
	return fb_tasks_by_tid(host->tasks, tid) != NULL;
}

static uint64_t struct_pid(struct host *host, int pid)
{
	return made_task_word(&host->made, made_task_slot(&host->made, pid));
}

static uint64_t leaf_of(struct host *host, int pid)
{
	return made_task_slot(&host->made, pid) - (uint64_t)pid % 64 * 8 - SLOTS_AT;
}

static void finds_what_no_list_has(void)
{
	struct host host;

	make_host(&host);
	load(&host);
	CU_ASSERT_TRUE(has(&host, 130) && has(&host, 200));
	CU_ASSERT_EQUAL(fb_tasks_by_tid(host.tasks, 130)->found_by & FB_FOUND_PID_TREE,
			FB_FOUND_PID_TREE);
	CU_ASSERT_EQUAL(fb_tasks_by_tid(host.tasks, 200)->address, host.second);
	CU_ASSERT_FALSE(warned_of(&host, "pid-tree"));
	destroy(&host);
}

static void needs_every_member(void)
{
	static const struct {
		size_t field;
		const char *name;
	} members[] = {
		{offsetof(struct fb_layout, pidns_idr_root), "pidns_idr_root"},
		{offsetof(struct fb_layout, xarray_head), "xarray_head"},
		{offsetof(struct fb_layout, xa_node_shift), "xa_node_shift"},
		{offsetof(struct fb_layout, xa_node_slots), "xa_node_slots"},
		{offsetof(struct fb_layout, pid_tasks), "pid_tasks"},
		{offsetof(struct fb_layout, pid_numbers), "pid_numbers"},
		{offsetof(struct fb_layout, upid_nr), "upid_nr"},
		{offsetof(struct fb_layout, task_pid_links), "task_pid_links"},
		/* Without these the place of a node is not checked. */
		{offsetof(struct fb_layout, xa_node_parent), NULL},
		{offsetof(struct fb_layout, xa_node_offset), NULL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct fb_field *field;
		struct host host;

		make_host(&host);
		field = (struct fb_field *)((char *)&host.made.made->kernel.layout +
					    members[i].field);
		field->found = false;
		load(&host);
		CU_ASSERT_EQUAL(has(&host, 130), members[i].name == NULL);
		CU_ASSERT_TRUE(has(&host, 1));
		CU_ASSERT_EQUAL(warned_of(&host, "tasks: pid-tree"), members[i].name != NULL);
		if (members[i].name)
			CU_ASSERT_TRUE(warned_of(&host, members[i].name));
		destroy(&host);
	}
}

/* A slot alone is as good as the TID: what stands behind it may be lost. */
static void entries_that_contradict_themselves_are_lost_tasks(void)
{
	for (unsigned i = 0; i < 3; i++) {
		const int32_t *lost;
		struct host host;
		uint64_t pid;

		make_host(&host);
		pid = struct_pid(&host, 130);
		if (i == 0)
			MADE_SET(host.made.made, pid + NUMBERS_AT, upid_nr, 131);
		else if (i == 1)
			made_put(host.made.made, pid + TASKS_AT, 0x1000, 8);
		else /* of a process that has gone */
			made_put(host.made.made, pid + TASKS_AT, 0, 8);
		load(&host);
		CU_ASSERT_FALSE(has(&host, 130));
		CU_ASSERT_TRUE(has(&host, 200));
		CU_ASSERT_EQUAL(fb_tasks_lost(host.tasks, &lost), i < 2);
		if (i < 2)
			CU_ASSERT_EQUAL(lost[0], 130);
		destroy(&host);
	}
}

/* Nodes whose shift does not fall, or that stand elsewhere: what is below them is lost, not what is beside. */
static void nodes_stand_where_they_say(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct host host;
		char text[160];
		uint64_t leaf;

		make_host(&host);
		leaf = leaf_of(&host, 130);
		(void)snprintf(text, sizeof(text),
			       "xa_node 0x%" PRIx64 " is not of slot 2 of 0x%" PRIx64, leaf,
			       host.made.tree);
		if (i == 0) {
			MADE_SET(host.made.made, leaf, xa_node_shift, 6);
			(void)snprintf(text, sizeof(text),
				       "xa_node 0x%" PRIx64 ": shift 6 below shift 6", leaf);
		} else if (i == 1) {
			MADE_SET(host.made.made, leaf, xa_node_offset, 3);
		} else if (i == 2) {
			MADE_SET(host.made.made, leaf, xa_node_parent, leaf);
		} else {
			/* The leaf of the second at the place of the first, too. */
			made_put(host.made.made, host.made.tree + SLOTS_AT + 2 * 8,
				 leaf_of(&host, 200) | 2, 8);
			(void)snprintf(text, sizeof(text), "is not of slot 2 of");
		}
		load(&host);
		CU_ASSERT_TRUE(warned_of(&host, text));
		CU_ASSERT_FALSE(has(&host, 130));
		CU_ASSERT_TRUE(has(&host, 200));
		destroy(&host);
	}
}

/* Internal entries up to 4096 are siblings and the like; what is above is a node, and here none that can be read. */
static void small_internal_entries_are_no_nodes(void)
{
	static const struct {
		uint64_t entry;
		bool node;
	} entries[] = {{2, false}, {6, false}, {1030, false}, {4094, false}, {4098, true}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(entries); i++) {
		struct host host;

		make_host(&host);
		made_put(host.made.made, host.made.tree + SLOTS_AT + 5 * 8, entries[i].entry, 8);
		load(&host);
		CU_ASSERT_EQUAL(warned_of(&host, "pid-tree"), entries[i].node);
		CU_ASSERT_TRUE(has(&host, 130) && has(&host, 200));
		destroy(&host);
	}
}

/* A tree of one entry is that entry; and what is neither entry nor node counts for nothing. */
static void roots_may_be_entries(void)
{
	struct host host;
	uint64_t pid;

	make_host(&host);
	pid = struct_pid(&host, 130);
	MADE_SET(host.made.made, pid + NUMBERS_AT, upid_nr, 0);
	made_put(host.made.made, host.made.namespace + 16, pid, 8);
	load(&host);
	CU_ASSERT_TRUE(has(&host, 130));
	CU_ASSERT_FALSE(has(&host, 200));
	destroy(&host);
	make_host(&host);
	made_put(host.made.made, made_task_slot(&host.made, 131), 0x1000, 8);
	made_put(host.made.made, made_task_slot(&host.made, 132), struct_pid(&host, 130) | 1, 8);
	load(&host);
	CU_ASSERT_EQUAL(fb_tasks_count(host.tasks), 4);
	CU_ASSERT_FALSE(warned_of(&host, "pid-tree"));
	destroy(&host);
	/* Without a root there is no task in it. */
	make_host(&host);
	made_put(host.made.made, host.made.namespace + 16, 0, 8);
	load(&host);
	CU_ASSERT_FALSE(has(&host, 130) || has(&host, 200));
	CU_ASSERT_TRUE(has(&host, 1));
	destroy(&host);
}

static void what_is_fatal_passes(void)
{
	struct host host;

	make_host(&host);
	CU_ASSERT(made_tasks_must_pass(&host.made) > 80);
	made_tasks_destroy(&host.made);
}

FB_TEST_MAIN("kernel/task_pid_tree", FB_TEST(finds_what_no_list_has), FB_TEST(needs_every_member),
	     FB_TEST(entries_that_contradict_themselves_are_lost_tasks),
	     FB_TEST(nodes_stand_where_they_say), FB_TEST(roots_may_be_entries),
	     FB_TEST(small_internal_entries_are_no_nodes), FB_TEST(what_is_fatal_passes))
