/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of /proc/sys (include/linux/sysctl.h, fs/proc/proc_sysctl.c): the tables that the kernel and its modules
 * registered, those of namespaces too, and the text that reading each of the files would have given. Called by the
 * command sysctl.
 */
#ifndef FB_KERNEL_SYSCTL_H
#define FB_KERNEL_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"
#include "kernel/net/net_namespaces.h"
#include "kernel/tasks/task.h"

enum fb_sysctl_state {
	FB_SYSCTL_VALUE,    /* text is what the file gave */
	FB_SYSCTL_COMPUTED, /* its handler computes the text, in a way that is not known here */
	FB_SYSCTL_UNREADABLE, /* the dump has lost the data, or the kernel's own reading of it fails */
	FB_SYSCTL_WRITE_ONLY, /* the file cannot be read */
};

/* Whose a value is. */
enum fb_sysctl_owner {
	FB_SYSCTL_HOST, /* one for the whole kernel */
	FB_SYSCTL_NET,
	FB_SYSCTL_USER,
	FB_SYSCTL_IPC,
	FB_SYSCTL_PID,
	FB_SYSCTL_OWNERS,
};

struct fb_sysctl {
	char *name; /* owned; "kernel.pid_max": raw bytes, with dots and slashes as sysctl(8) has them */
	char *text; /* owned; raw bytes, without the line end; NULL where state is not FB_SYSCTL_VALUE */
	enum fb_sysctl_state state;
	enum fb_sysctl_owner owner;
	uint64_t namespace; /* address of the owner; 0: the whole kernel */
	uint64_t table;     /* address of the struct ctl_table */
	uint64_t data;      /* address of the value; 0: the handler knows where it is */
	uint64_t handler;   /* the function that reads and writes it; 0: none */
	uint32_t length;    /* bytes of the data, as the table has it */
	uint16_t mode;      /* permissions */
};

struct fb_sysctls {
	struct fb_sysctl *values; /* owned; by name, those of one name by their namespace */
	size_t count;
};

/* The namespaces whose values are read; 0: none. */
struct fb_sysctl_view {
	uint64_t net, ipc, user, pid, uts;
};

/* What a task sees. Namespaces that it has left, or that cannot be read, are the initial ones. task NULL: the initial
 * ones. Fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_sysctl_view_of(struct fb_kernel *kernel,
						 const struct fb_task *task,
						 struct fb_sysctl_view *view_ret);

/* The values as the view has them. nets: the values of these network namespaces in place of the view's; NULL: the
 * view's alone. modules (may be NULL) names the handlers; without it those of modules are not known. Parts that are
 * damaged are left out, with a warning. FB_NOT_FOUND where types or symbols are missing; the caller frees the result
 * with fb_sysctls_deinit(). */
FB_MUST_CHECK struct fb_error *fb_sysctls_load(struct fb_kernel *kernel, struct fb_modules *modules,
					       const struct fb_sysctl_view *view,
					       const struct fb_nets *nets,
					       struct fb_sysctls *sysctls_ret);
void fb_sysctls_deinit(struct fb_sysctls *sysctls);

/* Whether a name is asked for: pattern is a name, the start of one up to a dot ("net.ipv4"), or a pattern of the shell
 * ("*.rp_filter"); dots and slashes are the same in both. NULL: all are. */
bool fb_sysctl_matches(const char *name, const char *pattern);

/* "value", "computed", "unreadable", "write-only"; "net", "user", "ipc", "pid", NULL for the host's. Static. */
const char *fb_sysctl_state_name(enum fb_sysctl_state state);
const char *fb_sysctl_owner_name(enum fb_sysctl_owner owner);

#endif
