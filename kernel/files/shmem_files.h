/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files whose contents are memory: those of all tmpfs, memfds, System V shared memory, and shared anonymous mappings,
 * which the kernel makes of files of an internal tmpfs (mm/shmem.c); and who has them open or mapped. Called by the
 * command mem.
 */
#ifndef FB_KERNEL_SHMEM_FILES_H
#define FB_KERNEL_SHMEM_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/files/held_files.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_shmem_file {
	uint64_t inode;      /* address of the struct inode */
	uint64_t mapping;    /* of its struct address_space */
	uint64_t superblock; /* of its struct super_block */
	uint64_t bytes;      /* in memory */
	bool swapped_known;
	uint64_t swapped; /* bytes that are in swap */
};

struct fb_shmem_files {
	struct fb_shmem_file *
		files; /* owned; the largest, in memory and swap, first; those without any are left out */
	size_t count;
	bool complete; /* false: a list was broken, and there may be more */
};

/* Walks the inodes of every tmpfs. What cannot be read is missing, with a warning. FB_NOT_FOUND where types or symbols
 * are missing. The caller frees the result with fb_shmem_files_deinit(). */
FB_MUST_CHECK struct fb_error *fb_shmem_files_load(struct fb_kernel *kernel,
						   struct fb_shmem_files *files_ret);
void fb_shmem_files_deinit(struct fb_shmem_files *files);

/* A process that has the file. */
struct fb_shmem_user {
	const struct fb_task *task; /* of the task table: a thread of the process */
	uint32_t descriptors;       /* that it has of it */
	uint32_t mappings;
};

/* Who has which file, for many questions. */
struct fb_shmem_users;
/* kernel, tasks and held are borrowed for its life; held NULL: descriptors are not counted. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_shmem_users_create(struct fb_kernel *kernel,
						     const struct fb_tasks *tasks,
						     const struct fb_held_files *held,
						     struct fb_shmem_users **users_ret);
void fb_shmem_users_destroy(struct fb_shmem_users *users);
/* The processes that have the file, by PID, each once: *list_ret, which the caller frees. Mappings behind a broken link
 * of the file's tree are missing, with a warning. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_shmem_users_of(struct fb_shmem_users *users,
						 const struct fb_shmem_file *file,
						 struct fb_shmem_user **list_ret,
						 size_t *count_ret);

#endif
