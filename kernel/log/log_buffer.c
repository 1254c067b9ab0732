// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads log_buf of kernels before 5.10: struct printk_log records one after the other,
 * each with its length; after a length of 0 the next record is at the start of the
 * buffer (kernel/printk/printk.c, log_from_idx()). Called by log.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/log/log_source.h"

/* Behind the dictionary's length: facility, then flags (5 bits) and level (3 bits). */
#define FACILITY_BEHIND_DICT 2u
#define LEVEL_BEHIND_DICT 3u
#define MAX_HEADER 256u

static struct fb_error *check_geometry(const struct fb_log_buffer *buffer)
{
	const uint32_t size = buffer->header_size;

	if (!buffer->size || buffer->size > 1ull << FB_MAX_LOG_BITS ||
	    buffer->first >= buffer->size || buffer->next > buffer->size)
		return fb_error_create(FB_CORRUPT,
				       "log_buf: records %" PRIu64 " to %" PRIu64 " of %" PRIu64
				       " bytes",
				       buffer->first, buffer->next, buffer->size);
	if (size < sizeof(uint64_t) || size > MAX_HEADER || buffer->time > size - 8 ||
	    buffer->length > size - 2 || buffer->text_length > size - 2 ||
	    buffer->dict_length > size - 4 ||
	    (buffer->caller != UINT32_MAX && buffer->caller > size - 4))
		return fb_error_create(FB_CORRUPT, "printk_log: members lie outside it");
	return NULL;
}

static uint16_t load_u16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* Appends the record whose header is given; at is its offset, length its whole size. */
static struct fb_error *read_record(struct fb_space *space, const struct fb_log_buffer *buffer,
				    const uint8_t *header, uint64_t at, uint16_t length,
				    uint64_t sequence, struct fb_log *log)
{
	struct fb_log_record record = {
		.sequence = sequence,
		.length = load_u16(header + buffer->text_length),
		.facility = header[buffer->dict_length + FACILITY_BEHIND_DICT],
		.level = header[buffer->dict_length + LEVEL_BEHIND_DICT] >> 5,
	};

	memcpy(&record.time_ns, header + buffer->time, sizeof(record.time_ns));
	if (buffer->caller != UINT32_MAX)
		memcpy(&record.caller, header + buffer->caller, sizeof(record.caller));
	if (record.length > length - buffer->header_size) {
		record.length = length - buffer->header_size;
		record.truncated = true;
	}
	return fb_log_append(log, space, &record, buffer->address + at + buffer->header_size);
}

struct fb_error *fb_log_read_buffer(struct fb_space *space, const struct fb_log_buffer *buffer,
				    struct fb_log *log)
{
	uint64_t at = buffer->first, read = 0, sequence = buffer->first_sequence;
	struct fb_error *err = check_geometry(buffer);
	bool wrapped = false;

	/* The records of one turn cannot be more than the buffer. */
	while (!err && at != buffer->next && read <= buffer->size) {
		uint8_t header[MAX_HEADER] = {0};
		uint16_t length = 0;

		if (buffer->size - at >= buffer->header_size) {
			err = fb_space_read(space, buffer->address + at, header,
					    buffer->header_size);
			length = load_u16(header + buffer->length);
		}
		if (err)
			break;
		if (!length && !wrapped) {
			at = 0;
			wrapped = true;
			continue;
		}
		if (length < buffer->header_size || length > buffer->size - at)
			return fb_error_create(FB_CORRUPT,
					       "log_buf: a record of %u bytes at offset %" PRIu64,
					       length, at);
		err = read_record(space, buffer, header, at, length, sequence++, log);
		at += length;
		read += length;
	}
	return err;
}
