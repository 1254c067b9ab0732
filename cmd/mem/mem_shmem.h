/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `fbundle mem` shows of shared memory and tmpfs: the files, by size, and who has them. Called by mem.c. */
#ifndef FB_CMD_MEM_SHMEM_H
#define FB_CMD_MEM_SHMEM_H

#include "base/u64_map.h"
#include "cmd/shared/command.h"
#include "kernel/files/mounts.h"
#include "kernel/files/shmem_files.h"

struct fb_mem_shmem {
	bool known; /* false: the files cannot be found */
	struct fb_kernel *kernel;
	struct fb_shmem_files files;
	struct fb_held_files *held;   /* owned */
	struct fb_shmem_users *users; /* owned */
	struct fb_mounts mounts;      /* as PID 1 sees them; empty: they cannot be read */
	struct fb_u64_map
		by_block; /* the index of a mount of each whole file system, by its super_block */
};

/* Fills *shmem, which must be zeroed; the caller frees what it has with fb_mem_shmem_deinit(), on failure too. Only
 * fatal errors. */
FB_MUST_CHECK struct fb_error *fb_mem_shmem_load(struct fb_input *input,
						 struct fb_mem_shmem *shmem);
void fb_mem_shmem_deinit(struct fb_mem_shmem *shmem);

/* A table of the largest `most` files. */
FB_MUST_CHECK struct fb_error *fb_mem_shmem_print(struct fb_context *context,
						  const struct fb_mem_shmem *shmem, size_t most);
/* *json_ret: an array; null where the files are not known. */
FB_MUST_CHECK struct fb_error *fb_mem_shmem_json(const struct fb_mem_shmem *shmem,
						 json_t **json_ret);

#endif
