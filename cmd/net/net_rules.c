// SPDX-License-Identifier: GPL-2.0-or-later
/* fbundle net --route: the rules that choose a table of routes, as text and as JSON. Called by net_routes.c. */
#include <linux/fib_rules.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/text.h"
#include "cmd/net/net.h"
#include "kernel/net/route_names.h"
#include "kernel/net/route_rules.h"

#define RULE_TEXT 512u

static json_t *prefix_json(uint16_t family, const uint8_t *ip, uint8_t prefix)
{
	char text[FB_NET_ADDRESS_TEXT];

	if (!prefix)
		return json_null();
	fb_net_prefix_text(family, ip, prefix, text, sizeof(text));
	return json_string(text);
}

static json_t *name_json(const char name[FB_INTERFACE_NAME])
{
	return *name ? fb_json_bytes(name, FB_INTERFACE_NAME) : json_null();
}

static json_t *rule_json(const struct fb_net_view *view, const struct fb_net *net,
			 const struct fb_route_rule *rule)
{
	json_t *object = json_object();
	char word[FB_NET_NAME_TEXT];

	json_object_set_new(object, "family",
			    json_string(rule->family == AF_INET ? "inet" : "inet6"));
	json_object_set_new(object, "preference", json_integer(rule->preference));
	json_object_set_new(object, "not", json_boolean(rule->inverted));
	json_object_set_new(object, "from",
			    prefix_json(rule->family, rule->source, rule->source_prefix));
	json_object_set_new(object, "to",
			    prefix_json(rule->family, rule->destination, rule->destination_prefix));
	json_object_set_new(object, "tos", json_integer(rule->tos));
	json_object_set_new(object, "mark", json_integer(rule->mark));
	json_object_set_new(object, "mark_mask", json_integer(rule->mark_mask));
	json_object_set_new(object, "iif", name_json(rule->input));
	json_object_set_new(object, "oif", name_json(rule->output));
	json_object_set_new(object, "ip_protocol", json_integer(rule->ip_protocol));
	json_object_set_new(object, "l3mdev", json_boolean(rule->l3mdev));
	json_object_set_new(object, "action",
			    json_string(fb_net_word(fb_route_rule_action_name(rule->action),
						    rule->action, word)));
	json_object_set_new(object, "table", json_integer(rule->table));
	json_object_set_new(object, "target",
			    rule->action == FR_ACT_GOTO ? json_integer(rule->target) : json_null());
	json_object_set_new(object, "protocol",
			    json_string(fb_net_word(fb_route_protocol_name(rule->protocol),
						    rule->protocol, word)));
	json_object_set_new(object, "rule", fb_json_hex(rule->address));
	json_object_set_new(object, "net", fb_net_inode_json(view, net->address));
	return object;
}

/* Appends to a text of RULE_TEXT bytes. */
static void append(char *text, const char *format, ...) FB_PRINTF(2, 3);
static void append(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, RULE_TEXT - used, format, args);
	va_end(args);
}

/* "not from 192.0.2.0/24 fwmark 0x7 iif eth0": what packets the rule is for. */
static void describe(const struct fb_route_rule *rule, char *text)
{
	char prefix[FB_NET_ADDRESS_TEXT], name[FB_NET_NAME_TEXT];

	fb_net_prefix_text(rule->family, rule->source, rule->source_prefix, prefix, sizeof(prefix));
	append(text, "%sfrom %s", rule->inverted ? "not " : "",
	       rule->source_prefix ? prefix : "all");
	fb_net_prefix_text(rule->family, rule->destination, rule->destination_prefix, prefix,
			   sizeof(prefix));
	if (rule->destination_prefix)
		append(text, " to %s", prefix);
	if (rule->tos)
		append(text, " tos 0x%02x", rule->tos);
	if (rule->mark_mask)
		append(text, " fwmark 0x%x", rule->mark);
	if (rule->mark_mask && rule->mark_mask != UINT32_MAX)
		append(text, "/0x%x", rule->mark_mask);
	if (*rule->input)
		append(text, " iif %s", fb_net_interface_text(rule->input, 0, name));
	if (*rule->output)
		append(text, " oif %s", fb_net_interface_text(rule->output, 0, name));
	if (rule->ip_protocol)
		append(text, " ipproto %u", rule->ip_protocol);
}

static void decide(const struct fb_route_rule *rule, char *text)
{
	char word[FB_NET_NAME_TEXT];

	append(text, "%s",
	       fb_net_word(fb_route_rule_action_name(rule->action), rule->action, word));
	if (rule->action == FR_ACT_TO_TBL && rule->l3mdev)
		append(text, " the VRF's table");
	else if (rule->action == FR_ACT_TO_TBL)
		append(text, " %s",
		       fb_net_word(fb_route_table_name(rule->table), rule->table, word));
	else if (rule->action == FR_ACT_GOTO)
		append(text, " %u", rule->target);
}

static struct fb_error *print_family(struct fb_context *context, const struct fb_route_rules *rules,
				     uint16_t family)
{
	static const struct fb_column columns[][3] = {
		{{"RULE OF IPV4", FB_RIGHT}, {"PACKETS", FB_LEFT}, {"ACTION", FB_LEFT}},
		{{"RULE OF IPV6", FB_RIGHT}, {"PACKETS", FB_LEFT}, {"ACTION", FB_LEFT}},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns[family == AF_INET6], 3, &table);
	size_t count = 0;

	for (size_t i = 0; i < rules->count && !err; i++) {
		char packets[RULE_TEXT] = "", action[RULE_TEXT] = "";

		if (rules->rules[i].family != family)
			continue;
		count++;
		describe(&rules->rules[i], packets);
		decide(&rules->rules[i], action);
		FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%u", rules->rules[i].preference);
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", packets);
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", action);
	}
	if (!err && count) {
		fb_table_print(table, context->output);
		fb_print(context->output, FB_STYLE_PLAIN, "\n");
	}
	fb_table_destroy(table);
	return err;
}

struct fb_error *fb_net_rules(struct fb_context *context, const struct fb_net_view *view,
			      const struct fb_net *net, json_t *list)
{
	struct fb_route_rules rules = {0};
	struct fb_error *err = fb_route_rules_load(view->kernel, net->address, &rules);

	for (size_t i = 0; list && i < rules.count && !err; i++)
		json_array_append_new(list, rule_json(view, net, &rules.rules[i]));
	if (!err && !list)
		err = print_family(context, &rules, AF_INET);
	if (!err && !list)
		err = print_family(context, &rules, AF_INET6);
	fb_route_rules_deinit(&rules);
	return err;
}
