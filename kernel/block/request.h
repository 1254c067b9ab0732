/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of block devices that were in flight at the panic: those that have a tag of a queue, whether the driver has
 * got them or not (block/blk-mq.c), and bios that a driver holds back (struct bio, include/linux/blk_types.h). Called
 * by the command block.
 */
#ifndef FB_KERNEL_BLOCK_REQUEST_H
#define FB_KERNEL_BLOCK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/block/disk.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module_types.h"
#include "kernel/tasks/task.h"

enum fb_request_state {
	FB_REQUEST_QUEUED,    /* it was not given to the driver yet (MQ_RQ_IDLE) */
	FB_REQUEST_IN_FLIGHT, /* the driver has it, and with it the device */
	FB_REQUEST_COMPLETE, /* the driver is done with it; its end is not told to who issued it yet */
	FB_REQUEST_HELD_BACK, /* a bio that the driver keeps until its device is resumed */
	FB_REQUEST_DAMAGED,   /* the kernel has no such state */
};

struct fb_request {
	uint64_t address; /* of the struct request, or, of one held back, of the struct bio */
	uint64_t queue;   /* of the request_queue */
	/* borrowed; NULL: a queue without a disk, such as that for a controller's commands */
	const struct fb_disk *disk;
	/* of the partition that it was issued to; 0: the whole disk, or unknown */
	uint32_t part_number;
	enum fb_request_state state;
	/* "read", "write", "flush"...: the kernel's name, without REQ_OP_; printable */
	char operation[24];
	char flags[96];             /* "sync,meta,fua"; printable; "" if none */
	uint64_t sector;            /* of the whole disk, in sectors of 512 bytes */
	uint64_t bytes;             /* what is still to be done */
	int32_t tag, scheduler_tag; /* -1: none */
	int32_t hw_queue;           /* its hardware queue; -1: none, or unknown */
	double age_s; /* since it was made, or a bio issued; NaN: the kernel does not record this, or not of this one */
	double driver_s; /* since the driver got it; NaN: as above, or it did not */
	char end[64]; /* the function that is called at its end, which tells what issued it; "": unknown; raw text */
	uint64_t bio; /* the first one; 0: none */
	int32_t tid;  /* the thread that sleeps for it; -1: unknown */
};

struct fb_requests {
	struct fb_request *list; /* owned; by disk, the oldest first */
	size_t count, room;
	bool complete; /* false: some could not be read, with warnings */
};

/* What reading requests needs to know of the kernel. */
struct fb_request_reader;

/* All parameters are borrowed and must outlive the result. tasks NULL: no thread is
 * known; types NULL: threads are not found through objects of file systems. FB_NOMEM; FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_request_reader_create(struct fb_kernel *kernel,
							const struct fb_disks *disks,
							const struct fb_tasks *tasks,
							struct fb_module_types *types,
							struct fb_request_reader **reader_ret);
void fb_request_reader_destroy(struct fb_request_reader *reader);

/* Reads the struct request at address. *live_ret: whether it is in use; else nothing else is set. Errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_request_read(struct fb_request_reader *reader, uint64_t address,
					       struct fb_request *request_ret, bool *live_ret);
/* Reads the struct bio at address as a request that is held back by disk; *next_ret is the next one of its list. */
FB_MUST_CHECK struct fb_error *fb_request_read_bio(struct fb_request_reader *reader,
						   const struct fb_disk *disk, uint64_t address,
						   struct fb_request *request_ret,
						   uint64_t *next_ret);

/* Adds the requests of all disks' queues that have a tag. What is damaged is missing, with a warning, and makes
 * `complete` false. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_requests_by_tags(struct fb_kernel *kernel,
						   const struct fb_disks *disks,
						   struct fb_request_reader *reader,
						   struct fb_requests *requests);
FB_MUST_CHECK struct fb_error *fb_requests_add(struct fb_requests *requests,
					       const struct fb_request *request);
void fb_requests_sort(struct fb_requests *requests);
void fb_requests_deinit(struct fb_requests *requests);

/* "queued", "in flight", "complete", "held back", "damaged". Static. */
const char *fb_request_state_name(enum fb_request_state state);

#endif
