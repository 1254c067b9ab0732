/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours, as `ip neigh` lists them: the kernel's tables of ARP and of neighbour discovery
 * (include/net/neighbour.h), each of which has those of all namespaces, and the addresses that it answers for in place
 * of others (proxies). Called by the command net.
 */
#ifndef FB_KERNEL_NEIGHBOURS_H
#define FB_KERNEL_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/net/interfaces.h"

struct fb_neighbour {
	uint64_t address;  /* of the struct neighbour, or pneigh_entry */
	uint64_t net;      /* address of the struct net; 0: unknown */
	uint16_t family;   /* AF_INET, AF_INET6 */
	bool proxy;        /* the host answers for it; it has only the members up to flags */
	uint8_t ip[16];    /* network order; 4 bytes of AF_INET */
	int32_t interface; /* index; 0: all, or unknown */
	char name[FB_INTERFACE_NAME]; /* of the interface; "": all, or unknown. Raw bytes */
	uint8_t flags;                /* NTF_* */
	uint8_t state;                /* NUD_* */
	uint8_t protocol;             /* RTPROT_*: who made it */
	uint8_t link_address[FB_LINK_ADDRESS];
	uint8_t link_address_size; /* bytes; 0: it is not known to the host */
	uint32_t probes;           /* that have been sent and not answered */
	uint32_t queued;           /* packets that wait for it */
	uint32_t references;
	uint64_t used, confirmed, updated; /* jiffies */
};

struct fb_neighbours {
	struct fb_neighbour *neighbours; /* owned; IPv4 first, by address */
	size_t count;
};

/* Neighbours of all namespaces. What cannot be read is missing, with a warning. FB_NOT_FOUND where types or symbols are
 * missing. The caller frees the result with fb_neighbours_deinit(). */
FB_MUST_CHECK struct fb_error *fb_neighbours_load(struct fb_kernel *kernel,
						  struct fb_neighbours *neighbours_ret);
void fb_neighbours_deinit(struct fb_neighbours *neighbours);

#endif
