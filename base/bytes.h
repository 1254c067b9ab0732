/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain bytes: whether they are zeros, and words among them. Called wherever pages of zeros are told from others, and
 * by the readers of runtimes.
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

/* The 8, or 4, bytes at offset, which the caller has checked to be there. */
static inline uint64_t fb_u64_at(const uint8_t *bytes, size_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static inline uint32_t fb_u32_at(const uint8_t *bytes, size_t offset)
{
	uint32_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

#endif
