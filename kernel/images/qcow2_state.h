/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clusters of a saved guest in a qcow2 image, as a file. Called by qcow2.c, which finds the snapshot. */
#ifndef FB_KERNEL_IMAGES_QCOW2_STATE_H
#define FB_KERNEL_IMAGES_QCOW2_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"

struct fb_qcow2_place {
	unsigned cluster_bits; /* FB_QCOW2_CLUSTER_BITS_MIN.._MAX */
	bool zero_flag;        /* entries may have FB_QCOW2_ZERO */
	uint64_t stored;       /* bytes of the image that are no hole */
	uint64_t l1_offset;
	uint32_t l1_entries;
	uint64_t disk_size, state_size; /* bytes; the latter > 0 */
	const char *name;               /* borrowed; of the snapshot, for a warning; escaped */
};

/* As fb_qcow2_open(), of that place. */
FB_MUST_CHECK struct fb_error *fb_qcow2_state_open(struct fb_file *disk,
						   const struct fb_qcow2_place *place,
						   struct fb_warnings *warnings,
						   struct fb_file **state_ret);

#endif
