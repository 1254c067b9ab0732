/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the object of Python that a thread waits for in futex(): a Lock, an RLock, which has its owner, a semaphore of
 * multiprocessing; or the Condition, Event, Queue and the like whose method waits with such a lock. CPython 3.9 to
 * 3.14. Called by runtimes.c and bundle/waits.
 *
 * Sources of the formats: CPython's Modules/_threadmodule.c, Modules/_queuemodule.c, Python/parking_lot.c,
 * Modules/_multiprocessing/semaphore.c, Include/internal/pycore_lock.h, Include/cpython/object.h.
 */
#ifndef FB_USER_PYTHON_LOCKS_H
#define FB_USER_PYTHON_LOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "user/runtimes/python.h"

enum fb_python_lock_kind {
	FB_PYTHON_LOCK,
	FB_PYTHON_RLOCK,
	FB_PYTHON_SEMAPHORE, /* of multiprocessing: also its locks */
	FB_PYTHON_QUEUE,     /* _queue.SimpleQueue */
};

#define FB_PYTHON_CLASS_SIZE 64u
struct fb_python_wait {
	enum fb_python_lock_kind kind;
	uint64_t lock;  /* address of the object */
	uint64_t owner; /* of an RLock: FS base of the thread that has it; 0: none */
	uint64_t owner_field;
	/* The outermost method of Python's own library that waits with the lock: the class and address of its object,
	 * "Queue", and its name, "Queue.get". "", 0: the lock itself is waited for. */
	char class[FB_PYTHON_CLASS_SIZE], method[FB_PYTHON_CLASS_SIZE];
	uint64_t object;
};

/* *found_ret: whether the thread with these registers, which sleeps in futex() at word, waits for an object of Python.
 * False too where the object cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_python_wait_find(struct fb_python *python,
						   const struct user_regs_struct *regs,
						   uint64_t word, struct fb_python_wait *wait_ret,
						   bool *found_ret);

#endif
