// SPDX-License-Identifier: GPL-2.0-or-later
// Families and states of processes: children, threads, crashes, odd names, tracing.
#include "actor.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void child_waits(void *depth)
{
	wait_forever((unsigned)(intptr_t)depth);
}

static void forkers(const char *name)
{
	static const char *const comms[] = {"child-0", "child-1", "child-2"};

	for (int i = 0; i < 3; i++) {
		int depth = 2 + 3 * i;
		pid_t pid = fork_child(comms[i], child_waits, (void *)(intptr_t)depth);
		note("idle actor=%s tid=%d depth=%d", name, pid, depth + 1);
	}
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

static void thread_waits(void *number)
{
	unsigned depth = (unsigned)(intptr_t)number % 4;

	note("idle actor=TH tid=%d depth=%u", host_tid(), depth + 1);
	wait_forever(depth);
}

static void many_threads(const char *name)
{
	const char *text = getenv("LAB_THREADS");
	int count = text != NULL ? (int)strtol(text, NULL, 10) : 40;

	for (int i = 0; i < count; i++)
		start_thread(&(struct thread){"actors", thread_waits, (void *)(intptr_t)i});
	note("idle actor=%s tid=%d threads=%d", name, host_tid(), count);
	ready(name);
}

volatile unsigned long spins;

__attribute__((noinline)) static void spin(void)
{
	for (;;)
		spins++;
}

static void spinner(const char *name)
{
	note("runs actor=%s tid=%d object=%p", name, host_tid(), (volatile void *)&spins);
	ready(name);
	spin();
}

static int *volatile nowhere = (int *)0x10;

__attribute__((noinline)) static void crash(const char *name)
{
	note("crashed actor=%s tid=%d address=%p", name, host_tid(), (void *)nowhere);
	ready(name);
	*nowhere = 1;
}

static void wait_for_child(const char *name)
{
	pid_t child = fork_child("waited-for", child_waits, NULL);

	name_self("parent");
	note("idle actor=%s tid=%d depth=1", name, child);
	note("wait actor=%s tid=%d kind=wait4 object=pid:%d owner=%d", name, host_tid(), child,
	     child);
	ready(name);
	while (waitpid(child, NULL, 0) < 0)
		;
}

static void vfork_parent(const char *name)
{
	pid_t parent = host_tid();

	name_self("vfork-parent");
	// A child of vfork may do little, and this one does: it writes its facts with write() and sleeps.
	pid_t child = vfork();
	need(child >= 0, "vfork");
	if (child == 0) {
		name_self("vfork-child");
		pid_t self = host_tid();
		note("idle actor=%s tid=%d depth=1", name, self);
		note("wait actor=%s tid=%d kind=vfork object=pid:%d owner=%d", name, parent, self,
		     self);
		ready(name);
		wait_forever(0);
		_exit(0);
	}
}

static void be_traced(void *unused)
{
	(void)unused;
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
}

static void tracer(const char *name)
{
	pid_t child = fork_child("traced", be_traced, NULL);

	name_self("tracer");
	need(waitpid(child, NULL, 0) == child, "waitpid");
	note("wait actor=%s tid=%d kind=ptrace-stop object=- owner=%d", name, child, host_tid());
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

static void stopped(const char *name)
{
	name_self("stopped");
	note("stopped actor=%s tid=%d", name, host_tid());
	ready(name);
	raise(SIGSTOP);
}

static void sleep_in_nanosleep(void *unused)
{
	(void)unused;
	note("idle actor=ID tid=%d", host_tid());
	for (;;)
		settle(3600000);
}

static void await_signal(void *unused)
{
	sigset_t set;
	int number;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	note("idle actor=ID tid=%d", host_tid());
	for (;;)
		sigwait(&set, &number);
}

static void idler(const char *name)
{
	start_thread(&(struct thread){"nanosleeper", sleep_in_nanosleep, NULL});
	start_thread(&(struct thread){"sigwaiter", await_signal, NULL});
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

// A name that would colour a terminal, clear it, or end a tag of a page.
static void escaper(const char *name)
{
	pid_t child = fork_child("</td>\t\"&\\\n\x7f", child_waits, NULL);
	note("idle actor=%s tid=%d depth=1", name, child);
	name_self("\033[31mred\033[2J");
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

// A signal handler on the stack, and beneath it a second one.
static void in_handler(int number)
{
	if (number == SIGUSR1)
		raise(SIGUSR2);
	wait_forever(0);
}

static void handler_stack(const char *name)
{
	signal(SIGUSR1, in_handler);
	signal(SIGUSR2, in_handler);
	name_self("in-handler");
	note("idle actor=%s tid=%d depth=1 handlers=2", name, host_tid());
	ready(name);
	raise(SIGUSR1);
}

static void zombie_parent(const char *name)
{
	pid_t child = fork();

	need(child >= 0, "fork");
	if (child == 0)
		_exit(3);
	note("zombie actor=%s tid=%d", name, child);
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

const struct actor process_actors[] = {
	{"FK", forkers},        {"TH", many_threads}, {"SP", spinner},       {"CR", crash},
	{"W4", wait_for_child}, {"VF", vfork_parent}, {"TR", tracer},        {"ST", stopped},
	{"ID", idler},          {"ES", escaper},      {"SH", handler_stack}, {"ZO", zombie_parent},
	{NULL, NULL},
};
