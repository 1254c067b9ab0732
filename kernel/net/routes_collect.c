// SPDX-License-Identifier: GPL-2.0-or-later
/* Collects routes with their next hops. Called by routes_ipv4.c and routes_ipv6.c. */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/routes_private.h"

struct fb_error *fb_route_step(struct fb_route_walk *walk)
{
	if (!*walk->left)
		return fb_error_create(FB_LIMIT, "there are too many");
	--*walk->left;
	return NULL;
}

struct fb_error *fb_route_add(struct fb_route_walk *walk, const struct fb_route *route)
{
	struct fb_error *err = fb_grow_array(&walk->routes.routes, &walk->room, walk->routes.count,
					     sizeof(*route), FB_MAX_ROUTES, "routes");

	if (!err)
		walk->routes.routes[walk->routes.count++] = *route;
	return err;
}

/* The interface may be gone: the hop has its number then. */
static struct fb_error *read_name(struct fb_route_walk *walk, uint64_t common,
				  struct fb_route_hop *hop)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t device = 0;
	struct fb_error *err = fb_kernel_field(walk->kernel, common, &layout->hop_device, &device);

	if (!err)
		err = fb_layout_require(&layout->netdev_name);
	if (!err && device)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    device + layout->netdev_name.offset, hop->name,
				    sizeof(hop->name));
	hop->name[sizeof(hop->name) - 1] = '\0';
	return fb_part_skip(err);
}

struct fb_error *fb_route_add_hop(struct fb_route_walk *walk, struct fb_route *route,
				  uint64_t common, uint32_t weight)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_route_hop hop = {0};
	uint64_t interface = 0, family = 0, flags = 0, own = 0;
	struct fb_error *err = fb_route_step(walk);

	if (!err)
		err = fb_kernel_field(walk->kernel, common, &layout->hop_interface, &interface);
	if (!err)
		err = fb_kernel_field(walk->kernel, common, &layout->hop_gateway_family, &family);
	if (!err)
		err = fb_kernel_field(walk->kernel, common, &layout->hop_flags, &flags);
	if (!err)
		err = fb_kernel_field(walk->kernel, common, &layout->hop_weight, &own);
	if (!err)
		err = fb_layout_require(&layout->hop_gateway);
	if (!err && layout->hop_gateway.size < sizeof(hop.gateway))
		err = fb_error_create(FB_UNSUPPORTED, "a gateway has %u bytes",
				      layout->hop_gateway.size);
	if (!err && family)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    common + layout->hop_gateway.offset, hop.gateway,
				    sizeof(hop.gateway));
	if (!err && family && family != AF_INET && family != AF_INET6)
		err = fb_error_create(FB_CORRUPT, "a gateway of family %" PRIu64, family);
	if (!err)
		err = read_name(walk, common, &hop);
	if (!err)
		err = fb_grow_array(&walk->routes.hops, &walk->hop_room, walk->routes.hop_count,
				    sizeof(hop), FB_MAX_ROUTES, "next hops");
	if (err)
		return err;
	hop.gateway_family = (uint16_t)family;
	hop.interface = (int32_t)interface;
	hop.flags = (uint8_t)flags;
	hop.weight = weight ? weight : (uint32_t)own;
	walk->routes.hops[walk->routes.hop_count++] = hop;
	route->hop_count++;
	return NULL;
}

/* The hop of a nexthop that is no group; one that rejects packets has none. */
static struct fb_error *add_single(struct fb_route_walk *walk, struct fb_route *route,
				   uint64_t nexthop, uint32_t weight)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t info = 0, rejects = 0;
	struct fb_error *err = fb_layout_require(&layout->nexthop_info_hop);

	if (!err)
		err = fb_kernel_field(walk->kernel, nexthop, &layout->nexthop_info, &info);
	if (!err)
		err = fb_kernel_field(walk->kernel, info, &layout->nexthop_info_reject, &rejects);
	if (!err && rejects)
		route->type = RTN_BLACKHOLE;
	return err ? err
		   : fb_route_add_hop(walk, route, info + layout->nexthop_info_hop.offset, weight);
}

static struct fb_error *add_group(struct fb_route_walk *walk, struct fb_route *route,
				  uint64_t nexthop)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t group = 0, count = 0;
	struct fb_error *err = fb_layout_require(&layout->nexthop_group_entries);

	if (!err && !layout->nh_grp_entry.size)
		err = fb_error_create(FB_NOT_FOUND, "this kernel has no type %s",
				      layout->nh_grp_entry.name);
	if (!err)
		err = fb_kernel_field(walk->kernel, nexthop, &layout->nexthop_info, &group);
	if (!err)
		err = fb_kernel_field(walk->kernel, group, &layout->nexthop_group_count, &count);
	if (!err && count > FB_MAX_ROUTE_HOPS)
		err = fb_error_create(FB_LIMIT, "a group of %" PRIu64 " next hops", count);
	for (uint64_t i = 0; i < count && !err; i++) {
		uint64_t entry = group + layout->nexthop_group_entries.offset +
				 i * layout->nh_grp_entry.size;
		uint64_t member = 0, weight = 0, nested = 0;

		err = fb_kernel_field(walk->kernel, entry, &layout->nexthop_entry_hop, &member);
		if (!err)
			err = fb_kernel_field(walk->kernel, entry, &layout->nexthop_entry_weight,
					      &weight);
		if (!err)
			err = fb_kernel_field(walk->kernel, member, &layout->nexthop_is_group,
					      &nested);
		if (!err && nested)
			err = fb_error_create(FB_CORRUPT, "a group of next hops in a group");
		if (!err)
			err = add_single(walk, route, member, (uint32_t)weight);
	}
	return err;
}

struct fb_error *fb_route_add_nexthop(struct fb_route_walk *walk, struct fb_route *route,
				      uint64_t nexthop)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t number = 0, is_group = 0;
	struct fb_error *err = fb_kernel_field(walk->kernel, nexthop, &layout->nexthop_id, &number);

	if (!err)
		err = fb_kernel_field(walk->kernel, nexthop, &layout->nexthop_is_group, &is_group);
	if (err)
		return err;
	route->nexthop = (uint32_t)number;
	return is_group ? add_group(walk, route, nexthop) : add_single(walk, route, nexthop, 0);
}

struct fb_error *fb_route_hops_lost(struct fb_route_walk *walk, struct fb_route *route,
				    struct fb_error *err)
{
	route->hops_lost = err != NULL;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err,
			    "the next hops of route 0x%" PRIx64, route->address);
}
