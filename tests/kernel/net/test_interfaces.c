// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces of a made namespace, and of real kernels: what is read of each, what is found where the list or the table
 * of indexes is broken, and what is said of what cannot be read.
 */
#include "kernel/net/interfaces.h"

#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "kernel/net/net_namespaces.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/net/made_interfaces.h"
#include "tests/kernel/real_kernel.h"

#define BUCKETS 256u

enum { STATE_STARTED = 1, OPER_UP = 6 };

static void reads_all_of_an_interface(void)
{
	struct made_interfaces w;
	struct fb_interfaces interfaces;
	const struct fb_interface *lo, *port;

	made_interfaces_begin(&w);
	made_interfaces_describe(&w);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 0);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	lo = &interfaces.interfaces[0];
	port = &interfaces.interfaces[1];
	CU_ASSERT_STRING_EQUAL(lo->name, "lo");
	CU_ASSERT_EQUAL(lo->index, 1);
	CU_ASSERT_STRING_EQUAL(fb_interface_state_name(lo->state), "UNKNOWN");
	CU_ASSERT_EQUAL(lo->flags, IFF_UP | IFF_LOOPBACK | IFF_RUNNING | LOWER_UP);
	CU_ASSERT_EQUAL(lo->address_count, 0);
	CU_ASSERT_EQUAL(lo->link_address_size, 0);
	CU_ASSERT_EQUAL(port->address, w.port);
	CU_ASSERT_STRING_EQUAL(port->name, "port7");
	CU_ASSERT_STRING_EQUAL(port->kind, "veth");
	CU_ASSERT_STRING_EQUAL(port->qdisc, "noqueue");
	CU_ASSERT(port->described);
	CU_ASSERT_EQUAL(port->mtu, 1500);
	CU_ASSERT_EQUAL(port->queue_length, 1000);
	CU_ASSERT_EQUAL(port->link_type, 1);
	CU_ASSERT_STRING_EQUAL(fb_interface_state_name(port->state), "DOWN");
	CU_ASSERT_EQUAL(port->flags, IFF_UP | IFF_BROADCAST | IFF_PROMISC);
	CU_ASSERT_EQUAL(port->link_address_size, 6);
	CU_ASSERT_EQUAL(port->link_address[5], 0xcd);
	CU_ASSERT_EQUAL_FATAL(port->address_count, 3);
	CU_ASSERT_EQUAL(port->addresses[0].prefix, 24);
	CU_ASSERT_EQUAL(port->addresses[0].scope, 253);
	CU_ASSERT_EQUAL(port->addresses[1].ip[3], 4);
	CU_ASSERT_EQUAL(port->addresses[2].family, AF_INET6);
	CU_ASSERT_EQUAL(port->addresses[2].ip[15], 9);
	CU_ASSERT_EQUAL(port->addresses[2].prefix, 64);
	CU_ASSERT_EQUAL(port->addresses[2].scope, 253);
	fb_interfaces_deinit(&interfaces);
	made_interfaces_end(&w);
}

/* Who counts tells where the counters are; those of all CPUs are added up. */
static void adds_up_counters(void)
{
	struct made_interfaces w;
	struct fb_interfaces interfaces;
	const struct fb_interface_counters *lo, *port;
	uint64_t ops;

	made_interfaces_begin(&w);
	made_interfaces_describe(&w);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	lo = &interfaces.interfaces[0].counters;
	port = &interfaces.interfaces[1].counters;
	CU_ASSERT(interfaces.interfaces[0].counted && interfaces.interfaces[1].counted);
	CU_ASSERT(lo->rx_packets == 3 && lo->tx_packets == 3);
	CU_ASSERT(lo->rx_bytes == 6 && lo->tx_bytes == 6);
	CU_ASSERT(lo->rx_dropped == 0 && lo->tx_dropped == 0);
	CU_ASSERT(port->rx_packets == 103 && port->rx_bytes == 6);
	CU_ASSERT(port->tx_packets == 9 && port->tx_bytes == 12);
	CU_ASSERT(port->rx_dropped == 3 && port->tx_dropped == 6);
	fb_interfaces_deinit(&interfaces);

	/* No function: the device's own, or by the kind of struct that it says. */
	memcpy(&ops, made_at(w.made, w.port + w.made->kernel.layout.netdev_ops.offset), 8);
	MADE_SET(w.made, ops, netdev_ops_stats64, 0);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.rx_packets, 100);
	fb_interfaces_deinit(&interfaces);
	MADE_SET(w.made, w.port, netdev_stat_type, 2);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.rx_packets, 103);
	fb_interfaces_deinit(&interfaces);
	/* Structs that are not read: no counters, and no zeros either. */
	MADE_SET(w.made, w.port, netdev_stat_type, 3);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_FALSE(interfaces.interfaces[1].counted);
	fb_interfaces_deinit(&interfaces);
	MADE_SET(w.made, ops, netdev_ops_stats64, DRIVER_FUNCTION);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_FALSE(interfaces.interfaces[1].counted);
	fb_interfaces_deinit(&interfaces);
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 0);
	made_interfaces_end(&w);
}

/* Before 5.18 the device has what the core dropped. */
static void reads_older_kernels(void)
{
	struct made_interfaces w;
	struct fb_interfaces interfaces;

	made_interfaces_begin(&w);
	w.made->kernel.layout.netdev_core_stats.found = false;
	w.made->kernel.layout.netdev_stat_type.found = false;
	MADE_FIELD(w.made, netdev_rx_dropped, 400, 8);
	MADE_FIELD(w.made, netdev_tx_dropped, 408, 8);
	MADE_SET(w.made, w.port, netdev_rx_dropped, 11);
	MADE_SET(w.made, w.port, netdev_tx_dropped, 12);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.rx_dropped, 11);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].counters.tx_dropped, 12);
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 0);
	fb_interfaces_deinit(&interfaces);
	made_interfaces_end(&w);
}

/* Either of the list and the table leads to all, and each is there once. */
static void finds_them_in_two_ways(void)
{
	struct made_interfaces w;
	struct fb_interfaces interfaces;

	made_interfaces_begin(&w);
	made_put(w.made, w.net, 0x1230, 8);
	made_put(w.made, w.net + 8, 0x1230, 8);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL(interfaces.count, 2);
	CU_ASSERT(made_interfaces_warnings(&w) > 0);
	fb_interfaces_deinit(&interfaces);
	made_interfaces_end(&w);

	made_interfaces_begin(&w);
	made_lose(w.made, w.table);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL(interfaces.count, 2);
	CU_ASSERT(made_interfaces_warnings(&w) > 0);
	fb_interfaces_deinit(&interfaces);
	made_interfaces_end(&w);
}

static void damage_costs_its_part(void)
{
	struct made_interfaces w;
	struct fb_interfaces interfaces;
	uint64_t left = 1;

	made_interfaces_begin(&w);
	made_interfaces_describe(&w);
	MADE_SET(w.made, w.port, netdev_link_size, 33); /* MAX_ADDR_LEN is 32 */
	MADE_SET(w.made, w.first_address, ifaddr_next, w.first_address);
	MADE_SET(w.made, w.port, netdev_qdisc, 0x1230);
	made_lose(w.made, w.percpu + FB_PAGE_SIZE);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 2);
	CU_ASSERT_EQUAL(made_interfaces_warnings(&w), 4);
	CU_ASSERT_FALSE(interfaces.interfaces[0].counted);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].link_address_size, 0);
	CU_ASSERT_EQUAL(interfaces.interfaces[1].address_count, 2); /* one, and one of IPv6 */
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[1].qdisc, "");
	CU_ASSERT(interfaces.interfaces[1].counted);
	fb_interfaces_deinit(&interfaces);
	/* An interface of which nothing can be read is missing. */
	made_lose(w.made, w.loopback);
	interfaces = made_interfaces_load(&w);
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 1);
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[0].name, "port7");
	fb_interfaces_deinit(&interfaces);
	made_interfaces_end(&w);

	made_interfaces_begin(&w);
	w.made->kernel.layout.netdev_mtu.found = false;
	FB_OK_FATAL(fb_interfaces_load(&w.made->kernel, w.modules, w.net, &left, &interfaces));
	CU_ASSERT_EQUAL_FATAL(interfaces.count, 1); /* that was how many there may be */
	CU_ASSERT_EQUAL(left, 0);
	CU_ASSERT_FALSE(interfaces.interfaces[0].described);
	CU_ASSERT(made_interfaces_warnings(&w) > 1);
	fb_interfaces_deinit(&interfaces);
	made_interfaces_end(&w);
}

static struct fb_error *ask(void *context)
{
	struct made_interfaces *w = context;
	struct fb_interfaces interfaces = {0};
	uint64_t left = FB_MAX_INTERFACES;
	struct fb_error *err =
		fb_interfaces_load(&w->made->kernel, w->modules, w->net, &left, &interfaces);

	fb_interfaces_deinit(&interfaces);
	return err;
}

static void errors_are_passed_on(void)
{
	struct made_interfaces w;

	made_interfaces_begin(&w);
	made_interfaces_describe(&w);
	CU_ASSERT(failing_made_must_pass(w.made, ask, &w) > 40);
	made_interfaces_end(&w);
}

/* The first namespace of each guest has its loopback interface alone. */
static void check_real(const struct real_kernel *real)
{
	struct fb_interfaces interfaces = {0};
	struct fb_nets nets = {0};
	struct fb_module_types *modules = NULL;
	uint64_t left = FB_MAX_INTERFACES;

	FB_OK_FATAL(fb_module_types_create(real->kernel, &modules));
	FB_OK_FATAL(fb_nets_load(real->kernel, real->tasks, &nets));
	CU_ASSERT_FATAL(nets.count >= 1);
	FB_OK_FATAL(fb_interfaces_load(real->kernel, modules, nets.nets[0].address, &left,
				       &interfaces));
	CU_ASSERT_FATAL(interfaces.count >= 1);
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[0].name, "lo");
	CU_ASSERT_EQUAL(interfaces.interfaces[0].mtu, 65536);
	CU_ASSERT_STRING_EQUAL(interfaces.interfaces[0].qdisc, "noqueue");
	CU_ASSERT(interfaces.interfaces[0].counted);
	CU_ASSERT(interfaces.interfaces[0].counters.rx_packets > 0);
	CU_ASSERT_EQUAL_FATAL(interfaces.interfaces[0].address_count, 2);
	CU_ASSERT_EQUAL(interfaces.interfaces[0].addresses[0].ip[0], 127);
	fb_interfaces_deinit(&interfaces);
	fb_nets_deinit(&nets);
	fb_module_types_destroy(modules);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/interfaces", FB_TEST(reads_all_of_an_interface), FB_TEST(adds_up_counters),
	     FB_TEST(reads_older_kernels), FB_TEST(finds_them_in_two_ways),
	     FB_TEST(damage_costs_its_part), FB_TEST(errors_are_passed_on),
	     FB_TEST(agrees_with_real_kernels))
