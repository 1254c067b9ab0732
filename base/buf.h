/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growing memory with a declared maximum, and arrays sized by an input.
 */
#ifndef FB_BASE_BUF_H
#define FB_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_buf {
	uint8_t *data;  /* owned */
	size_t size;    /* bytes used */
	size_t room;    /* bytes allocated */
	size_t maximum; /* appending past this is FB_LIMIT */
};

void fb_buf_init(struct fb_buf *buf, size_t maximum);
void fb_buf_deinit(struct fb_buf *buf);

FB_MUST_CHECK struct fb_error *fb_buf_append(struct fb_buf *buf, const void *bytes, size_t length);
/* Makes room and returns where to write; call fb_buf_commit() with what was written. */
FB_MUST_CHECK struct fb_error *fb_buf_reserve(struct fb_buf *buf, size_t length, void **room_ret);
void fb_buf_commit(struct fb_buf *buf, size_t length);
FB_MUST_CHECK struct fb_error *fb_buf_u32(struct fb_buf *buf, uint32_t value);
FB_MUST_CHECK struct fb_error *fb_buf_u64(struct fb_buf *buf, uint64_t value);
FB_MUST_CHECK struct fb_error *fb_buf_printf(struct fb_buf *buf, const char *format, ...)
	FB_PRINTF(2, 3);

/* Zeroed array of count elements; FB_LIMIT where count > maximum. what names it in errors.
 * The caller frees it. count 0 gives a valid pointer. */
FB_MUST_CHECK struct fb_error *fb_alloc_array(uint64_t count, size_t element_size, uint64_t maximum,
					      const char *what, void *array_ret);

/* Makes *array hold at least count + 1 elements (doubling), for appending one by one.
 * *room counts the elements allocated. FB_LIMIT where count reaches maximum. */
FB_MUST_CHECK struct fb_error *fb_grow_array(void *array, size_t *room, size_t count,
					     size_t element_size, size_t maximum, const char *what);

#endif
