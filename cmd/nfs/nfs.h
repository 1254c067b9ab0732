/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of `fbundle nfs` share: the struct with all that was found, which nfs.c fills. */
#ifndef FB_CMD_NFS_H
#define FB_CMD_NFS_H

#include "base/error.h"
#include "cmd/shared/command.h"
#include "kernel/files/mounts.h"
#include "kernel/modules/module.h"
#include "kernel/nfs/nfs_mounts.h"
#include "kernel/nfs/rpc.h"
#include "kernel/tasks/task.h"

struct fb_nfs {
	struct fb_nfs_mounts mounts;
	struct fb_rpc rpc;
	struct fb_mounts targets; /* of PID 1's namespace */
	const struct fb_tasks *tasks;
	struct fb_modules *modules; /* owned; NULL: they cannot be read */
	bool absent; /* the kernel's RPC client is not loaded: there is nothing to tell */
};

/* The first mount of a file system in PID 1's namespace; NULL: none is there. */
const struct fb_mount *fb_nfs_target(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount);
/* The transport of a client; NULL: unknown. */
const struct fb_rpc_transport *fb_nfs_transport(const struct fb_nfs *nfs, uint64_t client);
/* As nfsstat -m has them: "vers=4.2,rsize=262144,...,hard,proto=tcp,timeo=600,retrans=2,sec=sys"; raw text, cut where it
 * does not fit. Returns `to`. */
char *fb_nfs_options_text(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount, char *to,
			  size_t size);
/* How many calls a mount's clients have under way: its own, and those that it was cloned from. */
size_t fb_nfs_calls(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount);

FB_MUST_CHECK struct fb_error *fb_nfs_print_text(struct fb_context *context,
						 const struct fb_nfs *nfs);
FB_MUST_CHECK struct fb_error *fb_nfs_print_json(struct fb_context *context,
						 const struct fb_nfs *nfs);

#endif
