/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File locks and who waits for them, as /proc/locks lists them (fs/locks.c).
 */
#ifndef FB_KERNEL_LOCKS_H
#define FB_KERNEL_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

enum fb_lock_kind {
	FB_LOCK_POSIX,
	FB_LOCK_ACCESS, /* taken during the check of a mandatory lock */
	FB_LOCK_OFD,
	FB_LOCK_FLOCK,
	FB_LOCK_LEASE,
	FB_LOCK_DELEGATION,
	FB_LOCK_UNKNOWN,
};

struct fb_lock {
	uint64_t address; /* of the struct file_lock, or file_lease */
	uint32_t id;      /* the number that /proc/locks gives it and its waiters; from 1 */
	uint32_t depth;   /* 0: held; 1: waits for a held lock; 2: waits for such a waiter... */
	size_t held;      /* index of the held lock at the root of the tree of waiters; it has to be
			   * released before any of them goes on. Of a held lock its own index */
	enum fb_lock_kind kind;
	uint8_t type;   /* F_RDLCK 0, F_WRLCK 1, F_UNLCK 2 */
	uint64_t flags; /* FL_* */
	int32_t pid;    /* of the thread group, in the host's PID namespace; -1 for OFD locks */
	bool has_inode;
	uint32_t major, minor;
	uint64_t inode;
	uint64_t file;      /* address of the struct file, 0 if none */
	int64_t start, end; /* bytes, inclusive; end INT64_MAX: to the end of the file */
};

struct fb_locks {
	struct fb_lock *locks; /* owned; each held lock is followed by all its waiters */
	size_t count;
};

/* All file locks of the host. Where a list is broken, its rest is missing, with a warning. FB_NOT_FOUND where this
 * kernel has no such lists. The caller frees the result with fb_locks_deinit(). */
FB_MUST_CHECK struct fb_error *fb_locks_load(struct fb_kernel *kernel, struct fb_locks *locks_ret);
void fb_locks_deinit(struct fb_locks *locks);

/* The name that /proc/locks has for it: "POSIX", "OFDLCK", "FLOCK", "LEASE", "DELEG"... Static. */
const char *fb_lock_kind_name(enum fb_lock_kind kind);

#endif
