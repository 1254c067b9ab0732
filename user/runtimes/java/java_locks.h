/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what a thread of Java waits for: to enter a monitor, for a notify(), or for an object of java.util.concurrent
 * for which it has parked; and which threads have that. Versions as in java.h. Called by runtimes.c and bundle/waits.
 *
 * Sources of the formats: OpenJDK's src/hotspot/share/runtime/javaThread.hpp, and
 * src/java.base/share/classes/java/util/concurrent/locks/LockSupport.java.
 */
#ifndef FB_USER_JAVA_LOCKS_H
#define FB_USER_JAVA_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/java/java.h"

enum fb_java_wait_kind {
	FB_JAVA_ENTER,     /* to enter a monitor */
	FB_JAVA_REENTER,   /* the same, at the end of a wait() */
	FB_JAVA_NOTIFY,    /* in a wait() */
	FB_JAVA_JOIN,      /* in a wait() on a thread, which its end notifies */
	FB_JAVA_LOCK,      /* a lock of java.util.concurrent */
	FB_JAVA_STAMPED,   /* a StampedLock, which has no owner */
	FB_JAVA_FUTURE,    /* a FutureTask, which has the thread that runs it */
	FB_JAVA_SEMAPHORE, /* its state is how many permits are left */
	FB_JAVA_LATCH,     /* its state is what is left to count down */
	FB_JAVA_CONDITION, /* a Condition of a lock */
	FB_JAVA_PARK,      /* parked for another object */
	FB_JAVA_UNPARK,    /* parked, and for what was not said: there is no object */
	FB_JAVA_SLEEP,     /* in Thread.sleep(): there is no object */
	FB_JAVA_WAIT_KINDS,
};

struct fb_java_wait {
	enum fb_java_wait_kind kind;
	uint64_t object;   /* 0: not known */
	const char *class; /* of the object; NULL: not known. Owned by the pool */
	/* The thread that has it, owned by the fb_java; NULL: none is known. Of a monitor or lock that has_owner, the
	 * owner is then none of the VM's list: a virtual thread, or one that has ended. */
	const struct fb_java_thread *owner;
	bool has_owner;
	uint64_t owner_field; /* address of what was read to find it */
	/* Of a read-write lock that threads have for reading: how many times; owner is then one of them, if any is
	 * known. */
	uint32_t readers;
	uint64_t state; /* see the kinds */
	char why[96];   /* what could not be read of it; "": all was */
};

/* *found_ret: whether the thread waits for an object of Java, or sleeps or is parked without one. A thread of the VM's
 * that does not wait at all may still have what it waited for: ask this only of one that sleeps. Only fatal errors are
 * returned. */
FB_MUST_CHECK struct fb_error *fb_java_wait_find(struct fb_java *java,
						 const struct fb_java_thread *thread,
						 struct fb_java_wait *wait_ret, bool *found_ret);

/* As jstack says it: "waiting to lock"; NULL: it waits for no object. Static. */
const char *fb_java_wait_verb(enum fb_java_wait_kind kind);

#endif
