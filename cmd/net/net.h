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
	bool sockets, interfaces;
};

/* Where several namespaces are shown: the line above what is in one. */
void fb_net_heading(struct fb_context *context, const struct fb_net_view *view,
		    const struct fb_net *net);

/* Each adds its part to the answer as JSON, or (answer NULL) prints it. */
FB_MUST_CHECK struct fb_error *fb_net_sockets(struct fb_context *context,
					      const struct fb_net_view *view, json_t *answer);
FB_MUST_CHECK struct fb_error *fb_net_interfaces(struct fb_context *context,
						 const struct fb_net_view *view, json_t *answer);

#endif
