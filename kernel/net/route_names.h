/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of ip(8) for what routes, rules and neighbours have as numbers (include/uapi/linux/rtnetlink.h,
 * fib_rules.h, neighbour.h). All strings are static; NULL: the number has no word. Called by the command net. */
#ifndef FB_KERNEL_ROUTE_NAMES_H
#define FB_KERNEL_ROUTE_NAMES_H

#include <stdint.h>

const char *fb_route_type_name(uint8_t type);          /* RTN_*: "unicast", "blackhole" */
const char *fb_route_protocol_name(uint8_t protocol);  /* RTPROT_*: "kernel", "static" */
const char *fb_route_scope_name(uint8_t scope);        /* RT_SCOPE_*: "global", "link" */
const char *fb_route_table_name(uint32_t table);       /* RT_TABLE_*: "main" */
const char *fb_route_hop_flag_name(unsigned bit);      /* of RTNH_F_*, from 0: "onlink" */
const char *fb_route_metric_name(unsigned number);     /* of RTAX_*: "mtu" */
const char *fb_route_rule_action_name(uint8_t action); /* FR_ACT_*: "lookup" */
const char *fb_neighbour_state_name(uint8_t state);    /* NUD_*: "REACHABLE" */
const char *fb_neighbour_flag_name(unsigned bit);      /* of NTF_*, from 0: "router" */

#endif
