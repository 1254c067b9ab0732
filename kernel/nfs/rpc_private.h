/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of RPC clients, transports and calls share. */
#ifndef FB_KERNEL_NFS_RPC_PRIVATE_H
#define FB_KERNEL_NFS_RPC_PRIVATE_H

#include "kernel/nfs/rpc.h"

struct fb_rpc_reader {
	struct fb_kernel *kernel;
	const struct fb_rpc_layout *layout;
	struct fb_modules *modules;       /* NULL: cannot be read */
	const struct fb_jiffies *jiffies; /* tick_s 0: unknown */
	struct fb_rpc *rpc;
	size_t client_room, transport_room, call_room;
	struct fb_u64_map clients, transports; /* addresses to indexes */
	struct fb_u64_map calls;               /* addresses that were met */
	uint64_t net;                          /* whose list is walked */
	size_t client;                         /* whose calls are walked */
};

/* Makes the answer incomplete, and the error a warning. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_rpc_lost(struct fb_rpc_reader *reader, struct fb_error *err,
					   const char *what);
/* The index of the transport at address, which is read at the first call; SIZE_MAX for address 0, and where it cannot
 * be read. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_rpc_transport_index(struct fb_rpc_reader *reader,
						      uint64_t address, size_t *index_ret);
/* The string at the address that a member of the struct at base has; "" for a null pointer. Where it cannot be read, or
 * this kernel lacks the member, it is "" too. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_rpc_string(struct fb_kernel *kernel, uint64_t base,
					     const struct fb_field *field, char *to, size_t size);
/* The number that a member has; 0 where this kernel lacks the member. */
FB_MUST_CHECK struct fb_error *fb_rpc_number(struct fb_kernel *kernel, uint64_t base,
					     const struct fb_field *field, uint32_t *value_ret);
/* A time of jiffies in seconds; NaN: unknown. */
double fb_rpc_seconds(const struct fb_jiffies *jiffies, uint64_t ticks);

#endif
