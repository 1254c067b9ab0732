/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems that are in use, by their struct super_block: what sort they are, on which device, and the state
 * that an engineer asks for first: frozen, read-only, writes that failed, inodes still to be written
 * (include/linux/fs.h, include/linux/backing-dev-defs.h). Called for the list of mounts and for waits.
 */
#ifndef FB_KERNEL_SUPERBLOCK_H
#define FB_KERNEL_SUPERBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "kernel/image/kernel.h"

struct fb_superblock {
	uint64_t address;      /* of the struct super_block */
	uint32_t major, minor; /* of its device; 0 as major: a file system without one */
	uint64_t flags;        /* SB_* of the kernel */
	char type[64]; /* "ext4", "fuse.bindfs": the type and, where it has one, the subtype */
	uint32_t
		freeze; /* a state of enum sb_freeze: 0 in normal use, 4 frozen, between: being frozen */
	uint32_t
		write_error; /* errno of the last write-back that failed since it was mounted; 0: none did */
};

/* FB_ABSENT, FB_CORRUPT... where what makes it up cannot be read. A kernel that keeps no errors of write-back (before
 * 5.8) shows none. */
FB_MUST_CHECK struct fb_error *fb_superblock_read(struct fb_kernel *kernel, uint64_t address,
						  struct fb_superblock *superblock_ret);
/* "frozen", "being frozen: writers"...; "damaged" for a number that is no state. Static. */
const char *fb_superblock_freeze_name(uint64_t freeze);
/* The options that all file systems have, as /proc/PID/mountinfo spells them: "rw,sync". Those of one type alone
 * ("errors=remount-ro") are known to the code of its module only. Cut where size bytes do not hold it. */
void fb_superblock_options(const struct fb_superblock *superblock, char *to, size_t size);

/* How many inodes of each file system wait to be written. */
struct fb_dirty_inodes {
	struct fb_u64_map by_superblock; /* address of the super_block to number of inodes */
	bool complete;                   /* false: a list was broken, and more may wait */
};

/* Goes over the lists of all devices' write-back once. What is damaged costs the rest of its list, with a warning.
 * Fails with FB_NOMEM and FB_OS, and with FB_NOT_FOUND where this kernel's lists are not known. The caller
 * frees it with fb_dirty_inodes_deinit(). */
FB_MUST_CHECK struct fb_error *fb_dirty_inodes_load(struct fb_kernel *kernel,
						    struct fb_dirty_inodes *dirty_ret);
void fb_dirty_inodes_deinit(struct fb_dirty_inodes *dirty);
/* The number of one file system. */
uint64_t fb_dirty_inodes_of(const struct fb_dirty_inodes *dirty, uint64_t superblock);

#endif
