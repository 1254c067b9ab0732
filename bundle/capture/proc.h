/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads from /proc what a capture needs to know of running processes. PIDs and TIDs are those of the PID namespace
 * for which /proc was mounted. Called by the other files of this folder.
 */
#ifndef FB_BUNDLE_CAPTURE_PROC_H
#define FB_BUNDLE_CAPTURE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/buf.h"
#include "base/error.h"

/* What kind of pages a mapping has, where they have been touched. */
enum fb_proc_kind {
	FB_PROC_ANONYMOUS, /* the process's own */
	FB_PROC_SHMEM,     /* shared memory without a file on disk */
	FB_PROC_FILE,      /* a file's, except written pages of a private mapping */
	FB_PROC_VDSO,
	FB_PROC_DEVICE, /* of a device, or the kernel's own: they must not be read */
};

struct fb_proc_mapping {
	uint64_t start, end; /* end exclusive */
	uint64_t offset;     /* bytes into the file */
	uint32_t flags;      /* PF_R, PF_W, PF_X */
	enum fb_proc_kind kind;
	char *path; /* owned; "" if none */
};

struct fb_proc_maps {
	struct fb_proc_mapping *list; /* owned; in order of address */
	size_t count, room;
};

struct fb_proc_status {
	char comm[16]; /* NUL-terminated */
	char state;    /* as ps(1) shows it */
	int32_t ppid, pgrp, sid;
	int32_t tracer; /* PID of the process that traces it; 0: none */
	uint32_t uid, gid;
	uint32_t flags;
	int32_t nice;
	uint64_t utime_ns, stime_ns;
};

/* Appends a file of /proc/PID (tid 0) or /proc/PID/task/TID to text. FB_NOT_FOUND: the process has ended; FB_ABSENT:
 * this user may not read it; FB_LIMIT where text has reached its maximum; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_proc_read(int32_t pid, int32_t tid, const char *name,
					    struct fb_buf *text);
FB_MUST_CHECK struct fb_error *fb_proc_status(int32_t pid, int32_t tid,
					      struct fb_proc_status *status_ret);
/* Empty for a kernel thread, and for a process that has exited. */
FB_MUST_CHECK struct fb_error *fb_proc_maps_read(int32_t pid, struct fb_proc_maps *maps_ret);
void fb_proc_maps_deinit(struct fb_proc_maps *maps);

/* The numbers that are names in a folder of /proc: of processes ("/proc") or threads ("/proc/PID/task"). The caller
 * frees *list_ret. */
FB_MUST_CHECK struct fb_error *fb_proc_numbers(const char *folder, int32_t **list_ret,
					       size_t *count_ret);

/* *blocked_ret: whether a thread of the process is in D state. A thread that exits meanwhile, or whose state this user
 * may not read, is not. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_proc_has_blocked(int32_t pid, bool *blocked_ret);

/* The registers with which a thread entered the kernel, as far as /proc/PID/task/TID/syscall has them: the number and
 * arguments of a system call, stack pointer and pc. is_32bit: of a 32-bit program, whose arguments are in other
 * registers. FB_ABSENT: the thread runs, or the file does not show them. */
FB_MUST_CHECK struct fb_error *fb_proc_syscall_regs(int32_t pid, int32_t tid, bool is_32bit,
						    struct user_regs_struct *regs_ret);

#endif
