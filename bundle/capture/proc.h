/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc tells of running processes, as a capture needs it. PIDs and TIDs are those of the PID namespace
 * that /proc is of.
 */
#ifndef FB_BUNDLE_CAPTURE_PROC_H
#define FB_BUNDLE_CAPTURE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/buf.h"
#include "base/error.h"

/* What a mapping's pages are, where they have been touched. */
enum fb_proc_kind {
	FB_PROC_ANONYMOUS, /* the process's own */
	FB_PROC_SHMEM,     /* shared memory without a file on disk: its bytes are nowhere else */
	FB_PROC_FILE,      /* a file's; those that the process wrote to a private one are its own */
	FB_PROC_VDSO,
	FB_PROC_DEVICE, /* and the kernel's own pages: not to be read */
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
	char state;    /* as ps shows it */
	int32_t ppid, pgrp, sid;
	int32_t tracer; /* PID; 0: nobody traces it */
	uint32_t uid, gid;
	uint32_t flags;
	int32_t nice;
	uint64_t utime_ns, stime_ns;
};

/* A file of /proc/PID (tid 0) or /proc/PID/task/TID, appended to text, up to its limit. FB_NOT_FOUND: the
 * process is gone; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_proc_read(int32_t pid, int32_t tid, const char *name,
					    struct fb_buf *text);
FB_MUST_CHECK struct fb_error *fb_proc_status(int32_t pid, int32_t tid,
					      struct fb_proc_status *status_ret);
/* Empty for a kernel thread, and for a process that has exited. */
FB_MUST_CHECK struct fb_error *fb_proc_maps_read(int32_t pid, struct fb_proc_maps *maps_ret);
void fb_proc_maps_deinit(struct fb_proc_maps *maps);

/* Whether the auxiliary vector in /proc/PID/auxv is that of a 32-bit program, whose entries are pairs of 32 bits: taken
 * for pairs of 64, a key holds a value in its upper half, and no key is as large. */
bool fb_proc_auxv_is_32bit(const void *auxv, size_t size);

/* The numbers that a folder of /proc has: processes ("/proc"), threads ("/proc/PID/task"). list_ret is the
 * caller's to free. */
FB_MUST_CHECK struct fb_error *fb_proc_numbers(const char *folder, int32_t **list_ret,
					       size_t *count_ret);

/* The registers that a thread entered the kernel with, as far as /proc/PID/task/TID/syscall has them: of a
 * system call its number and arguments, stack pointer and pc. FB_ABSENT: it runs, or nothing is told. */
FB_MUST_CHECK struct fb_error *fb_proc_syscall_regs(int32_t pid, int32_t tid,
						    struct user_regs_struct *regs_ret);

#endif
