/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognisers of waits for input and output; see struct fb_wait_recogniser. Called through
 * bundle/waits/recognisers.c. */
#ifndef FB_BUNDLE_WAIT_IO_RECOGNISE_H
#define FB_BUNDLE_WAIT_IO_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

/* A page that is locked, or being read or written. */
struct fb_error *fb_wait_page(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* A locked buffer. */
struct fb_error *fb_wait_buffer(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* The end of a bio. */
struct fb_error *fb_wait_bio(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* The answer to a call of an NFS server. */
struct fb_error *fb_wait_rpc(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* A buffer of XFS. */
struct fb_error *fb_wait_xfs_buffer(struct fb_wait_finder *finder,
				    const struct fb_blocked *blocked);
/* A journal's commit. */
struct fb_error *fb_wait_journal(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* Requests that were submitted by io_uring and by aio. */
struct fb_error *fb_wait_ring(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_aio(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
