/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that choose the table in which a packet's route is looked up, as `ip rule` and `ip -6 rule` list them.
 * Called by the command net. */
#ifndef FB_KERNEL_ROUTE_RULES_H
#define FB_KERNEL_ROUTE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/net/interfaces.h"

struct fb_route_rule {
	uint16_t family;       /* AF_INET, AF_INET6 */
	uint8_t source_prefix; /* bits; 0: packets of any source */
	uint8_t destination_prefix;
	uint8_t source[16]; /* network order; 4 bytes of AF_INET */
	uint8_t destination[16];
	uint32_t preference;      /* the lowest is asked first */
	uint32_t table;           /* where the action is to look up */
	uint8_t action;           /* FR_ACT_*: fb_route_rule_action_name() */
	bool inverted;            /* of packets that it does not describe */
	bool l3mdev;              /* the table is that of the packet's VRF */
	uint8_t tos;              /* 0: any */
	uint8_t ip_protocol;      /* IPPROTO_*; 0: any */
	uint8_t protocol;         /* RTPROT_*: who made it */
	uint32_t mark, mark_mask; /* mask 0: any */
	uint32_t target;          /* of the action goto: a preference */
	char input[FB_INTERFACE_NAME],
		output[FB_INTERFACE_NAME]; /* of interfaces; "": any. Raw bytes */
	uint64_t address;                  /* of the struct fib_rule */
};

struct fb_route_rules {
	struct fb_route_rule *rules; /* owned; IPv4 first, in the order in which they are asked */
	size_t count;
};

/* net: the address of a struct net. Where a list is broken its rest is missing, with a warning. A kernel without rules
 * (CONFIG_IP_MULTIPLE_TABLES) has none. The caller frees the result with fb_route_rules_deinit(). */
FB_MUST_CHECK struct fb_error *fb_route_rules_load(struct fb_kernel *kernel, uint64_t net,
						   struct fb_route_rules *rules_ret);
void fb_route_rules_deinit(struct fb_route_rules *rules);

#endif
