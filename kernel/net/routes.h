/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes of a namespace, as `ip route show table all` lists them: IPv4's tries and IPv6's trees of all tables, with the
 * next hops of each, also of those that are objects of their own (`ip nexthop`). Called by the command net.
 */
#ifndef FB_KERNEL_ROUTES_H
#define FB_KERNEL_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/net/interfaces.h"

/* struct dst_metrics: RTAX_MAX in the oldest and newest kernels (include/uapi/linux/rtnetlink.h). */
#define FB_ROUTE_METRICS 17u

struct fb_route_hop {
	uint16_t gateway_family; /* AF_INET, AF_INET6; 0: no gateway, its hosts are on the link */
	uint8_t gateway[16];     /* network order; 4 bytes of AF_INET */
	int32_t interface;       /* index; 0: none */
	char name[FB_INTERFACE_NAME]; /* of the interface; "": none, or unknown. Raw bytes */
	uint32_t weight;              /* of several hops: its share */
	uint8_t flags;                /* RTNH_F_* */
};

struct fb_route {
	uint16_t family;         /* AF_INET, AF_INET6 */
	uint8_t prefix;          /* bits of the destination */
	uint8_t source_prefix;   /* bits of the source; 0: packets of any source. IPv6 only */
	uint8_t destination[16]; /* network order; 4 bytes of AF_INET */
	uint8_t source[16];
	/* the source address of packets of this host; zeros: none is named */
	uint8_t preferred[16];
	uint8_t tos;      /* 0: packets of any */
	uint8_t type;     /* RTN_*: fb_route_type_name() */
	uint8_t protocol; /* RTPROT_*: who made it */
	uint8_t scope;    /* RT_SCOPE_* */
	uint32_t table;   /* RT_TABLE_MAIN is 254 */
	uint32_t metric;  /* of several to one destination the lowest is taken */
	uint32_t flags;   /* RTF_* of IPv6 (include/uapi/linux/ipv6_route.h); 0 of IPv4 */
	uint32_t nexthop; /* the number of its nexthop object; 0: none */
	uint64_t expires; /* jiffies; 0: never */
	uint64_t metrics; /* address of its struct dst_metrics; 0: none */
	uint64_t address; /* of the struct fib_alias or fib6_info */
	size_t first_hop; /* index in hops */
	uint32_t hop_count;
	bool hops_lost; /* some of its next hops could not be read */
};

struct fb_routes {
	/* owned; IPv4 first, by table (main, others by number, local), destination, metric */
	struct fb_route *routes;
	size_t count;
	struct fb_route_hop *hops; /* owned; of all routes */
	size_t hop_count;
};

/* net: the address of a struct net. Each step of a walk lowers *left by one, FB_MAX_ROUTE_STEPS at the start of the
 * first namespace; where it is 0 further routes are missing, with a warning; so is what cannot be read. FB_NOT_FOUND
 * where types are missing. The caller frees the result with fb_routes_deinit(). */
FB_MUST_CHECK struct fb_error *fb_routes_load(struct fb_kernel *kernel, uint64_t net,
					      uint64_t *left, struct fb_routes *routes_ret);
void fb_routes_deinit(struct fb_routes *routes);

/* What a route says of packets on it: RTAX_* number i + 1 at i; 0: nothing. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_route_metrics_read(struct fb_kernel *kernel,
						     const struct fb_route *route,
						     uint32_t metrics_ret[FB_ROUTE_METRICS]);

#endif
