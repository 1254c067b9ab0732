/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounted file systems, by the addresses of their super blocks. Where the kernel's list of them is broken, one
 * that it does not lead to is told by its root dentry, which leads back to it.
 */
#ifndef FB_BUNDLE_WAIT_SUPERBLOCK_H
#define FB_BUNDLE_WAIT_SUPERBLOCK_H

#include "bundle/waits/finder/wait_finder.h"

/* The super block that the member of size bytes at offset, and so the address, lies in. False where
 * there is none. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_at(struct fb_wait_finder *finder,
						     const struct fb_field *member,
						     uint64_t address, uint64_t *superblock_ret);
/* Whether there is a super block at that address. */
FB_MUST_CHECK struct fb_error *fb_wait_is_superblock(struct fb_wait_finder *finder,
						     uint64_t address, bool *is_ret);

/* All super blocks by index, ascending: FB_NOT_FOUND behind the last. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_get(struct fb_wait_finder *finder, size_t index,
						      uint64_t *superblock_ret);
/* Whether its type's name begins so: "nfs" of nfs and nfs4. False where the dump does not tell it. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_is_type(struct fb_wait_finder *finder,
							  uint64_t superblock, const char *begins,
							  bool *is_ret);

/* "/fz (ext4 on loop0)"; of a dentry in it "/in/d (...)", dentry 0: its root. Printable; what the dump does
 * not tell of it is "?", or "a file system". The path is as seen from the first mount of it. to holds FB_WAIT_PATH + 64. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_name(struct fb_wait_finder *finder,
						       uint64_t superblock, uint64_t dentry,
						       char *to);

#endif
