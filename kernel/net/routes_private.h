/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes of a namespace while they are being collected. Included by the files of this folder that do so. */
#ifndef FB_KERNEL_ROUTES_PRIVATE_H
#define FB_KERNEL_ROUTES_PRIVATE_H

#include "base/u64_map.h"
#include "kernel/net/routes.h"

struct fb_route_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	uint64_t net;
	uint64_t *left; /* steps */
	struct fb_routes routes;
	size_t room, hop_room;
	struct fb_u64_map seen; /* tries of IPv4; nodes and routes of IPv6 */
};

/* One step: FB_LIMIT where no more are left. */
FB_MUST_CHECK struct fb_error *fb_route_step(struct fb_route_walk *walk);
/* Appends a route, whose hops are those appended since first_hop. */
FB_MUST_CHECK struct fb_error *fb_route_add(struct fb_route_walk *walk,
					    const struct fb_route *route);
/* Appends the hop of a struct fib_nh_common. weight 0: its own. */
FB_MUST_CHECK struct fb_error *fb_route_add_hop(struct fb_route_walk *walk, struct fb_route *route,
						uint64_t common, uint32_t weight);
/* Appends the hops of a struct nexthop, and sets route->nexthop. */
FB_MUST_CHECK struct fb_error *fb_route_add_nexthop(struct fb_route_walk *walk,
						    struct fb_route *route, uint64_t nexthop);
/* Takes over err, of reading hops, and marks the route. */
FB_MUST_CHECK struct fb_error *fb_route_hops_lost(struct fb_route_walk *walk,
						  struct fb_route *route, struct fb_error *err);

/* All tables of each family. */
FB_MUST_CHECK struct fb_error *fb_routes_walk_ipv4(struct fb_route_walk *walk);
FB_MUST_CHECK struct fb_error *fb_routes_walk_ipv6(struct fb_route_walk *walk);

#endif
