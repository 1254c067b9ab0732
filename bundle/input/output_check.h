/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever --force says, no input is written over. */
#ifndef FB_BUNDLE_OUTPUT_CHECK_H
#define FB_BUNDLE_OUTPUT_CHECK_H

#include "base/error.h"
#include "bundle/input/input.h"

/* FB_INVALID where path is a file that the input was given as, by whatever name, or a folder. */
FB_MUST_CHECK struct fb_error *fb_check_output(const struct fb_input *input, const char *path);

#endif
