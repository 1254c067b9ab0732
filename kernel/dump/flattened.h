/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file inside a flattened stream (`makedumpfile -F`: what kdump-tools writes
 * by default), as `makedumpfile -R` would restore it: a later record overwrites
 * an earlier one, what no record covers reads as zeros. Format: kdump_format.h.
 */
#ifndef FB_KERNEL_FLATTENED_H
#define FB_KERNEL_FLATTENED_H

#include <stdbool.h>

#include "base/error.h"
#include "base/file.h"
#include "base/warnings.h"

/* Whether file begins with the flattened signature. */
FB_MUST_CHECK struct fb_error *fb_flattened_detect(struct fb_file *file, bool *flattened_ret);

/* A file over file, which it takes on success. A stream without its end mark gives the records
 * that are there, the last one as far as it goes: *complete_ret is false then, and warnings
 * says why. FB_TRUNCATED where not one record is there, FB_UNSUPPORTED for an unknown type. */
FB_MUST_CHECK struct fb_error *fb_flattened_open(struct fb_file *file, struct fb_warnings *warnings,
						 bool *complete_ret, struct fb_file **file_ret);

#endif
