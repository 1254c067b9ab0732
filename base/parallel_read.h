/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads large ranges of a memory space on several threads. Called when a kernel is opened. */
#ifndef FB_BASE_PARALLEL_READ_H
#define FB_BASE_PARALLEL_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "base/space.h"

/* As fb_space_read() of size bytes, in pieces on all threads of pool (NULL: on the calling thread), because
 * the pages of a dump have to be decompressed, which takes longer than copying them. Of several errors the
 * one at the lowest address is returned. */
FB_MUST_CHECK struct fb_error *fb_parallel_read(struct fb_space *space, struct fb_pool *pool,
						uint64_t address, void *to, size_t size);

#endif
