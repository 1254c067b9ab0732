/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the range headers of LiME and AVML. Called by lime.c and avml.c. */
#ifndef FB_KERNEL_LIME_H
#define FB_KERNEL_LIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"

/* Reads the range header at offset: *start_ret is the range's physical address, *length_ret its size in bytes. The
 * header must have this magic and version. *more_ret is false at the end of the file, and, with a warning, where
 * there is no such header. */
FB_MUST_CHECK struct fb_error *fb_lime_range(struct fb_file *file, uint64_t offset, uint32_t magic,
					     uint32_t version, struct fb_warnings *warnings,
					     bool *more_ret, uint64_t *start_ret,
					     uint64_t *length_ret);

#endif
