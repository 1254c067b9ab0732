/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What parent and child of base/isolate.h share. */
#ifndef FB_BASE_ISOLATE_PRIVATE_H
#define FB_BASE_ISOLATE_PRIVATE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/isolate.h"

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
	uint64_t memory_limit; /* RLIMIT_DATA, bytes */
};

/* isolate_child.c: the whole life of a child. Does not return. */
_Noreturn void fb_isolate_child_run(const struct fb_isolate_child *child);

#endif
