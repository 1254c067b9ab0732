/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `fbundle block` share: the struct with everything that was found, which block.c fills, and the
 * functions that print it.
 */
#ifndef FB_CMD_BLOCK_H
#define FB_CMD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/waits.h"
#include "cmd/shared/command.h"
#include "kernel/block/disk.h"
#include "kernel/block/driver_state.h"
#include "kernel/block/mapped.h"
#include "kernel/block/queue.h"
#include "kernel/block/request.h"
#include "kernel/files/mounts.h"

/* What there is of a disk besides itself. */
struct fb_block_row {
	const struct fb_disk *disk;
	bool queue_known;
	struct fb_queue queue;
	bool mapped_known; /* it is a device of the device mapper, and can be read */
	struct fb_mapped mapped;
	struct fb_driver_state driver;
	size_t first_request, request_count; /* its requests in the list of all */
};

struct fb_block {
	const char *wanted; /* the device that was named; NULL: all */
	bool all;           /* devices without a size too */
	struct fb_disks disks;
	struct fb_block_row *rows; /* owned; one for each disk, in their order */
	struct fb_requests requests;
	struct fb_mounts mounts;
	uint64_t *swaps; /* owned; the dev_t of each device that is swapped to */
	size_t swap_count;
	const struct fb_tasks *tasks;
	struct fb_waits *waits; /* owned; NULL: nothing waits, or it is not known */
};

/* What waits for a disk in the graph of waits: calls visit for each wait until it returns an error. */
FB_MUST_CHECK struct fb_error *
fb_block_each_wait(struct fb_input *input, const struct fb_block *block, const struct fb_disk *disk,
		   struct fb_error *(*visit)(void *context, const struct fb_wait *wait),
		   void *context);

/* Whether a disk or partition is a swap area; lsblk says "[SWAP]" in place of a mount point. */
bool fb_block_is_swap(const struct fb_block *block, const struct fb_block_device *device);

/* "disk", "part", "loop", "rom", "dm" or, by the device mapper's UUID, "lvm", "crypt", "mpath"...; "raid1": as lsblk.
 * In `to` (size bytes), printable. Returns `to`. */
char *fb_block_type(const struct fb_block_row *row, char *to, size_t size);
/* What about a disk is not as in normal use: "suspended", "frozen"...; printable, "" where nothing is. Returns `to`. */
char *fb_block_state(const struct fb_block_row *row, char *to, size_t size);

/* The paths of a multipath device; for JSON null where multipath is NULL. */
void fb_block_put_multipath(struct fb_context *context, const struct fb_block *block,
			    const struct fb_multipath *multipath);
json_t *fb_block_multipath_json(const struct fb_block *block, const struct fb_multipath *multipath);

FB_MUST_CHECK struct fb_error *fb_block_print_text(struct fb_context *context,
						   struct fb_input *input,
						   const struct fb_block *block);
/* Everything about the one disk that was named. */
FB_MUST_CHECK struct fb_error *fb_block_print_disk(struct fb_context *context,
						   struct fb_input *input,
						   const struct fb_block *block,
						   const struct fb_block_row *row);
FB_MUST_CHECK struct fb_error *fb_block_print_requests(struct fb_context *context,
						       const struct fb_block *block, size_t first,
						       size_t count);
/* row NULL: for all disks. */
FB_MUST_CHECK struct fb_error *fb_block_print_waits(struct fb_context *context,
						    struct fb_input *input,
						    const struct fb_block *block,
						    const struct fb_block_row *row);
/* row NULL: all disks. */
FB_MUST_CHECK struct fb_error *fb_block_print_json(struct fb_context *context,
						   struct fb_input *input,
						   const struct fb_block *block,
						   const struct fb_block_row *row);

#endif
