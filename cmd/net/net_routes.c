// SPDX-License-Identifier: GPL-2.0-or-later
/* fbundle net --route: the rules and routes of the namespaces that are shown, as text and as JSON. Called by net.c. */
#include <inttypes.h>
#include <linux/ipv6_route.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "cmd/net/net.h"
#include "kernel/net/route_names.h"
#include "kernel/net/routes.h"

#define MORE_TEXT 512u
/* RTNH_F_* has a byte. */
#define HOP_FLAGS 8u
/* RTF_PREF(): the preference of a router that announced itself (RFC 4191). */
#define PREFERENCE_SHIFT 27u

/* What is to be printed of a route beside it. */
struct route_text {
	struct fb_context *context;
	const struct fb_net_view *view;
	const struct fb_routes *routes;
	struct fb_table *table;
};

static const char *preference_of(const struct fb_route *route)
{
	static const char *const names[] = {"medium", "high", "?", "low"};

	return route->family == AF_INET6 ? names[route->flags >> PREFERENCE_SHIFT & 3] : NULL;
}

static json_t *ip_json(uint16_t family, const uint8_t *ip)
{
	char text[FB_NET_ADDRESS_TEXT];

	fb_net_ip_text(family, ip, text, sizeof(text));
	return json_string(text);
}

static json_t *hop_json(const struct fb_route_hop *hop)
{
	json_t *object = json_object();
	json_t *flags = json_array();

	for (unsigned bit = 0; bit < HOP_FLAGS; bit++)
		if (hop->flags >> bit & 1 && fb_route_hop_flag_name(bit))
			json_array_append_new(flags, json_string(fb_route_hop_flag_name(bit)));
	json_object_set_new(object, "via",
			    hop->gateway_family ? ip_json(hop->gateway_family, hop->gateway)
						: json_null());
	json_object_set_new(object, "interface",
			    hop->interface ? json_integer(hop->interface) : json_null());
	json_object_set_new(object, "dev",
			    *hop->name ? fb_json_bytes(hop->name, sizeof(hop->name)) : json_null());
	json_object_set_new(object, "weight", json_integer(hop->weight));
	json_object_set_new(object, "flags", flags);
	return object;
}

/* NULL where it cannot be read: null in JSON. */
static struct fb_error *metrics_json(const struct fb_net_view *view, const struct fb_route *route,
				     json_t **json_ret)
{
	uint32_t metrics[FB_ROUTE_METRICS];
	struct fb_error *err = fb_route_metrics_read(view->kernel, route, metrics);
	bool known = !err;

	err = fb_part_warn(fb_kernel_warnings(view->kernel), err, "the metrics of route 0x%" PRIx64,
			   route->address);
	if (err)
		return err;
	*json_ret = known ? json_object() : json_null();
	for (unsigned i = 0; known && i < FB_ROUTE_METRICS; i++)
		if (metrics[i])
			json_object_set_new(*json_ret, fb_route_metric_name(i + 1),
					    json_integer(metrics[i]));
	return NULL;
}

static void words_json(const struct fb_route *route, json_t *object)
{
	char word[FB_NET_NAME_TEXT];

	json_object_set_new(
		object, "type",
		json_string(fb_net_word(fb_route_type_name(route->type), route->type, word)));
	json_object_set_new(object, "protocol",
			    json_string(fb_net_word(fb_route_protocol_name(route->protocol),
						    route->protocol, word)));
	json_object_set_new(
		object, "scope",
		json_string(fb_net_word(fb_route_scope_name(route->scope), route->scope, word)));
	json_object_set_new(object, "table", json_integer(route->table));
	json_object_set_new(object, "metric", json_integer(route->metric));
	json_object_set_new(object, "tos", json_integer(route->tos));
	json_object_set_new(object, "preference", fb_json_text(preference_of(route)));
}

static struct fb_error *route_json(const struct route_text *text, const struct fb_net *net,
				   const struct fb_route *route, json_t *list)
{
	const struct fb_net_view *view = text->view;
	json_t *object = json_object(), *hops = json_array(), *metrics = NULL;
	struct fb_error *err = metrics_json(view, route, &metrics);

	for (size_t i = 0; i < route->hop_count; i++)
		json_array_append_new(hops, hop_json(&text->routes->hops[route->first_hop + i]));
	json_object_set_new(object, "family",
			    json_string(route->family == AF_INET ? "inet" : "inet6"));
	json_object_set_new(object, "destination", ip_json(route->family, route->destination));
	json_object_set_new(object, "prefix", json_integer(route->prefix));
	json_object_set_new(object, "source", ip_json(route->family, route->source));
	json_object_set_new(object, "source_prefix", json_integer(route->source_prefix));
	words_json(route, object);
	json_object_set_new(object, "preferred_source",
			    fb_net_ip_is_zero(route->preferred)
				    ? json_null()
				    : ip_json(route->family, route->preferred));
	json_object_set_new(object, "nexthop",
			    route->nexthop ? json_integer(route->nexthop) : json_null());
	json_object_set_new(object, "hops", hops);
	json_object_set_new(object, "hops_complete", json_boolean(!route->hops_lost));
	json_object_set_new(object, "metrics", metrics ? metrics : json_null());
	json_object_set_new(
		object, "expires_s",
		route->flags & RTF_EXPIRES && view->time_known
			? fb_json_seconds(-fb_jiffies_since(&view->jiffies, route->expires))
			: json_null());
	json_object_set_new(object, "route", fb_json_hex(route->address));
	json_object_set_new(object, "net", fb_net_inode_json(view, net->address));
	json_array_append_new(list, object);
	return err;
}

static void append(char *text, const char *format, ...) FB_PRINTF(2, 3);
static void append(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	used += (size_t)snprintf(text + used, MORE_TEXT - used, "%s", used ? " " : "");
	if (used < MORE_TEXT)
		vsnprintf(text + used, MORE_TEXT - used, format, args);
	va_end(args);
}

static struct fb_error *describe(const struct route_text *text, const struct fb_route *route,
				 char *more)
{
	const struct fb_net_view *view = text->view;
	uint32_t metrics[FB_ROUTE_METRICS] = {0};
	char prefix[FB_NET_ADDRESS_TEXT];
	const char *preference = preference_of(route);
	struct fb_error *err = fb_part_warn(fb_kernel_warnings(view->kernel),
					    fb_route_metrics_read(view->kernel, route, metrics),
					    "the metrics of route 0x%" PRIx64, route->address);

	if (route->source_prefix) {
		fb_net_prefix_text(route->family, route->source, route->source_prefix, prefix,
				   sizeof(prefix));
		append(more, "from %s", prefix);
	}
	if (route->tos)
		append(more, "tos 0x%02x", route->tos);
	if (route->nexthop)
		append(more, "nhid %u", route->nexthop);
	for (unsigned i = 1; i < FB_ROUTE_METRICS;
	     i++) /* the first is a mask of those that are locked */
		if (metrics[i])
			append(more, "%s%s %u", fb_route_metric_name(i + 1),
			       metrics[0] >> (i + 1) & 1 ? " lock" : "", metrics[i]);
	if (route->flags & RTF_EXPIRES && view->time_known)
		append(more, "expires %.0f s", -fb_jiffies_since(&view->jiffies, route->expires));
	if (preference && strcmp(preference, "medium") != 0)
		append(more, "pref %s", preference);
	if (route->hops_lost)
		append(more, "next hops are missing");
	return err;
}

static void describe_hop(const struct fb_route *route, const struct fb_route_hop *hop, char *more)
{
	if (route->hop_count > 1)
		append(more, "weight %u", hop->weight);
	for (unsigned bit = 0; bit < HOP_FLAGS; bit++)
		if (hop->flags >> bit & 1 && fb_route_hop_flag_name(bit))
			append(more, "%s", fb_route_hop_flag_name(bit));
}

static struct fb_error *hop_cells(struct fb_table *table, const struct fb_route_hop *hop)
{
	char gateway[FB_NET_ADDRESS_TEXT] = "-", name[FB_NET_NAME_TEXT];
	struct fb_error *err = NULL;

	if (hop && hop->gateway_family)
		fb_net_ip_text(hop->gateway_family, hop->gateway, gateway, sizeof(gateway));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", gateway);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      hop && hop->interface ? fb_net_interface_text(hop->name, hop->interface, name)
					    : "-");
	return err;
}

static struct fb_error *route_cells(struct fb_table *table, const struct fb_route *route)
{
	const char *type = fb_route_type_name(route->type);
	char destination[FB_NET_ADDRESS_TEXT], word[FB_NET_NAME_TEXT];
	struct fb_error *err = NULL;

	fb_net_prefix_text(route->family, route->destination, route->prefix, destination,
			   sizeof(destination));
	FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s",
		      fb_net_word(fb_route_table_name(route->table), route->table, word));
	if (route->type == RTN_UNICAST)
		FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s", destination);
	else
		FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s %s",
			      fb_net_word(type, route->type, word), destination);
	return err;
}

static struct fb_error *word_cells(struct fb_table *table, const struct fb_route *route)
{
	char word[FB_NET_NAME_TEXT], source[FB_NET_ADDRESS_TEXT] = "-";
	struct fb_error *err = NULL;

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      fb_net_word(fb_route_protocol_name(route->protocol), route->protocol, word));
	FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s",
		      fb_net_word(fb_route_scope_name(route->scope), route->scope, word));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%u", route->metric);
	if (!fb_net_ip_is_zero(route->preferred))
		fb_net_ip_text(route->family, route->preferred, source, sizeof(source));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", source);
	return err;
}

/* A row for the route with its first hop, and one for each further one. */
static struct fb_error *add_rows(const struct route_text *text, const struct fb_route *route)
{
	const struct fb_route_hop *hops =
		&text->routes->hops[route->hop_count ? route->first_hop : 0];
	struct fb_table *table = text->table;
	char more[MORE_TEXT] = "";
	struct fb_error *err = route_cells(table, route);

	if (!err)
		err = hop_cells(table, route->hop_count ? &hops[0] : NULL);
	if (!err)
		err = word_cells(table, route);
	if (!err)
		err = describe(text, route, more);
	if (route->hop_count)
		describe_hop(route, &hops[0], more);
	FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s", more);
	for (uint32_t i = 1; i < route->hop_count && !err; i++) {
		more[0] = '\0';
		describe_hop(route, &hops[i], more);
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, " ");
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, " ");
		err = err ? err : hop_cells(table, &hops[i]);
		for (unsigned k = 0; k < 4; k++)
			FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, " ");
		FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s", more);
	}
	return err;
}

static struct fb_error *print_family(struct route_text *text, uint16_t family)
{
	static const struct fb_column columns[] = {
		{"TABLE", FB_LEFT},   {"DESTINATION", FB_LEFT}, {"VIA", FB_LEFT},
		{"DEV", FB_LEFT},     {"PROTO", FB_LEFT},       {"SCOPE", FB_LEFT},
		{"METRIC", FB_RIGHT}, {"SRC", FB_LEFT},         {"MORE", FB_LEFT},
	};
	size_t count = 0;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &text->table);

	for (size_t i = 0; i < text->routes->count && !err; i++)
		if (text->routes->routes[i].family == family) {
			count++;
			err = add_rows(text, &text->routes->routes[i]);
		}
	if (!err && count)
		fb_table_print(text->table, text->context->output);
	else if (!err)
		fb_print(text->context->output, FB_STYLE_PLAIN, "no routes of %s\n",
			 family == AF_INET ? "IPv4" : "IPv6");
	fb_table_destroy(text->table);
	text->table = NULL;
	return err;
}

static struct fb_error *show(struct fb_context *context, const struct fb_net_view *view,
			     const struct fb_net *net, const struct fb_routes *routes, json_t *list)
{
	struct route_text text = {.context = context, .view = view, .routes = routes};
	struct fb_error *err = NULL;

	for (size_t i = 0; list && i < routes->count && !err; i++)
		err = route_json(&text, net, &routes->routes[i], list);
	if (list)
		return err;
	err = print_family(&text, AF_INET);
	fb_print(context->output, FB_STYLE_PLAIN, "\n");
	return err ? err : print_family(&text, AF_INET6);
}

struct fb_error *fb_net_routes(struct fb_context *context, const struct fb_net_view *view,
			       json_t *answer)
{
	json_t *list = answer ? json_array() : NULL, *rules = answer ? json_array() : NULL;
	uint64_t left = FB_MAX_ROUTE_STEPS;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < view->nets.count && !err; i++) {
		const struct fb_net *net = &view->nets.nets[i];
		struct fb_routes routes = {0};

		if (!fb_net_is_shown(view, net->address))
			continue;
		if (!answer)
			fb_net_heading(context, view, net);
		err = fb_net_rules(context, view, net, rules);
		if (!err)
			err = fb_routes_load(view->kernel, net->address, &left, &routes);
		if (!err)
			err = show(context, view, net, &routes, list);
		fb_routes_deinit(&routes);
	}
	if (answer) {
		json_object_set_new(answer, "rules", rules);
		json_object_set_new(answer, "routes", list);
	}
	return err;
}
