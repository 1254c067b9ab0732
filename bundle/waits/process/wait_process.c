// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for other processes: for the end of children, for a child after
 * vfork(), for a tracer. Called through the table in bundle/waits/recognisers.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/part.h"
#include "base/search.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/process/recognise.h"
#include "kernel/image/thread_size.h"

#define SYS_WAIT4 61
#define SYS_WAITID 247
/* Of 32-bit processes (arch/x86/entry/syscalls/syscall_32.tbl) */
#define SYS32_WAITPID 7
#define SYS32_WAIT4 114
#define SYS32_WAITID 284
/* The first argument of waitid() (include/uapi/linux/wait.h) */
#define P_ALL 0u
#define P_PID 1u

/* In place of the PID of one child: whichever ends first; or those of a process group, the one of a pidfd, or it is not
 * known which. */
#define ANY_CHILD (-1)
#define SOME_CHILDREN 0

/* All processes by their parents. */
struct child {
	int32_t parent; /* PID */
	const struct fb_task *task;
};

struct children {
	struct child *list; /* owned; in order of (parent, PID) */
	size_t count;
};

static void deinit(void *state)
{
	struct children *children = state;

	free(children->list);
}

static const struct fb_wait_state CHILDREN = {sizeof(struct children), deinit};

static int by_parent(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->task->pid < y->task->pid ? -1 : x->task->pid > y->task->pid;
}

/* All processes in order of their parents' PIDs. */
static struct fb_error *index_children(struct fb_wait_finder *finder, struct children **index_ret)
{
	size_t count = fb_tasks_count(finder->tasks);
	struct children *index;
	struct fb_error *err = fb_wait_state(finder, &CHILDREN, &index);

	if (err)
		return err;
	*index_ret = index;
	if (index->list)
		return NULL;
	index->list = calloc(count + 1, sizeof(*index->list));
	if (!index->list)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = fb_tasks_get(finder->tasks, i);

		if (!task->idle && task->tid == task->pid)
			index->list[index->count++] = (struct child){task->ppid, task};
	}
	qsort(index->list, index->count, sizeof(*index->list), by_parent);
	return NULL;
}

/* The children of a process, which stand together in the index. */
static const struct child *children_of(const struct children *index, int32_t pid, size_t *count_ret)
{
	size_t low = FB_LOWER_BOUND(at, index->count, index->list[at].parent < pid), end;

	for (end = low; end < index->count && index->list[end].parent == pid; end++)
		;
	*count_ret = end - low;
	return &index->list[low];
}

/* The child with this PID in the waiter's innermost namespace. Where none is found, *absence says whether there may be
 * one. */
static const struct fb_task *child_by_pid(const struct children *index,
					  const struct fb_task *waiter, int32_t pid,
					  struct fb_wait_absence *absence)
{
	uint32_t level = waiter->level_count ? waiter->level_count - 1 : 0;
	size_t count;
	const struct child *children = children_of(index, waiter->pid, &count);

	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = children[i].task;

		/* A child is in its parent's namespace or one below: one that is in the host's has a parent there. */
		bool is_of_host = !task->levels_lost && task->level_count <= 1;

		if (!is_of_host && (waiter->levels_lost || (task->levels_lost && level)))
			fb_wait_absence_unknown(absence,
						"the struct pid of PID %d is not in the dump",
						waiter->levels_lost ? waiter->pid : task->pid);
		else if ((task->level_count > level ? task->level_tids[level] : task->tid) == pid)
			return task;
	}
	return NULL;
}

/* The child that wait4() or waitid() waits for: its PID, or ANY_CHILD, or SOME_CHILDREN. */
static int32_t wanted_pid(const struct fb_blocked *blocked)
{
	bool waitid = blocked->syscall == (blocked->compat ? SYS32_WAITID : SYS_WAITID);
	int32_t pid = (int32_t)blocked->args[0];

	if (!blocked->has_regs)
		return SOME_CHILDREN;
	if (blocked->compat ? blocked->syscall == SYS32_WAITPID || blocked->syscall == SYS32_WAIT4
			    : blocked->syscall == SYS_WAIT4)
		return pid >= ANY_CHILD ? pid : SOME_CHILDREN;
	if (waitid && (uint32_t)blocked->args[0] == P_PID)
		return (int32_t)blocked->args[1];
	return waitid && (uint32_t)blocked->args[0] == P_ALL ? ANY_CHILD : SOME_CHILDREN;
}

/* any: each child can end the wait; else only some can, and it is not known which: an only child is one of them. */
static struct fb_error *add_children(struct fb_wait_finder *finder, const struct children *index,
				     const struct fb_task *waiter, bool any, size_t at)
{
	struct fb_wait_object *object = &finder->graph.objects[at];
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	size_t count;
	const struct child *children = children_of(index, waiter->pid, &count);
	struct fb_error *err = NULL;

	fb_wait_absence_of_tasks(finder, &absence);
	object->certain = any || (count == 1 && absence.known);
	for (size_t i = 0; i < count && !err; i++)
		err = fb_wait_graph_owner(&finder->graph, at, children[i].task->pid, true);
	if (!err && count == 1)
		err = fb_wait_text(&object->name, "its child");
	else if (!err)
		err = fb_wait_text(&object->name, "%s of its %zu children", any ? "any" : "some",
				   count);
	if (!err && !object->owner_count)
		return fb_wait_say_none(object, &absence, "it has no child", "it has a child");
	/* A child whose task_struct is lost may end too. */
	object->others = !absence.known;
	return err;
}

static struct fb_error *no_child(struct fb_wait_finder *finder, int32_t pid,
				 struct fb_wait_absence absence)
{
	char none[64], there_is[64];

	fb_wait_absence_of_tasks(finder, &absence);
	snprintf(none, sizeof(none), "no child of it has PID %d", pid);
	snprintf(there_is, sizeof(there_is), "a child of it has PID %d", pid);
	return fb_wait_none_error(&absence, none, there_is);
}

struct fb_error *fb_wait_children(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	bool waitid = blocked->syscall == (blocked->compat ? SYS32_WAITID : SYS_WAITID);
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, waitid ? "waitid" : "wait4");
	int32_t pid = wanted_pid(blocked);
	char what[48];
	bool fresh;
	struct children *index;
	struct fb_error *err = index_children(finder, &index);

	if (err)
		return err;
	wait.evidence = "the system call's arguments and the parents of all processes";
	if (pid > 0) {
		struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
		const struct fb_task *child = child_by_pid(index, blocked->task, pid, &absence);

		if (!child)
			return no_child(finder, pid, absence);
		(void)snprintf(what, sizeof(what), "the end of PID %d", child->pid);
		return fb_wait_graph_add_on_task(&finder->graph, &wait, "exit", child->pid, true,
						 what);
	}
	err = fb_wait_graph_object(&finder->graph, "children", (uint64_t)blocked->task->pid,
				   pid == SOME_CHILDREN, &wait.object, &fresh);
	if (!err && fresh)
		err = add_children(finder, index, blocked->task, pid == ANY_CHILD, wait.object);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* The child's vfork_done is the completion on its parent's stack. */
struct fb_error *fb_wait_vfork(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "vfork");
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	uint64_t size = fb_thread_size(finder->kernel);
	const struct fb_task *child = NULL;
	const struct child *children;
	char what[48];
	size_t count;
	struct children *index;
	struct fb_error *err = index_children(finder, &index);

	if (err)
		return err;
	children = children_of(index, blocked->task->pid, &count);
	for (size_t i = 0; i < count && !child; i++) {
		const struct fb_task *task = children[i].task;
		uint64_t done = 0;

		err = fb_kernel_field(finder->kernel, task->address,
				      &finder->layout->task_vfork_done, &done);
		err = fb_part_skip(err);
		if (err)
			return err;
		if (done && done - blocked->task->stack < size)
			child = task;
	}
	fb_wait_absence_of_tasks(finder, &absence);
	if (!child)
		return fb_wait_none_error(&absence, "no child of it is in vfork()",
					  "a child of it is in vfork()");
	wait.evidence = "the child's vfork_done is on its stack";
	(void)snprintf(what, sizeof(what), "exec or the end of PID %d", child->pid);
	return fb_wait_graph_add_on_task(&finder->graph, &wait, "vfork", child->pid, true, what);
}

struct fb_error *fb_wait_tracer(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "ptrace-stop");
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	const struct fb_task *tracer;
	uint64_t parent, traced;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, blocked->task->address, &finder->layout->task_ptrace,
			      &traced);
	if (!err)
		err = fb_kernel_field(finder->kernel, blocked->task->address,
				      &finder->layout->task_parent, &parent);
	if (err)
		return err;
	fb_wait_absence_of_tasks(finder, &absence);
	tracer = traced ? fb_tasks_by_address(finder->tasks, parent) : NULL;
	if (!tracer)
		return fb_wait_none_error(&absence, "no task of this host traces it",
					  "its tracer is there");
	wait.evidence = "task_struct.ptrace and .parent";
	return fb_wait_graph_add_on_task(&finder->graph, &wait, "tracer", tracer->tid, false,
					 "its tracer");
}
