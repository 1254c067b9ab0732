/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the two forms of the log through a memory space, given their geometry: the
 * addresses, sizes and offsets of their parts. log.c takes these from a dump's types,
 * and tests make them up.
 */
#ifndef FB_KERNEL_LOG_SOURCE_H
#define FB_KERNEL_LOG_SOURCE_H

#include "base/buf.h"
#include "base/space.h"
#include "kernel/log/log.h"

struct fb_log {
	struct fb_log_record *records; /* owned */
	size_t count, room;
	struct fb_buf text; /* of all records; record->text is set by fb_log_finish() */
	size_t *starts;     /* owned; where the text of each record begins in `text` */
	size_t starts_room;
	uint64_t lost; /* fb_log_lost() */
};

/* The geometry of struct printk_ringbuffer and of what it points to. Offsets and sizes are in bytes. */
struct fb_log_ring {
	uint64_t descs, infos, text; /* addresses of the three arrays */
	uint32_t desc_bits;          /* log2 of the number of descriptors, and of infos */
	uint32_t text_bits;          /* log2 of the text's bytes */
	uint64_t head_id, tail_id;
	uint32_t desc_size, desc_state, desc_begin, desc_next;
	uint32_t info_size, info_sequence, info_time, info_length, info_caller;
};

/* The geometry of log_buf, which consists of struct printk_log, each followed by its text. In bytes too. */
struct fb_log_buffer {
	uint64_t address;
	uint64_t size;
	uint64_t first, next; /* offsets of the oldest record and behind the newest one */
	uint64_t first_sequence;
	uint32_t header_size, time, length, text_length, dict_length;
	uint32_t caller; /* UINT32_MAX: this kernel does not record it */
};

/* Both append to log. Records that cannot be read, or are implausible, count as lost. FB_CORRUPT where the geometry is
 * impossible, FB_LIMIT, and fatal errors. */
FB_MUST_CHECK struct fb_error *fb_log_read_ring(struct fb_space *space,
						const struct fb_log_ring *ring, struct fb_log *log);
FB_MUST_CHECK struct fb_error *
fb_log_read_buffer(struct fb_space *space, const struct fb_log_buffer *buffer, struct fb_log *log);

/* log_records.c */
FB_MUST_CHECK struct fb_error *fb_log_create(struct fb_log **log_ret);
/* Appends a record whose text (record->length bytes) is read from address. What cannot be read
 * counts as lost. */
FB_MUST_CHECK struct fb_error *fb_log_append(struct fb_log *log, struct fb_space *space,
					     const struct fb_log_record *record, uint64_t address);
/* To be called once, when all are appended: gives each record its text. */
void fb_log_finish(struct fb_log *log);

#endif
