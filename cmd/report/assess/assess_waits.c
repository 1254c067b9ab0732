// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Deadlocks, and what threads hang behind, in plain language: who waits, who has to act, and how that can be brought
 * about. Called by assessment.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/assess/assess.h"

/* Deadlocks and ends of chains that are told of. */
#define MOST_CYCLES 2u
#define MOST_ROOTS 3u
/* Programs of a deadlock that are named. */
#define MOST_NAMES 4u
/* What a process and its thread are called: two names of up to 63 bytes, and words. */
#define NAME_SIZE 192u
/* As `fbundle check`: a thread in state D normally waits for a device, which takes milliseconds. */
#define HANGS_S 10.0

/* What the class of an object at the end of a chain says of who has to act. %s: the object's name. */
static const struct end {
	const char *class;
	const char *fault, *next;
} ends[] = {
	{"nfs server", "Outside this host: %s, or the network on the way to it.",
	 "Check the file server and the network to it: %s."},
	{"frozen", "Whoever froze or suspended %s: an administrator, a backup or a snapshot.",
	 "Thaw %s (fsfreeze -u), or resume the device below it (dmsetup resume)."},
	{"device", "The disk %s, its driver, the way to it, or who suspended it.",
	 "Check the disk %s and the storage behind it; if it is suspended, resume it."},
	{"page", "The storage that should deliver %s.", "Check the storage of %s."},
	{"journal", "The storage below %s.", "Check the storage below %s."},
	{"cgroup", "A limit that somebody set: %s.", "Look at the limits and the state of %s."},
	{"fuse", "The program that serves %s.", "Find the program that serves %s."},
	{"socket", "The other end of the connection %s.", "Look at the other end of %s."},
	{"kernel lock", "The kernel: who holds %s is not recorded.",
	 "Have a kernel engineer look for the holder of %s."},
};

static const struct end *end_of(const char *class)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++)
		if (strcmp(ends[i].class, class) == 0)
			return &ends[i];
	return NULL;
}

/* "mix (process 256)", by the name of the process's first thread where that is known. */
static char *name_process(const struct fb_assess *assess, int32_t tid, char *to, size_t size)
{
	const struct fb_tasks *tasks = assess->facts->tasks;
	const struct fb_task *task = tasks ? fb_tasks_by_tid(tasks, tid) : NULL;
	const struct fb_task *leader = task ? fb_tasks_by_tid(tasks, task->pid) : NULL;

	if (!task)
		snprintf(to, size, "thread %" PRId32, tid);
	else if (task->kernel_thread)
		snprintf(to, size, "the kernel's thread %s (%" PRId32 ")", fb_task_comm(task).text,
			 tid);
	else
		snprintf(to, size, "%s (process %" PRId32 ")",
			 fb_task_comm(leader ? leader : task).text, task->pid);
	return to;
}

/* The same, with the thread's own name where that is another: "mix (process 256, thread lock-ab)". */
static char *name_thread(const struct fb_assess *assess, int32_t tid, char *to, size_t size)
{
	const struct fb_tasks *tasks = assess->facts->tasks;
	const struct fb_task *task = tasks ? fb_tasks_by_tid(tasks, tid) : NULL;
	const struct fb_task *leader = task ? fb_tasks_by_tid(tasks, task->pid) : NULL;

	if (!leader || task->kernel_thread || strcmp(leader->comm, task->comm) == 0)
		return name_process(assess, tid, to, size);
	snprintf(to, size, "%s (process %" PRId32 ", thread %s)", fb_task_comm(leader).text,
		 task->pid, fb_task_comm(task).text);
	return to;
}

/* The members of a deadlock, and whether all wait for what belongs to programs. */
struct members {
	char threads[MOST_NAMES * NAME_SIZE + 16];
	char programs[MOST_NAMES * NAME_SIZE + 16]; /* each once */
	size_t program_count;                       /* 1: it is one program; more: at least two */
	bool of_programs, certain;
	double longest; /* seconds; 0: not known */
};

static void append(char *to, size_t size, const char *name)
{
	size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%s", used ? ", " : "", name);
}

/* Locks in the memory of programs. */
static bool is_lock_of_program(const struct fb_wait_object *object)
{
	static const char *const classes[] = {"lock", "shared lock", "join", "pg-lock",
					      "pg-lwlock"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(classes); i++)
		if (strcmp(object->class, classes[i]) == 0)
			return true;
	return false;
}

/* Whether a wait before this one of the cycle is of the same process. */
static bool is_named(const struct fb_wait_graph *graph, const struct fb_wait_cycle *cycle,
		     size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (graph->waits[cycle->waits[i]].pid == graph->waits[cycle->waits[at]].pid)
			return true;
	return false;
}

static void look_at_members(const struct fb_assess *assess, const struct fb_wait_cycle *cycle,
			    struct members *members)
{
	const struct fb_wait_graph *graph = assess->facts->graph;
	char name[NAME_SIZE];

	*members = (struct members){.of_programs = true, .certain = true};
	for (size_t i = 0; i < cycle->count; i++) {
		const struct fb_wait *wait = &graph->waits[cycle->waits[i]];
		const struct fb_wait_object *object = &graph->objects[wait->object];

		members->of_programs &= is_lock_of_program(object);
		members->certain &= wait->certain && object->certain;
		if (wait->seconds > members->longest)
			members->longest = wait->seconds;
		if (i >= MOST_NAMES)
			continue;
		append(members->threads, sizeof(members->threads),
		       name_thread(assess, wait->tid, name, sizeof(name)));
		if (is_named(graph, cycle, i))
			continue;
		members->program_count++;
		append(members->programs, sizeof(members->programs),
		       name_process(assess, wait->tid, name, sizeof(name)));
	}
	if (cycle->count > MOST_NAMES)
		append(members->threads, sizeof(members->threads), "...");
}

static void blame_members(struct fb_assess *assess, const struct members *members)
{
	const bool one = members->program_count == 1;

	if (members->of_programs)
		fb_assess_add(
			assess, FB_ASSESS_FAULT, "waits",
			"%s: %s locks in different orders, which is an error in %s. The kernel and the "
			"hardware are not at fault.%s",
			members->programs, one ? "it takes" : "they take",
			one ? "the program" : "the programs", members->certain ? "" : " (likely)");
	else
		fb_assess_add(assess, FB_ASSESS_FAULT, "waits",
			      "%s: %s so that each has to act before the other can.%s",
			      members->programs, one ? "its threads wait" : "they wait",
			      members->certain ? "" : " (likely)");
	fb_assess_add(assess, FB_ASSESS_NEXT, "waits",
		      "Give the stacks of the deadlock to the makers of %s. Restarting %s ends it.",
		      members->programs, one ? "the process" : "one of them");
}

static void add_cycle(struct fb_assess *assess, const struct fb_wait_cycle *cycle)
{
	struct members members;
	char time[32] = "", since[48] = "", behind[96] = "";

	look_at_members(assess, cycle, &members);
	if (members.longest > 0)
		snprintf(since, sizeof(since), ", for %s",
			 fb_text_duration(members.longest, time, sizeof(time)));
	if (cycle->behind)
		snprintf(behind, sizeof(behind), " %zu more %s for them.", cycle->behind,
			 cycle->behind == 1 ? "waits" : "wait");
	fb_assess_add(assess, FB_ASSESS_HAPPENED, "waits",
		      "%s: %zu thread%s in a circle%s, and none can ever go on: %s.%s",
		      members.certain ? "Deadlock" : "Likely a deadlock", cycle->member_count,
		      cycle->member_count == 1 ? " waits" : "s wait", since, members.threads,
		      behind);
	blame_members(assess, &members);
}

/* The end of a chain is a thread. */
static void add_thread_end(struct fb_assess *assess, const struct fb_wait_root *root)
{
	char name[NAME_SIZE];

	name_process(assess, root->tid, name, sizeof(name));
	if (root->stopped) {
		fb_assess_add(assess, FB_ASSESS_FAULT, "waits",
			      "Who stopped %s, by a signal or a debugger: it cannot answer.", name);
		fb_assess_add(assess, FB_ASSESS_NEXT, "waits",
			      "Let %s go on (kill -CONT), or end it.", name);
		return;
	}
	fb_assess_add(assess, FB_ASSESS_FAULT, "waits", "Likely %s: others wait for it.", name);
	fb_assess_add(assess, FB_ASSESS_NEXT, "blocked", "See in its stack why %s does not answer.",
		      name);
}

/* Writes a format of the table above, whose only conversion is a %s, with the name in its place. */
static char *put_name(const char *format, const char *name, char *to, size_t size)
{
	const char *at = strstr(format, "%s");

	snprintf(to, size, "%.*s%s%s", (int)(at - format), format, name, at + 2);
	return to;
}

/* The end of a chain is an object whose owner is not known. */
static void add_object_end(struct fb_assess *assess, const struct fb_wait_object *object)
{
	const char *name = object->name ? object->name : object->class;
	const struct end *end = end_of(object->class);
	char text[512];

	fb_assess_add(
		assess, FB_ASSESS_FAULT, "waits", "%s%s%s%s",
		put_name(end ? end->fault : "Not known: who holds %s.", name, text, sizeof(text)),
		object->need ? " The dump says: " : "", object->need ? object->need : "",
		object->need ? "." : "");
	fb_assess_add(
		assess, FB_ASSESS_NEXT, "waits", "%s",
		put_name(end ? end->next : "Find out who holds %s.", name, text, sizeof(text)));
}

/* "/d1 (ext4 on dm-0)", or a process. */
static const char *name_root(const struct fb_assess *assess, const struct fb_wait_root *root,
			     char *to, size_t size)
{
	const struct fb_wait_object *object;

	if (root->tid >= 0)
		return name_process(assess, root->tid, to, size);
	object = &assess->facts->graph->objects[root->object];
	return object->name ? object->name : object->class;
}

static void add_root(struct fb_assess *assess, const struct fb_wait_root *root)
{
	const struct fb_wait_graph *graph = assess->facts->graph;
	const double longest = fb_wait_root_longest(graph, assess->facts->analysis, root);
	char time[32], name[NAME_SIZE];

	if (longest > 0)
		fb_text_duration(longest, time, sizeof(time));
	else
		snprintf(time, sizeof(time), "an unknown time");
	fb_assess_add(assess, FB_ASSESS_HAPPENED, "waits",
		      root->hung ? "%zu thread%s stuck, for up to %s, behind %s."
				 : "%zu thread%s waiting, for up to %s, for %s, which is stopped.",
		      root->threads, root->threads == 1 ? " is" : "s are", time,
		      name_root(assess, root, name, sizeof(name)));
	if (root->tid < 0)
		add_object_end(assess, &graph->objects[root->object]);
	else
		add_thread_end(assess, root);
}

/* What most threads are behind: that of the deadlocks and of the ends of chains. root NULL: a deadlock is. */
static void add_headline(struct fb_assess *assess, const struct fb_wait_root *root)
{
	const struct fb_wait_analysis *analysis = assess->facts->analysis;
	const struct fb_wait_cycle *cycle = analysis->cycle_count ? &analysis->cycles[0] : NULL;
	const bool live = assess->facts->live;
	char name[NAME_SIZE];

	if (cycle && (!root || cycle->member_count + cycle->behind >= root->threads))
		fb_assess_headline(assess, "Programs %s stuck: %zu threads wait for each other",
				   live ? "are" : "were", cycle->member_count);
	else if (root)
		fb_assess_headline(assess, "The host %s: %zu thread%s for %s",
				   live ? "hangs" : "hung", root->threads,
				   root->threads == 1 ? " waits" : "s wait",
				   name_root(assess, root, name, sizeof(name)));
}

void fb_assess_waits(struct fb_assess *assess)
{
	const struct fb_wait_analysis *analysis = assess->facts->analysis;
	const struct fb_wait_root *worst = NULL;
	size_t shown = 0;

	for (size_t i = 0; i < analysis->cycle_count && i < MOST_CYCLES; i++)
		add_cycle(assess, &analysis->cycles[i]);
	for (size_t i = 0; i < analysis->root_count && shown < MOST_ROOTS; i++) {
		const struct fb_wait_root *root = &analysis->roots[i];
		bool hangs = root->hung &&
			     fb_wait_root_longest(assess->facts->graph, analysis, root) >= HANGS_S;

		if (!hangs && !(root->stopped && root->threads))
			continue;
		add_root(assess, root);
		shown++;
		if (!worst || root->threads > worst->threads)
			worst = root;
	}
	add_headline(assess, worst);
	assess->hangs = analysis->cycle_count || shown;
}
