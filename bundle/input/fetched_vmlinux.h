/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fetches from debuginfod's servers the vmlinux with debug information for a dump that
 * has lost its symbols or types. input.c passes this function to fb_kernel_open().
 */
#ifndef FB_BUNDLE_FETCHED_VMLINUX_H
#define FB_BUNDLE_FETCHED_VMLINUX_H

#include "base/error.h"
#include "base/isolation/fetcher.h"

struct fb_fetched_vmlinux {
	struct fb_fetcher *fetcher; /* borrowed */
	int fd;                     /* owned; 0: nothing was fetched */
};

/* The function for struct fb_kernel_options.find_vmlinux; context is a struct fb_fetched_vmlinux. The path stands for
 * an open descriptor (base/files/open_path.h) and is valid until fb_fetched_vmlinux_deinit(). */
FB_MUST_CHECK struct fb_error *fb_fetched_vmlinux_find(void *context, const char *build_id,
						       char **path_ret);
void fb_fetched_vmlinux_deinit(struct fb_fetched_vmlinux *fetched);

#endif
