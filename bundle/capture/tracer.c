// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stops the threads of a process by PTRACE_SEIZE and PTRACE_INTERRUPT, which send no signal and so leave no trace in
 * the process (ptrace(2)). Called by capture.c.
 */
#include "bundle/capture/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/files/fd_io.h"
#include "base/limits.h"
#include "bundle/capture/proc.h"
#include "bundle/capture/xstate.h"

/* A thread stops within microseconds, or when its system call lets it: in D state not at all. */
#define D_STATE_NS 200000000ull
#define OTHERS_NS 2000000000ull
#define STEP_NS 100000
/* New threads are looked for until none come: those that are stopped make none. */
#define MAX_ROUNDS 100u

/* What the child records of each thread. */
struct held {
	struct fb_traced_thread thread;
	bool seized;
	bool gone;
	int signal; /* that it was about to get when it stopped: it gets it when it goes on */
};

struct holder {
	int32_t pid;
	struct held *list;
	size_t count, room;
	uint64_t began_ns;
	uint64_t xstates; /* bytes of them that were told */
};

/* What the child says first, and last. */
struct hello {
	uint64_t count;
	int32_t failed; /* enum fb_code and message of why the threads cannot be listed; "": they could */
	char message[256];
};
struct goodbye {
	uint64_t stopped_ns;
	uint8_t in_time;
};
/* Bytes of memory in one answer. */
#define MOST_READ (64u << 10)
/* What the parent asks for: memory, which is answered by how many bytes could be read (uint64_t) and then these; or,
 * with a length of 0, that the threads go on. */
struct request {
	uint64_t address, length;
};

struct fb_tracer {
	pid_t pid;
	int from_fd, to_fd;
	struct fb_traced_thread *threads;
	size_t count;
	bool released;
};

static bool is_held(const struct holder *holder, int32_t tid)
{
	for (size_t i = holder->count; i > 0; i--)
		if (holder->list[i - 1].thread.tid == tid)
			return true;
	return false;
}

/* Interrupts threads that are not yet known; *added_ret is how many. */
static struct fb_error *seize_new(struct holder *holder, size_t *added_ret)
{
	char folder[64];
	int32_t *tids = NULL;
	size_t count = 0;
	struct fb_error *err;

	*added_ret = 0;
	(void)snprintf(folder, sizeof(folder), "/proc/%d/task", holder->pid);
	err = fb_proc_numbers(folder, &tids, &count);
	for (size_t i = 0; i < count && !err; i++) {
		struct held held = {.thread.tid = tids[i]};

		/* TIDs are listed in order, and so are those held of earlier rounds. */
		if ((i >= holder->count || holder->list[i].thread.tid != tids[i]) &&
		    is_held(holder, tids[i]))
			continue;
		if (i < holder->count && holder->list[i].thread.tid == tids[i])
			continue;
		err = fb_grow_array(&holder->list, &holder->room, holder->count, sizeof(held),
				    FB_MAX_TASKS, "threads");
		if (err)
			break;
		held.seized = ptrace(PTRACE_SEIZE, tids[i], NULL, NULL) == 0;
		if (held.seized)
			(void)ptrace(PTRACE_INTERRUPT, tids[i], NULL, NULL);
		holder->list[holder->count++] = held;
		++*added_ret;
	}
	free(tids);
	if (!fb_error_is(err, FB_NOT_FOUND))
		return err;
	fb_error_destroy(err); /* it has exited */
	return NULL;
}

static bool in_d_state(int32_t pid, int32_t tid)
{
	struct fb_proc_status status = {0};

	fb_error_destroy(fb_proc_status(pid, tid, &status));
	return status.state == 'D';
}

/* Takes the stops that have come. Returns how many are awaited still. */
static size_t take_stops(struct holder *holder)
{
	size_t awaited = 0;

	for (size_t i = 0; i < holder->count; i++) {
		struct held *held = &holder->list[i];
		int status;
		pid_t got;

		if (!held->seized || held->thread.stopped || held->gone)
			continue;
		got = waitpid(held->thread.tid, &status, __WALL | WNOHANG);
		if (got == 0) {
			awaited++;
		} else if (got < 0 || !WIFSTOPPED(status)) {
			held->gone = true;
		} else {
			held->thread.stopped = true;
			if (status >> 16 != PTRACE_EVENT_STOP)
				held->signal = WSTOPSIG(status);
		}
	}
	return awaited;
}

/* Whether the threads that have not stopped yet have had enough time. */
static bool is_hopeless(const struct holder *holder, uint64_t since)
{
	const uint64_t waited = fb_clock_ns() - since;

	if (waited < D_STATE_NS)
		return false;
	for (size_t i = 0; i < holder->count && waited < OTHERS_NS; i++) {
		const struct held *held = &holder->list[i];

		if (held->seized && !held->thread.stopped && !held->gone &&
		    !in_d_state(holder->pid, held->thread.tid))
			return false;
	}
	return true;
}

static struct fb_error *stop_all(struct holder *holder)
{
	const struct timespec step = {.tv_nsec = STEP_NS};
	struct fb_error *err = NULL;
	size_t added = 1;

	holder->began_ns = fb_clock_ns();
	for (unsigned round = 0; round < MAX_ROUNDS && added && !err; round++) {
		const uint64_t since = fb_clock_ns();

		err = seize_new(holder, &added);
		while (take_stops(holder) && !is_hopeless(holder, since))
			(void)nanosleep(&step, NULL);
	}
	return err;
}

static void read_registers(struct fb_traced_thread *thread)
{
	/* Not PTRACE_GETREGSET, which gives a thread that runs 32-bit code in another layout. */
	if (ptrace(PTRACE_GETREGS, thread->tid, NULL, &thread->regs)) {
		thread->stopped = false;
		return;
	}
	if (ptrace(PTRACE_GETFPREGS, thread->tid, NULL, &thread->fpregs))
		memset(&thread->fpregs, 0, sizeof(thread->fpregs));
}

static void let_go(const struct holder *holder)
{
	for (size_t i = 0; i < holder->count; i++)
		if (holder->list[i].seized && !holder->list[i].gone)
			(void)ptrace(PTRACE_DETACH, holder->list[i].thread.tid, NULL,
				     (void *)(intptr_t)holder->list[i].signal);
}

/* Tells of one thread; its XSAVE state comes behind, unless those before it have used up the room in the notes that
 * leaves enough for the general registers of all threads. */
static bool tell_of(struct holder *holder, struct fb_traced_thread *thread,
		    struct fb_xstate_room *room, int fd)
{
	if (thread->stopped && holder->xstates < FB_MAX_CORE_NOTES / 2)
		thread->xstate_size = fb_xstate_read(thread->tid, room);
	holder->xstates += thread->xstate_size;
	return fb_write_all(fd, thread, sizeof(*thread)) &&
	       fb_write_all(fd, room->bytes, thread->xstate_size);
}

/* Tells of the threads, or why they cannot be listed. In the pipe there is not room for all of many: who reads them has
 * so long. */
static bool tell(struct holder *holder, int fd, const struct fb_error *err)
{
	struct fb_xstate_room room = {0};
	struct hello hello = {0};
	bool good;

	if (err) {
		hello.failed = (int32_t)fb_error_code(err);
		(void)snprintf(hello.message, sizeof(hello.message), "%s", fb_error_message(err));
		return fb_write_all(fd, &hello, sizeof(hello));
	}
	for (size_t i = 0; i < holder->count; i++)
		hello.count += !holder->list[i].gone;
	good = fb_write_all(fd, &hello, sizeof(hello));
	for (size_t i = 0; i < holder->count && good; i++)
		if (!holder->list[i].gone)
			good = tell_of(holder, &holder->list[i].thread, &room, fd);
	fb_xstate_room_deinit(&room);
	return good;
}

/* The child must not hold what others of the program's threads have open: their pipes would never end. */
static void close_others(int a, int b)
{
	const unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);

	if (low > 3)
		(void)close_range(3, low - 1, 0);
	if (high > low + 1)
		(void)close_range(low + 1, high - 1, 0);
	(void)close_range(high + 1, ~0u, 0);
}

/* Sends memory of the process. False where the parent is gone. */
static bool answer(int32_t pid, const struct request *request, int fd)
{
	static uint8_t bytes[MOST_READ];
	char path[64];
	uint64_t got = 0;
	ssize_t part = 1;
	int mem;

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	while (mem >= 0 && got < request->length && got < sizeof(bytes) && part > 0) {
		const uint64_t left =
			(request->length < sizeof(bytes) ? request->length : sizeof(bytes)) - got;

		part = pread(mem, bytes + got, left, (off_t)(request->address + got));
		got += part > 0 ? (uint64_t)part : 0;
	}
	if (mem >= 0)
		(void)close(mem);
	return fb_write_all(fd, &got, sizeof(got)) && fb_write_all(fd, bytes, got);
}

/* Reads memory for the parent until the parent lets the threads go on, or is gone: then returns true. False: the time
 * was over before. */
static bool serve(int32_t pid, unsigned seconds, int in_fd, int out_fd)
{
	const uint64_t end_ns = fb_clock_ns() + seconds * 1000000000ull;
	struct request request = {.length = 1};

	while (request.length) {
		struct pollfd asked = {.fd = in_fd, .events = POLLIN};
		const uint64_t at_ns = fb_clock_ns();

		if (at_ns >= end_ns || poll(&asked, 1, (int)((end_ns - at_ns) / 1000000)) <= 0)
			return false;
		if (!fb_read_all(in_fd, &request, sizeof(request)) ||
		    (request.length && !answer(pid, &request, out_fd)))
			break;
	}
	return true;
}

/* The child's life. The alarm ends it where even the pipe, or a page that it reads, is stuck. */
static void hold(int32_t pid, unsigned seconds, int in_fd, int out_fd)
{
	struct holder holder = {.pid = pid};
	struct goodbye goodbye = {0};
	struct fb_error *err;

	(void)signal(SIGALRM, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(seconds + 5);
	err = stop_all(&holder);
	for (size_t i = 0; i < holder.count; i++)
		if (holder.list[i].thread.stopped)
			read_registers(&holder.list[i].thread);
	if (tell(&holder, out_fd, err) && !err)
		goodbye.in_time = serve(pid, seconds, in_fd, out_fd);
	let_go(&holder);
	goodbye.stopped_ns = fb_clock_ns() - holder.began_ns;
	(void)fb_write_all(out_fd, &goodbye, sizeof(goodbye));
}

static struct fb_error *take_thread(struct fb_tracer *tracer, int32_t pid)
{
	struct fb_traced_thread *thread = &tracer->threads[tracer->count];
	struct fb_error *err = NULL;
	uint8_t *xstate = NULL;

	if (!fb_read_all(tracer->from_fd, thread, sizeof(*thread)))
		return fb_error_create(FB_OS, "PID %d: the process that stops it has ended", pid);
	if (thread->xstate_size)
		err = fb_alloc_array(thread->xstate_size, 1, FB_MAX_XSTATE,
				     "bytes of a thread's registers", &xstate);
	if (err)
		return err;
	if (!fb_read_all(tracer->from_fd, xstate, thread->xstate_size)) {
		free(xstate);
		return fb_error_create(FB_OS, "PID %d: the process that stops it has ended", pid);
	}
	thread->xstate = xstate;
	tracer->count++;
	return NULL;
}

static struct fb_error *take_threads(struct fb_tracer *tracer, int32_t pid)
{
	struct hello hello;
	struct fb_error *err;

	if (!fb_read_all(tracer->from_fd, &hello, sizeof(hello)))
		return fb_error_create(FB_OS, "PID %d: the process that stops it has ended", pid);
	if (hello.message[0])
		return fb_error_create((enum fb_code)hello.failed, "PID %d: %s", pid,
				       hello.message);
	if (!hello.count)
		return fb_error_create(FB_NOT_FOUND, "PID %d has exited", pid);
	err = fb_alloc_array(hello.count, sizeof(*tracer->threads), FB_MAX_TASKS, "threads",
			     &tracer->threads);
	if (err)
		return err;
	while (tracer->count < hello.count && !err)
		err = take_thread(tracer, pid);
	return err;
}

/* The child's ends of the channel are fds[0] and fds[1]. */
static struct fb_error *start_child(struct fb_tracer *tracer, int32_t pid, unsigned seconds,
				    const int fds[2])
{
	const pid_t parent = getpid();

	tracer->pid = fork();
	if (tracer->pid < 0)
		return fb_error_os(errno, "cannot make a process");
	if (tracer->pid > 0)
		return NULL;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	close_others(fds[0], fds[1]);
	if (getppid() == parent)
		hold(pid, seconds, fds[0], fds[1]);
	_exit(0);
}

struct fb_error *fb_tracer_stop(int32_t pid, unsigned seconds, struct fb_tracer **tracer_ret)
{
	FB_CLEANUP(fb_tracer_destroy_at) struct fb_tracer *tracer = NULL;
	int from[2], to[2];
	struct fb_error *err = fb_alloc_array(1, sizeof(*tracer), 1, "tracers", &tracer);

	if (err)
		return err;
	tracer->from_fd = tracer->to_fd = -1;
	if (pipe2(from, O_CLOEXEC))
		return fb_error_os(errno, "cannot make a pipe");
	tracer->from_fd = from[0];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to)) {
		err = fb_error_os(errno, "cannot make a pipe");
		(void)close(from[1]);
		return err;
	}
	tracer->to_fd = to[1];
	err = start_child(tracer, pid, seconds, (const int[]){to[0], from[1]});
	(void)close(from[1]);
	(void)close(to[0]);
	if (!err)
		err = take_threads(tracer, pid);
	if (!err)
		*tracer_ret = fb_take(tracer);
	return err;
}

const struct fb_traced_thread *fb_tracer_threads(const struct fb_tracer *tracer, size_t *count_ret)
{
	*count_ret = tracer->count;
	return tracer->threads;
}

int32_t fb_tracer_pid(const struct fb_tracer *tracer)
{
	return tracer->pid;
}

size_t fb_tracer_read(struct fb_tracer *tracer, uint64_t address, void *to, size_t length)
{
	size_t done = 0;

	while (done < length && !tracer->released) {
		const size_t left = length - done;
		const struct request request = {address + done,
						left < MOST_READ ? left : MOST_READ};
		uint64_t got;

		if (send(tracer->to_fd, &request, sizeof(request), MSG_NOSIGNAL) !=
			    (ssize_t)sizeof(request) ||
		    !fb_read_all(tracer->from_fd, &got, sizeof(got)) || !got ||
		    got > request.length ||
		    !fb_read_all(tracer->from_fd, (uint8_t *)to + done, got))
			break;
		done += got;
		if (got < request.length)
			break;
	}
	return done;
}

void fb_tracer_release(struct fb_tracer *tracer, uint64_t *stopped_ns_ret, bool *in_time_ret)
{
	static const struct request go_on;
	struct goodbye goodbye = {0};

	if (!tracer->released) {
		tracer->released = true;
		/* It may have let them go by its clock, and be gone. Where it was never made, both
		 * calls fail on descriptors that are closed, or -1. */
		(void)send(tracer->to_fd, &go_on, sizeof(go_on), MSG_NOSIGNAL);
		(void)close(tracer->to_fd);
		(void)fb_read_all(tracer->from_fd, &goodbye, sizeof(goodbye));
		(void)close(tracer->from_fd);
		while (tracer->pid > 0 && waitpid(tracer->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	*stopped_ns_ret = goodbye.stopped_ns;
	*in_time_ret = goodbye.in_time;
}

void fb_tracer_destroy(struct fb_tracer *tracer)
{
	uint64_t stopped_ns;
	bool in_time;

	if (!tracer)
		return;
	fb_tracer_release(tracer, &stopped_ns, &in_time);
	for (size_t i = 0; i < tracer->count; i++)
		free(tracer->threads[i].xstate);
	free(tracer->threads);
	free(tracer);
}
