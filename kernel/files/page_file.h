/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file whose page cache a page is in, by its struct address_space. Called by the command page. */
#ifndef FB_KERNEL_PAGE_FILE_H
#define FB_KERNEL_PAGE_FILE_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/files/path.h"
#include "kernel/files/superblock.h"
#include "kernel/image/kernel.h"

struct fb_page_file {
	uint64_t inode_address; /* of the struct inode */
	uint64_t inode;         /* its number */
	struct fb_superblock superblock;
	/* within its file system, raw; "": no name of it is in memory, or it cannot be read */
	char path[FB_PATH_SIZE];
};

/* mapping: the address of a struct address_space. FB_CORRUPT where it is that of no inode, FB_ABSENT and other errors
 * of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_page_file_read(struct fb_kernel *kernel, uint64_t mapping,
						 struct fb_page_file *file_ret);

#endif
