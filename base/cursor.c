// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bounds-checked reads of bytes from an input. Every check compares a length with what is left, so
 * that none can overflow. Used by whatever parses notes, tables and parts of bundles.
 */
#include "base/cursor.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

void fb_cursor_init(struct fb_cursor *cursor, const void *data, size_t size, const char *what)
{
	cursor->data = data;
	cursor->size = size;
	cursor->offset = 0;
	cursor->what = what;
}

size_t fb_cursor_left(const struct fb_cursor *cursor)
{
	return cursor->size - cursor->offset;
}

/* Steps over length bytes and gives where they are. */
static struct fb_error *take(struct fb_cursor *cursor, uint64_t length, const uint8_t **bytes_ret)
{
	if (length > fb_cursor_left(cursor))
		return fb_error_create(FB_TRUNCATED,
				       "%s: %" PRIu64
				       " bytes wanted at offset %zu, but it ends at %zu",
				       cursor->what, length, cursor->offset, cursor->size);
	/* Nothing may be added to the NULL of an empty cursor, not even 0. */
	*bytes_ret = cursor->offset ? cursor->data + cursor->offset : cursor->data;
	cursor->offset += length;
	return NULL;
}

struct fb_error *fb_cursor_bytes(struct fb_cursor *cursor, uint64_t length,
				 const uint8_t **bytes_ret)
{
	return take(cursor, length, bytes_ret);
}

struct fb_error *fb_cursor_copy(struct fb_cursor *cursor, void *to, size_t length)
{
	const uint8_t *bytes;
	struct fb_error *err = take(cursor, length, &bytes);

	if (!err && length)
		memcpy(to, bytes, length);
	return err;
}

struct fb_error *fb_cursor_u8(struct fb_cursor *cursor, uint8_t *value_ret)
{
	return fb_cursor_copy(cursor, value_ret, sizeof(*value_ret));
}

struct fb_error *fb_cursor_u16(struct fb_cursor *cursor, uint16_t *value_ret)
{
	const uint8_t *bytes;
	struct fb_error *err = take(cursor, sizeof(*value_ret), &bytes);

	if (!err) {
		memcpy(value_ret, bytes, sizeof(*value_ret));
		*value_ret = le16toh(*value_ret);
	}
	return err;
}

struct fb_error *fb_cursor_u32(struct fb_cursor *cursor, uint32_t *value_ret)
{
	const uint8_t *bytes;
	struct fb_error *err = take(cursor, sizeof(*value_ret), &bytes);

	if (!err) {
		memcpy(value_ret, bytes, sizeof(*value_ret));
		*value_ret = le32toh(*value_ret);
	}
	return err;
}

struct fb_error *fb_cursor_u64(struct fb_cursor *cursor, uint64_t *value_ret)
{
	const uint8_t *bytes;
	struct fb_error *err = take(cursor, sizeof(*value_ret), &bytes);

	if (!err) {
		memcpy(value_ret, bytes, sizeof(*value_ret));
		*value_ret = le64toh(*value_ret);
	}
	return err;
}

struct fb_error *fb_cursor_skip(struct fb_cursor *cursor, uint64_t length)
{
	const uint8_t *bytes;

	return take(cursor, length, &bytes);
}

struct fb_error *fb_cursor_align(struct fb_cursor *cursor, size_t alignment)
{
	return fb_cursor_skip(cursor, -cursor->offset & (alignment - 1));
}

struct fb_error *fb_cursor_string(struct fb_cursor *cursor, const char **string_ret)
{
	const char *start = (const char *)cursor->data + cursor->offset;
	size_t left = fb_cursor_left(cursor);
	const char *end = left ? memchr(start, '\0', left) : NULL;

	if (!end)
		return fb_error_create(FB_CORRUPT, "%s: the string at offset %zu has no end",
				       cursor->what, cursor->offset);
	*string_ret = start;
	cursor->offset += (size_t)(end - start) + 1;
	return NULL;
}
