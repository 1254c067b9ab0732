/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what lies at an offset of a kernel object whose slab cache is known, and which locks are in it. Called by
 * wait_surroundings.c. */
#ifndef FB_BUNDLE_WAIT_TYPE_PATH_H
#define FB_BUNDLE_WAIT_TYPE_PATH_H

#include "bundle/waits/finder/wait_finder.h"
#include "symbols/btf/btf.h"

struct fb_wait_type {
	const struct fb_btf *types; /* owned by the finder */
	uint32_t id;                /* of a struct */
	const char *name;           /* owned by types; not escaped */
};

/* The type of a slab cache's objects, by the name of the cache: a struct of the same name ("xfs_inode"), or of a name
 * from which kernels derive it ("signal_cache": signal_struct, "ext4_inode_cache": ext4_inode_info), provided that it
 * fits into object_size bytes. FB_NOT_FOUND for caches of many types (kmalloc-64), and where no struct is found. */
FB_MUST_CHECK struct fb_error *fb_wait_type_of_cache(struct fb_wait_finder *finder,
						     const char *cache, uint32_t object_size,
						     struct fb_wait_type *type_ret);

/* Writes the path of the members around the byte at offset to `to` (size bytes), "vfs_inode.i_rwsem": down to a queue
 * or lock (wait_queue_head, swait_queue_head, completion, mutex, rw_semaphore, semaphore), else to the innermost
 * struct. Printable; "" where there is none. *is_queue_ret: whether a queue or lock was reached. Where a thread is
 * queued and there is none, the type is wrong. */
FB_MUST_CHECK struct fb_error *fb_wait_type_path(const struct fb_wait_type *type, uint64_t offset,
						 char *to, size_t size, bool *is_queue_ret);

/* Calls visit for each mutex (is_mutex) and rw_semaphore of the struct, nested ones too, with its offset in bytes; path
 * is printable and valid during the call. Ends at the first error of visit, and returns it. */
FB_MUST_CHECK struct fb_error *fb_wait_type_locks(
	const struct fb_wait_type *type,
	struct fb_error *(*visit)(void *context, const char *path, uint64_t offset, bool is_mutex),
	void *context);

#endif
