/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading much of a memory space at once. */
#ifndef FB_BASE_PARALLEL_READ_H
#define FB_BASE_PARALLEL_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"
#include "base/space.h"

/* As fb_space_read(), in pieces on all threads of pool (NULL: in the caller): the pages of a dump have to be
 * unpacked, which takes longer than to copy them. The error is that of the lowest address that has one. Not to be
 * called from a part of the pool's work. */
FB_MUST_CHECK struct fb_error *fb_parallel_read(struct fb_space *space, struct fb_pool *pool,
						uint64_t address, void *to, size_t size);

#endif
