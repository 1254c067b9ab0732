/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounds-checked cursor over bytes that came from an input, so that parsers need no pointer arithmetic of
 * their own on such bytes. All integers are little-endian (x86-64). A read that fails does not move the
 * cursor, and its error names the data and the offset.
 */
#ifndef FB_BASE_CURSOR_H
#define FB_BASE_CURSOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_cursor {
	const uint8_t *data; /* borrowed */
	size_t size;         /* bytes in data */
	size_t offset;       /* <= size */
	const char *what;    /* borrowed; names the data in errors ("NT_FILE note") */
};

/* A cursor at the start of size bytes of data. data and what are borrowed. */
void fb_cursor_init(struct fb_cursor *cursor, const void *data, size_t size, const char *what);

/* Bytes from the cursor to the end. */
size_t fb_cursor_left(const struct fb_cursor *cursor);

/* Each reads and moves behind what it read; lengths are in bytes. FB_TRUNCATED where fewer are left. */
FB_MUST_CHECK struct fb_error *fb_cursor_u8(struct fb_cursor *cursor, uint8_t *value_ret);
FB_MUST_CHECK struct fb_error *fb_cursor_u16(struct fb_cursor *cursor, uint16_t *value_ret);
FB_MUST_CHECK struct fb_error *fb_cursor_u32(struct fb_cursor *cursor, uint32_t *value_ret);
FB_MUST_CHECK struct fb_error *fb_cursor_u64(struct fb_cursor *cursor, uint64_t *value_ret);
FB_MUST_CHECK struct fb_error *fb_cursor_copy(struct fb_cursor *cursor, void *to, size_t length);
FB_MUST_CHECK struct fb_error *fb_cursor_skip(struct fb_cursor *cursor, uint64_t length);
/* Moves to the next multiple of alignment (a power of two), counted from the start of the data. */
FB_MUST_CHECK struct fb_error *fb_cursor_align(struct fb_cursor *cursor, size_t alignment);

/* Points *bytes_ret at the next length bytes, which remain the data's own, and moves behind them. */
FB_MUST_CHECK struct fb_error *fb_cursor_bytes(struct fb_cursor *cursor, uint64_t length,
					       const uint8_t **bytes_ret);

/* The same with a NUL-terminated string; FB_CORRUPT where no NUL follows. */
FB_MUST_CHECK struct fb_error *fb_cursor_string(struct fb_cursor *cursor, const char **string_ret);

#endif
