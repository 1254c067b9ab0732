// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads rules of routes (net/core/fib_rules.c). Called by the command net. */
#include "kernel/net/route_rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

/* fib_rule.flags: FIB_RULE_INVERT */
#define INVERT 2u
#define IPV4_BITS 32u
#define IPV6_BITS 128u

struct rule_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	uint16_t family;
	struct fb_route_rules rules;
	size_t room;
};

struct number {
	const struct fb_field *field;
	uint64_t value;
};

static struct fb_error *read_numbers(struct fb_kernel *kernel, uint64_t base,
				     struct number *numbers, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		err = fb_kernel_field(kernel, base, numbers[i].field, &numbers[i].value);
	return err;
}

static struct fb_error *read_bytes(struct fb_kernel *kernel, uint64_t base,
				   const struct fb_field *field, void *to, size_t size)
{
	struct fb_error *err = fb_layout_require(field);

	if (!err && field->size < size)
		err = fb_error_create(FB_UNSUPPORTED, "%s has %u bytes", field->name, field->size);
	return err ? err : fb_space_read(fb_kernel_space(kernel), base + field->offset, to, size);
}

static struct fb_error *read_common(struct rule_walk *walk, struct fb_route_rule *rule)
{
	const struct fb_layout *layout = walk->layout;
	struct number numbers[] = {
		{&layout->fib_rule_preference, 0},  {&layout->fib_rule_table, 0},
		{&layout->fib_rule_action, 0},      {&layout->fib_rule_flags, 0},
		{&layout->fib_rule_mark, 0},        {&layout->fib_rule_mark_mask, 0},
		{&layout->fib_rule_target, 0},      {&layout->fib_rule_l3mdev, 0},
		{&layout->fib_rule_ip_protocol, 0}, {&layout->fib_rule_protocol, 0},
	};
	struct fb_error *err =
		read_numbers(walk->kernel, rule->address, numbers, FB_ARRAY_SIZE(numbers));

	if (!err)
		err = read_bytes(walk->kernel, rule->address, &layout->fib_rule_input, rule->input,
				 sizeof(rule->input));
	if (!err)
		err = read_bytes(walk->kernel, rule->address, &layout->fib_rule_output,
				 rule->output, sizeof(rule->output));
	rule->input[sizeof(rule->input) - 1] = rule->output[sizeof(rule->output) - 1] = '\0';
	rule->preference = (uint32_t)numbers[0].value;
	rule->table = (uint32_t)numbers[1].value;
	rule->action = (uint8_t)numbers[2].value;
	rule->inverted = numbers[3].value & INVERT;
	rule->mark = (uint32_t)numbers[4].value;
	rule->mark_mask = (uint32_t)numbers[5].value;
	rule->target = (uint32_t)numbers[6].value;
	rule->l3mdev = numbers[7].value;
	rule->ip_protocol = (uint8_t)numbers[8].value;
	rule->protocol = (uint8_t)numbers[9].value;
	return err;
}

static struct fb_error *read_ipv4(struct rule_walk *walk, struct fb_route_rule *rule)
{
	const struct fb_layout *layout = walk->layout;
	struct number numbers[] = {{&layout->fib4_rule_source_prefix, 0},
				   {&layout->fib4_rule_destination_prefix, 0},
				   {&layout->fib4_rule_tos, 0}};
	struct fb_error *err =
		read_numbers(walk->kernel, rule->address, numbers, FB_ARRAY_SIZE(numbers));

	if (!err)
		err = read_bytes(walk->kernel, rule->address, &layout->fib4_rule_source,
				 rule->source, 4);
	if (!err)
		err = read_bytes(walk->kernel, rule->address, &layout->fib4_rule_destination,
				 rule->destination, 4);
	if (!err && (numbers[0].value > IPV4_BITS || numbers[1].value > IPV4_BITS))
		err = fb_error_create(FB_CORRUPT, "a prefix of more bits than an address has");
	rule->source_prefix = (uint8_t)numbers[0].value;
	rule->destination_prefix = (uint8_t)numbers[1].value;
	rule->tos = (uint8_t)numbers[2].value;
	return err;
}

static struct fb_error *read_ipv6(struct rule_walk *walk, struct fb_route_rule *rule)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t source = 0, destination = 0, tos = 0;
	struct fb_error *err = read_bytes(walk->kernel, rule->address, &layout->fib6_rule_source,
					  rule->source, 16);

	if (!err)
		err = read_bytes(walk->kernel, rule->address, &layout->fib6_rule_destination,
				 rule->destination, 16);
	if (!err)
		err = fb_kernel_field(walk->kernel, rule->address + layout->fib6_rule_source.offset,
				      &layout->rt6key_prefix, &source);
	if (!err)
		err = fb_kernel_field(walk->kernel,
				      rule->address + layout->fib6_rule_destination.offset,
				      &layout->rt6key_prefix, &destination);
	if (!err)
		err = fb_kernel_field(walk->kernel, rule->address, &layout->fib6_rule_tos, &tos);
	if (!err && (source > IPV6_BITS || destination > IPV6_BITS))
		err = fb_error_create(FB_CORRUPT, "a prefix of more bits than an address has");
	rule->source_prefix = (uint8_t)source;
	rule->destination_prefix = (uint8_t)destination;
	rule->tos = (uint8_t)tos;
	return err;
}

/* The kernel's struct begins with the common one. */
static struct fb_error *add(void *context, uint64_t entry)
{
	struct rule_walk *walk = context;
	struct fb_route_rule rule = {.family = walk->family,
				     .address = entry - walk->layout->fib_rule_list.offset};
	struct fb_error *err = read_common(walk, &rule);

	if (!err)
		err = walk->family == AF_INET ? read_ipv4(walk, &rule) : read_ipv6(walk, &rule);
	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "rule 0x%" PRIx64,
				    rule.address);
	err = fb_grow_array(&walk->rules.rules, &walk->room, walk->rules.count, sizeof(rule),
			    2 * FB_MAX_ROUTE_RULES, "rules of routes");
	if (!err)
		walk->rules.rules[walk->rules.count++] = rule;
	return err;
}

static struct fb_error *walk_family(struct rule_walk *walk, uint64_t net, uint16_t family,
				    const struct fb_field *field)
{
	uint64_t ops = 0;
	struct fb_error *err;

	walk->family = family;
	if (!field->found &&
	    !field->untyped) /* CONFIG_IP_MULTIPLE_TABLES, CONFIG_IPV6_MULTIPLE_TABLES */
		return NULL;
	err = fb_kernel_field(walk->kernel, net, field, &ops);
	if (!err)
		err = fb_layout_require(&walk->layout->fib_rules_list);
	if (!err)
		err = fb_layout_require(&walk->layout->fib_rule_list);
	if (!err && ops)
		err = fb_kernel_list(walk->kernel, ops + walk->layout->fib_rules_list.offset,
				     FB_MAX_ROUTE_RULES, add, walk);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "rules of routes of %s",
			    family == AF_INET ? "IPv4" : "IPv6");
}

struct fb_error *fb_route_rules_load(struct fb_kernel *kernel, uint64_t net,
				     struct fb_route_rules *rules_ret)
{
	struct rule_walk walk = {.kernel = kernel, .layout = fb_kernel_layout(kernel)};
	struct fb_error *err = walk_family(&walk, net, AF_INET, &walk.layout->net_fib_rules);

	if (!err)
		err = walk_family(&walk, net, AF_INET6, &walk.layout->net_fib6_rules);
	if (err) {
		fb_route_rules_deinit(&walk.rules);
		return err;
	}
	*rules_ret = walk.rules;
	return NULL;
}

void fb_route_rules_deinit(struct fb_route_rules *rules)
{
	free(rules->rules);
	*rules = (struct fb_route_rules){0};
}
