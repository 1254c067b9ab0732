// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log for callers of the library: that of kernel/log under another name.
 */
#include "kernel/log/log.h"

#include "bundle/library/library.h"

static const struct fb_log *log_of(const struct fbundle_log *log)
{
	return (const struct fb_log *)log;
}

static const struct fb_log_record *record_of(const struct fbundle_record *record)
{
	return (const struct fb_log_record *)record;
}

struct fbundle_error *fbundle_load_log(struct fbundle *bundle, struct fbundle_log **log_ret)
{
	struct fb_log *log = NULL;
	struct fb_error *err = fb_log_load(fb_input_kernel(bundle->input), &log);

	if (!err)
		*log_ret = (struct fbundle_log *)log;
	return fb_library_error(err);
}

void fbundle_log_free(struct fbundle_log *log)
{
	fb_log_destroy((struct fb_log *)log);
}

size_t fbundle_log_count(const struct fbundle_log *log)
{
	return fb_log_count(log_of(log));
}

const struct fbundle_record *fbundle_log_get(const struct fbundle_log *log, size_t index)
{
	if (index >= fb_log_count(log_of(log)))
		return NULL;
	return (const struct fbundle_record *)fb_log_get(log_of(log), index);
}

uint64_t fbundle_log_lost(const struct fbundle_log *log)
{
	return fb_log_lost(log_of(log));
}

uint64_t fbundle_record_time_ns(const struct fbundle_record *record)
{
	return record_of(record)->time_ns;
}

unsigned fbundle_record_level(const struct fbundle_record *record)
{
	return record_of(record)->level;
}

unsigned fbundle_record_facility(const struct fbundle_record *record)
{
	return record_of(record)->facility;
}

const char *fbundle_record_text(const struct fbundle_record *record, size_t *length_ret)
{
	*length_ret = record_of(record)->length;
	return record_of(record)->text;
}
