// SPDX-License-Identifier: GPL-2.0-or-later
/* Namespaces, control groups and memory of made tasks, and of the real ones. */
#include "kernel/tasks/task_detail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/real_kernel.h"

#define COUNTER_SIZE 40u

/* A node of kernfs below parent (0: the root). */
static uint64_t put_node(struct made_kernel *made, const char *name, uint64_t parent)
{
	uint64_t node = made_alloc(made, 64);

	MADE_SET(made, node, kernfs_parent, parent);
	MADE_SET(made, node, kernfs_name, made_string(made, name));
	return node;
}

static struct fb_task put_task(struct made_kernel *made, uint64_t node)
{
	struct fb_task task = {.address = made_alloc(made, 64)};
	uint64_t css_set = made_alloc(made, 64), cgroup = made_alloc(made, 64);

	MADE_FIELD(made, task_cgroups, 8, 8);
	MADE_FIELD(made, css_set_default_cgroup, 16, 8);
	MADE_FIELD(made, cgroup_node, 24, 8);
	MADE_SET(made, task.address, task_cgroups, css_set);
	MADE_SET(made, css_set, css_set_default_cgroup, cgroup);
	MADE_SET(made, cgroup, cgroup_node, node);
	return task;
}

static void spells_control_groups(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t root, slice, unit, loop;
	struct fb_task task;
	char path[256];

	MADE_FIELD(made, kernfs_parent, 0, 8);
	MADE_FIELD(made, kernfs_name, 8, 8);
	root = put_node(made, "", 0);
	slice = put_node(made, "system.slice", root);
	unit = put_node(made, "ssh.service", slice);
	task = put_task(made, unit);
	FB_OK(fb_task_cgroup(&made->kernel, &task, path, sizeof(path)));
	CU_ASSERT_STRING_EQUAL(path, "/system.slice/ssh.service");
	FB_OK(fb_task_cgroup(&made->kernel, &task, path, 26));
	FB_FAILS(fb_task_cgroup(&made->kernel, &task, path, 25), FB_LIMIT);
	task = put_task(made, root);
	FB_OK(fb_task_cgroup(&made->kernel, &task, path, sizeof(path)));
	CU_ASSERT_STRING_EQUAL(path, "/");
	loop = put_node(made, "a", unit);
	MADE_SET(made, unit, kernfs_parent, loop);
	task = put_task(made, loop);
	FB_FAILS_WITH(fb_task_cgroup(&made->kernel, &task, path, sizeof(path)), FB_LIMIT, "end");
	made->kernel.layout.task_cgroups.found = false;
	FB_FAILS(fb_task_cgroup(&made->kernel, &task, path, sizeof(path)), FB_NOT_FOUND);
	made_kernel_destroy(made);
}

static void adds_up_memory(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_alloc(made, 256), parts = made_alloc(made, 8), bytes = 0;

	/* Before 6.2: a word each; the swapped pages, third, do not count. */
	MADE_FIELD(made, mm_rss_stat, 16, 32);
	made_put(made, mm + 16, 10, 8);
	made_put(made, mm + 24, 20, 8);
	made_put(made, mm + 32, 1000, 8);
	made_put(made, mm + 40, (uint64_t)-3, 8);
	FB_OK(fb_mm_resident(&made->kernel, mm, &bytes));
	CU_ASSERT_EQUAL(bytes, 27 * 4096);
	FB_OK(fb_mm_swapped(&made->kernel, mm, &bytes));
	CU_ASSERT_EQUAL(bytes, 1000 * 4096);
	/* Since: a count, and each CPU's part of it, which may be below zero. */
	MADE_FIELD(made, mm_rss_stat, 16, 4 * COUNTER_SIZE);
	made->kernel.layout.percpu_counter.size = COUNTER_SIZE;
	MADE_FIELD(made, percpu_counter_count, 8, 8);
	MADE_FIELD(made, percpu_counter_counters, 32, 8);
	made->kernel.percpu_offsets[0] = 0x1000;
	memset(made_at(made, mm), 0, 256);
	for (unsigned i = 0; i < 4; i++)
		made_put(made, mm + 16 + i * COUNTER_SIZE + 32, parts - 0x1000, 8);
	made_put(made, parts, (uint32_t)-2, 4);
	made_put(made, mm + 16 + 8, 50, 8);
	FB_OK(fb_mm_resident(&made->kernel, mm, &bytes));
	CU_ASSERT_EQUAL(bytes, 44 * 4096);
	made_put(made, mm + 16 + 8, 1ull << 60, 8);
	FB_FAILS(fb_mm_resident(&made->kernel, mm, &bytes), FB_CORRUPT);
	/* As many pages as there may be, of a file; fewer of others than none. */
	made_put(made, parts, 0, 4);
	for (int more = -1; more <= 1; more++) {
		int64_t pages = ((int64_t)1 << 40) + more;

		made_put(made, mm + 16 + 8, (uint64_t)pages, 8);
		if (more > 0)
			FB_FAILS(fb_mm_resident(&made->kernel, mm, &bytes), FB_CORRUPT);
		else
			FB_OK(fb_mm_resident(&made->kernel, mm, &bytes));
		if (more <= 0)
			CU_ASSERT_EQUAL(bytes, (uint64_t)pages * 4096);
		made_put(made, mm + 16 + 8, (uint64_t)-pages, 8);
		if (more > 0) {
			FB_FAILS(fb_mm_resident(&made->kernel, mm, &bytes), FB_CORRUPT);
			break;
		}
		FB_OK(fb_mm_resident(&made->kernel, mm, &bytes));
		CU_ASSERT_EQUAL(bytes, 0);
	}
	MADE_FIELD(made, mm_rss_stat, 16, 24);
	FB_FAILS(fb_mm_resident(&made->kernel, mm, &bytes), FB_UNSUPPORTED);
	made_kernel_destroy(made);
}

static void lives_without_namespaces(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_task task = {.address = made_alloc(made, 64)};
	uint64_t inodes[FB_NAMESPACE_KINDS], nsproxy = made_alloc(made, 64);
	uint64_t namespace = made_alloc(made, 64);

	FB_OK(fb_task_namespaces(&made->kernel, &task, inodes));
	CU_ASSERT_EQUAL(inodes[FB_NAMESPACE_NET], 0);
	MADE_FIELD(made, task_nsproxy, 0, 8);
	MADE_FIELD(made, nsproxy_net, 8, 8);
	MADE_FIELD(made, net_ns_inum, 16, 4);
	FB_OK(fb_task_namespaces(&made->kernel, &task, inodes));
	CU_ASSERT_EQUAL(inodes[FB_NAMESPACE_NET], 0);
	MADE_SET(made, task.address, task_nsproxy, nsproxy);
	MADE_SET(made, nsproxy, nsproxy_net, namespace);
	MADE_SET(made, namespace, net_ns_inum, 4026531840);
	FB_OK(fb_task_namespaces(&made->kernel, &task, inodes));
	CU_ASSERT_EQUAL(inodes[FB_NAMESPACE_NET], 4026531840);
	CU_ASSERT_EQUAL(inodes[FB_NAMESPACE_UTS], 0);
	CU_ASSERT_STRING_EQUAL(fb_namespace_name(FB_NAMESPACE_UTS), "uts");
	made_kernel_destroy(made);
}

struct question {
	struct made_kernel *made;
	struct fb_task task;
	uint64_t mm; /* 0: namespaces, control group and user are asked for */
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct fb_kernel *kernel = &question->made->kernel;
	uint64_t inodes[FB_NAMESPACE_KINDS], bytes;
	char path[256];
	uint32_t uid;
	struct fb_error *err;

	if (question->mm)
		return fb_mm_resident(kernel, question->mm, &bytes);
	err = fb_task_namespaces(kernel, &question->task, inodes);
	if (!err)
		err = fb_task_cgroup(kernel, &question->task, path, sizeof(path));
	return err ? err : fb_task_effective_uid(kernel, &question->task, &uid);
}

static void what_is_fatal_passes(void)
{
	struct question question = {.made = made_kernel_create()};
	struct made_kernel *made = question.made;
	uint64_t nsproxy = made_alloc(made, 64), cred = made_alloc(made, 64);
	uint64_t pid = made_alloc(made, 128), namespace = made_alloc(made, 64);

	MADE_FIELD(made, kernfs_parent, 0, 8);
	MADE_FIELD(made, kernfs_name, 8, 8);
	MADE_FIELD(made, task_nsproxy, 0, 8);
	MADE_FIELD(made, nsproxy_net, 8, 8);
	MADE_FIELD(made, net_ns_inum, 16, 4);
	MADE_FIELD(made, pid_ns_inum, 16, 4);
	MADE_FIELD(made, user_ns_inum, 16, 4);
	MADE_FIELD(made, task_cred, 16, 8);
	MADE_FIELD(made, cred_user_ns, 8, 8);
	MADE_FIELD(made, cred_euid, 4, 4);
	MADE_FIELD(made, task_thread_pid, 24, 8);
	MADE_FIELD(made, pid_level, 4, 4);
	MADE_FIELD(made, pid_numbers, 48, 16);
	MADE_FIELD(made, upid_ns, 8, 8);
	made->kernel.layout.upid.size = 16;
	question.task = put_task(made, put_node(made, "a", put_node(made, "", 0)));
	MADE_SET(made, question.task.address, task_nsproxy, nsproxy);
	MADE_SET(made, question.task.address, task_cred, cred);
	MADE_SET(made, question.task.address, task_thread_pid, pid);
	MADE_SET(made, nsproxy, nsproxy_net, namespace);
	MADE_SET(made, cred, cred_user_ns, namespace);
	MADE_SET(made, pid + 48, upid_ns, namespace);
	CU_ASSERT_EQUAL(failing_made_must_pass(made, ask, &question), 19);
	MADE_FIELD(made, mm_rss_stat, 16, 32);
	question.mm = made_alloc(made, 64);
	CU_ASSERT_EQUAL(failing_made_must_pass(made, ask, &question), 3);
	made_kernel_destroy(made);
}

/* The namespace of a task's own PID is that of its innermost level; a level that cannot be names none. */
static void tells_the_innermost_namespace(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_task task = {.address = made_alloc(made, 64)};
	uint64_t pid = made_alloc(made, 1024), inodes[FB_NAMESPACE_KINDS];

	MADE_FIELD(made, task_thread_pid, 24, 8);
	MADE_FIELD(made, pid_level, 4, 4);
	MADE_FIELD(made, pid_numbers, 48, 16);
	MADE_FIELD(made, upid_ns, 8, 8);
	MADE_FIELD(made, pid_ns_inum, 16, 4);
	made->kernel.layout.upid.size = 16;
	MADE_SET(made, task.address, task_thread_pid, pid);
	for (unsigned level = 0; level <= 33; level++) {
		uint64_t namespace = made_alloc(made, 64);

		MADE_SET(made, namespace, pid_ns_inum, 700 + level);
		MADE_SET(made, pid + 48 + level * 16, upid_ns, namespace);
		MADE_SET(made, pid, pid_level, level);
		FB_OK(fb_task_namespaces(&made->kernel, &task, inodes));
		CU_ASSERT_EQUAL(inodes[FB_NAMESPACE_PID], level < 33 ? 700 + level : 0);
	}
	made->kernel.layout.pid_numbers.found = false;
	MADE_SET(made, pid, pid_level, 0);
	FB_OK(fb_task_namespaces(&made->kernel, &task, inodes));
	CU_ASSERT_EQUAL(inodes[FB_NAMESPACE_PID], 0);
	made_kernel_destroy(made);
}

/* VmRSS, kB. What CPUs or threads hold back is at most 64 pages for each counter. */
static void check_memory(const struct real_kernel *real, const struct fb_task *task,
			 const char *status)
{
	const char *line = strstr(status, "\nVmRSS:");
	uint64_t bytes = 0;

	if (!line || !task->mm)
		return;
	FB_OK(fb_mm_resident(real->kernel, task->mm, &bytes));
	CU_ASSERT(llabs(strtoll(line + 7, NULL, 10) - (int64_t)bytes / 1024) <= 3 * 64 * 4);
}

static void check_real(const struct real_kernel *real)
{
	size_t checked = 0;

	for (size_t i = 0; i < fb_tasks_count(real->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(real->tasks, i);
		uint64_t inodes[FB_NAMESPACE_KINDS];
		unsigned uid, effective;
		uint32_t found = 0;
		char *status;

		if (!task->pid || task->pid != task->tid)
			continue;
		status = real_kernel_file(real, NULL, "truth/%d/status", task->pid);
		if (!status)
			continue;
		CU_ASSERT_EQUAL_FATAL(
			sscanf(strstr(status, "\nUid:"), "\nUid: %u %u", &uid, &effective), 2);
		CU_ASSERT_EQUAL(task->uid, uid);
		FB_OK(fb_task_effective_uid(real->kernel, task, &found));
		CU_ASSERT_EQUAL(found, effective);
		FB_OK(fb_task_namespaces(real->kernel, task, inodes));
		CU_ASSERT(inodes[FB_NAMESPACE_USER] >= 4026531834 &&
			  inodes[FB_NAMESPACE_PID] >= 4026531834);
		check_memory(real, task, status);
		checked++;
		free(status);
	}
	CU_ASSERT(checked > 50);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/task_detail", FB_TEST(spells_control_groups), FB_TEST(adds_up_memory),
	     FB_TEST(lives_without_namespaces), FB_TEST(what_is_fatal_passes),
	     FB_TEST(tells_the_innermost_namespace), FB_TEST(agrees_with_real_kernels))
