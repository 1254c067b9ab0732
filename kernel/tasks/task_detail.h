/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * More about a task than the task table has: its namespaces, its control group, the
 * size of its memory. Each is read when it is needed. Called by the command ps and the
 * report.
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

/* The inode numbers that /proc/PID/ns shows. 0: the kernel has no such namespaces, the task has released it on exit, or
 * it cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_task_namespaces(struct fb_kernel *kernel,
						  const struct fb_task *task,
						  uint64_t inodes_ret[FB_NAMESPACE_KINDS]);
/* "cgroup", "ipc", ... as in /proc/PID/ns. Static. */
const char *fb_namespace_name(enum fb_namespace kind);

/* The path in its hierarchy of the struct cgroup at this address: "/", "/system.slice/ssh.service". `to` (size bytes)
 * gets raw bytes and a NUL: escape before showing. FB_NOT_FOUND for a kernel without control groups, FB_LIMIT where the
 * path does not fit, errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_cgroup_path(struct fb_kernel *kernel, uint64_t cgroup, char *to,
					      size_t size);
/* The path of the task's control group in the default hierarchy (version 2). */
FB_MUST_CHECK struct fb_error *fb_task_cgroup(struct fb_kernel *kernel, const struct fb_task *task,
					      char *to, size_t size);

/* The address of the namespace of a task that a member of struct nsproxy has; 0: the task has left it, on its exit. */
FB_MUST_CHECK struct fb_error *fb_task_namespace(struct fb_kernel *kernel,
						 const struct fb_task *task,
						 const struct fb_field *member,
						 uint64_t *namespace_ret);

/* The number that the struct pid at this address has in the host's PID namespace. FB_NOT_FOUND where types are missing,
 * errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_pid_number(struct fb_kernel *kernel, uint64_t pid,
					     int32_t *number_ret);

/* Resident memory in bytes of the process whose mm_struct is at mm (kernel virtual), as VmRSS in /proc/PID/status:
 * pages of files, anonymous pages and shared memory. Before 6.2 each thread counts up to 64 pages of its own that the
 * kernel adds later, so that the value is as inexact as VmRSS. From 6.2 on the parts of all CPUs are added here, so
 * that it is exact. */
FB_MUST_CHECK struct fb_error *fb_mm_resident(struct fb_kernel *kernel, uint64_t mm,
					      uint64_t *bytes_ret);

/* Swapped memory in bytes of that process, as VmSwap; it is as inexact as the resident memory. */
FB_MUST_CHECK struct fb_error *fb_mm_swapped(struct fb_kernel *kernel, uint64_t mm,
					     uint64_t *bytes_ret);

/* The effective user ID in the host's user namespace. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_task_effective_uid(struct fb_kernel *kernel,
						     const struct fb_task *task, uint32_t *uid_ret);

#endif
