// SPDX-License-Identifier: GPL-2.0-or-later
/* Stopping the threads of a child of this program, and letting them go. */
#include "bundle/capture/tracer.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "bundle/capture/proc.h"
#include "tests/harness.h"

#define THREADS 5

struct child {
	pid_t pid;
	int to_fd, from_fd; /* each byte that it gets, one thread sends back */
};

static int in_fd, out_fd;

static void *echo(void *argument)
{
	char byte;

	while (read(in_fd, &byte, 1) == 1 && write(out_fd, &byte, 1) == 1)
		;
	return argument;
}

static void start_child(struct child *child, size_t threads)
{
	int in[2], out[2];
	char byte = '?';

	CU_ASSERT_EQUAL_FATAL(pipe(in) | pipe(out), 0);
	child->pid = fork();
	if (child->pid == 0) {
		pthread_t thread;

		in_fd = in[0];
		out_fd = out[1];
		for (size_t i = 1; i < threads; i++)
			if (pthread_create(&thread, NULL, echo, NULL) != 0)
				_exit(1);
		(void)!write(out_fd, "r", 1);
		echo(NULL);
		_exit(0);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	child->to_fd = in[1];
	child->from_fd = out[0];
	CU_ASSERT_EQUAL(read(child->from_fd, &byte, 1), 1);
	CU_ASSERT_EQUAL(byte, 'r');
}

static void stop_child(struct child *child)
{
	(void)close(child->to_fd);
	(void)close(child->from_fd);
	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
}

static int32_t tracer_of(pid_t pid, int32_t tid)
{
	struct fb_proc_status status = {.tracer = -1};

	FB_OK(fb_proc_status(pid, tid, &status));
	return status.tracer;
}

/* False, and the test is skipped, where this program may not trace. */
static bool may_trace(const struct fb_traced_thread *threads, size_t count)
{
	if (count && threads[0].stopped)
		return true;
	fb_test_skip("ptrace is not allowed here");
	return false;
}

static void all_threads_stop_and_go_on(void)
{
	const struct fb_traced_thread *threads;
	struct fb_tracer *tracer = NULL;
	uint64_t stopped_ns = 0, again_ns = 1;
	bool in_time = false, again = true;
	struct child child;
	size_t count = 0;
	char byte = '?';

	start_child(&child, THREADS);
	FB_OK_FATAL(fb_tracer_stop(child.pid, 60, &tracer));
	threads = fb_tracer_threads(tracer, &count);
	if (may_trace(threads, count)) {
		CU_ASSERT_EQUAL_FATAL(count, THREADS);
		CU_ASSERT_EQUAL(threads[0].tid, child.pid);
		for (size_t i = 0; i < count; i++) {
			CU_ASSERT(threads[i].stopped);
			CU_ASSERT(!i || threads[i - 1].tid < threads[i].tid);
			CU_ASSERT(threads[i].regs.cs == 0x33 && threads[i].regs.rip);
			CU_ASSERT(threads[i].regs.rsp && threads[i].fpregs.mxcsr);
			/* Its first part is what the others are, where the CPU has it. */
			CU_ASSERT(!threads[i].xstate_size ||
				  !memcmp(threads[i].xstate, &threads[i].fpregs, 416));
			CU_ASSERT_EQUAL(tracer_of(child.pid, threads[i].tid),
					fb_tracer_pid(tracer));
		}
	}
	fb_tracer_release(tracer, &stopped_ns, &in_time);
	CU_ASSERT(in_time && stopped_ns > 0);
	CU_ASSERT_EQUAL(tracer_of(child.pid, child.pid), 0);
	/* It was released. */
	fb_tracer_release(tracer, &again_ns, &again);
	CU_ASSERT(!again_ns && !again);
	fb_tracer_destroy(tracer);
	fb_tracer_destroy(NULL);
	CU_ASSERT_EQUAL(write(child.to_fd, "x", 1), 1);
	CU_ASSERT_EQUAL(read(child.from_fd, &byte, 1), 1);
	CU_ASSERT_EQUAL(byte, 'x');
	stop_child(&child);
}

/* Memory that the child has and may not read itself: of more than one piece, up to its end. */
static void the_tracer_reads_what_the_process_may_not(void)
{
	const size_t size = 100 * FB_PAGE_SIZE;
	uint8_t *bytes = mmap(NULL, size + FB_PAGE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		*got = calloc(1, size);
	const struct fb_traced_thread *threads;
	struct fb_tracer *tracer = NULL;
	uint64_t stopped_ns, at = (uintptr_t)bytes;
	struct child child;
	size_t count = 0;
	bool in_time;

	CU_ASSERT_FATAL(bytes != MAP_FAILED && got);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251);
	CU_ASSERT_EQUAL(munmap(bytes + size, FB_PAGE_SIZE), 0);
	CU_ASSERT_EQUAL(mprotect(bytes, size, PROT_NONE), 0);
	start_child(&child, 1);
	CU_ASSERT_EQUAL(mprotect(bytes, size, PROT_READ), 0);
	FB_OK_FATAL(fb_tracer_stop(child.pid, 60, &tracer));
	threads = fb_tracer_threads(tracer, &count);
	if (may_trace(threads, count)) {
		CU_ASSERT_EQUAL(fb_tracer_read(tracer, at, got, size), size);
		CU_ASSERT_EQUAL(memcmp(got, bytes, size), 0);
		CU_ASSERT_EQUAL(fb_tracer_read(tracer, at + 5, got, 3), 3);
		CU_ASSERT_EQUAL(memcmp(got, bytes + 5, 3), 0);
		CU_ASSERT_EQUAL(fb_tracer_read(tracer, at + size - 10, got, 100), 10);
		CU_ASSERT_EQUAL(fb_tracer_read(tracer, at + size, got, 100), 0);
		/* It holds them still. */
		CU_ASSERT_EQUAL(tracer_of(child.pid, child.pid), fb_tracer_pid(tracer));
	}
	fb_tracer_release(tracer, &stopped_ns, &in_time);
	CU_ASSERT_TRUE(in_time);
	CU_ASSERT_EQUAL(fb_tracer_read(tracer, at, got, 1), 0);
	fb_tracer_destroy(tracer);
	/* When the time is over they go on, however much was asked for. */
	FB_OK_FATAL(fb_tracer_stop(child.pid, 1, &tracer));
	for (unsigned i = 0; i < 100000 && fb_tracer_read(tracer, at, got, 1) == 1; i++)
		(void)nanosleep(&(const struct timespec){.tv_nsec = 1000000}, NULL);
	CU_ASSERT_EQUAL(fb_tracer_read(tracer, at, got, 1), 0);
	CU_ASSERT_EQUAL(tracer_of(child.pid, child.pid), 0);
	fb_tracer_release(tracer, &stopped_ns, &in_time);
	CU_ASSERT_FALSE(in_time);
	fb_tracer_destroy(tracer);
	stop_child(&child);
	(void)munmap(bytes, size);
	free(got);
}

/* Destroyed while it holds them, it lets them go as well. */
static void destroying_it_lets_them_go(void)
{
	struct fb_tracer *tracer = NULL;
	struct child child;
	char byte = '?';

	start_child(&child, 1);
	FB_OK_FATAL(fb_tracer_stop(child.pid, 60, &tracer));
	fb_tracer_destroy(tracer);
	CU_ASSERT_EQUAL(tracer_of(child.pid, child.pid), 0);
	CU_ASSERT_EQUAL(write(child.to_fd, "y", 1), 1);
	CU_ASSERT_EQUAL(read(child.from_fd, &byte, 1), 1);
	CU_ASSERT_EQUAL(byte, 'y');
	stop_child(&child);
}

/* A signal that came while it was being stopped is not lost. */
static void a_signal_reaches_it_all_the_same(void)
{
	struct fb_tracer *tracer = NULL;
	struct child child;
	int status = 0;

	start_child(&child, 1);
	FB_OK_FATAL(fb_tracer_stop(child.pid, 60, &tracer));
	CU_ASSERT_EQUAL(kill(child.pid, SIGTERM), 0);
	fb_tracer_destroy(tracer);
	CU_ASSERT_EQUAL(waitpid(child.pid, &status, 0), child.pid);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	(void)close(child.to_fd);
	(void)close(child.from_fd);
}

/* Which another traces already cannot be stopped; it is told of. */
static void what_another_traces_is_not_stopped(void)
{
	const struct fb_traced_thread *threads;
	struct fb_tracer *tracer = NULL;
	struct child child;
	size_t count = 0;

	start_child(&child, 1);
	if (ptrace(PTRACE_SEIZE, child.pid, NULL, NULL)) {
		fb_test_skip("ptrace is not allowed here");
	} else {
		FB_OK_FATAL(fb_tracer_stop(child.pid, 60, &tracer));
		threads = fb_tracer_threads(tracer, &count);
		CU_ASSERT_EQUAL_FATAL(count, 1);
		CU_ASSERT_EQUAL(threads[0].tid, child.pid);
		CU_ASSERT_FALSE(threads[0].stopped);
		CU_ASSERT_EQUAL(tracer_of(child.pid, child.pid), getpid());
		fb_tracer_destroy(tracer);
	}
	stop_child(&child);
}

/* A process that waits in vfork() is in state D until its child, which shares its memory, ends: no signal and no
 * tracer stops it before. to_child ends the child. */
static pid_t start_vfork(int *to_child)
{
	int to[2], from[2];
	char byte = '?';
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(to) | pipe(from), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(to[1]);
		if (vfork() == 0) {
			(void)!write(from[1], "v", 1);
			(void)!read(to[0], &byte, 1);
			_exit(0);
		}
		(void)!write(from[1], "d", 1);
		_exit(0);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	CU_ASSERT_EQUAL_FATAL(read(from[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(byte, 'v');
	(void)close(from[0]);
	*to_child = to[1];
	return pid;
}

static bool is_in_d_state(pid_t pid)
{
	struct fb_proc_status status = {0};

	for (unsigned i = 0; i < 100; i++) {
		FB_OK(fb_proc_status(pid, pid, &status));
		if (status.state == 'D')
			return true;
		(void)usleep(10000);
	}
	return false;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Stops it and lets it go. Returns how long the first took, in ms. */
static uint64_t stop_in_vain(pid_t pid)
{
	const struct fb_traced_thread *threads;
	struct fb_tracer *tracer = NULL;
	uint64_t before = now_ms(), took, stopped_ns = 0;
	bool in_time = false;
	size_t count = 0;

	FB_OK_FATAL(fb_tracer_stop(pid, 60, &tracer));
	took = now_ms() - before;
	threads = fb_tracer_threads(tracer, &count);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	CU_ASSERT(threads[0].tid == pid && !threads[0].stopped);
	fb_tracer_release(tracer, &stopped_ns, &in_time);
	CU_ASSERT(in_time && stopped_ns >= 200000000); /* it was given some time */
	fb_tracer_destroy(tracer);
	return took;
}

/* What cannot stop is not waited for as long as what could, and told of all the same. */
static void what_is_in_d_state_is_not_waited_for(void)
{
	int to_child;
	pid_t pid = start_vfork(&to_child);
	uint64_t least = UINT64_MAX;

	if (!is_in_d_state(pid))
		fb_test_skip("this kernel shows no state D");
	else
		/* On a busy machine a try may take longer than what it measures. */
		for (unsigned i = 0; i < 3 && least >= 1900; i++) {
			uint64_t took = stop_in_vain(pid);

			least = took < least ? took : least;
		}
	CU_ASSERT(least == UINT64_MAX || least < 1900);
	(void)close(to_child);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid); /* it goes on */
}

/* Nobody has to be there to be waited for: where a program leaves its children to the kernel, they are gone. */
static void children_that_are_reaped_are_not_waited_for(void)
{
	struct fb_tracer *tracer = NULL;
	struct child child;
	uint64_t stopped_ns = 0;
	bool in_time = false;
	void (*before)(int);

	start_child(&child, 2);
	before = signal(SIGCHLD, SIG_IGN);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL(before, SIG_ERR);
	FB_OK_FATAL(fb_tracer_stop(child.pid, 60, &tracer));
	CU_ASSERT_EQUAL_FATAL(kill(child.pid, SIGKILL), 0); /* so that none is left */
	(void)alarm(30);
	fb_tracer_release(tracer, &stopped_ns, &in_time);
	(void)alarm(0);
	CU_ASSERT(in_time && stopped_ns > 0);
	fb_tracer_destroy(tracer);
	CU_ASSERT_PTR_NOT_EQUAL(signal(SIGCHLD, before), SIG_ERR);
	(void)close(child.to_fd);
	(void)close(child.from_fd);
}

static void what_is_gone_cannot_be_stopped(void)
{
	struct fb_tracer *tracer = NULL;

	FB_FAILS_WITH(fb_tracer_stop(FB_MAX_TASKS - 1, 1, &tracer), FB_NOT_FOUND, "has exited");
	CU_ASSERT_PTR_NULL(tracer);
}

#ifndef FB_ADDRESS_SANITIZER /* which has memory of its own */
/* Takes all memory but for small pieces: what lists a folder wants 32 KiB. */
static void exhaust_memory(void)
{
	const struct rlimit none = {0};
	void *volatile taken;

	if (setrlimit(RLIMIT_AS, &none))
		_exit(3);
	do
		taken = malloc(8192);
	while (taken);
}

/* In a process of its own, for the sake of its memory. */
static int stop_without_memory(pid_t pid)
{
	struct fb_tracer *tracer = NULL;
	struct fb_error *err;
	size_t count = 0;

	exhaust_memory();
	err = fb_tracer_stop(pid, 1, &tracer);
	if (!err) {
		(void)fb_tracer_threads(tracer, &count);
		fb_tracer_destroy(tracer);
		return (int)count + 1;
	}
	return fb_error_is(err, FB_OS) || fb_error_is(err, FB_NOMEM) ? 0 : 2;
}

/* A process whose threads cannot be listed for want of memory has not exited. */
static void what_cannot_be_listed_is_not_gone(void)
{
	struct child child;
	int status = -1;
	pid_t pid;

	start_child(&child, 1);
	pid = fork();
	if (pid == 0)
		_exit(stop_without_memory(child.pid));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	stop_child(&child);
}
#else
static void what_cannot_be_listed_is_not_gone(void)
{
	fb_test_skip("the sanitizers' allocator has memory of its own");
}
#endif

FB_TEST_MAIN("bundle/capture/tracer", FB_TEST(all_threads_stop_and_go_on),
	     FB_TEST(the_tracer_reads_what_the_process_may_not),
	     FB_TEST(destroying_it_lets_them_go), FB_TEST(a_signal_reaches_it_all_the_same),
	     FB_TEST(what_another_traces_is_not_stopped),
	     FB_TEST(what_is_in_d_state_is_not_waited_for),
	     FB_TEST(children_that_are_reaped_are_not_waited_for),
	     FB_TEST(what_is_gone_cannot_be_stopped), FB_TEST(what_cannot_be_listed_is_not_gone))
