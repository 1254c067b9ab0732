/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounted file systems, by their struct super_block: their type, their device, and the state that a diagnosis needs
 * first: whether they are frozen or read-only, whether writes have failed, and how many inodes are still to be
 * written (include/linux/fs.h, include/linux/backing-dev-defs.h). Called for the list of mounts and for waits.
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
	uint32_t major, minor; /* of its device; major 0: a file system without a device */
	uint64_t flags;        /* SB_* of the kernel */
	char type[64];   /* "ext4", "fuse.bindfs": the type and, where it has one, the subtype */
	uint32_t freeze; /* enum sb_freeze: 0 in normal use, 1 to 3 being frozen, 4 frozen */
	uint32_t write_error; /* errno of the last failed write-back since the mount; 0: none */
};

/* address: of a struct super_block. FB_ABSENT, FB_CORRUPT and others of fb_space_read() where it cannot be read.
 * Kernels before 5.8 record no errors of write-back there, so that write_error is 0. */
FB_MUST_CHECK struct fb_error *fb_superblock_read(struct fb_kernel *kernel, uint64_t address,
						  struct fb_superblock *superblock_ret);
/* "frozen", "being frozen: writers"...; "damaged" for a number that is no state. Static. */
const char *fb_superblock_freeze_name(uint64_t freeze);
bool fb_superblock_is_read_only(const struct fb_superblock *superblock);
/* The options that every type of file system has, as /proc/PID/mountinfo spells them: "rw,sync". Options of one type
 * only ("errors=remount-ro") are not here, because the kernel prints them by code of the file system. `to` has size
 * bytes; the text is cut where it does not fit. */
void fb_superblock_options(const struct fb_superblock *superblock, char *to, size_t size);

/* How many inodes of each file system wait to be written. */
struct fb_dirty_inodes {
	struct fb_u64_map by_superblock; /* address of the super_block to number of inodes */
	bool complete;                   /* false: a list was broken, and more may wait */
};

/* Walks the write-back lists of all devices once. Where a list is broken, its rest is missing, with a warning. Fails
 * only with fatal errors, and with FB_NOT_FOUND where this kernel's lists are not found. The caller frees the result
 * with fb_dirty_inodes_deinit(). */
FB_MUST_CHECK struct fb_error *fb_dirty_inodes_load(struct fb_kernel *kernel,
						    struct fb_dirty_inodes *dirty_ret);
void fb_dirty_inodes_deinit(struct fb_dirty_inodes *dirty);
/* The number for one file system; superblock is the address of its struct super_block. */
uint64_t fb_dirty_inodes_of(const struct fb_dirty_inodes *dirty, uint64_t superblock);

#endif
