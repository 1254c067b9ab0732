// SPDX-License-Identifier: GPL-2.0-or-later
/* The sample's tasks where one read fails. */
#include <inttypes.h>

#include "kernel/tasks/task.h"
#include "kernel/tasks/task_detail.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"

#define MOST 12u

static struct fb_error *answer_table(struct sample_kernel *sample, struct fb_buf *text,
				     bool *incomplete_ret)
{
	struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_tasks_load(sample->kernel, &tasks);

	for (size_t i = 0; !err && i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		*incomplete_ret |= task->damaged > 0 || task->ppid < 0 || task->uid == UINT32_MAX ||
				   task->state == '?';
		err = fb_buf_printf(text, "%d %d %d %s %c %u %d %d %" PRIx64 " %u\n", task->pid,
				    task->tid, task->ppid, task->comm, task->state, task->cpu,
				    task->on_cpu, task->kernel_thread, task->mm, task->level_count);
	}
	if (!err)
		*incomplete_ret |= fb_tasks_damaged(tasks);
	fb_tasks_destroy(tasks);
	return err;
}

static struct fb_error *answer_details(struct sample_kernel *sample, struct fb_buf *text,
				       bool *incomplete_ret FB_UNUSED)
{
	const struct fb_task *task = fb_tasks_by_tid(sample->tasks, 204);
	uint64_t inodes[FB_NAMESPACE_KINDS] = {0}, resident = 0;
	char cgroup[512] = "";
	uint32_t uid = 0;
	struct fb_error *err;

	err = fb_task_namespaces(sample->kernel, task, inodes);
	if (!err)
		err = fb_task_cgroup(sample->kernel, task, cgroup, sizeof(cgroup));
	if (!err)
		err = fb_mm_resident(sample->kernel, task->mm, &resident);
	if (!err)
		err = fb_task_effective_uid(sample->kernel, task, &uid);
	for (size_t i = 0; !err && i < FB_NAMESPACE_KINDS; i++) {
		*incomplete_ret |= !inodes[i];
		err = fb_buf_printf(text, "%s %" PRIu64 "\n",
				    fb_namespace_name((enum fb_namespace)i), inodes[i]);
	}
	return err ? err : fb_buf_printf(text, "%s %" PRIu64 " %u\n", cgroup, resident, uid);
}

static void the_table(void)
{
	failing_reads_strictly(answer_table, MOST);
}

static void what_ps_asks_of_one(void)
{
	failing_reads_strictly(answer_details, MOST);
}

FB_TEST_MAIN("kernel/failing_tasks", FB_TEST(the_table), FB_TEST(what_ps_asks_of_one))
