// SPDX-License-Identifier: GPL-2.0-or-later
/* fbundle net --neigh: the neighbours of the namespaces that are shown, as text and as JSON. Called by net.c. */
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "cmd/net/net.h"
#include "kernel/net/neighbours.h"
#include "kernel/net/route_names.h"

#define LINK_TEXT (3u * FB_LINK_ADDRESS + 1u)
#define FLAGS_TEXT 128u
/* NTF_* has a byte. */
#define FLAG_BITS 8u

static void link_text(const struct fb_neighbour *neighbour, char *to)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < neighbour->link_address_size; i++)
		used += (size_t)snprintf(to + used, LINK_TEXT - used, "%s%02x", i ? ":" : "",
					 neighbour->link_address[i]);
}

static void flags_text(const struct fb_neighbour *neighbour, char *to)
{
	size_t used = 0;

	snprintf(to, FLAGS_TEXT, "-");
	for (unsigned bit = 0; bit < FLAG_BITS && used < FLAGS_TEXT; bit++)
		if (neighbour->flags >> bit & 1)
			used += (size_t)snprintf(to + used, FLAGS_TEXT - used, "%s%s",
						 used ? "," : "", fb_neighbour_flag_name(bit));
}

static json_t *age_json(const struct fb_net_view *view, const struct fb_neighbour *neighbour,
			uint64_t moment)
{
	return view->time_known && !neighbour->proxy
		       ? fb_json_seconds(fb_jiffies_since(&view->jiffies, moment))
		       : json_null();
}

static json_t *count_json(const struct fb_neighbour *neighbour, uint32_t value)
{
	return neighbour->proxy ? json_null() : json_integer(value);
}

static json_t *neighbour_json(const struct fb_net_view *view, const struct fb_neighbour *neighbour)
{
	json_t *object = json_object(), *flags = json_array();
	char text[FB_NET_ADDRESS_TEXT], link[LINK_TEXT], word[FB_NET_NAME_TEXT];

	fb_net_ip_text(neighbour->family, neighbour->ip, text, sizeof(text));
	link_text(neighbour, link);
	for (unsigned bit = 0; bit < FLAG_BITS; bit++)
		if (neighbour->flags >> bit & 1)
			json_array_append_new(flags, json_string(fb_neighbour_flag_name(bit)));
	json_object_set_new(object, "family",
			    json_string(neighbour->family == AF_INET ? "inet" : "inet6"));
	json_object_set_new(object, "address", json_string(text));
	json_object_set_new(object, "interface",
			    neighbour->interface ? json_integer(neighbour->interface)
						 : json_null());
	json_object_set_new(object, "dev",
			    *neighbour->name
				    ? fb_json_bytes(neighbour->name, sizeof(neighbour->name))
				    : json_null());
	json_object_set_new(object, "proxy", json_boolean(neighbour->proxy));
	json_object_set_new(object, "flags", flags);
	json_object_set_new(object, "link_address", *link ? json_string(link) : json_null());
	json_object_set_new(object, "state",
			    neighbour->proxy ? json_null()
					     : json_string(fb_net_word(
						       fb_neighbour_state_name(neighbour->state),
						       neighbour->state, word)));
	json_object_set_new(object, "protocol", count_json(neighbour, neighbour->protocol));
	json_object_set_new(object, "probes", count_json(neighbour, neighbour->probes));
	json_object_set_new(object, "queued", count_json(neighbour, neighbour->queued));
	json_object_set_new(object, "references", count_json(neighbour, neighbour->references));
	json_object_set_new(object, "used_s", age_json(view, neighbour, neighbour->used));
	json_object_set_new(object, "confirmed_s", age_json(view, neighbour, neighbour->confirmed));
	json_object_set_new(object, "updated_s", age_json(view, neighbour, neighbour->updated));
	json_object_set_new(object, "neighbour", fb_json_hex(neighbour->address));
	json_object_set_new(object, "net", fb_net_inode_json(view, neighbour->net));
	return object;
}

static struct fb_error *age_cell(struct fb_table *table, const struct fb_net_view *view,
				 const struct fb_neighbour *neighbour, uint64_t moment)
{
	if (neighbour->proxy || !view->time_known)
		return fb_table_cell(table, FB_STYLE_DIM, "-");
	return fb_table_cell(table, FB_STYLE_DIM, "%.1f s",
			     fb_jiffies_since(&view->jiffies, moment));
}

static struct fb_error *state_cells(struct fb_table *table, const struct fb_neighbour *neighbour)
{
	const bool bad = neighbour->state == NUD_FAILED || neighbour->state == NUD_INCOMPLETE;
	char word[FB_NET_NAME_TEXT], flags[FLAGS_TEXT], link[LINK_TEXT];
	struct fb_error *err = NULL;

	link_text(neighbour, link);
	flags_text(neighbour, flags);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", *link ? link : "-");
	if (neighbour->proxy)
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "proxy");
	else
		FB_TABLE_CELL(err, table, bad ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%s",
			      fb_net_word(fb_neighbour_state_name(neighbour->state),
					  neighbour->state, word));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", flags);
	FB_TABLE_CELL(err, table, neighbour->queued ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%u",
		      neighbour->queued);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%u", neighbour->probes);
	return err;
}

static struct fb_error *add_row(struct fb_table *table, const struct fb_net_view *view,
				const struct fb_neighbour *neighbour)
{
	char text[FB_NET_ADDRESS_TEXT], name[FB_NET_NAME_TEXT];
	struct fb_error *err = NULL;

	fb_net_ip_text(neighbour->family, neighbour->ip, text, sizeof(text));
	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s", text);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      fb_net_interface_text(neighbour->name, neighbour->interface, name));
	if (!err)
		err = state_cells(table, neighbour);
	if (!err)
		err = age_cell(table, view, neighbour, neighbour->used);
	return err ? err : age_cell(table, view, neighbour, neighbour->confirmed);
}

static struct fb_error *print_text(struct fb_context *context, const struct fb_net_view *view,
				   uint64_t net, const struct fb_neighbours *neighbours)
{
	static const struct fb_column columns[] = {
		{"ADDRESS", FB_LEFT}, {"DEV", FB_LEFT},   {"LINK", FB_LEFT},
		{"STATE", FB_LEFT},   {"FLAGS", FB_LEFT}, {"QUEUED", FB_RIGHT},
		{"PROBES", FB_RIGHT}, {"USED", FB_RIGHT}, {"CONFIRMED", FB_RIGHT},
	};
	struct fb_table *table = NULL;
	size_t count = 0;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < neighbours->count && !err; i++)
		if (neighbours->neighbours[i].net == net) {
			count++;
			err = add_row(table, view, &neighbours->neighbours[i]);
		}
	if (!err && count)
		fb_table_print(table, context->output);
	else if (!err)
		fb_print(context->output, FB_STYLE_PLAIN, "no neighbours\n");
	fb_table_destroy(table);
	return err;
}

struct fb_error *fb_net_neighbours(struct fb_context *context, const struct fb_net_view *view,
				   json_t *answer)
{
	struct fb_neighbours neighbours = {0};
	json_t *list = answer ? json_array() : NULL;
	struct fb_error *err = fb_neighbours_load(view->kernel, &neighbours);

	for (size_t i = 0; answer && i < neighbours.count && !err; i++)
		if (fb_net_is_shown(view, neighbours.neighbours[i].net))
			json_array_append_new(list,
					      neighbour_json(view, &neighbours.neighbours[i]));
	for (size_t i = 0; !answer && i < view->nets.count && !err; i++) {
		const struct fb_net *net = &view->nets.nets[i];

		if (!fb_net_is_shown(view, net->address))
			continue;
		fb_net_heading(context, view, net);
		err = print_text(context, view, net->address, &neighbours);
	}
	fb_neighbours_deinit(&neighbours);
	if (answer)
		json_object_set_new(answer, "neighbours", list);
	return err;
}
