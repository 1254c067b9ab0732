/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guesses the type of a slab cache's objects by the name of the cache. Called by the command slab. */
#ifndef FB_KERNEL_SLAB_TYPE_H
#define FB_KERNEL_SLAB_TYPE_H

#include <stddef.h>

#include "kernel/image/kernel.h"
#include "kernel/memory/slab.h"

/* Writes the name of a struct of the kernel to `to` (size bytes): "task_struct" for the cache of that name, "inode" for
 * inode_cache; "" where no struct has such a name, or the struct does not fit into an object. */
void fb_slab_type_guess(const struct fb_kernel *kernel, const struct fb_slab_cache *cache,
			const char *name, char *to, size_t size);

#endif
