/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vmlinux with debug information of a dump that has lost its symbols or
 * types, from debuginfod's servers. input.c has the kernel ask for it.
 */
#ifndef FB_BUNDLE_FETCHED_VMLINUX_H
#define FB_BUNDLE_FETCHED_VMLINUX_H

#include "base/error.h"
#include "base/isolation/fetcher.h"

struct fb_fetched_vmlinux {
	struct fb_fetcher *fetcher; /* borrowed */
	int fd;                     /* owned; 0: nothing was fetched */
};

/* struct fb_kernel_options.find_vmlinux; context is a struct fb_fetched_vmlinux. The path is that of the
 * descriptor (base/open_path.h): good until fb_fetched_vmlinux_deinit(). */
FB_MUST_CHECK struct fb_error *fb_fetched_vmlinux_find(void *context, const char *build_id,
						       char **path_ret);
void fb_fetched_vmlinux_deinit(struct fb_fetched_vmlinux *fetched);

#endif
