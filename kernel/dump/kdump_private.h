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
	uint64_t bits_end; /* exclusive end of the part's frames whose bit is in the file */
	struct fb_kdump_bitmap *bitmap; /* owned */
	struct fb_kdump_descs *descs;   /* owned */
	/* The result of reading all descriptors, valid where surveyed is set. They are read on opening where
	 * pages seem to be lost, else on demand. Only fb_kdump_count_losses() adds the losses to the dump's
	 * info. */
	bool surveyed;
	struct fb_kdump_survey survey;
	/* Pages are known to be lost, so that a page with a set bit may still be unreadable. */
	bool lossy;
	/* Offset of a page of zeros that is stored uncompressed; 0 while none was read. makedumpfile stores one
	 * for all pages of zeros, which are many, so that this one need not be read again. */
	_Atomic uint64_t zeros;
};

struct fb_kdump {
	struct fb_dump dump;
	struct fb_kdump_part *parts; /* owned; sorted by start_pfn, disjoint */
	size_t count;
	/* The bitmap of all frames, which tells lost pages from those that were never dumped. It is the
	 * bitmap of the only part, or `whole`. */
	struct fb_kdump_bitmap *meant;
	uint64_t pages_missing;               /* pages in parts that were not given */
	struct fb_kdump_bitmap *whole;        /* owned; NULL where there is only one part */
	struct fb_kdump_unpackers *unpackers; /* owned */
	void *header;                         /* owned */
	pthread_mutex_t survey_lock;
};

extern const struct fb_dump_ops fb_kdump_ops;

/* Updates the dump's info after the survey of a part: its pages that cannot be read are counted as lost and no
 * longer as dumped. */
void fb_kdump_count_losses(struct fb_kdump *kdump, struct fb_kdump_part *part);

#endif
