// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of what RPC has as numbers. Called by the command nfs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/nfs/rpc.h"

/* XPRT_* (include/linux/sunrpc/xprt.h), by their bits. */
enum { LOCKED, CONNECTED, CONNECTING, CLOSE_WAIT, BOUND, BINDING, CLOSING };

bool fb_rpc_is_connected(uint64_t state)
{
	return state >> CONNECTED & 1;
}

const char *fb_rpc_connection_name(uint64_t state)
{
	if (state >> CONNECTING & 1)
		return "connecting";
	if (state & (1u << CLOSE_WAIT | 1u << CLOSING))
		return "closing";
	return fb_rpc_is_connected(state) ? "connected" : "not connected";
}

char *fb_rpc_transport_bits(uint64_t state, char *to, size_t size)
{
	static const char *const names[] = {
		"locked",  "connected", "connecting", "close-wait", "bound",     "binding",
		"closing", "offline",   "remove",     "congested",  "cwnd-wait", "write-space",
	};
	size_t used = 0;

	to[0] = '\0';
	for (size_t bit = 0; bit < FB_ARRAY_SIZE(names) && used < size; bit++)
		if (state >> bit & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", " : "",
						 names[bit]);
	return to;
}

char *fb_rpc_flavor_name(uint32_t flavor, char *to, size_t size)
{
	static const struct {
		uint32_t flavor;
		const char *name;
	} names[] = {
		{0, "none"},       {1, "sys"},        {6, "tls"},         {390003, "krb5"},
		{390004, "krb5i"}, {390005, "krb5p"}, {390006, "lipkey"}, {390009, "spkm3"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (names[i].flavor == flavor) {
			snprintf(to, size, "%s", names[i].name);
			return to;
		}
	snprintf(to, size, "%" PRIu32, flavor);
	return to;
}
