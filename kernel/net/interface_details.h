/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of an interface from structs besides its own: addresses, counters, its queue. Called by interfaces.c. */
#ifndef FB_KERNEL_INTERFACE_DETAILS_H
#define FB_KERNEL_INTERFACE_DETAILS_H

#include "kernel/net/interfaces.h"

/* interface has its address and index, and nothing of what is filled in here. What cannot be read is left as it is,
 * with a warning. FB_NOMEM, FB_OS; the caller then frees interface->addresses. */
FB_MUST_CHECK struct fb_error *fb_interface_read_details(struct fb_kernel *kernel,
							 struct fb_module_types *types,
							 struct fb_interface *interface);

#endif
