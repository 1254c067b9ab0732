/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of an interface, as /proc/net/dev has them. Called by interface_details.c. */
#ifndef FB_KERNEL_INTERFACE_COUNTERS_H
#define FB_KERNEL_INTERFACE_COUNTERS_H

#include "kernel/modules/module_types.h"
#include "kernel/net/interfaces.h"

/* Fills in interface->counters, and counted; interface has its address and kind. The counters of a driver that counts
 * in structs of its own which are not read here, or whose types are missing, stay unknown, without an error. Errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_interface_count(struct fb_kernel *kernel,
						  struct fb_module_types *types,
						  struct fb_interface *interface);

#endif
