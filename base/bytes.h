/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about plain bytes, whatever they came from.
 */
#ifndef FB_BASE_BYTES_H
#define FB_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether all length bytes are 0; true of no bytes. Each byte but the first has to equal the one before
 * it, which memcmp() tells at the speed of memory. */
static inline bool fb_all_zero(const void *bytes, size_t length)
{
	const uint8_t *first = bytes;

	return !length || (!first[0] && !memcmp(first, first + 1, length - 1));
}

#endif
