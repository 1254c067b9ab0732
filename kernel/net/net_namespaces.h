/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network namespaces (struct net, include/net/net_namespace.h): from the kernel's list of them, its first one, and
 * those that tasks are in. Called by whatever looks into one, or into all.
 */
#ifndef FB_KERNEL_NET_NAMESPACES_H
#define FB_KERNEL_NET_NAMESPACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_net {
	uint64_t address;   /* of the struct net */
	uint32_t inode;     /* as in "net:[INODE]", which /proc/PID/ns/net is; 0: unknown */
	int32_t pid;        /* the lowest PID of a process in it; 0: none */
	uint32_t processes; /* how many are in it */
};

struct fb_nets {
	struct fb_net *nets; /* owned; in the kernel's order: the host's first one at the head */
	size_t count;
};

/* tasks NULL: those of the kernel's own list alone, and no PIDs. Where the list is broken, its rest is missing but for
 * namespaces of tasks, with a warning. A kernel without namespaces (CONFIG_NET_NS) has one. The caller frees the result
 * with fb_nets_deinit(). */
FB_MUST_CHECK struct fb_error *fb_nets_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
					    struct fb_nets *nets_ret);
void fb_nets_deinit(struct fb_nets *nets);
/* NULL: none is at this address. */
const struct fb_net *fb_nets_find(const struct fb_nets *nets, uint64_t address);

/* The namespace of a task. 0: it has left it, on its exit. */
FB_MUST_CHECK struct fb_error *fb_net_of_task(struct fb_kernel *kernel, const struct fb_task *task,
					      uint64_t *net_ret);

#endif
