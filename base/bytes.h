/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of plain bytes, called wherever pages of zeros are told from others.
 */
#ifndef FB_BASE_BYTES_H
#define FB_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether all length bytes are 0; true where length is 0. Each byte but the first is compared with the one
 * before it, because memcmp() does that as fast as memory can be read. */
static inline bool fb_all_zero(const void *bytes, size_t length)
{
	const uint8_t *first = bytes;

	return !length || (!first[0] && !memcmp(first, first + 1, length - 1));
}

#endif
