/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made namespace with two interfaces, "lo" and "port7", for tests of interfaces and of their counters. */
#ifndef FB_TESTS_KERNEL_NET_MADE_INTERFACES_H
#define FB_TESTS_KERNEL_NET_MADE_INTERFACES_H

#include "kernel/net/interfaces.h"
#include "tests/kernel/made_kernel.h"

#define LOWER_UP 0x10000u
#define LOOPBACK_FUNCTION 0x1000u
#define SOFTWARE_FUNCTION 0x2000u
#define DRIVER_FUNCTION 0x3000u

struct made_interfaces {
	struct made_kernel *made;
	uint64_t net, table;
	uint64_t loopback, port; /* struct net_device */
	uint64_t first_address;  /* struct in_ifaddr */
	uint64_t *own_offsets;   /* the made kernel's */
	uint64_t percpu;         /* of loopback's counters on CPU 0 */
	struct fb_module_types *modules;
};

void made_interfaces_begin(struct made_interfaces *w);
void made_interfaces_end(struct made_interfaces *w);
/* Gives the port a link address, a kind, flags and numbers. */
void made_interfaces_describe(struct made_interfaces *w);
/* A per-CPU struct: on each CPU its first `count` words are 1, 2, 3... times the CPU's number plus one. */
uint64_t made_interfaces_percpu(struct made_interfaces *w, unsigned count);
/* Loads both, in the order of their indexes. The caller frees the result with fb_interfaces_deinit(). */
struct fb_interfaces made_interfaces_load(struct made_interfaces *w);
size_t made_interfaces_warnings(const struct made_interfaces *w);

#endif
