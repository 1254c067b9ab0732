/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growing memory with a declared maximum, and arrays whose size comes from an input. Each function fails
 * with FB_NOMEM where memory is out, and with FB_LIMIT where the maximum would be exceeded; what was there
 * then stays as it was.
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

/* An empty buffer that may grow to maximum bytes. A struct of zeros may be deinitialised too. */
void fb_buf_init(struct fb_buf *buf, size_t maximum);
void fb_buf_deinit(struct fb_buf *buf);

FB_MUST_CHECK struct fb_error *fb_buf_append(struct fb_buf *buf, const void *bytes, size_t length);
/* Makes room for length more bytes and returns where to write them; the pointer is valid until the buffer
 * grows again. fb_buf_commit() then adds the length bytes that were written. */
FB_MUST_CHECK struct fb_error *fb_buf_reserve(struct fb_buf *buf, size_t length, void **room_ret);
void fb_buf_commit(struct fb_buf *buf, size_t length);
/* Append a little-endian integer, or formatted text without its NUL. */
FB_MUST_CHECK struct fb_error *fb_buf_u32(struct fb_buf *buf, uint32_t value);
FB_MUST_CHECK struct fb_error *fb_buf_u64(struct fb_buf *buf, uint64_t value);
FB_MUST_CHECK struct fb_error *fb_buf_printf(struct fb_buf *buf, const char *format, ...)
	FB_PRINTF(2, 3);

/* Allocates a zeroed array of count elements of element_size bytes and stores the pointer to it at
 * array_ret, which is the address of a pointer of any type. FB_LIMIT where count > maximum. `what` names
 * the elements in errors. The caller frees the array; count 0 gives a valid pointer too. */
FB_MUST_CHECK struct fb_error *fb_alloc_array(uint64_t count, size_t element_size, uint64_t maximum,
					      const char *what, void *array_ret);

/* Makes room for one more element in an array that has count elements, by doubling it where it is full.
 * array is the address of the pointer to the array; *room counts the elements that are allocated. FB_LIMIT
 * where count has reached maximum. `what` names the elements in errors. */
FB_MUST_CHECK struct fb_error *fb_grow_array(void *array, size_t *room, size_t count,
					     size_t element_size, size_t maximum, const char *what);

#endif
