// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads CPython's str objects in their compact forms: the characters, of 1, 2 or 4 bytes each, follow the header.
 * Format: Include/cpython/unicodeobject.h. Called by python.c.
 */
#include "user/runtimes/python_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* The members of PyASCIIObject.state; the lowest two bits say whether it is interned. */
#define KIND(state) ((state) >> 2 & 7u)
#define COMPACT(state) ((state)&0x20u)
#define ASCII(state) ((state)&0x40u)

static uint32_t character_at(const uint8_t *bytes, size_t index, size_t width)
{
	uint32_t character = 0;

	for (size_t i = 0; i < width; i++)
		character |= (uint32_t)bytes[index * width + i] << 8 * i;
	return character;
}

struct fb_error *fb_python_text(struct fb_space *space, const struct fb_python_layout *layout,
				uint64_t address, char to[FB_PYTHON_NAME_SIZE])
{
	uint8_t bytes[4 * FB_PYTHON_NAME_LENGTH];
	uint32_t state;
	uint64_t length;
	size_t width, used = 0;
	struct fb_error *err = fb_space_u64(space, address + layout->text_length, &length);

	if (!err)
		err = fb_space_u32(space, address + layout->text_state, &state);
	if (err)
		return err;
	width = KIND(state);
	if (!COMPACT(state) || (width != 1 && width != 2 && width != 4) ||
	    (ASCII(state) && width != 1))
		return fb_error_create(FB_CORRUPT, "no string is at 0x%" PRIx64, address);
	if (length > FB_PYTHON_NAME_LENGTH)
		length = FB_PYTHON_NAME_LENGTH;
	err = fb_space_read(space,
			    address + (ASCII(state) ? layout->text_ascii : layout->text_other),
			    bytes, length * width);
	for (size_t i = 0; i < length && !err; i++) {
		const uint32_t character = character_at(bytes, i, width);

		if (!character)
			break;
		used += fb_utf8_put(character, to + used);
	}
	to[used] = '\0';
	return err;
}
