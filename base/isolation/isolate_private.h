/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory and messages that parent and child of base/isolation/isolate.h share, and the child's start. */
#ifndef FB_BASE_ISOLATION_ISOLATE_PRIVATE_H
#define FB_BASE_ISOLATION_ISOLATE_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
