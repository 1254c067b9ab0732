/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What taints a kernel, in words. */
#ifndef FB_CMD_TAINTS_H
#define FB_CMD_TAINTS_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

#define FB_TAINT_BITS 64u

FB_MUST_CHECK struct fb_error *fb_taints(const struct fb_kernel *kernel, uint64_t *mask_ret);
/* "P  proprietary module"; "bit 21" for one that is not known. Returns to. */
char *fb_taint_text(unsigned bit, char *to, size_t size);

#endif
