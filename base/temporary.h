/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unlinked temporary files, for what has to be unpacked before it can be read. Blocks of zeros
 * become holes: memory that was never used compresses a thousandfold, and need not fill a disk.
 */
#ifndef FB_BASE_TEMPORARY_H
#define FB_BASE_TEMPORARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* An empty file of mode 0600 in $TMPDIR (else /var/tmp), as an fd the caller closes. */
FB_MUST_CHECK struct fb_error *fb_temporary_fd(int *fd_ret);

/* Writes at offset of a file that was empty; what is zero may be left out. FB_OS. */
FB_MUST_CHECK struct fb_error *fb_temporary_write(int fd, uint64_t offset, const void *bytes,
						  size_t length);

/* Gives it its size in bytes, where zeros at its end were left out. FB_OS. */
FB_MUST_CHECK struct fb_error *fb_temporary_finish(int fd, uint64_t size);

#endif
