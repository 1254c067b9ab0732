// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The child's side of isolation: sets its own limits, then does part after part
 * until none is left. It ends only by _exit(), so that it does not flush buffers or
 * use locks that it inherited from its parent. Called by isolate.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/files/fd_io.h"
#include "base/isolation/child_limits.h"
#include "base/isolation/isolate_private.h"
#include "base/isolation/sandbox.h"
#include "base/limits.h"

static void take_limits(const struct fb_isolate_child *child)
{
	fb_child_confine(child->cpu_seconds, child->memory_limit);
	/* What the parent has open for writing stays as it is. */
	fb_child_limit(RLIMIT_FSIZE, 0);
	fb_sandbox_narrow();
}

unsigned fb_isolate_seconds(const struct fb_isolate_ops *ops, void *context, size_t index)
{
	/* What was begun counts as a second, and so does what the clock rounds. */
	return 2 + (ops->seconds ? ops->seconds(context, index) : FB_ISOLATE_SECONDS);
}

/* Limits the CPU time from now on: SIGXCPU ends the child when these seconds are over, SIGKILL
 * when all of its time is. */
static void limit_seconds(const struct fb_isolate_child *child, unsigned seconds)
{
	struct rlimit both = {.rlim_max = child->cpu_seconds};
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used))
		return;
	both.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + seconds;
	if (both.rlim_cur > both.rlim_max)
		both.rlim_cur = both.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &both);
}

static bool send_message(const struct fb_isolate_child *child, uint64_t index,
			 enum fb_isolate_kind kind, const void *bytes, size_t size)
{
	const struct fb_isolate_message message = {.index = index, .size = size, .kind = kind};

	return fb_write_all(child->fd, &message, sizeof(message)) &&
	       fb_write_all(child->fd, bytes, size);
}

static bool send_warnings(const struct fb_isolate_child *child, uint64_t index, size_t first)
{
	bool good = true;

	for (size_t i = first; good && i < fb_warnings_count(child->warnings); i++) {
		const char *text = fb_warnings_get(child->warnings, i);

		good = send_message(child, index, FB_ISOLATE_WARNING, text, strlen(text));
	}
	return good;
}

static bool send_error(const struct fb_isolate_child *child, uint64_t index,
		       const struct fb_error *err)
{
	char text[1 + FB_MAX_ISOLATE_MESSAGE];
	int length = snprintf(text, sizeof(text), "%c%s", (char)fb_error_code(err),
			      fb_error_message(err));

	if (length > (int)sizeof(text) - 1)
		length = (int)sizeof(text) - 1;
	return send_message(child, index, FB_ISOLATE_FAILED, text, (size_t)length);
}

static bool do_part(const struct fb_isolate_child *child, size_t index)
{
	size_t warnings = fb_warnings_count(child->warnings);
	struct fb_error *err;
	struct fb_buf result;
	bool good;

	limit_seconds(child, fb_isolate_seconds(child->ops, child->context, index));
	fb_buf_init(&result, FB_MAX_ISOLATE_RESULT);
	err = child->ops->work(child->context, index, &result);
	good = send_warnings(child, index, warnings);
	if (good && err)
		good = send_error(child, index, err);
	else if (good)
		good = send_message(child, index, FB_ISOLATE_RESULT, result.data, result.size);
	fb_error_destroy(err);
	fb_buf_deinit(&result);
	return good;
}

void fb_isolate_child_run(const struct fb_isolate_child *child)
{
	_Atomic uint64_t *at_hand = &child->shared->at_hand[child->slot];
	bool good = true;

	take_limits(child);
	if (child->ops->begin)
		child->ops->begin(child->context, child->fetch_fd);
	while (good) {
		uint64_t index = atomic_fetch_add(&child->shared->next, 1);

		if (index >= child->count)
			break;
		atomic_store(at_hand, index);
		good = do_part(child, index);
		atomic_store(at_hand, FB_ISOLATE_IDLE);
	}
	_exit(good ? 0 : 1);
}
