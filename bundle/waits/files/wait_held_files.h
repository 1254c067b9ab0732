/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes have which files open: an index over all descriptor tables,
 * made once, by struct file and by inode.
 */
#ifndef FB_BUNDLE_WAIT_HELD_FILES_H
#define FB_BUNDLE_WAIT_HELD_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_held_file {
	uint64_t file;         /* struct file */
	uint64_t inode;        /* struct inode */
	uint64_t private_data; /* what the file stands for: pipe, socket, context; 0: unknown */
	int32_t pid;           /* of a process that has it */
	uint32_t fd;
	uint32_t mode; /* FMODE_* */
};
#define FB_FMODE_READ 1u
#define FB_FMODE_WRITE 2u

struct fb_held_files;

/* Both borrowed. Tables that cannot be read are warnings, and counted. */
FB_MUST_CHECK struct fb_error *fb_held_files_create(struct fb_kernel *kernel,
						    const struct fb_tasks *tasks,
						    struct fb_held_files **held_ret);
void fb_held_files_destroy(struct fb_held_files *held);

/* All entries of a struct file, of an inode, or of a private_data: they stand together. NULL where there
 * are none. */
const struct fb_held_file *fb_held_by_file(const struct fb_held_files *held, uint64_t file,
					   size_t *count_ret);
const struct fb_held_file *fb_held_by_inode(const struct fb_held_files *held, uint64_t inode,
					    size_t *count_ret);
const struct fb_held_file *fb_held_by_private(const struct fb_held_files *held,
					      uint64_t private_data, size_t *count_ret);
/* Those whose private_data is the last one at or below address; count 0: none. What is behind it
 * at address may or may not be its: the caller knows its size. */
const struct fb_held_file *fb_held_private_below(const struct fb_held_files *held, uint64_t address,
						 size_t *count_ret);
/* The same by inode. */
const struct fb_held_file *fb_held_inode_below(const struct fb_held_files *held, uint64_t address,
					       size_t *count_ret);
/* All entries in order of private_data. NULL where there are none. */
const struct fb_held_file *fb_held_all(const struct fb_held_files *held, size_t *count_ret);
/* Processes whose tables cannot be read: they may have any file. */
size_t fb_held_files_lost(const struct fb_held_files *held);

#endif
