/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a guest within a disk image of qemu: a file layer whose inside is a migration stream, which qevm.c
 * reads. Format: qcow2_format.h. Called by kernel/dump/dump_open.c.
 */
#ifndef FB_KERNEL_IMAGES_QCOW2_H
#define FB_KERNEL_IMAGES_QCOW2_H

#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"

/* Where disk is a qcow2 image with a snapshot that has memory, *state_ret is the saved guest of the newest of these,
 * and has taken over disk; else it is NULL. It ends before the first cluster that cannot be read, of which a warning is
 * then given. stored: bytes of disk that are no hole; clusters of more are not followed. FB_UNSUPPORTED where clusters
 * are kept in a way that is not read, FB_CORRUPT and FB_TRUNCATED where not one of them is there. */
FB_MUST_CHECK struct fb_error *fb_qcow2_open(struct fb_file *disk, uint64_t stored,
					     struct fb_warnings *warnings,
					     struct fb_file **state_ret);

#endif
