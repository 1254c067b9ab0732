// SPDX-License-Identifier: GPL-2.0-or-later
/* See route_names.h. */
#include "kernel/net/route_names.h"

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

struct word {
	uint32_t number;
	const char *text;
};

static const char *find(const struct word *words, size_t count, uint32_t number)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].number == number)
			return words[i].text;
	return NULL;
}

const char *fb_route_type_name(uint8_t type)
{
	static const char *const names[] = {
		"none",      "unicast",     "local",    "broadcast", "anycast", "multicast",
		"blackhole", "unreachable", "prohibit", "throw",     "nat",     "xresolve",
	};

	return type < FB_ARRAY_SIZE(names) ? names[type] : NULL;
}

/* Those of programs are iproute2's own (rt_protos). */
const char *fb_route_protocol_name(uint8_t protocol)
{
	static const struct word words[] = {
		{0, "unspec"},      {1, "redirect"}, {2, "kernel"}, {3, "boot"},    {4, "static"},
		{8, "gated"},       {9, "ra"},       {10, "mrt"},   {11, "zebra"},  {12, "bird"},
		{13, "dnrouted"},   {14, "xorp"},    {15, "ntk"},   {16, "dhcp"},   {17, "mrouted"},
		{18, "keepalived"}, {42, "babel"},   {84, "ovn"},   {99, "openr"},  {186, "bgp"},
		{187, "isis"},      {188, "ospf"},   {189, "rip"},  {192, "eigrp"},
	};

	return find(words, FB_ARRAY_SIZE(words), protocol);
}

const char *fb_route_scope_name(uint8_t scope)
{
	static const struct word words[] = {
		{0, "global"}, {200, "site"}, {253, "link"}, {254, "host"}, {255, "nowhere"},
	};

	return find(words, FB_ARRAY_SIZE(words), scope);
}

const char *fb_route_table_name(uint32_t table)
{
	static const struct word words[] = {
		{0, "unspec"}, {253, "default"}, {254, "main"}, {255, "local"}};

	return find(words, FB_ARRAY_SIZE(words), table);
}

const char *fb_route_hop_flag_name(unsigned bit)
{
	static const char *const names[] = {"dead",     "pervasive",  "onlink", "offload",
					    "linkdown", "unresolved", "trap"};

	return bit < FB_ARRAY_SIZE(names) ? names[bit] : NULL;
}

const char *fb_route_metric_name(unsigned number)
{
	static const char *const names[] = {
		NULL,       "lock",    "mtu",      "window",     "rtt",      "rttvar",
		"ssthresh", "cwnd",    "advmss",   "reordering", "hoplimit", "initcwnd",
		"features", "rto_min", "initrwnd", "quickack",   "congctl",  "fastopen_no_cookie",
	};

	return number < FB_ARRAY_SIZE(names) ? names[number] : NULL;
}

const char *fb_route_rule_action_name(uint8_t action)
{
	static const struct word words[] = {{1, "lookup"},    {2, "goto"},        {3, "nop"},
					    {6, "blackhole"}, {7, "unreachable"}, {8, "prohibit"}};

	return find(words, FB_ARRAY_SIZE(words), action);
}

const char *fb_neighbour_state_name(uint8_t state)
{
	static const struct word words[] = {
		{0x00, "NONE"},   {0x01, "INCOMPLETE"}, {0x02, "REACHABLE"},
		{0x04, "STALE"},  {0x08, "DELAY"},      {0x10, "PROBE"},
		{0x20, "FAILED"}, {0x40, "NOARP"},      {0x80, "PERMANENT"},
	};

	return find(words, FB_ARRAY_SIZE(words), state);
}

const char *fb_neighbour_flag_name(unsigned bit)
{
	static const char *const names[] = {"use",          "self",    "master", "proxy",
					    "extern_learn", "offload", "sticky", "router"};

	return bit < FB_ARRAY_SIZE(names) ? names[bit] : NULL;
}
