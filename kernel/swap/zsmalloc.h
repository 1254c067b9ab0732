/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of the kernel's allocator for compressed pages (mm/zsmalloc.c). A handle
 * points to a word that holds frame and index of an object; objects of a class lie
 * one behind the other over the pages of a zspage, so one may lie on two of them.
 * How the word is cut into frame and index has changed several times. But every
 * object begins with a word that holds its handle: of all the ways, the one that
 * leads to the handle again is the right one.
 */
#ifndef FB_KERNEL_ZSMALLOC_H
#define FB_KERNEL_ZSMALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_zsmalloc;

/* types: those of module zsmalloc, or of a kernel that it is built into; NULL where there are none
 * (before 5.11): the places of 5.4 to 5.10 are taken then. address: of the struct zs_pool; name: of
 * the pool, which must agree, else FB_CORRUPT. FB_NOT_FOUND where types lack what is needed.
 * kernel is borrowed. */
FB_MUST_CHECK struct fb_error *fb_zsmalloc_open(struct fb_kernel *kernel,
						const struct fb_btf *types, uint64_t address,
						const char *name, struct fb_zsmalloc **pool_ret);
void fb_zsmalloc_destroy(struct fb_zsmalloc *pool);

/* The first length bytes of an object. FB_CORRUPT where the handle leads to none, or to one that is
 * smaller; read errors where its bytes are not in the dump. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_zsmalloc_read(const struct fb_zsmalloc *pool, uint64_t handle,
						void *to, size_t length);

#endif
