// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes one child for each part of some work, and ends those that take too long. A child writes one byte, 0 or the code
 * of its error and 1, and behind it its result or the error's text, and ends. Called by the command triage.
 */
#include "base/isolation/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "base/isolation/child_limits.h"
#include "base/isolation/isolate_owner.h"
#include "base/limits.h"

/* How often the clocks are looked at. */
#define TICK_MS 200

struct slot {
	bool used;
	size_t index;
	int fd;
	struct fb_isolate_owner owner;
	pid_t pid;
	time_t since; /* CLOCK_MONOTONIC, seconds */
	bool slow, too_much;
	struct fb_buf received;
};

struct run {
	const struct fb_apart_limits *limits;
	const struct fb_apart_ops *ops;
	void *context;
	uint64_t memory;
	struct slot slots[FB_MAX_CHILDREN];
	unsigned slot_count;
};

struct beginning {
	const struct run *run;
	size_t index;
	int fd;
};

/* Runs in the child. */
static void live(void *context)
{
	const struct beginning *beginning = context;
	const struct run *run = beginning->run;
	struct fb_error *err;
	struct fb_buf result;
	uint8_t code;
	bool good;

	for (unsigned i = 0; i < run->slot_count; i++)
		if (run->slots[i].used && run->slots[i].fd >= 0)
			(void)close(run->slots[i].fd);
	fb_child_confine(run->limits->cpu_seconds, run->memory);
	fb_buf_init(&result, run->limits->result);
	err = run->ops->work(run->context, beginning->index, &result);
	code = err ? (uint8_t)(fb_error_code(err) + 1) : 0;
	good = fb_write_all(beginning->fd, &code, 1);
	if (good && err)
		good = fb_write_all(beginning->fd, fb_error_message(err),
				    strnlen(fb_error_message(err), FB_MAX_ISOLATE_MESSAGE));
	else if (good)
		good = fb_write_all(beginning->fd, result.data, result.size);
	_exit(good ? 0 : 1);
}

static struct fb_error *start(struct run *run, struct slot *slot, size_t index)
{
	struct beginning beginning = {.run = run, .index = index};
	int ends[2], errnum;

	if (pipe2(ends, O_CLOEXEC))
		return fb_error_os(errno, "cannot make a pipe to a child");
	beginning.fd = ends[1];
	errnum = fb_isolate_owner_start(&slot->owner, live, &beginning);
	(void)close(ends[1]);
	if (errnum) {
		(void)close(ends[0]);
		return fb_error_os(errnum, "cannot make a child");
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	slot->used = true;
	slot->index = index;
	slot->fd = ends[0];
	slot->pid = slot->owner.pid;
	slot->since = fb_child_clock();
	slot->slow = slot->too_much = false;
	fb_buf_init(&slot->received, run->limits->result + FB_MAX_ISOLATE_MESSAGE + 65536u);
	return NULL;
}

/* Ends the child where it still runs, and frees the slot; the status as of wait(). */
static int end(struct slot *slot)
{
	int status = 0;

	(void)close(slot->fd);
	slot->fd = -1;
	fb_isolate_owner_end(&slot->owner);
	while (waitpid(slot->pid, &status, 0) < 0 && errno == EINTR)
		;
	slot->used = false;
	return status;
}

static struct fb_error *how_it_ended(const struct run *run, const struct slot *slot, int status)
{
	if (slot->slow || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
		return fb_error_create(FB_CORRUPT, "it took longer than %u s, and was given up",
				       slot->slow ? run->limits->seconds
						  : run->limits->cpu_seconds);
	if (slot->too_much)
		return fb_error_create(FB_CORRUPT, "the child that read it answered wrongly");
	if (WIFSIGNALED(status))
		return fb_error_create(FB_CORRUPT,
				       "the child that read it was ended by signal %d (%s)",
				       WTERMSIG(status), strsignal(WTERMSIG(status)));
	return fb_error_create(FB_CORRUPT, "the child that read it ended with status %d",
			       WEXITSTATUS(status));
}

/* The child has closed its end of the pipe. */
static struct fb_error *bury(struct run *run, struct slot *slot)
{
	struct fb_buf received = slot->received;
	const int status = end(slot);
	const bool good = !slot->slow && !slot->too_much && WIFEXITED(status) &&
			  WEXITSTATUS(status) == 0 && received.size;
	struct fb_error *err;

	slot->received = (struct fb_buf){0};
	if (!good)
		err = run->ops->lost(run->context, slot->index, how_it_ended(run, slot, status));
	else if (!received.data[0])
		err = run->ops->take(run->context, slot->index, received.data + 1,
				     received.size - 1);
	else
		err = run->ops->lost(run->context, slot->index,
				     fb_error_create(received.data[0] - 1 <= FB_EXHAUSTED
							     ? (enum fb_code)(received.data[0] - 1)
							     : FB_CORRUPT,
						     "%.*s", (int)(received.size - 1),
						     received.data + 1));
	fb_buf_deinit(&received);
	return err;
}

static struct fb_error *receive(struct run *run, struct slot *slot)
{
	ssize_t got;
	void *room;
	struct fb_error *err = fb_buf_reserve(&slot->received, 65536, &room);

	if (fb_error_is(err, FB_LIMIT)) {
		fb_error_destroy(err);
		slot->too_much = true;
		return bury(run, slot);
	}
	if (err)
		return err;
	got = read(slot->fd, room, 65536);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return NULL;
	if (got <= 0)
		return bury(run, slot);
	fb_buf_commit(&slot->received, (size_t)got);
	return NULL;
}

static struct fb_error *wait_for_some(struct run *run)
{
	struct pollfd fds[FB_MAX_CHILDREN];
	struct slot *whose[FB_MAX_CHILDREN];
	struct fb_error *err = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < run->slot_count; i++) {
		if (!run->slots[i].used)
			continue;
		whose[count] = &run->slots[i];
		fds[count++] = (struct pollfd){.fd = run->slots[i].fd, .events = POLLIN};
	}
	if (poll(fds, count, TICK_MS) < 0 && errno != EINTR)
		return fb_error_os(errno, "cannot wait for a child");
	for (unsigned i = 0; i < count && !err; i++) {
		if (fds[i].revents) {
			err = receive(run, whose[i]);
		} else if (fb_child_clock() - whose[i]->since > (time_t)run->limits->seconds) {
			whose[i]->slow = true;
			err = bury(run, whose[i]);
		}
	}
	return err;
}

/* Begins parts while there are free slots; a child that cannot be made is no error while others run. */
static struct fb_error *start_some(struct run *run, size_t *next, size_t count, bool *any_ret)
{
	struct fb_error *err = NULL;

	*any_ret = false;
	for (unsigned i = 0; i < run->slot_count; i++) {
		if (!run->slots[i].used && !err && *next < count) {
			err = start(run, &run->slots[i], *next);
			if (!err)
				(*next)++;
		}
		*any_ret |= run->slots[i].used;
	}
	if (err && *any_ret) {
		fb_error_destroy(err);
		err = NULL;
	}
	return err;
}

struct fb_error *fb_apart_for(const struct fb_apart_limits *limits, size_t count,
			      const struct fb_apart_ops *ops, void *context)
{
	struct run *run = calloc(1, sizeof(*run));
	struct fb_error *err = NULL;
	size_t next = 0;
	bool any = true, goes_on = true;

	if (!run)
		return fb_error_nomem();
	run->limits = limits;
	run->ops = ops;
	run->context = context;
	run->memory = fb_child_memory() + limits->memory;
	run->slot_count = limits->children < FB_MAX_CHILDREN ? limits->children : FB_MAX_CHILDREN;
	if (!run->slot_count)
		run->slot_count = 1;
	while (any && !err) {
		err = ops->goes_on(context, &goes_on);
		if (err || !goes_on)
			break;
		err = start_some(run, &next, count, &any);
		if (!err && any)
			err = wait_for_some(run);
	}
	for (unsigned i = 0; i < run->slot_count; i++) {
		if (run->slots[i].used)
			(void)end(&run->slots[i]);
		fb_buf_deinit(&run->slots[i].received);
	}
	free(run);
	return err;
}
