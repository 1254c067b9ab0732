/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of `fbundle net` share: what was found, and the functions that load and print each part of it. */
#ifndef FB_CMD_NET_H
#define FB_CMD_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/shared/command.h"
#include "kernel/files/held_files.h"
#include "kernel/image/kernel.h"
#include "kernel/net/interfaces.h"
#include "kernel/net/net_namespaces.h"
#include "kernel/tasks/task.h"
#include "kernel/time/jiffies.h"

struct fb_net_view {
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks;
	struct fb_nets nets;
	uint64_t chosen; /* the namespace that is shown; 0: all */
	struct fb_jiffies jiffies;
	bool time_known; /* of jiffies */
};

/* Whether what is in the namespace at this address is shown. Where the namespace of something is unknown (0), it is. */
bool fb_net_is_shown(const struct fb_net_view *view, uint64_t net);
/* The number of a namespace, null where it is unknown. */
json_t *fb_net_inode_json(const struct fb_net_view *view, uint64_t net);

/* What the options ask for. */
struct fb_net_options {
	bool all; /* namespaces */
	bool sockets, interfaces, routes, neighbours;
};

/* Bytes of an address with its prefix as text, and of the name of an interface. */
#define FB_NET_ADDRESS_TEXT 52u
#define FB_NET_NAME_TEXT (4u * FB_INTERFACE_NAME)

/* "192.0.2.1", or with_prefix "192.0.2.0/24", "default" for all addresses, and a host's without its prefix, as ip(8)
 * has them. family: AF_INET, AF_INET6. */
void fb_net_ip_text(uint16_t family, const uint8_t *ip, char *to, size_t size);
void fb_net_prefix_text(uint16_t family, const uint8_t *ip, uint8_t prefix, char *to, size_t size);
bool fb_net_ip_is_zero(const uint8_t ip[16]);
/* The word, or where it has none (NULL) the number. to has FB_NET_NAME_TEXT bytes; returned is what to show. */
const char *fb_net_word(const char *word, uint32_t number, char *to);
/* The name of an interface, escaped, or where it is unknown its index, "?" where that is 0. */
const char *fb_net_interface_text(const char name[FB_INTERFACE_NAME], int32_t index,
				  char to[FB_NET_NAME_TEXT]);

/* Where several namespaces are shown: the line above what is in one. */
void fb_net_heading(struct fb_context *context, const struct fb_net_view *view,
		    const struct fb_net *net);

/* Each adds its part to the answer as JSON, or (answer NULL) prints it. */
FB_MUST_CHECK struct fb_error *fb_net_sockets(struct fb_context *context,
					      const struct fb_net_view *view, json_t *answer);
FB_MUST_CHECK struct fb_error *fb_net_interfaces(struct fb_context *context,
						 const struct fb_net_view *view, json_t *answer);
/* Rules, and the routes of all tables. */
FB_MUST_CHECK struct fb_error *fb_net_routes(struct fb_context *context,
					     const struct fb_net_view *view, json_t *answer);
FB_MUST_CHECK struct fb_error *fb_net_neighbours(struct fb_context *context,
						 const struct fb_net_view *view, json_t *answer);
/* net_rules.c: of one namespace; list: to which JSON is added, NULL: text. */
FB_MUST_CHECK struct fb_error *fb_net_rules(struct fb_context *context,
					    const struct fb_net_view *view,
					    const struct fb_net *net, json_t *list);

#endif
