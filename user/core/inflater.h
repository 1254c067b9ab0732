/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacks a compressed stream that comes in pieces to a file: gzip (RFC 1952), zlib (RFC 1950) or zstandard
 * (RFC 8878), recognised by the first bytes. Called by apport.c.
 */
#ifndef FB_USER_INFLATER_H
#define FB_USER_INFLATER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/temporary.h"

struct fb_inflater;

/* temporary: an empty file, borrowed. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_inflater_create(struct fb_temporary *temporary,
						  struct fb_inflater **inflater_ret);
void fb_inflater_destroy(struct fb_inflater *inflater);

/* Unpacks the next length bytes of the stream. FB_CORRUPT where it is damaged, which ends it; FB_LIMIT; FB_OS. Streams
 * may follow each other, like gzip's members and zstandard's frames; other bytes after the end of a stream are
 * ignored. */
FB_MUST_CHECK struct fb_error *fb_inflater_feed(struct fb_inflater *inflater, const void *bytes,
						size_t length);
/* Whether the bytes so far end at the end of a stream. */
bool fb_inflater_done(const struct fb_inflater *inflater);
/* Sets the size of the file, whose last bytes may be a hole, and returns it in *size_ret. FB_OS. */
FB_MUST_CHECK struct fb_error *fb_inflater_finish(struct fb_inflater *inflater, uint64_t *size_ret);

#endif
