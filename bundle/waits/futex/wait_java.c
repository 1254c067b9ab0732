// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises waits for monitors and locks of Java. Each thread sleeps at a condition of the C library that is its own,
 * and does not tell what for; the virtual machine and Java's own objects do. Called by wait_futex.c.
 */
#include "bundle/waits/futex/wait_java.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/process/java_machine.h"
#include "bundle/waits/futex/wait_current.h"

/* The virtual machine of the process of the last call. */
struct machine {
	uint64_t mm;
	struct fb_java *java; /* owned; NULL: none is read */
	struct fb_string_pool pool;
};

static void close_machine(struct machine *machine)
{
	fb_java_destroy(machine->java);
	fb_string_pool_deinit(&machine->pool);
	memset(machine, 0, sizeof(*machine));
}

static void deinit(void *state)
{
	close_machine(state);
}

static const struct fb_wait_state MACHINE = {sizeof(struct machine), deinit};

static struct fb_error *machine_of(struct fb_wait_finder *finder, const struct fb_task *task,
				   struct fb_joined *joined, struct machine **machine_ret)
{
	struct machine *machine;
	struct fb_error *err = fb_wait_state(finder, &MACHINE, &machine);

	if (err)
		return err;
	*machine_ret = machine;
	if (machine->mm != task->mm) {
		close_machine(machine);
		machine->mm = task->mm;
		err = fb_part_skip(fb_java_machine_open(finder->input, task, joined, &machine->pool,
							&machine->java));
	}
	/* The finder opens the memory of a process again after that of another. */
	if (machine->java)
		fb_java_use(machine->java, fb_joined_space(joined));
	return err;
}

/* What is said where no owner is known. need: static; NULL: it is the state that says it. */
static const struct {
	const char *kind, *need;
} kinds[FB_JAVA_WAIT_KINDS] = {
	[FB_JAVA_ENTER] = {"java-monitor", NULL},
	[FB_JAVA_REENTER] = {"java-monitor", NULL},
	[FB_JAVA_NOTIFY] = {"java-condition", "whoever calls notify(): nobody is recorded"},
	[FB_JAVA_JOIN] = {"java-join", "the thread is none of the virtual machine's list"},
	[FB_JAVA_LOCK] = {"java-lock", NULL},
	[FB_JAVA_STAMPED] = {"java-lock", "a StampedLock does not record which threads have it"},
	[FB_JAVA_FUTURE] = {"java-future", "no thread runs it yet"},
	[FB_JAVA_SEMAPHORE] = {"java-semaphore", "Java does not record who has its permits"},
	[FB_JAVA_LATCH] = {"java-condition", "whoever calls countDown(): nobody is recorded"},
	[FB_JAVA_CONDITION] = {"java-condition", "whoever calls signal(): nobody is recorded"},
	[FB_JAVA_PARK] = {"java-condition", "whoever ends the wait: nobody is recorded"},
	[FB_JAVA_UNPARK] = {"java-park", "whoever calls unpark(): nobody is recorded"},
	[FB_JAVA_SLEEP] = {"java-sleep", "it goes on by itself"},
};

static const char *find_need(const struct fb_java_wait *wait)
{
	if (wait->owner)
		return wait->readers > 1 ? "Java records only the first of its readers" : NULL;
	if (wait->has_owner)
		return "the thread that has it is none of the virtual machine's list: a virtual "
		       "thread that no thread runs, or one that has ended";
	if (kinds[wait->kind].need)
		return kinds[wait->kind].need;
	if (wait->readers)
		return "Java records none of its readers that still has it";
	if (wait->why[0])
		return "the lock's memory, which cannot be read";
	return wait->state ? "Java records no owner of it"
			   : "it is free: the thread was about to be woken";
}

/* What else is known: "taken for reading 2 times". */
static void describe_state(const struct fb_java_wait *wait, char *to, size_t size)
{
	char name[FB_JAVA_NAME_SIZE];

	*to = '\0';
	if (wait->owner && wait->owner->name)
		(void)snprintf(to, size, ", %s \"%s\"",
			       wait->kind == FB_JAVA_FUTURE ? "run by"
			       : wait->kind == FB_JAVA_JOIN ? "which is"
							    : "held by",
			       fb_text_escape(wait->owner->name, strlen(wait->owner->name), name,
					      sizeof(name)));
	if (wait->readers)
		(void)snprintf(to + strlen(to), size - strlen(to), ", for reading (%" PRIu32 ")",
			       wait->readers);
	if (wait->kind == FB_JAVA_LATCH)
		(void)snprintf(to, size, ", count %" PRIu64, wait->state);
}

void fb_java_wait_describe(const struct fb_java_wait *wait, unsigned version,
			   struct fb_pthread_wait *lock_ret)
{
	const char *class = wait->class                    ? wait->class
			    : wait->kind == FB_JAVA_SLEEP  ? "Thread.sleep()"
			    : wait->kind == FB_JAVA_UNPARK ? "LockSupport.park()"
							   : "object of an unknown class";
	char escaped[sizeof(lock_ret->detail)], state[FB_JAVA_NAME_SIZE + 48];

	*lock_ret = (struct fb_pthread_wait){
		.kind = kinds[wait->kind].kind,
		.object = wait->object ? wait->object : wait->owner_field,
		.owner_thread = wait->owner ? wait->owner->pthread : 0,
		.owner_field = wait->owner_field,
		.need = find_need(wait),
		/* A thread's end wakes those that wait on its object, but others may do so too. */
		.certain = wait->kind != FB_JAVA_JOIN,
		/* One of those that wait for a monitor looks from time to time whether it is free. */
		.looks_again = wait->kind == FB_JAVA_ENTER || wait->kind == FB_JAVA_REENTER,
	};
	describe_state(wait, state, sizeof(state));
	(void)snprintf(lock_ret->detail, sizeof(lock_ret->detail), "%.80s%.100s%s, Java %u",
		       fb_text_escape(class, strlen(class), escaped, sizeof(escaped)), state,
		       wait->kind == FB_JAVA_REENTER ? ", at the end of wait()" : "", version);
}

struct fb_error *fb_wait_java(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			      struct fb_joined *joined, struct fb_pthread_wait *lock_ret,
			      char name_ret[FB_JAVA_NAME_SIZE], bool *found_ret)
{
	const struct fb_java_thread *thread = NULL;
	struct machine *machine = NULL;
	struct fb_java_wait wait;
	bool current = false;
	struct fb_error *err = machine_of(finder, blocked->task, joined, &machine);

	*found_ret = false;
	*name_ret = '\0';
	if (err || !machine->java)
		return err;
	thread = fb_java_thread_of(machine->java, blocked->regs.fs_base);
	if (!thread)
		return NULL;
	if (thread->name)
		(void)fb_text_escape(thread->name, strlen(thread->name), name_ret,
				     FB_JAVA_NAME_SIZE);
	err = fb_java_wait_find(machine->java, thread, &wait, found_ret);
	if (err || !*found_ret)
		return err;
	err = fb_wait_is_of_dump(fb_joined_space(joined), thread->address, &current);
	if (!err)
		err = fb_wait_is_current(finder, current, blocked->task, blocked->task->pid,
					 &current);
	fb_java_wait_describe(&wait, fb_java_version(machine->java), lock_ret);
	/* While garbage is collected objects are on their way to other places. */
	lock_ret->certain &= current && !fb_java_collects(machine->java);
	return fb_part_skip(err);
}
