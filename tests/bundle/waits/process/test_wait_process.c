// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait for other processes: children, a child in vfork(), a tracer. */
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bundle/waits/process/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define EVIDENCE "the system call's arguments and the parents of all processes"

static struct fb_task *add(struct made_waits *w, int32_t pid, int32_t tid, int32_t ppid)
{
	struct fb_task *task = made_waits_task(w, pid, tid, "process");

	task->ppid = ppid;
	return task;
}

/* 10 has the children 20, of two threads, and 30; 20 has 40. 5 and its child 50 have nothing to do with
 * it, nor has a thread that idles. */
static struct fb_blocked in_family(struct made_waits *w, int64_t syscall, uint64_t arg0,
				   uint64_t arg1)
{
	struct fb_blocked blocked;
	struct fb_task *waiter;

	add(w, 5, 5, 1);
	waiter = add(w, 10, 10, 5);
	add(w, 20, 20, 10);
	add(w, 20, 21, 10);
	add(w, 30, 30, 10);
	add(w, 40, 40, 20);
	add(w, 50, 50, 11);
	add(w, 60, 60, 10)->idle = true;
	blocked = made_waits_blocked(w, waiter, "wait4");
	if (syscall >= 0)
		made_waits_call(&blocked, syscall, arg0, arg1, 0, 0);
	return blocked;
}

static struct fb_blocked for_any(struct made_waits *w)
{
	return in_family(w, SYS_wait4, (uint32_t)-1, 30);
}

static struct fb_blocked for_any_of_a_group(struct made_waits *w)
{
	return in_family(w, SYS_wait4, 0, 30);
}

static struct fb_blocked in_no_known_call(struct made_waits *w)
{
	return in_family(w, -1, 0, 0);
}

static struct fb_blocked in_another_call(struct made_waits *w)
{
	return in_family(w, SYS_exit_group, 20, 20);
}

static struct fb_blocked of_32_bits(struct made_waits *w)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, 20, 0);

	blocked.compat = true;
	return blocked;
}

static struct fb_blocked for_one(struct made_waits *w)
{
	return in_family(w, SYS_wait4, 20, 30);
}

static struct fb_blocked by_waitid(struct made_waits *w)
{
	return in_family(w, SYS_waitid, P_PID, 30);
}

static struct fb_blocked by_waitid_for_any(struct made_waits *w)
{
	return in_family(w, SYS_waitid, P_ALL, 30);
}

static struct fb_blocked by_waitid_for_a_group(struct made_waits *w)
{
	return in_family(w, SYS_waitid, P_PGID, 30);
}

static struct fb_blocked for_a_stranger(struct made_waits *w)
{
	return in_family(w, SYS_wait4, 50, 0);
}

static struct fb_blocked for_a_grandchild(struct made_waits *w)
{
	return in_family(w, SYS_wait4, 40, 0);
}

static struct fb_blocked for_any_of_another_group(struct made_waits *w)
{
	return in_family(w, SYS_wait4, (uint32_t)-20, 30);
}

static struct fb_blocked by_waitid_for_a_pidfd(struct made_waits *w)
{
	return in_family(w, SYS_waitid, 3, 30);
}

/* An only child is of whatever group is waited for. */
static struct fb_blocked for_an_only_child(struct made_waits *w)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, 0, 0);

	blocked.task = &w->list[2];
	return blocked;
}

static struct fb_blocked without_children(struct made_waits *w)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, (uint32_t)-1, 0);

	blocked.task = &w->list[6];
	return blocked;
}

/* In a container a child goes by its number there. */
static struct fb_blocked in_namespace(struct made_waits *w, uint64_t number)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, number, 0);

	for (int i = 1; i <= 2; i++) {
		w->list[i].level_count = 2;
		w->list[i].level_tids[1] = i + 6;
	}
	return blocked;
}

static struct fb_blocked by_its_number_there(struct made_waits *w)
{
	return in_namespace(w, 8);
}

static struct fb_blocked by_its_number_outside(struct made_waits *w)
{
	return in_namespace(w, 20);
}

/* One whose numbers are not known has that of the host. */
static struct fb_blocked of_no_known_level(struct made_waits *w)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, 30, 0);

	w->list[1].level_count = 0;
	w->list[4].level_count = 0;
	return blocked;
}

/* The struct pid of the child is lost, and with it its number there. */
static struct fb_blocked of_a_lost_number(struct made_waits *w)
{
	struct fb_blocked blocked = in_namespace(w, 20);

	w->list[2].level_count = 1;
	w->list[2].levels_lost = true;
	return blocked;
}

/* That of the waiter is: in which namespace it asks is not known. */
static struct fb_blocked of_a_lost_asker(struct made_waits *w)
{
	struct fb_blocked blocked = in_namespace(w, 8);

	w->list[1].level_count = 1;
	w->list[1].levels_lost = true;
	return blocked;
}

/* But where its child has no number but the host's, it has none either. */
static struct fb_blocked of_a_lost_asker_of_the_host(struct made_waits *w)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, 20, 0);

	for (int i = 2; i <= 4; i++)
		w->list[i].level_count = 1;
	w->list[1].levels_lost = true;
	return blocked;
}

/* On the host, the lost one's number is that of the host. */
static struct fb_blocked of_a_lost_child_of_the_host(struct made_waits *w)
{
	struct fb_blocked blocked = in_family(w, SYS_wait4, 20, 0);

	w->list[1].level_count = 1;
	w->list[2].levels_lost = true;
	return blocked;
}

/* waitpid(), wait4() and waitid() of i386. */
static struct fb_blocked by_number_of_32_bits(struct made_waits *w, int64_t number, uint64_t arg0,
					      uint64_t arg1)
{
	struct fb_blocked blocked = in_family(w, number, arg0, arg1);

	blocked.compat = true;
	return blocked;
}

static struct fb_blocked by_waitpid_of_32_bits(struct made_waits *w)
{
	return by_number_of_32_bits(w, 7, 20, 0);
}

static struct fb_blocked by_wait4_of_32_bits(struct made_waits *w)
{
	return by_number_of_32_bits(w, 114, 20, 0);
}

static struct fb_blocked by_waitid_of_32_bits(struct made_waits *w)
{
	return by_number_of_32_bits(w, 284, P_PID, 30);
}

static void tells_which_children_are_waited_for(void)
{
#define ANY(call)                                                                            \
	{                                                                                    \
		.kind = call, .object = "children 0xa 0x0", .name = "any of its 2 children", \
		.owners = "20p 30p", .flags = "certain sure", .evidence = EVIDENCE           \
	}
#define ONE(call, key, pid)                                                                \
	{                                                                                  \
		.kind = call, .object = "exit " key " 0x0", .name = "the end of PID " pid, \
		.owners = pid "p", .flags = "certain sure", .evidence = EVIDENCE           \
	}
#define NONE(pid)                                                            \
	{                                                                    \
		.code = FB_NOT_FOUND, .error = "no child of it has PID " pid \
	}
	static const struct made_scene scenes[] = {
		{for_any, fb_wait_children, ANY("wait4")},
		{by_waitid_for_any, fb_wait_children, ANY("waitid")},
		{for_one, fb_wait_children, ONE("wait4", "0x14", "20")},
		{by_waitid, fb_wait_children, ONE("waitid", "0x1e", "30")},
		{by_its_number_there, fb_wait_children, ONE("wait4", "0x14", "20")},
		{by_waitpid_of_32_bits, fb_wait_children, ONE("wait4", "0x14", "20")},
		{by_wait4_of_32_bits, fb_wait_children, ONE("wait4", "0x14", "20")},
		{by_waitid_of_32_bits, fb_wait_children, ONE("waitid", "0x1e", "30")},
		{of_a_lost_asker_of_the_host, fb_wait_children, ONE("wait4", "0x14", "20")},
		{of_a_lost_child_of_the_host, fb_wait_children, ONE("wait4", "0x14", "20")},
		{of_a_lost_number,
		 fb_wait_children,
		 {.code = FB_ABSENT,
		  .error =
			  "a child of it has PID 20: the struct pid of PID 20 is not in the dump"}},
		{of_a_lost_asker,
		 fb_wait_children,
		 {.code = FB_ABSENT,
		  .error = "a child of it has PID 8: the struct pid of PID 10 is not in the dump"}},
		{of_no_known_level, fb_wait_children, ONE("wait4", "0x1e", "30")},
		{for_a_stranger, fb_wait_children, NONE("50")},
		{for_a_grandchild, fb_wait_children, NONE("40")},
		{by_its_number_outside, fb_wait_children, NONE("20")},
		{without_children,
		 fb_wait_children,
		 {.kind = "wait4",
		  .object = "children 0x32 0x0",
		  .name = "any of its 0 children",
		  .need = "it has no child",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

/* Not every child can end such a wait, and which can is not known. */
static void tells_where_only_some_children_are_waited_for(void)
{
#define SOME(call)                                                                            \
	{                                                                                     \
		.kind = call, .object = "children 0xa 0x1", .name = "some of its 2 children", \
		.owners = "20p 30p", .flags = "sure", .evidence = EVIDENCE                    \
	}
	static const struct made_scene scenes[] = {
		{for_any_of_a_group, fb_wait_children, SOME("wait4")},
		{for_any_of_another_group, fb_wait_children, SOME("wait4")},
		{in_no_known_call, fb_wait_children, SOME("wait4")},
		{in_another_call, fb_wait_children, SOME("wait4")},
		{of_32_bits, fb_wait_children, SOME("wait4")},
		{by_waitid_for_a_group, fb_wait_children, SOME("waitid")},
		{by_waitid_for_a_pidfd, fb_wait_children, SOME("waitid")},
		{for_an_only_child,
		 fb_wait_children,
		 {.kind = "wait4",
		  .object = "children 0x14 0x1",
		  .name = "its child",
		  .owners = "40p",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

/* Threads that wait for one child share its end. */
static void threads_share_a_child(void)
{
	struct fb_blocked blocked;
	struct made_waits w;

	made_waits_begin(&w);
	blocked = in_family(&w, SYS_wait4, 20, 0);
	FB_OK_FATAL(fb_wait_children(&w.finder, &blocked));
	blocked.args[0] = 30;
	FB_OK_FATAL(fb_wait_children(&w.finder, &blocked));
	blocked.args[0] = 20;
	FB_OK_FATAL(fb_wait_children(&w.finder, &blocked));
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 2);
	CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
	made_waits_end(&w);
}

/* The second child's vfork_done is so far above the bottom of its parent's stack; the first one's is
 * elsewhere, and that of a stranger is on the parent's stack by chance. */
static struct fb_blocked in_vfork(struct made_waits *w, uint64_t above)
{
	struct fb_blocked blocked = in_family(w, SYS_vfork, 0, 0);

	w->made->kernel.layout.thread_union.size = 8192;
	MADE_FIELD(w->made, task_vfork_done, 80, 8);
	MADE_SET(w->made, w->list[2].address, task_vfork_done, w->list[0].stack + 8);
	MADE_SET(w->made, w->list[4].address, task_vfork_done, blocked.task->stack + above);
	MADE_SET(w->made, w->list[6].address, task_vfork_done, blocked.task->stack + 8);
	return blocked;
}

static struct fb_blocked vfork_on_stack(struct made_waits *w)
{
	return in_vfork(w, 8191);
}

static struct fb_blocked vfork_above_stack(struct made_waits *w)
{
	return in_vfork(w, 8192);
}

static struct fb_blocked vfork_below_stack(struct made_waits *w)
{
	return in_vfork(w, (uint64_t)-8);
}

static struct fb_blocked vfork_of_nobody(struct made_waits *w)
{
	struct fb_blocked blocked = in_vfork(w, 8);

	MADE_SET(w->made, w->list[4].address, task_vfork_done, 0);
	/* As if its stack were at the bottom of memory. */
	w->list[1].stack = 0;
	return blocked;
}

/* What cannot be read of a child is not taken for an address. */
static struct fb_blocked vfork_unreadable(struct made_waits *w)
{
	struct fb_blocked blocked = in_vfork(w, 8);

	w->list[1].stack = 0;
	w->list[2].address = w->list[4].address = 8;
	return blocked;
}

static void tells_which_child_is_in_vfork(void)
{
	static const struct made_answer none = {.code = FB_NOT_FOUND,
						.error = "no child of it is in vfork()"};
	const struct made_scene found = {vfork_on_stack,
					 fb_wait_vfork,
					 {.kind = "vfork",
					  .object = "vfork 0x1e 0x0",
					  .name = "exec or the end of PID 30",
					  .owners = "30p",
					  .flags = "certain sure",
					  .evidence = "the child's vfork_done is on its stack"}};
	const struct made_scene refused[] = {{vfork_above_stack, fb_wait_vfork, none},
					     {vfork_below_stack, fb_wait_vfork, none},
					     {vfork_of_nobody, fb_wait_vfork, none},
					     {vfork_unreadable, fb_wait_vfork, none}};

	made_scene_check(&found);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

static struct fb_blocked traced_by(struct made_waits *w, uint64_t parent, uint64_t flags)
{
	struct fb_task *tracer = made_waits_task(w, 5, 6, "tracer");
	struct fb_task *traced = made_waits_task(w, 10, 10, "traced");

	MADE_FIELD(w->made, task_ptrace, 64, 4);
	MADE_FIELD(w->made, task_parent, 72, 8);
	MADE_SET(w->made, traced->address, task_ptrace, flags);
	MADE_SET(w->made, traced->address, task_parent, parent ? parent : tracer->address);
	return made_waits_blocked(w, traced, "ptrace-stop");
}

static struct fb_blocked traced(struct made_waits *w)
{
	return traced_by(w, 0, 1);
}

static struct fb_blocked not_traced(struct made_waits *w)
{
	return traced_by(w, 0, 0);
}

static struct fb_blocked traced_by_a_stranger(struct made_waits *w)
{
	return traced_by(w, 0xffff888000000040ull, 1);
}

static void tells_who_traces(void)
{
	static const struct made_scene scenes[] = {
		{not_traced,
		 fb_wait_tracer,
		 {.code = FB_NOT_FOUND, .error = "no task of this host traces it"}},
		{traced_by_a_stranger,
		 fb_wait_tracer,
		 {.code = FB_NOT_FOUND, .error = "no task of this host traces it"}},
	};
	static const struct made_scene found = {traced,
						fb_wait_tracer,
						{.kind = "ptrace-stop",
						 .object = "tracer 0x6 0x0",
						 .name = "its tracer",
						 .owners = "6",
						 .flags = "certain sure",
						 .evidence = "task_struct.ptrace and .parent"}};

	made_scene_damage(&found);
	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_process", FB_TEST(tells_which_children_are_waited_for),
	     FB_TEST(tells_where_only_some_children_are_waited_for), FB_TEST(threads_share_a_child),
	     FB_TEST(tells_which_child_is_in_vfork), FB_TEST(tells_who_traces))
