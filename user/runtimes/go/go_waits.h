/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goroutines wait on: channels, and locks of package sync. Called by goroutines.c. */
#ifndef FB_USER_GO_WAITS_H
#define FB_USER_GO_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/go/go.h"

enum fb_go_wait_kind {
	FB_GO_WAIT_RECEIVE, /* from a channel */
	FB_GO_WAIT_SEND,    /* to a channel */
	FB_GO_WAIT_CHANNEL, /* one of both, in a select */
	FB_GO_WAIT_MUTEX,
	FB_GO_WAIT_RWMUTEX,
	FB_GO_WAIT_GROUP,
	FB_GO_WAIT_SEMAPHORE, /* of a lock that is none of these */
	FB_GO_WAIT_KINDS,
};

struct fb_go_wait {
	enum fb_go_wait_kind kind;
	uint64_t address; /* of the channel or lock */
	/* Of a channel: elements in it, and for how many it has room. Of a WaitGroup: how many calls of Done() it
	 * waits for; of an RWMutex: readers that have it, for which a writer waits. */
	uint64_t count, room;
	bool closed;
	bool locked; /* of a Mutex, or an RWMutex for which readers wait: somebody has it, or is to have it next */
};

/* A select has seldom more cases. */
#define FB_GO_WAITS 8u

/* "channel-receive", "mutex", "waitgroup"...; static. */
const char *fb_go_wait_name(enum fb_go_wait_kind kind);

/* Writes what a goroutine waits on: the channels of a select, or one object. stack: its frames, by which a lock is
 * found. 0 where it waits on nothing, or that cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_go_waits(struct fb_go *go, const struct fb_goroutine *routine,
					   const struct fb_user_stack *stack,
					   struct fb_go_wait waits[FB_GO_WAITS], size_t *count_ret);

#endif
