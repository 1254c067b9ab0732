/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index of the files that all processes have open, by struct file, inode and private_data. It is made once, from all
 * descriptor tables. Called for the list of sockets, and by the analysis of waits through wait_holders.c.
 */
#ifndef FB_KERNEL_HELD_FILES_H
#define FB_KERNEL_HELD_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_held_file {
	uint64_t file;         /* address of the struct file */
	uint64_t inode;        /* address of the struct inode */
	uint64_t private_data; /* address of the file's pipe, socket or context; 0: unknown */
	int32_t pid;           /* of a process that has it open */
	uint32_t fd;
	uint32_t mode; /* FMODE_* */
};
#define FB_FMODE_READ 1u
#define FB_FMODE_WRITE 2u

struct fb_held_files;

/* kernel and tasks are borrowed. Descriptor tables that cannot be read are warnings, and are counted. */
FB_MUST_CHECK struct fb_error *fb_held_files_create(struct fb_kernel *kernel,
						    const struct fb_tasks *tasks,
						    struct fb_held_files **held_ret);
void fb_held_files_destroy(struct fb_held_files *held);

/* All entries with this struct file, inode or private_data: an array of *count_ret elements; NULL where there are
 * none. */
const struct fb_held_file *fb_held_by_file(const struct fb_held_files *held, uint64_t file,
					   size_t *count_ret);
const struct fb_held_file *fb_held_by_inode(const struct fb_held_files *held, uint64_t inode,
					    size_t *count_ret);
const struct fb_held_file *fb_held_by_private(const struct fb_held_files *held,
					      uint64_t private_data, size_t *count_ret);
/* All entries with the highest private_data at or below address; count 0: none. The caller has to check by the size of
 * the structure whether address lies in it. */
const struct fb_held_file *fb_held_private_below(const struct fb_held_files *held, uint64_t address,
						 size_t *count_ret);
/* The same by inode. */
const struct fb_held_file *fb_held_inode_below(const struct fb_held_files *held, uint64_t address,
					       size_t *count_ret);
/* All entries in order of private_data. NULL where there are none. */
const struct fb_held_file *fb_held_all(const struct fb_held_files *held, size_t *count_ret);
/* How many processes have a descriptor table that cannot be read, so that they may have any file open. */
size_t fb_held_files_lost(const struct fb_held_files *held);

#endif
