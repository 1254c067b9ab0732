/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash of a name, for the indexes of symbols and types. Not kept anywhere:
 * its values may change. Eight bytes a step, as 100,000 names are hashed at each start.
 */
#ifndef FB_SYMBOLS_NAME_HASH_H
#define FB_SYMBOLS_NAME_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t fb_name_hash(const char *name, size_t length)
{
	const uint64_t factor = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio, odd */
	uint64_t hash = length * factor;
	uint64_t word;

	for (; length >= sizeof(word); name += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		hash = (hash ^ word) * factor;
		hash ^= hash >> 29;
	}
	word = 0;
	if (length)
		memcpy(&word, name, length);
	hash = (hash ^ word) * factor;
	return (uint32_t)(hash >> 32);
}

#endif
