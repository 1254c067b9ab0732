/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What parent and child of base/isolation/isolate.h share. */
#ifndef FB_BASE_ISOLATION_ISOLATE_PRIVATE_H
#define FB_BASE_ISOLATION_ISOLATE_PRIVATE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/isolation/isolate.h"

#define FB_ISOLATE_IDLE UINT64_MAX

/* In memory that parent and children share. A child may write anything here: what the parent reads
 * is a hint at which part was at hand, never an index. */
struct fb_isolate_shared {
	_Atomic uint64_t next;      /* the next part that nobody has begun */
	_Atomic uint64_t at_hand[]; /* of each child; FB_ISOLATE_IDLE: none */
};

/* A message from a child: this, then size bytes. */
struct fb_isolate_message {
	uint64_t index;
	uint64_t size;
	uint64_t kind;
};

enum fb_isolate_kind {
	FB_ISOLATE_RESULT,
	FB_ISOLATE_FAILED,  /* the error's code, one byte, and its message */
	FB_ISOLATE_WARNING, /* a warning that came up on the way; index means nothing */
};

struct fb_isolate_child {
	const struct fb_isolate_ops *ops;
	void *context;
	struct fb_warnings *warnings;
	size_t count;
	struct fb_isolate_shared *shared;
	unsigned slot;         /* in shared->at_hand */
	int fd;                /* to the parent */
	int fetch_fd;          /* a channel to the fetcher; -1: none */
	uint64_t memory_limit; /* RLIMIT_DATA, bytes */
	unsigned cpu_seconds;  /* for its whole life */
};

/* isolate_child.c: the whole life of a child. Does not return. */
_Noreturn void fb_isolate_child_run(const struct fb_isolate_child *child);

/* CPU seconds that a part may take. */
unsigned fb_isolate_seconds(const struct fb_isolate_ops *ops, void *context, size_t index);

/* isolate_owner.c: one child's thread. */
struct fb_isolate_owner {
	pid_t pid;    /* of the child, once it is started */
	bool running; /* the thread is to be ended */
	pthread_t thread;
	sem_t made, over;
	int errnum;
	void (*live)(void *context);
	void *context;
};

/* Makes a child in which live(context) runs; the caller waits for it (waitpid). context is borrowed
 * until then. Returns 0 or an errno, and then nothing is left to be ended. */
int fb_isolate_owner_start(struct fb_isolate_owner *owner, void (*live)(void *context),
			   void *context);
/* Kills the child, if it is still there. For each that was started, before or after its child was
 * waited for; further calls do nothing. */
void fb_isolate_owner_end(struct fb_isolate_owner *owner);

#endif
