/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where bytes come from, or why they are absent, in words. */
#ifndef FB_CMD_SOURCE_TEXT_H
#define FB_CMD_SOURCE_TEXT_H

#include <stddef.h>

#include "base/space.h"

/* "vmcore", "core core.126", "absent: left out by the dump filter"; escaped. Returns to. */
char *fb_source_text(const struct fb_origin *origin, char *to, size_t size);
/* The same without the source's name; NULL where there is nothing to add. Returns to, or NULL. */
const char *fb_source_detail(const struct fb_origin *origin, char *to, size_t size);

#endif
