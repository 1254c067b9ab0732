/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies the memory of a running process as far as no file has it: the process's own pages, in memory or swapped out,
 * and shared memory without a file; and of mapped files the first page where it is in memory, because it has the
 * build-id. Which pages there are comes from /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst). Called by
 * capture.c.
 */
#ifndef FB_BUNDLE_CAPTURE_MEMORY_H
#define FB_BUNDLE_CAPTURE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/capture/proc.h"
#include "bundle/capture/tracer.h"
#include "user/core/core_output.h"

/* How many bytes would be copied now. maps are the process's mappings. */
FB_MUST_CHECK struct fb_error *fb_memory_estimate(int32_t pid, const struct fb_proc_maps *maps,
						  uint64_t *bytes_ret);

/* Memory in which copies are kept until the process goes on, because copying to a disk would take longer. */
struct fb_memory_room {
	uint8_t *bytes;
	size_t size;
};
/* Allocates room for so many bytes, or for fewer where the host has not enough free memory for at_once of them. The
 * memory is touched already, so that no page fault delays the copy. */
FB_MUST_CHECK struct fb_error *fb_memory_room_create(uint64_t bytes, unsigned at_once,
						     struct fb_memory_room *room_ret);
void fb_memory_room_destroy(struct fb_memory_room *room);

struct fb_memory_copy;

/* Copies the process's memory into room; what does not fit is written to core immediately. tracer: of that process; it
 * reads what the process itself may not; NULL: there is none. maps and room are borrowed until the copy is destroyed,
 * core until it is written. */
FB_MUST_CHECK struct fb_error *fb_memory_copy_create(int32_t pid, struct fb_tracer *tracer,
						     const struct fb_proc_maps *maps,
						     struct fb_memory_room *room,
						     struct fb_core_output *core,
						     struct fb_memory_copy **copy_ret);
/* Writes to core what is in room. *lost_ret is how many pages existed and could not be read. */
FB_MUST_CHECK struct fb_error *fb_memory_copy_write(struct fb_memory_copy *copy,
						    uint64_t *lost_ret);
void fb_memory_copy_destroy(struct fb_memory_copy *copy);

#endif
