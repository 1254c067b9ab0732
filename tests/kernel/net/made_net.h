/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A namespace of a made kernel with interfaces that have names, for tests of routes, rules and neighbours. */
#ifndef FB_TESTS_KERNEL_MADE_NET_H
#define FB_TESTS_KERNEL_MADE_NET_H

#include <string.h>

#include "tests/kernel/made_kernel.h"

static inline void made_net_members(struct made_kernel *made)
{
	MADE_FIELD(made, netdev_name, 0, 16);
	MADE_FIELD(made, netdev_index, 16, 4);
	MADE_FIELD(made, netdev_link_size, 20, 1);
	MADE_FIELD(made, netdev_net, 24, 8);
}

/* A struct net_device with Ethernet's addresses. */
static inline uint64_t made_net_device(struct made_kernel *made, uint64_t net, const char *name,
				       unsigned index)
{
	uint64_t device = made_alloc(made, 64);

	memcpy(made_at(made, device), name, strlen(name));
	MADE_SET(made, device, netdev_index, index);
	MADE_SET(made, device, netdev_link_size, 6);
	MADE_SET(made, device, netdev_net, net);
	return device;
}

#endif
