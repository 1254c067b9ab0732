/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unlinked temporary files, for inputs that have to be unpacked before they can be read. Blocks of zeros
 * become holes, since memory that was never used compresses a thousandfold and need not fill a disk. How much
 * an input may unpack to is limited by its size (base/limits.h), so that a small file that was made to unpack
 * to a huge one does not fill the disk either.
 */
#ifndef FB_BASE_TEMPORARY_H
#define FB_BASE_TEMPORARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_temporary {
	int fd;           /* of mode 0600, in $TMPDIR (else /var/tmp); the caller closes it */
	uint64_t packed;  /* bytes of the packed input */
	uint64_t room;    /* bytes that the file may occupy in its file system */
	uint64_t written; /* bytes that were written, without holes */
};

/* Makes an empty file for the contents of an input of `packed` bytes. FB_OS, FB_EXHAUSTED; FB_INVALID where
 * $TMPDIR is too long. */
FB_MUST_CHECK struct fb_error *fb_temporary_create(uint64_t packed,
						   struct fb_temporary *temporary_ret);

/* Writes length bytes at offset (in bytes), where nothing may have been written before. Ranges of zeros need
 * not be written. FB_OS; FB_LIMIT where the file becomes larger than an input of that size may unpack to, or
 * than the file system has room for. */
FB_MUST_CHECK struct fb_error *fb_temporary_write(struct fb_temporary *temporary, uint64_t offset,
						  const void *bytes, size_t length);

/* Sets the file's size in bytes, which is more than was written where it ends in zeros. FB_OS. */
FB_MUST_CHECK struct fb_error *fb_temporary_finish(struct fb_temporary *temporary, uint64_t size);

#endif
