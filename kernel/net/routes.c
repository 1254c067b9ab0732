// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists the routes of a namespace in order, and reads what they say of packets. Called by the command net. */
#include "kernel/net/routes.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/routes_private.h"

/* Main first, which most ask for, and local last, which lists the host's own addresses. */
static uint64_t table_order(uint32_t table)
{
	return table == RT_TABLE_MAIN ? 0 : table == RT_TABLE_LOCAL ? UINT64_MAX : table;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_destination(const void *a, const void *b)
{
	const struct fb_route *x = a, *y = b;
	int order = compare(x->family == AF_INET6, y->family == AF_INET6);

	if (!order)
		order = compare(table_order(x->table), table_order(y->table));
	if (!order)
		order = memcmp(x->destination, y->destination, sizeof(x->destination));
	if (!order)
		order = compare(x->prefix, y->prefix);
	if (!order)
		order = memcmp(x->source, y->source, sizeof(x->source));
	if (!order)
		order = compare(x->source_prefix, y->source_prefix);
	if (!order)
		order = compare(x->tos, y->tos);
	if (!order)
		order = compare(x->metric, y->metric);
	return order ? order : compare(x->address, y->address);
}

struct fb_error *fb_routes_load(struct fb_kernel *kernel, uint64_t net, uint64_t *left,
				struct fb_routes *routes_ret)
{
	struct fb_route_walk walk = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .net = net, .left = left};
	struct fb_error *err = fb_part_warn(fb_kernel_warnings(kernel), fb_routes_walk_ipv4(&walk),
					    "routes of IPv4");

	if (!err && walk.layout->net_fib6_tables.found) /* CONFIG_IPV6 */
		err = fb_part_warn(fb_kernel_warnings(kernel), fb_routes_walk_ipv6(&walk),
				   "routes of IPv6");
	fb_u64_map_deinit(&walk.seen);
	if (err) {
		fb_routes_deinit(&walk.routes);
		return err;
	}
	if (walk.routes.count)
		qsort(walk.routes.routes, walk.routes.count, sizeof(*walk.routes.routes),
		      by_destination);
	*routes_ret = walk.routes;
	return NULL;
}

void fb_routes_deinit(struct fb_routes *routes)
{
	free(routes->routes);
	free(routes->hops);
	*routes = (struct fb_routes){0};
}

struct fb_error *fb_route_metrics_read(struct fb_kernel *kernel, const struct fb_route *route,
				       uint32_t metrics_ret[FB_ROUTE_METRICS])
{
	const struct fb_field *field = &fb_kernel_layout(kernel)->dst_metrics;
	const size_t most = FB_ROUTE_METRICS * sizeof(*metrics_ret);
	struct fb_error *err = route->metrics ? fb_layout_require(field) : NULL;

	memset(metrics_ret, 0, most);
	if (err || !route->metrics)
		return err;
	return fb_space_read(fb_kernel_space(kernel), route->metrics + field->offset, metrics_ret,
			     field->size < most ? field->size : most);
}
