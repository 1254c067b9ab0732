/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the caller of fb_waits_find() may give and choose. */
#ifndef FB_BUNDLE_WAIT_OPTIONS_H
#define FB_BUNDLE_WAIT_OPTIONS_H

#include <stdint.h>

#include "bundle/process/host_files.h"
#include "kernel/swap/swap.h"

struct fb_wait_options {
	struct fb_host_files *files; /* borrowed, or NULL: mapped files, for symbols */
	struct fb_swap *swap;        /* borrowed, or NULL */
	int32_t tid;                 /* of the only thread to look at; 0: all */
};

#endif
