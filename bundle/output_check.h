/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever --force says, no input is written over. */
#ifndef FB_BUNDLE_OUTPUT_CHECK_H
#define FB_BUNDLE_OUTPUT_CHECK_H

#include "base/error.h"
#include "bundle/input.h"

/* FB_INVALID where path is the input's file, or that of a core given beside it, by whatever name. */
FB_MUST_CHECK struct fb_error *fb_check_output(struct fb_input *input, const char *path);

#endif
