/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of one client. Called by rpc.c. */
#ifndef FB_KERNEL_NFS_RPC_CALLS_H
#define FB_KERNEL_NFS_RPC_CALLS_H

#include "kernel/nfs/rpc.h"

/* Adds the calls of the client with this index. FB_CORRUPT and errors of fb_space_read() where its list is broken; the
 * calls before have then been added. A call that cannot be read is missing, with a warning. */
FB_MUST_CHECK struct fb_error *fb_rpc_calls_read(struct fb_rpc_reader *reader, size_t client);

#endif
