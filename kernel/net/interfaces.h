/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network interfaces of a namespace, as `ip addr` and `ip -s link` list them (struct net_device,
 * include/linux/netdevice.h, inetdevice.h, net/if_inet6.h): by the namespace's list, and by its hash table of their
 * indexes. Called by the command net.
 */
#ifndef FB_KERNEL_INTERFACES_H
#define FB_KERNEL_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module_types.h"

/* Bytes of a name with its NUL (IFNAMSIZ), and of a link-layer address (MAX_ADDR_LEN). */
#define FB_INTERFACE_NAME 16u
#define FB_LINK_ADDRESS 32u

struct fb_interface_address {
	uint16_t family; /* AF_INET, AF_INET6 */
	uint8_t prefix;  /* bits of the network's part */
	uint8_t scope;   /* RT_SCOPE_*: 0 global, 253 link, 254 host; of IPv6 from its type */
	uint8_t ip[16];  /* network order; 4 bytes of AF_INET */
};

struct fb_interface_counters {
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_errors, tx_errors, rx_dropped,
		tx_dropped;
};

struct fb_interface {
	uint64_t address; /* of the struct net_device */
	int32_t index;
	char name[FB_INTERFACE_NAME];  /* raw bytes: escape before showing */
	char kind[FB_INTERFACE_NAME];  /* "bridge", "veth"; "": none, or unknown. Raw bytes */
	char qdisc[FB_INTERFACE_NAME]; /* "noqueue", "fq_codel"; "": unknown. Raw bytes */
	bool described;                /* the next five could be read; else they are 0 */
	uint32_t flags;                /* IFF_*, as user space gets them */
	uint32_t mtu;                  /* bytes */
	uint32_t queue_length;         /* packets: txqueuelen */
	uint8_t state;                 /* IF_OPER_* (RFC 2863) */
	uint16_t link_type;            /* ARPHRD_* */
	uint8_t link_address[FB_LINK_ADDRESS];
	uint8_t link_address_size;              /* bytes; 0: none, or unknown */
	struct fb_interface_address *addresses; /* owned; IPv4 first */
	size_t address_count;
	/* False: the driver counts in a struct that is not known here, or the counters cannot be read. */
	bool counted;
	struct fb_interface_counters counters;
};

struct fb_interfaces {
	struct fb_interface *interfaces; /* owned; in order of their indexes */
	size_t count;
};

/* types: those of the drivers that are modules. net: the address of a struct net. Each interface lowers *left by one,
 * FB_MAX_INTERFACES at the start of the first namespace; where it is 0 further ones are missing, with a warning. An
 * interface whose name and index cannot be read is missing, and what cannot be read of others, with warnings.
 * FB_NOT_FOUND where types are missing. The caller frees the result with fb_interfaces_deinit(). */
FB_MUST_CHECK struct fb_error *fb_interfaces_load(struct fb_kernel *kernel,
						  struct fb_module_types *types, uint64_t net,
						  uint64_t *left,
						  struct fb_interfaces *interfaces_ret);
void fb_interfaces_deinit(struct fb_interfaces *interfaces);

/* "UP", "DOWN", "UNKNOWN"..., as ip(8) has them. Static. */
const char *fb_interface_state_name(uint8_t state);
/* The name of the flag of this bit (from 0), as ip(8) has it: "LOOPBACK"; NULL: none. Static. */
const char *fb_interface_flag_name(unsigned bit);

#endif
