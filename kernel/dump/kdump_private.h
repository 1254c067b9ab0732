/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kdump-compressed dump: one file, or the parts of a split dump, each with
 * its own bitmap and page descriptors. kdump_open.c makes it, kdump.c reads it.
 */
#ifndef FB_KERNEL_KDUMP_PRIVATE_H
#define FB_KERNEL_KDUMP_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "kernel/dump/dump_private.h"
#include "kernel/dump/kdump_bitmap.h"
#include "kernel/dump/kdump_header.h"
#include "kernel/dump/kdump_pages.h"
#include "kernel/dump/kdump_unpack.h"

struct fb_kdump_part {
	struct fb_file *file; /* owned */
	struct fb_kdump_layout layout;
	uint64_t bits_end; /* exclusive end of the frames of the part whose bit is in the file */
	struct fb_kdump_bitmap *bitmap;
	struct fb_kdump_descs *descs;
	/* The result of reading all descriptors: at once where pages seem lost, else on demand. What it
	 * finds is counted in the dump's info by fb_kdump_count_losses() alone. */
	bool surveyed;
	struct fb_kdump_survey survey;
	/* Pages are known to be lost, so that a set bit alone does not make a page readable. */
	bool lossy;
	/* Where a page of zeros is stored as it is, 0 while none was read: makedumpfile stores one
	 * for all that it does not exclude, and they are many. */
	_Atomic uint64_t zeros;
};

struct fb_kdump {
	struct fb_dump dump;
	struct fb_kdump_part *parts; /* owned; sorted by start_pfn, disjoint */
	size_t count;
	/* Of all frames, to tell lost pages from those that were never dumped. The only part's own, or
	 * owned. */
	struct fb_kdump_bitmap *meant;
	uint64_t pages_missing;        /* in parts that were not given */
	struct fb_kdump_bitmap *whole; /* that one where it is owned, else NULL */
	struct fb_kdump_unpackers *unpackers;
	void *header; /* owned */
	pthread_mutex_t survey_lock;
};

extern const struct fb_dump_ops fb_kdump_ops;

/* Moves the pages of a surveyed part that cannot be had from those that can to those that are lost. */
void fb_kdump_count_losses(struct fb_kdump *kdump, struct fb_kdump_part *part);

#endif
