/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes the source of bytes, or the reason why they are absent, in words. Called by rd and vtop. */
#ifndef FB_CMD_SOURCE_TEXT_H
#define FB_CMD_SOURCE_TEXT_H

#include <stddef.h>

#include "base/space.h"

/* "vmcore", "core core.126", "absent: left out by the dump filter" in `to` (size bytes); escaped. Returns `to`. */
char *fb_source_text(const struct fb_origin *origin, char *to, size_t size);
/* Only the details, without the source's name. Returns `to`, or NULL where there are none. */
const char *fb_source_detail(const struct fb_origin *origin, char *to, size_t size);

#endif
