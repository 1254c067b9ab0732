/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What open.c tells a core about the file it came from (internal to user/).
 */
#ifndef FB_USER_CORE_PRIVATE_H
#define FB_USER_CORE_PRIVATE_H

#include "user/core/core.h"

/* stream: the compression around the core (static), or NULL. cut: that wrapping ended early. */
void fb_core_set_wrapping(struct fb_core *core, const char *stream, bool apport, bool cut);

#endif
