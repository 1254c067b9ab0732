/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Range headers of LiME and AVML, for their readers. */
#ifndef FB_KERNEL_LIME_H
#define FB_KERNEL_LIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/warnings.h"

/* The range whose header is at offset: its physical address and size in bytes. *more_ret false at the end
 * of the file, and where there is no such header, which goes to warnings. */
FB_MUST_CHECK struct fb_error *fb_lime_range(struct fb_file *file, uint64_t offset, uint32_t magic,
					     uint32_t version, struct fb_warnings *warnings,
					     bool *more_ret, uint64_t *start_ret,
					     uint64_t *length_ret);

#endif
