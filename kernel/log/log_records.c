// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores the records of a log. log_ring.c and log_buffer.c append them; users of the log read them.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/log/log_source.h"

struct fb_error *fb_log_create(struct fb_log **log_ret)
{
	struct fb_log *log = calloc(1, sizeof(*log));

	if (!log)
		return fb_error_nomem();
	fb_buf_init(&log->text, FB_MAX_LOG_BYTES);
	*log_ret = log;
	return NULL;
}

void fb_log_destroy(struct fb_log *log)
{
	if (!log)
		return;
	fb_buf_deinit(&log->text);
	free(log->records);
	free(log->starts);
	free(log);
}

struct fb_error *fb_log_append(struct fb_log *log, struct fb_space *space,
			       const struct fb_log_record *record, uint64_t address)
{
	struct fb_error *err;
	void *room;

	err = fb_grow_array(&log->records, &log->room, log->count, sizeof(*log->records),
			    FB_MAX_LOG_RECORDS, "log records");
	if (!err)
		err = fb_grow_array(&log->starts, &log->starts_room, log->count,
				    sizeof(*log->starts), FB_MAX_LOG_RECORDS, "log records");
	if (!err)
		err = fb_buf_reserve(&log->text, record->length, &room);
	if (err)
		return err;
	err = fb_space_read(space, address, room, record->length);
	if (err) {
		err = fb_part_skip(err);
		if (err)
			return err;
		log->lost++;
		return NULL;
	}
	log->starts[log->count] = log->text.size;
	log->records[log->count++] = *record;
	fb_buf_commit(&log->text, record->length);
	return NULL;
}

void fb_log_finish(struct fb_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		log->records[i].text =
			log->text.data ? (char *)log->text.data + log->starts[i] : "";
}

size_t fb_log_count(const struct fb_log *log)
{
	return log->count;
}

const struct fb_log_record *fb_log_get(const struct fb_log *log, size_t index)
{
	return &log->records[index];
}

uint64_t fb_log_lost(const struct fb_log *log)
{
	return log->lost;
}
