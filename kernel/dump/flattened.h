/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the file inside a flattened stream, which `makedumpfile -F` writes (kdump-tools
 * does so by default), without restoring it by `makedumpfile -R` first. A later record
 * overwrites an earlier one; what no record covers reads as zeros. Format:
 * kdump_format.h. Called by dump_open.c.
 */
#ifndef FB_KERNEL_FLATTENED_H
#define FB_KERNEL_FLATTENED_H

#include <stdbool.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"

/* Whether file begins with the flattened signature. */
FB_MUST_CHECK struct fb_error *fb_flattened_detect(struct fb_file *file, bool *flattened_ret);

/* Opens the file inside the stream `file`, which it takes over on success. A stream without its end mark gives
 * the records that are there, the last one up to where it ends; *complete_ret is then false, and a warning has
 * the reason. FB_TRUNCATED where there is not one record, FB_UNSUPPORTED for an unknown type. */
FB_MUST_CHECK struct fb_error *fb_flattened_open(struct fb_file *file, struct fb_warnings *warnings,
						 bool *complete_ret, struct fb_file **file_ret);

#endif
