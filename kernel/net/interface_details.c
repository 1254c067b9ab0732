// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads addresses and the queue of an interface, and has its counters read. Called by interfaces.c. */
#include "kernel/net/interface_details.h"

#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/net/interface_counters.h"

/* inet6_ifaddr.scope: bits of ipv6_addr_type() (include/net/ipv6.h). */
#define IPV6_LOOPBACK 0x10u
#define IPV6_LINK_LOCAL 0x20u
#define IPV6_SITE_LOCAL 0x40u

struct adding {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_interface *interface;
	size_t room;
	struct fb_u64_map seen; /* addresses of struct in_ifaddr */
};

static struct fb_error *append(struct adding *adding, const struct fb_interface_address *address)
{
	struct fb_interface *interface = adding->interface;
	struct fb_error *err =
		fb_grow_array(&interface->addresses, &adding->room, interface->address_count,
			      sizeof(*address), FB_MAX_INTERFACE_ADDRESSES, "addresses");

	if (!err)
		interface->addresses[interface->address_count++] = *address;
	return err;
}

static struct fb_error *read_ip(struct fb_kernel *kernel, uint64_t base,
				const struct fb_field *field, size_t size, uint8_t *to)
{
	struct fb_error *err = fb_layout_require(field);

	if (!err && field->size != size)
		err = fb_error_create(FB_UNSUPPORTED, "%s has %u bytes", field->name, field->size);
	return err ? err : fb_space_read(fb_kernel_space(kernel), base + field->offset, to, size);
}

static struct fb_error *read_ipv4(struct adding *adding)
{
	const struct fb_layout *layout = adding->layout;
	uint64_t device = 0, entry = 0;
	struct fb_error *err = fb_kernel_field(adding->kernel, adding->interface->address,
					       &layout->netdev_ip, &device);

	if (!err && device)
		err = fb_kernel_field(adding->kernel, device, &layout->in_device_addresses, &entry);
	while (entry && !err) {
		struct fb_interface_address address = {.family = AF_INET};
		uint64_t prefix = 0, scope = 0;
		bool fresh = false;

		err = fb_u64_set_add(&adding->seen, entry, FB_MAX_INTERFACE_ADDRESSES, "addresses",
				     &fresh);
		if (!err && !fresh)
			err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is in the list twice",
					      entry);
		if (!err)
			err = read_ip(adding->kernel, entry, &layout->ifaddr_local, 4, address.ip);
		if (!err)
			err = fb_kernel_field(adding->kernel, entry, &layout->ifaddr_prefix,
					      &prefix);
		if (!err)
			err = fb_kernel_field(adding->kernel, entry, &layout->ifaddr_scope, &scope);
		address.prefix = (uint8_t)prefix;
		address.scope = (uint8_t)scope;
		if (!err)
			err = append(adding, &address);
		if (!err)
			err = fb_kernel_field(adding->kernel, entry, &layout->ifaddr_next, &entry);
	}
	return err;
}

static uint8_t ipv6_scope(uint64_t type)
{
	return type & IPV6_LOOPBACK     ? RT_SCOPE_HOST
	       : type & IPV6_LINK_LOCAL ? RT_SCOPE_LINK
	       : type & IPV6_SITE_LOCAL ? RT_SCOPE_SITE
					: RT_SCOPE_UNIVERSE;
}

static struct fb_error *add_ipv6(void *context, uint64_t node)
{
	struct adding *adding = context;
	const struct fb_layout *layout = adding->layout;
	struct fb_interface_address address = {.family = AF_INET6};
	uint64_t entry = node - layout->inet6_ifaddr_list.offset, prefix = 0, scope = 0;
	struct fb_error *err =
		read_ip(adding->kernel, entry, &layout->inet6_ifaddr_ip, 16, address.ip);

	if (!err)
		err = fb_kernel_field(adding->kernel, entry, &layout->inet6_ifaddr_prefix, &prefix);
	if (!err)
		err = fb_kernel_field(adding->kernel, entry, &layout->inet6_ifaddr_scope, &scope);
	address.prefix = (uint8_t)prefix;
	address.scope = ipv6_scope(scope);
	return err ? err : append(adding, &address);
}

static struct fb_error *read_ipv6(struct adding *adding)
{
	const struct fb_layout *layout = adding->layout;
	uint64_t device = 0;
	struct fb_error *err = fb_kernel_field(adding->kernel, adding->interface->address,
					       &layout->netdev_ip6, &device);

	if (err || !device)
		return err;
	err = fb_layout_require(&layout->inet6_dev_addresses);
	if (!err)
		err = fb_layout_require(&layout->inet6_ifaddr_list);
	if (err)
		return err;
	return fb_kernel_list(adding->kernel, device + layout->inet6_dev_addresses.offset,
			      FB_MAX_INTERFACE_ADDRESSES, add_ipv6, adding);
}

static struct fb_error *read_link_address(struct fb_kernel *kernel, struct fb_interface *interface)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t size = 0, address = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, interface->address, &layout->netdev_link_size, &size);

	if (!err)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_link, &address);
	if (!err && size > sizeof(interface->link_address))
		err = fb_error_create(FB_CORRUPT, "a link address of %" PRIu64 " bytes", size);
	if (!err && size)
		err = fb_space_read(fb_kernel_space(kernel), address, interface->link_address,
				    size);
	if (!err)
		interface->link_address_size = (uint8_t)size;
	return err;
}

/* The names of its queue's discipline, and of the kind of link. */
static struct fb_error *read_names(struct fb_kernel *kernel, struct fb_interface *interface)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t queue = 0, ops = 0, links = 0, kind = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, interface->address, &layout->netdev_qdisc, &queue);

	if (!err && queue)
		err = fb_kernel_field(kernel, queue, &layout->qdisc_ops, &ops);
	if (!err)
		err = fb_layout_require(&layout->qdisc_ops_id);
	if (!err && ops)
		err = fb_space_string_whole(fb_kernel_space(kernel),
					    ops + layout->qdisc_ops_id.offset, interface->qdisc,
					    sizeof(interface->qdisc));
	if (!err)
		err = fb_kernel_field(kernel, interface->address, &layout->netdev_link_ops, &links);
	if (!err && links)
		err = fb_kernel_field(kernel, links, &layout->link_ops_kind, &kind);
	if (!err && kind)
		err = fb_space_string_whole(fb_kernel_space(kernel), kind, interface->kind,
					    sizeof(interface->kind));
	return err;
}

struct fb_error *fb_interface_read_details(struct fb_kernel *kernel, struct fb_module_types *types,
					   struct fb_interface *interface)
{
	struct adding adding = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .interface = interface};
	struct fb_warnings *warnings = fb_kernel_warnings(kernel);
	int32_t index = interface->index;
	struct fb_error *err = fb_part_warn(warnings, read_link_address(kernel, interface),
					    "the link address of interface %d", index);

	if (!err)
		err = fb_part_warn(warnings, read_names(kernel, interface),
				   "the queue and kind of interface %d", index);
	if (!err)
		err = fb_part_warn(warnings, read_ipv4(&adding), "IPv4 addresses of interface %d",
				   index);
	fb_u64_map_deinit(&adding.seen);
	if (!err && adding.layout->netdev_ip6.found) /* CONFIG_IPV6 */
		err = fb_part_warn(warnings, read_ipv6(&adding), "IPv6 addresses of interface %d",
				   index);
	return err ? err
		   : fb_part_warn(warnings, fb_interface_count(kernel, types, interface),
				  "the counters of interface %d", index);
}
