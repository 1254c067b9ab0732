/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounted file systems, by the addresses of their super blocks. Where the kernel's list of super blocks is broken,
 * one that is missing in it is recognised by its root dentry, which points back to it. Called by recognisers.
 */
#ifndef FB_BUNDLE_WAIT_SUPERBLOCK_H
#define FB_BUNDLE_WAIT_SUPERBLOCK_H

#include "bundle/waits/finder/wait_finder.h"

/* The super block whose `member` holds the address; *superblock_ret is 0 where there is none. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_at(struct fb_wait_finder *finder,
						     const struct fb_field *member,
						     uint64_t address, uint64_t *superblock_ret);
/* Whether there is a super block at this address. */
FB_MUST_CHECK struct fb_error *fb_wait_is_superblock(struct fb_wait_finder *finder,
						     uint64_t address, bool *is_ret);

/* The super block at index, in ascending order of address; FB_NOT_FOUND behind the last. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_get(struct fb_wait_finder *finder, size_t index,
						      uint64_t *superblock_ret);
/* Whether the name of the super block's type begins with `begins`: "nfs" for nfs and nfs4. False where the name cannot
 * be read. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_is_type(struct fb_wait_finder *finder,
							  uint64_t superblock, const char *begins,
							  bool *is_ret);

/* Names a file system, "/fz (ext4 on loop0)", or with a dentry (an address; 0: the root) a file in it, "/in/d (...)".
 * Printable; parts that cannot be read are "?" or "a file system". The path is that below the first mount of the file
 * system. `to` has FB_WAIT_PATH + 64 bytes. */
FB_MUST_CHECK struct fb_error *fb_wait_superblock_name(struct fb_wait_finder *finder,
						       uint64_t superblock, uint64_t dentry,
						       char *to);

#endif
