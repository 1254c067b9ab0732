// SPDX-License-Identifier: GPL-2.0-or-later
/* fbundle net --if: the interfaces of the namespaces that are shown, as text and as JSON. Called by net.c. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cmd/net/net.h"
#include "kernel/net/interfaces.h"

/* Bytes of a text of all addresses of an interface; further ones are counted. */
#define ADDRESSES_TEXT 512u
#define MOST_ADDRESSES 6u
/* IFF_* have 19 bits, and their names 150 bytes. */
#define FLAG_BITS 19u
#define FLAGS_TEXT 256u

static void link_text(const struct fb_interface *interface, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < interface->link_address_size && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%02x", i ? ":" : "",
					 interface->link_address[i]);
}

static void ip_text(const struct fb_interface_address *address, char *to, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(address->family, address->ip, text, sizeof(text));
	snprintf(to, size, "%s/%u", text, address->prefix);
}

static const char *scope_name(uint8_t scope)
{
	switch (scope) {
	case RT_SCOPE_UNIVERSE:
		return "global";
	case RT_SCOPE_SITE:
		return "site";
	case RT_SCOPE_LINK:
		return "link";
	case RT_SCOPE_HOST:
		return "host";
	}
	return NULL;
}

static json_t *addresses_json(const struct fb_interface *interface)
{
	json_t *list = json_array();

	for (size_t i = 0; i < interface->address_count; i++) {
		const struct fb_interface_address *address = &interface->addresses[i];
		json_t *object = json_object();
		char text[INET6_ADDRSTRLEN] = "?";

		inet_ntop(address->family, address->ip, text, sizeof(text));
		json_object_set_new(object, "address", json_string(text));
		json_object_set_new(object, "prefix", json_integer(address->prefix));
		json_object_set_new(object, "scope", fb_json_text(scope_name(address->scope)));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *flags_json(const struct fb_interface *interface)
{
	json_t *list;

	if (!interface->described)
		return json_null();
	list = json_array();
	for (unsigned bit = 0; bit < FLAG_BITS; bit++)
		if (interface->flags >> bit & 1)
			json_array_append_new(list, json_string(fb_interface_flag_name(bit)));
	return list;
}

static json_t *counters_json(const struct fb_interface *interface)
{
	const struct fb_interface_counters *counters = &interface->counters;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"rx_bytes", counters->rx_bytes},   {"rx_packets", counters->rx_packets},
		{"rx_errors", counters->rx_errors}, {"rx_dropped", counters->rx_dropped},
		{"tx_bytes", counters->tx_bytes},   {"tx_packets", counters->tx_packets},
		{"tx_errors", counters->tx_errors}, {"tx_dropped", counters->tx_dropped},
	};
	json_t *object;

	if (!interface->counted)
		return json_null();
	object = json_object();
	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++)
		json_object_set_new(object, rows[i].name, json_integer((json_int_t)rows[i].value));
	return object;
}

static json_t *number_json(const struct fb_interface *interface, uint32_t value)
{
	return interface->described ? json_integer(value) : json_null();
}

static json_t *bytes_or_null(const char *text, size_t size)
{
	return *text ? fb_json_bytes(text, size) : json_null();
}

static json_t *interface_json(const struct fb_net_view *view, uint64_t net,
			      const struct fb_interface *interface)
{
	json_t *object = json_object();
	char link[3 * FB_LINK_ADDRESS + 1];

	link_text(interface, link, sizeof(link));
	json_object_set_new(object, "index", json_integer(interface->index));
	json_object_set_new(object, "name",
			    fb_json_bytes(interface->name, sizeof(interface->name)));
	json_object_set_new(object, "kind",
			    bytes_or_null(interface->kind, sizeof(interface->kind)));
	json_object_set_new(object, "state",
			    fb_json_text(interface->described
						 ? fb_interface_state_name(interface->state)
						 : NULL));
	json_object_set_new(object, "flags", flags_json(interface));
	json_object_set_new(object, "mtu", number_json(interface, interface->mtu));
	json_object_set_new(object, "qdisc",
			    bytes_or_null(interface->qdisc, sizeof(interface->qdisc)));
	json_object_set_new(object, "queue_length",
			    number_json(interface, interface->queue_length));
	json_object_set_new(object, "link_type", number_json(interface, interface->link_type));
	json_object_set_new(object, "link_address", *link ? json_string(link) : json_null());
	json_object_set_new(object, "addresses", addresses_json(interface));
	json_object_set_new(object, "counters", counters_json(interface));
	json_object_set_new(object, "device", fb_json_hex(interface->address));
	json_object_set_new(object, "net", fb_net_inode_json(view, net));
	return object;
}

static void addresses_text(const struct fb_interface *interface, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < interface->address_count && i < MOST_ADDRESSES && used < size; i++) {
		char text[INET6_ADDRSTRLEN + 8];

		ip_text(&interface->addresses[i], text, sizeof(text));
		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? ", " : "", text);
	}
	if (interface->address_count > MOST_ADDRESSES && used < size)
		snprintf(to + used, size - used, ", %zu more",
			 interface->address_count - MOST_ADDRESSES);
}

static void flags_text(const struct fb_interface *interface, char *to, size_t size)
{
	size_t used = 0;

	snprintf(to, size, "%s", interface->described ? "-" : "?");
	for (unsigned bit = 0; bit < FLAG_BITS && used < size; bit++)
		if (interface->flags >> bit & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
						 fb_interface_flag_name(bit));
}

/* What struct net_device has of it. */
static struct fb_error *number_cells(struct fb_table *table, const struct fb_interface *interface,
				     const char *kind)
{
	bool described = interface->described;
	char text[FLAGS_TEXT];
	struct fb_error *err =
		fb_table_cell(table, FB_STYLE_PLAIN, "%s",
			      described ? fb_interface_state_name(interface->state) : "?");

	flags_text(interface, text, sizeof(text));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "%s", text);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", *kind ? kind : "-");
	snprintf(text, sizeof(text), "%u", interface->mtu);
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", described ? text : "?");
}

static struct fb_error *name_cells(struct fb_table *table, const struct fb_interface *interface)
{
	char name[4 * FB_INTERFACE_NAME], qdisc[4 * FB_INTERFACE_NAME];
	char kind[4 * FB_INTERFACE_NAME], link[3 * FB_LINK_ADDRESS + 1];
	struct fb_error *err = fb_table_cell(table, FB_STYLE_DIM, "%d", interface->index);

	fb_text_escape(interface->name, strlen(interface->name), name, sizeof(name));
	fb_text_escape(interface->kind, strlen(interface->kind), kind, sizeof(kind));
	fb_text_escape(interface->qdisc, strlen(interface->qdisc), qdisc, sizeof(qdisc));
	link_text(interface, link, sizeof(link));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_BOLD, "%s", name);
	if (!err)
		err = number_cells(table, interface, kind);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "%s", *qdisc ? qdisc : "?");
	return err ? err : fb_table_cell(table, FB_STYLE_DIM, "%s", *link ? link : "-");
}

static struct fb_error *counter_cell(struct fb_table *table, const struct fb_interface *interface,
				     uint64_t value, bool bad)
{
	char text[32];

	if (!interface->counted)
		return fb_table_cell(table, FB_STYLE_DIM, "?");
	return fb_table_cell(table, bad && value ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%s",
			     fb_text_count(value, text, sizeof(text)));
}

static struct fb_error *add_row(struct fb_table *table, const struct fb_interface *interface)
{
	const struct fb_interface_counters *counters = &interface->counters;
	char text[ADDRESSES_TEXT];
	struct fb_error *err = name_cells(table, interface);

	if (!err)
		err = counter_cell(table, interface, counters->rx_bytes, false);
	if (!err)
		err = counter_cell(table, interface, counters->tx_bytes, false);
	if (!err)
		err = counter_cell(table, interface, counters->rx_errors + counters->tx_errors,
				   true);
	if (!err)
		err = counter_cell(table, interface, counters->rx_dropped + counters->tx_dropped,
				   true);
	addresses_text(interface, text, sizeof(text));
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
}

static struct fb_error *print_text(struct fb_context *context,
				   const struct fb_interfaces *interfaces)
{
	static const struct fb_column columns[] = {
		{"INDEX", FB_RIGHT},    {"NAME", FB_LEFT},    {"STATE", FB_LEFT},
		{"FLAGS", FB_LEFT},     {"KIND", FB_LEFT},    {"MTU", FB_RIGHT},
		{"QDISC", FB_LEFT},     {"LINK", FB_LEFT},    {"RX-BYTES", FB_RIGHT},
		{"TX-BYTES", FB_RIGHT}, {"ERRORS", FB_RIGHT}, {"DROPPED", FB_RIGHT},
		{"ADDRESSES", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < interfaces->count && !err; i++)
		err = add_row(table, &interfaces->interfaces[i]);
	if (!err && interfaces->count)
		fb_table_print(table, context->output);
	else if (!err)
		fb_print(context->output, FB_STYLE_PLAIN, "no interfaces\n");
	fb_table_destroy(table);
	return err;
}

struct fb_error *fb_net_interfaces(struct fb_context *context, const struct fb_net_view *view,
				   json_t *answer)
{
	json_t *list = answer ? json_array() : NULL;
	uint64_t left = FB_MAX_INTERFACES;
	struct fb_module_types *types = NULL;
	struct fb_error *err = fb_module_types_create(view->kernel, &types);

	for (size_t i = 0; i < view->nets.count && !err; i++) {
		const struct fb_net *net = &view->nets.nets[i];
		struct fb_interfaces interfaces = {0};

		if (!fb_net_is_shown(view, net->address))
			continue;
		err = fb_interfaces_load(view->kernel, types, net->address, &left, &interfaces);
		for (size_t k = 0; answer && k < interfaces.count && !err; k++)
			json_array_append_new(list, interface_json(view, net->address,
								   &interfaces.interfaces[k]));
		if (!err && !answer) {
			fb_net_heading(context, view, net);
			err = print_text(context, &interfaces);
		}
		fb_interfaces_deinit(&interfaces);
	}
	fb_module_types_destroy(types);
	if (answer)
		json_object_set_new(answer, "interfaces", list);
	return err;
}
