/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classes of the objects that threads wait for: their names, and where objects of java.util.concurrent record what is
 * known of them. Each class is read once. Called by java_locks.c and java_monitors.c.
 *
 * Sources: OpenJDK's src/java.base/share/classes/java/util/concurrent/locks/AbstractOwnableSynchronizer.java,
 * AbstractQueuedSynchronizer.java, ReentrantReadWriteLock.java, and java/util/concurrent/FutureTask.java.
 */
#ifndef FB_USER_JAVA_CLASSES_H
#define FB_USER_JAVA_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/java/java_private.h"

enum fb_java_role {
	FB_JAVA_ROLE_OTHER,
	FB_JAVA_ROLE_LOCK, /* an AbstractOwnableSynchronizer that is none of the next */
	FB_JAVA_ROLE_READ_WRITE,
	FB_JAVA_ROLE_COUNT_DOWN,
	FB_JAVA_ROLE_SEMAPHORE,
	FB_JAVA_ROLE_CONDITION,
	FB_JAVA_ROLE_FUTURE,
	FB_JAVA_ROLE_STAMPED,
	FB_JAVA_ROLE_THREAD,
	FB_JAVA_ROLE_CLASS, /* java.lang.Class */
};

struct fb_java_class {
	uint64_t address;
	const char *name; /* "java.lang.Object"; owned by the pool */
	enum fb_java_role role;
	/* Offsets of members in bytes; 0: its objects have none. */
	uint32_t owner;        /* the thread that has a lock, or runs a FutureTask */
	uint32_t state;        /* a number: how often a lock is taken, what is left of a count */
	bool wide_state;       /* it is of 64 bits */
	uint32_t first_reader; /* of a read-write lock: a thread that has it */
};

/* The class of the object at the address. It is valid until the next call. FB_UNSUPPORTED, FB_CORRUPT; errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_class(struct fb_java *java, uint64_t object,
					     const struct fb_java_class **class_ret);

/* The class of the object as jstack names it: "java.lang.Object", "java.lang.Class for Main". Owned by the pool. */
FB_MUST_CHECK struct fb_error *fb_java_object_class(struct fb_java *java, uint64_t object,
						    const char **name_ret);

#endif
