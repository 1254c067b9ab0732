/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory and messages that parent and child of base/isolation/isolate.h share, and the child's start. */
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

/* In memory that parent and children share. A child that was taken over may write anything here, so the
 * parent checks a part's number that it reads before it uses it as an index. */
struct fb_isolate_shared {
	_Atomic uint64_t next;      /* the lowest part that no child has begun */
	_Atomic uint64_t at_hand[]; /* the part that each child is at; FB_ISOLATE_IDLE: none */
};

/* The header of a message from a child; size bytes follow. */
struct fb_isolate_message {
	uint64_t index; /* of the part */
	uint64_t size;
	uint64_t kind; /* enum fb_isolate_kind */
};

enum fb_isolate_kind {
	FB_ISOLATE_RESULT,  /* what work() appended */
	FB_ISOLATE_FAILED,  /* one byte with the error's code, then its message */
	FB_ISOLATE_WARNING, /* the text of a warning; index has no meaning */
};

struct fb_isolate_child {
	const struct fb_isolate_ops *ops;
	void *context;
	struct fb_warnings *warnings;
	size_t count; /* parts */
	struct fb_isolate_shared *shared;
	unsigned slot;         /* this child's index in shared->at_hand */
	int fd;                /* the socket to the parent */
	int fetch_fd;          /* a channel to the fetcher; -1: none */
	uint64_t memory_limit; /* RLIMIT_DATA, bytes */
	unsigned cpu_seconds;  /* of all parts that the child does, together */
};

/* isolate_child.c: all that a child does, up to _exit(). Does not return. */
_Noreturn void fb_isolate_child_run(const struct fb_isolate_child *child);

/* CPU seconds that the part at index may take. */
unsigned fb_isolate_seconds(const struct fb_isolate_ops *ops, void *context, size_t index);

/* isolate_owner.c: the thread that forked one child; the child is killed when this thread ends. */
struct fb_isolate_owner {
	pid_t pid;    /* of the child, once it is started */
	bool running; /* the thread exists and has to be ended */
	pthread_t thread;
	sem_t made, over; /* made: the fork is done, or failed; over: the thread shall end */
	int errnum;       /* the errno where pid is -1 */
	void (*live)(void *context);
	void *context;
};

/* Makes a child in which live(context) runs; the caller has to call waitpid() for it and keeps context until
 * then. Returns 0, or the errno of the failure, after which there is nothing to end. */
int fb_isolate_owner_start(struct fb_isolate_owner *owner, void (*live)(void *context),
			   void *context);
/* Kills the child where it still runs, and ends the thread. To be called for each owner that was started,
 * before or after the waitpid() for its child; further calls do nothing. */
void fb_isolate_owner_end(struct fb_isolate_owner *owner);

#endif
