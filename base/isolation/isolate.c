// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parent's side of isolation: makes the children, receives their messages,
 * replaces those that die, and passes on why a part has no result. Called by what
 * reads programs, debug information and unwind tables.
 */
#include "base/isolation/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/isolation/child_limits.h"
#include "base/isolation/isolate_owner.h"
#include "base/isolation/isolate_private.h"
#include "base/limits.h"

/* What belongs to one child at a time: where it ends badly, its successor goes on with it. */
struct slot {
	pid_t pid; /* 0: no child */
	int fd;
	struct fb_isolate_owner owner;
	double seconds; /* CPU time that is left for this child and its successors */
	struct fb_buf received;
	bool misbehaved;  /* it was ended because of what it sent */
	bool slow;        /* it was ended because of the clock */
	uint64_t at_hand; /* as seen last, and since when (CLOCK_MONOTONIC, seconds) */
	time_t since;
};

struct run {
	const struct fb_isolate_ops *ops;
	void *context;
	struct fb_warnings *warnings;
	size_t count;
	uint8_t *ended; /* owned; of each part, whether take() or lost() was called */
	struct fb_isolate_shared *shared;
	size_t shared_size;
	uint64_t memory_limit;
	struct slot slots[FB_MAX_CHILDREN];
	unsigned slot_count;
	unsigned deaths, slow_deaths;
	char last_death[80];
};

/* What a child is begun with. */
struct beginning {
	struct run *run;
	unsigned slot;
	int fd, fetch_fd;
};

/* Runs in the child. */
static void live(void *context)
{
	const struct beginning *beginning = context;
	const struct run *run = beginning->run;
	const struct fb_isolate_child child = {
		.ops = run->ops,
		.context = run->context,
		.warnings = run->warnings,
		.count = run->count,
		.shared = run->shared,
		.slot = beginning->slot,
		.fd = beginning->fd,
		.fetch_fd = beginning->fetch_fd,
		.memory_limit = run->memory_limit,
		.cpu_seconds = (unsigned)run->slots[beginning->slot].seconds,
	};

	for (unsigned i = 0; i < run->slot_count; i++)
		if (run->slots[i].pid)
			(void)close(run->slots[i].fd);
	fb_isolate_child_run(&child);
}

static struct fb_error *start_child(struct run *run, unsigned index)
{
	struct slot *slot = &run->slots[index];
	struct beginning beginning = {.run = run, .slot = index, .fetch_fd = -1};
	int ends[2], errnum;

	if (pipe2(ends, O_CLOEXEC))
		return fb_error_os(errno, "cannot make a pipe to a child");
	beginning.fd = ends[1];
	if (run->ops->fetcher)
		beginning.fetch_fd = fb_fetcher_connect(run->ops->fetcher);
	atomic_store(&run->shared->at_hand[index], FB_ISOLATE_IDLE);
	errnum = fb_isolate_owner_start(&slot->owner, live, &beginning);
	(void)close(ends[1]);
	if (beginning.fetch_fd >= 0)
		(void)close(beginning.fetch_fd);
	if (errnum) {
		(void)close(ends[0]);
		return fb_error_os(errnum, "cannot make a child to read objects in");
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	slot->pid = slot->owner.pid;
	slot->fd = ends[0];
	slot->at_hand = FB_ISOLATE_IDLE;
	slot->since = fb_child_clock();
	slot->slow = slot->misbehaved = false;
	return NULL;
}

static struct fb_error *lose(struct run *run, size_t index, struct fb_error *why)
{
	run->ended[index] = 1;
	return run->ops->lost(run->context, index, why);
}

/* Whether there is such a part, and nothing has come of it yet. */
static bool is_open(const struct run *run, uint64_t index)
{
	return index < run->count && !run->ended[index];
}

/* The error that a child met, its code and text as little to be trusted as the rest. */
static struct fb_error *made_error(const uint8_t *bytes, uint64_t size)
{
	uint64_t length = size - 1 < FB_MAX_ISOLATE_MESSAGE ? size - 1 : FB_MAX_ISOLATE_MESSAGE;

	if (bytes[0] > FB_EXHAUSTED)
		return fb_error_create(FB_CORRUPT, "the child that read it answered wrongly");
	return fb_error_create((enum fb_code)bytes[0], "%.*s", (int)length,
			       (const char *)bytes + 1);
}

static struct fb_error *take_message(struct run *run, struct slot *slot,
				     const struct fb_isolate_message *message, const uint8_t *bytes)
{
	struct fb_cursor cursor;

	if (message->kind == FB_ISOLATE_WARNING && message->size <= FB_MAX_ISOLATE_MESSAGE) {
		fb_warn(run->warnings, "%.*s", (int)message->size, (const char *)bytes);
		return NULL;
	}
	if (!is_open(run, message->index)) {
		slot->misbehaved = true;
		return NULL;
	}
	if (message->kind == FB_ISOLATE_FAILED && message->size)
		return lose(run, message->index, made_error(bytes, message->size));
	if (message->kind != FB_ISOLATE_RESULT) {
		slot->misbehaved = true;
		return NULL;
	}
	run->ended[message->index] = 1;
	fb_cursor_init(&cursor, bytes, message->size, "a child's result");
	return run->ops->take(run->context, message->index, &cursor);
}

/* Takes the whole messages among what was received. */
static struct fb_error *take_messages(struct run *run, struct slot *slot)
{
	struct fb_isolate_message message;
	struct fb_error *err = NULL;
	size_t at = 0;

	while (!err && !slot->misbehaved && slot->received.size - at >= sizeof(message)) {
		memcpy(&message, slot->received.data + at, sizeof(message));
		if (message.size > FB_MAX_ISOLATE_RESULT) {
			slot->misbehaved = true;
			break;
		}
		if (slot->received.size - at - sizeof(message) < message.size)
			break;
		err = take_message(run, slot, &message, slot->received.data + at + sizeof(message));
		at += sizeof(message) + message.size;
	}
	if (at) {
		slot->received.size -= at;
		memmove(slot->received.data, slot->received.data + at, slot->received.size);
	}
	return err;
}

static bool gives_up(const struct run *run)
{
	return run->deaths >= FB_MAX_ISOLATE_DEATHS || run->slow_deaths >= FB_MAX_ISOLATE_SLOW;
}

static void note_death(struct run *run, const struct slot *slot, int status)
{
	const size_t size = sizeof(run->last_death);

	run->deaths++;
	if (slot->slow || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) ||
	    (slot->seconds < 1 && !slot->misbehaved)) {
		run->slow_deaths++;
		snprintf(run->last_death, size, "the child that read it took too long");
	} else if (WIFSIGNALED(status) && !slot->misbehaved) {
		snprintf(run->last_death, size,
			 "the child that read it was ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	} else {
		snprintf(run->last_death, size, "the child that read it answered wrongly");
	}
	/* The other children finish their current part. */
	if (gives_up(run))
		atomic_store(&run->shared->next, run->count);
}

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* The child has closed its end: it is over, well or not. */
static struct fb_error *bury(struct run *run, struct slot *slot)
{
	uint64_t at_hand = atomic_load(&run->shared->at_hand[slot - run->slots]);
	struct rusage used = {0};
	int status = 0;

	(void)close(slot->fd);
	while (wait4(slot->pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	fb_isolate_owner_end(&slot->owner);
	slot->pid = 0;
	slot->seconds -= seconds_of(&used.ru_utime) + seconds_of(&used.ru_stime);
	slot->received.size = 0;
	if (!slot->slow && !slot->misbehaved && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	note_death(run, slot, status);
	if (!is_open(run, at_hand))
		return NULL;
	return lose(run, at_hand, fb_error_create(FB_CORRUPT, "%s", run->last_death));
}

static struct fb_error *receive(struct run *run, struct slot *slot)
{
	ssize_t got;
	void *room;
	struct fb_error *err = fb_buf_reserve(&slot->received, 65536, &room);

	if (err)
		return err;
	got = read(slot->fd, room, 65536);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return NULL;
	if (got <= 0)
		return bury(run, slot);
	fb_buf_commit(&slot->received, (size_t)got);
	err = take_messages(run, slot);
	if (!err && slot->misbehaved)
		fb_isolate_owner_end(&slot->owner);
	return err;
}

/* Ends children that have been at one part for too long in real time. */
static void watch_clock(struct run *run)
{
	const unsigned most =
		run->ops->fetcher ? FB_ISOLATE_FETCH_SECONDS : FB_ISOLATE_WAIT_SECONDS;
	time_t time = fb_child_clock();

	for (unsigned i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];
		uint64_t at_hand;

		if (!slot->pid)
			continue;
		at_hand = atomic_load(&run->shared->at_hand[i]);
		if (at_hand != slot->at_hand) {
			slot->at_hand = at_hand;
			slot->since = time;
		} else if (time - slot->since > (time_t)most) {
			slot->slow = true;
			fb_isolate_owner_end(&slot->owner);
		}
	}
}

static struct fb_error *wait_for_some(struct run *run)
{
	struct pollfd fds[FB_MAX_CHILDREN];
	struct slot *whose[FB_MAX_CHILDREN];
	struct fb_error *err = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < run->slot_count; i++) {
		if (!run->slots[i].pid)
			continue;
		whose[count] = &run->slots[i];
		fds[count++] = (struct pollfd){.fd = run->slots[i].fd, .events = POLLIN};
	}
	if (poll(fds, count, 1000) < 0 && errno != EINTR)
		return fb_error_os(errno, "cannot wait for a child");
	for (unsigned i = 0; i < count && !err; i++)
		if (fds[i].revents)
			err = receive(run, whose[i]);
	if (!err)
		watch_clock(run);
	return err;
}

/* Fills empty slots while there are parts to begin. */
static struct fb_error *start_children(struct run *run, bool *any_ret)
{
	struct fb_error *err = NULL;

	*any_ret = false;
	for (unsigned i = 0; i < run->slot_count && !err; i++) {
		if (!run->slots[i].pid && run->slots[i].seconds >= 1 && !gives_up(run) &&
		    atomic_load(&run->shared->next) < run->count)
			err = start_child(run, i);
		*any_ret |= run->slots[i].pid != 0;
	}
	/* A child that could not be made is no error: the others do the work. */
	if (err && *any_ret) {
		fb_error_destroy(err);
		err = NULL;
	}
	return err;
}

static const char *not_begun(const struct run *run)
{
	bool any_time = false;

	for (unsigned i = 0; i < run->slot_count; i++)
		any_time |= run->slots[i].seconds >= 1;
	/* Asked first: a kernel may end a child some milliseconds before its time, and the next one with
	 * what is left is a death too many. */
	if (!any_time)
		return "not read: the others took all the time there is";
	return gives_up(run) ? "not read: too many others killed the child that read them"
			     : "the child that read it answered wrongly";
}

static struct fb_error *do_parts(struct run *run)
{
	struct fb_error *err;
	bool any;

	do {
		err = start_children(run, &any);
		if (!err && any)
			err = wait_for_some(run);
	} while (!err && any);
	/* Not begun, or a child that lied about what it did. */
	for (size_t i = 0; i < run->count && !err; i++)
		if (!run->ended[i])
			err = lose(run, i, fb_error_create(FB_CORRUPT, "%s", not_begun(run)));
	return err;
}

/* Each slot gets its part of the time for all, and enough for the part that may take most. */
static void share_time(struct run *run)
{
	const double limit =
		run->ops->total_seconds ? run->ops->total_seconds : FB_MAX_ISOLATE_TOTAL_SECONDS;
	double all = 0, most = 0;

	for (size_t i = 0; i < run->count; i++) {
		const double part = fb_isolate_seconds(run->ops, run->context, i);

		all += part;
		most = part > most ? part : most;
	}
	all = all < limit ? all : limit;
	for (unsigned i = 0; i < run->slot_count; i++)
		run->slots[i].seconds = all / run->slot_count + most;
}

static struct fb_error *begin(struct run *run, unsigned children)
{
	void *shared;
	struct fb_error *err;

	run->slot_count = children < FB_MAX_CHILDREN ? children : FB_MAX_CHILDREN;
	if (run->slot_count > run->count)
		run->slot_count = (unsigned)run->count;
	if (!run->slot_count)
		run->slot_count = 1;
	for (unsigned i = 0; i < run->slot_count; i++)
		fb_buf_init(&run->slots[i].received, FB_MAX_ISOLATE_RESULT + 131072ull);
	run->shared_size = sizeof(*run->shared) + FB_MAX_CHILDREN * sizeof(run->shared->at_hand[0]);
	shared = mmap(NULL, run->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		return fb_error_nomem();
	run->shared = shared;
	run->memory_limit = fb_child_memory() + FB_MAX_ISOLATE_MEMORY;
	share_time(run);
	err = fb_alloc_array(run->count, 1, SIZE_MAX, "parts", &run->ended);
	return err;
}

struct fb_error *fb_isolate_for(unsigned children, size_t count, const struct fb_isolate_ops *ops,
				void *context, struct fb_warnings *warnings)
{
	struct run *run = calloc(1, sizeof(*run));
	struct fb_error *err;

	if (!run)
		return fb_error_nomem();
	run->ops = ops;
	run->context = context;
	run->count = count;
	run->warnings = warnings;
	err = begin(run, children);
	if (!err)
		err = do_parts(run);
	for (unsigned i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];

		if (slot->pid) {
			fb_isolate_owner_end(&slot->owner);
			(void)close(slot->fd);
			(void)waitpid(slot->pid, NULL, 0);
		}
		fb_buf_deinit(&slot->received);
	}
	if (run->shared)
		(void)munmap(run->shared, run->shared_size);
	free(run->ended);
	free(run);
	return err;
}
