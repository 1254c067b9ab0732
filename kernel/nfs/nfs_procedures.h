/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mounted file system of NFS called of each procedure. Called by nfs_mounts.c. */
#ifndef FB_KERNEL_NFS_PROCEDURES_H
#define FB_KERNEL_NFS_PROCEDURES_H

#include "kernel/nfs/nfs_mounts.h"

/* Fills in mount->procedures, by mount->client and those that it was cloned from, as rpc_clnt_show_stats() adds them up
 * (net/sunrpc/stats.c). Where they cannot be read, procedures_known is false, with a warning. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_nfs_procedures_read(struct fb_kernel *kernel,
						      const struct fb_rpc_layout *layout,
						      struct fb_nfs_mount *mount);

#endif
