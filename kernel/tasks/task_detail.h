/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is worth knowing of a task beyond the task table: its namespaces, its
 * control group, its memory. Read when asked for.
 */
#ifndef FB_KERNEL_TASK_DETAIL_H
#define FB_KERNEL_TASK_DETAIL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

enum fb_namespace {
	FB_NAMESPACE_CGROUP,
	FB_NAMESPACE_IPC,
	FB_NAMESPACE_MNT,
	FB_NAMESPACE_NET,
	FB_NAMESPACE_PID,
	FB_NAMESPACE_TIME,
	FB_NAMESPACE_USER,
	FB_NAMESPACE_UTS,
	FB_NAMESPACE_KINDS,
};

/* The inode numbers that /proc/PID/ns shows. 0: a kernel without such namespaces, a task that has
 * given them back on exit, or unreadable. Only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_task_namespaces(struct fb_kernel *kernel,
						  const struct fb_task *task,
						  uint64_t inodes_ret[FB_NAMESPACE_KINDS]);
/* "cgroup", "ipc", ... as in /proc/PID/ns. */
const char *fb_namespace_name(enum fb_namespace kind);

/* The path of a struct cgroup in its hierarchy, from the root: "/", "/system.slice/ssh.service". Raw bytes,
 * NUL-terminated, size bytes at most: escape before showing. FB_NOT_FOUND for a kernel without control groups,
 * FB_LIMIT where it does not fit, errors of reading. */
FB_MUST_CHECK struct fb_error *fb_cgroup_path(struct fb_kernel *kernel, uint64_t cgroup, char *to,
					      size_t size);
/* That of the task in the default hierarchy (version 2). */
FB_MUST_CHECK struct fb_error *fb_task_cgroup(struct fb_kernel *kernel, const struct fb_task *task,
					      char *to, size_t size);

/* Resident memory of a process by the address of its mm_struct (kernel virtual), as VmRSS in /proc/PID/status: pages of files, anonymous ones and shared
 * memory, in bytes. Before 6.2 threads hold back up to 64 pages each, which only the kernel adds
 * now and then; since, every CPU's part is added here, so that this is exact where VmRSS is not. */
FB_MUST_CHECK struct fb_error *fb_mm_resident(struct fb_kernel *kernel, uint64_t mm,
					      uint64_t *bytes_ret);

/* The effective user ID, as the host's user namespace has it. Errors of reading. */
FB_MUST_CHECK struct fb_error *fb_task_effective_uid(struct fb_kernel *kernel,
						     const struct fb_task *task, uint32_t *uid_ret);

#endif
