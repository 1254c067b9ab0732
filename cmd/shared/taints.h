/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The taint flags of a kernel, in words. Called by info and report. */
#ifndef FB_CMD_TAINTS_H
#define FB_CMD_TAINTS_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

#define FB_TAINT_BITS 64u

FB_MUST_CHECK struct fb_error *fb_taints(const struct fb_kernel *kernel, uint64_t *mask_ret);
/* Describes one bit of the mask in `to` (size bytes): "P  proprietary module"; "bit 21" for one that is not known.
 * Returns `to`. */
char *fb_taint_text(unsigned bit, char *to, size_t size);

#endif
