/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unlinked temporary files, for what has to be unpacked before it can be read. Blocks of zeros
 * become holes: memory that was never used compresses a thousandfold, and need not fill a disk. A small
 * input that unpacks to more than any memory would does not fill it either.
 */
#ifndef FB_BASE_TEMPORARY_H
#define FB_BASE_TEMPORARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_temporary {
	int fd;           /* of mode 0600, in $TMPDIR (else /var/tmp); the caller closes it */
	uint64_t packed;  /* bytes of the input that is unpacked */
	uint64_t room;    /* bytes that the file may take of its file system */
	uint64_t written; /* bytes that were written, holes left out */
};

/* An empty file for what `packed` bytes of an input hold. */
FB_MUST_CHECK struct fb_error *fb_temporary_create(uint64_t packed,
						   struct fb_temporary *temporary_ret);

/* Writes at offset, where nothing was written before; what is zero may be left out. FB_OS; FB_LIMIT where
 * it becomes more than the input is believed to hold, or than the file system has room for. */
FB_MUST_CHECK struct fb_error *fb_temporary_write(struct fb_temporary *temporary, uint64_t offset,
						  const void *bytes, size_t length);

/* Gives it its size in bytes, where zeros at its end were left out. FB_OS. */
FB_MUST_CHECK struct fb_error *fb_temporary_finish(struct fb_temporary *temporary, uint64_t size);

#endif
