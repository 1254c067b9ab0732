/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A function of core.c for open.c, which sets in a core how its file was wrapped.
 */
#ifndef FB_USER_CORE_PRIVATE_H
#define FB_USER_CORE_PRIVATE_H

#include "user/core/core.h"

/* stream: the compression of the whole file (static), or NULL. apport: it was inside an Apport report. cut: the
 * compressed stream or the report ended early. */
void fb_core_set_wrapping(struct fb_core *core, const char *stream, bool apport, bool cut);

#endif
