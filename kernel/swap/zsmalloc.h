/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads objects of the kernel's allocator for compressed pages (mm/zsmalloc.c). A handle
 * points to a word with the page frame and the index of an object. Objects of a class
 * follow each other on the pages of a zspage, so an object may extend over two pages.
 * How the word is divided into frame and index has changed several times. But every
 * object begins with a word that contains its handle, so each division is tried, and
 * the one that leads to the same handle is right. Called by zram.c.
 */
#ifndef FB_KERNEL_ZSMALLOC_H
#define FB_KERNEL_ZSMALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_zsmalloc;

/* types: those of the module zsmalloc, or of a kernel that it is built into; NULL where there are none (before 5.11),
 * and then the offsets of 5.4 to 5.10 are used. address: of the struct zs_pool. name: what the pool must be called,
 * else FB_CORRUPT. FB_NOT_FOUND where types lack a member that is needed. kernel is borrowed. */
FB_MUST_CHECK struct fb_error *fb_zsmalloc_open(struct fb_kernel *kernel,
						const struct fb_btf *types, uint64_t address,
						const char *name, struct fb_zsmalloc **pool_ret);
void fb_zsmalloc_destroy(struct fb_zsmalloc *pool);

/* Reads the first length bytes of an object. FB_CORRUPT where the handle leads to no object, or to a smaller one;
 * errors of fb_space_read() where its bytes cannot be read. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_zsmalloc_read(const struct fb_zsmalloc *pool, uint64_t handle,
						void *to, size_t length);

#endif
