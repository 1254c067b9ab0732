/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies at an offset of a kernel object whose slab cache is known, and which locks are in it. */
#ifndef FB_BUNDLE_WAIT_TYPE_PATH_H
#define FB_BUNDLE_WAIT_TYPE_PATH_H

#include "bundle/waits/finder/wait_finder.h"
#include "symbols/btf/btf.h"

struct fb_wait_type {
	const struct fb_btf *types; /* borrowed of the finder */
	uint32_t id;                /* a struct */
	const char *name;           /* borrowed of types; not escaped */
};

/* The struct that the objects of a slab cache are, by the cache's name: as it is ("xfs_inode"), or as
 * kernels derive it ("signal_cache": signal_struct, "ext4_inode_cache": ext4_inode_info), where it fits
 * into the objects' size. FB_NOT_FOUND for caches of many types (kmalloc-64), and where no name leads to one. */
FB_MUST_CHECK struct fb_error *fb_wait_type_of_cache(struct fb_wait_finder *finder,
						     const char *cache, uint32_t object_size,
						     struct fb_wait_type *type_ret);

/* "vfs_inode.i_rwsem": the members around the byte at offset, down to a queue or lock (wait_queue_head,
 * swait_queue_head, completion, mutex, rw_semaphore, semaphore), else to the innermost struct. Printable; ""
 * where there is none. *is_queue_ret: whether a queue or lock was reached. A type that has none where a thread is
 * queued is not the object's. */
FB_MUST_CHECK struct fb_error *fb_wait_type_path(const struct fb_wait_type *type, uint64_t offset,
						 char *to, size_t size, bool *is_queue_ret);

/* Calls visit for each mutex (is_mutex) and rw_semaphore of the struct, nested ones too; path is printable
 * and lives for the call. Ends at the first error, which it returns. */
FB_MUST_CHECK struct fb_error *fb_wait_type_locks(
	const struct fb_wait_type *type,
	struct fb_error *(*visit)(void *context, const char *path, uint64_t offset, bool is_mutex),
	void *context);

#endif
