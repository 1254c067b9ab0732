/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a running process, as far as it is nowhere else: pages of its own that it has touched, in
 * memory or swapped out, and shared memory that no file holds; of mapped files only their first page where
 * it is in memory (it has the build-id). By /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst).
 */
#ifndef FB_BUNDLE_CAPTURE_MEMORY_H
#define FB_BUNDLE_CAPTURE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/capture/proc.h"
#include "user/core/core_output.h"

/* How many bytes would be copied now. maps is the process's. */
FB_MUST_CHECK struct fb_error *fb_memory_estimate(int32_t pid, const struct fb_proc_maps *maps,
						  uint64_t *bytes_ret);

/* Where copies are kept until the process goes on again: written to a disk they would be copied more
 * slowly. */
struct fb_memory_room {
	uint8_t *bytes;
	size_t size;
};
/* Room for so many bytes, or for less where the host has less to spare for at_once of them; touched
 * already. */
FB_MUST_CHECK struct fb_error *fb_memory_room_create(uint64_t bytes, unsigned at_once,
						     struct fb_memory_room *room_ret);
void fb_memory_room_destroy(struct fb_memory_room *room);

struct fb_memory_copy;

/* Copies as much as there is room for; what is beyond it is written to core at once. maps and room are
 * borrowed until the copy is destroyed, core until it is written. */
FB_MUST_CHECK struct fb_error *fb_memory_copy_create(int32_t pid, const struct fb_proc_maps *maps,
						     struct fb_memory_room *room,
						     struct fb_core_output *core,
						     struct fb_memory_copy **copy_ret);
/* Writes what is still in the room. *lost_ret: pages that were there and could not be read. */
FB_MUST_CHECK struct fb_error *fb_memory_copy_write(struct fb_memory_copy *copy,
						    uint64_t *lost_ret);
void fb_memory_copy_destroy(struct fb_memory_copy *copy);

#endif
