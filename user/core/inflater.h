/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compressed stream that comes in pieces, unpacked to a file (internal to user/): gzip
 * (RFC 1952), zlib (RFC 1950) or zstandard (RFC 8878), told by how the first piece begins.
 */
#ifndef FB_USER_INFLATER_H
#define FB_USER_INFLATER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/temporary.h"

struct fb_inflater;

/* temporary: empty; borrowed. */
FB_MUST_CHECK struct fb_error *fb_inflater_create(struct fb_temporary *temporary,
						  struct fb_inflater **inflater_ret);
void fb_inflater_destroy(struct fb_inflater *inflater);

/* FB_CORRUPT: the stream is damaged, and ends there; FB_LIMIT; FB_OS. Streams may follow each other, as
 * gzip's members and zstandard's frames do; other bytes behind the end of one are ignored. */
FB_MUST_CHECK struct fb_error *fb_inflater_feed(struct fb_inflater *inflater, const void *bytes,
						size_t length);
/* Whether what was fed ends where a stream does. */
bool fb_inflater_done(const struct fb_inflater *inflater);
/* Gives the file its size (whole blocks of zeros became holes) and tells it. */
FB_MUST_CHECK struct fb_error *fb_inflater_finish(struct fb_inflater *inflater, uint64_t *size_ret);

#endif
