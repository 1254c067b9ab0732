// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Growing memory: it doubles, but never past the maximum that its owner declared. Used wherever a
 * size comes from an input.
 */
#include "base/buf.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256u

void fb_buf_init(struct fb_buf *buf, size_t maximum)
{
	*buf = (struct fb_buf){.maximum = maximum};
}

void fb_buf_deinit(struct fb_buf *buf)
{
	free(buf->data);
	*buf = (struct fb_buf){.maximum = buf->maximum};
}

/* Makes room for length bytes behind those used. */
static struct fb_error *make_room(struct fb_buf *buf, size_t length)
{
	size_t room = buf->room ? buf->room : FIRST_ROOM;
	uint8_t *data;

	if (length > buf->maximum - buf->size)
		return fb_error_create(FB_LIMIT, "more than the %zu bytes allowed here",
				       buf->maximum);
	if (length <= buf->room - buf->size)
		return NULL;
	while (room - buf->size < length && room <= SIZE_MAX / 2)
		room *= 2;
	if (room > buf->maximum || room - buf->size < length)
		room = buf->maximum;
	data = realloc(buf->data, room);
	if (!data)
		return fb_error_nomem();
	buf->data = data;
	buf->room = room;
	return NULL;
}

struct fb_error *fb_buf_append(struct fb_buf *buf, const void *bytes, size_t length)
{
	struct fb_error *err;

	if (!length)
		return NULL;
	err = make_room(buf, length);
	if (err)
		return err;
	memcpy(buf->data + buf->size, bytes, length);
	buf->size += length;
	return NULL;
}

struct fb_error *fb_buf_reserve(struct fb_buf *buf, size_t length, void **room_ret)
{
	struct fb_error *err = make_room(buf, length);

	if (!err)
		*room_ret = buf->data ? buf->data + buf->size : (void *)buf;
	return err;
}

void fb_buf_commit(struct fb_buf *buf, size_t length)
{
	if (length > buf->room - buf->size)
		abort(); /* more was written than reserved: memory is already damaged */
	buf->size += length;
}

struct fb_error *fb_buf_u32(struct fb_buf *buf, uint32_t value)
{
	value = htole32(value);
	return fb_buf_append(buf, &value, sizeof(value));
}

struct fb_error *fb_buf_u64(struct fb_buf *buf, uint64_t value)
{
	value = htole64(value);
	return fb_buf_append(buf, &value, sizeof(value));
}

struct fb_error *fb_buf_printf(struct fb_buf *buf, const char *format, ...)
{
	struct fb_error *err;
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return fb_error_nomem();
	err = fb_buf_append(buf, text, (size_t)length);
	free(text);
	return err;
}

struct fb_error *fb_alloc_array(uint64_t count, size_t element_size, uint64_t maximum,
				const char *what, void *array_ret)
{
	void *array;

	if (count > maximum)
		return fb_error_create(FB_LIMIT,
				       "%s: %" PRIu64 " of them, %" PRIu64 " at most are handled",
				       what, count, maximum);
	array = calloc(count ? count : 1, element_size);
	if (!array)
		return fb_error_nomem();
	*(void **)array_ret = array;
	return NULL;
}

struct fb_error *fb_grow_array(void *array, size_t *room, size_t count, size_t element_size,
			       size_t maximum, const char *what)
{
	size_t wanted = *room < 8 ? 8 : *room;
	void *grown;

	if (count >= maximum)
		return fb_error_create(FB_LIMIT, "%s: more than the %zu that are handled", what,
				       maximum);
	if (count < *room)
		return NULL;
	while (wanted <= count)
		wanted = wanted > maximum / 2 ? maximum : wanted * 2;
	grown = reallocarray(*(void **)array, wanted, element_size);
	if (!grown)
		return fb_error_nomem();
	*(void **)array = grown;
	*room = wanted;
	return NULL;
}
