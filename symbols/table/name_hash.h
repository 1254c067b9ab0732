/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes of names, for the indexes of symbols and types. They are written to no file,
 * so their values may change. fb_name_hash() takes eight bytes a step, because 100,000
 * names are hashed at each start. fb_part_hash() can be computed from the hashes of a
 * name's parts, which suits kallsyms: it stores a name as a sequence of tokens.
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

/* The hash is a polynomial of the bytes in this base; the factor of the last byte is 1. The base is odd, so
 * that no factor becomes 0. */
#define FB_PART_HASH_BASE 0x6f4f2a35u

/* The hash of a text that continues with length bytes; hash is that of the text before them, 0 for none. */
static inline uint32_t fb_part_hash(uint32_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = hash * FB_PART_HASH_BASE + (uint8_t)bytes[i];
	return hash;
}

/* The factor by which the hash of a text is multiplied when length bytes are appended to the text. */
static inline uint32_t fb_part_hash_factor(size_t length)
{
	uint32_t factor = 1;

	while (length--)
		factor *= FB_PART_HASH_BASE;
	return factor;
}

/* The lowest bits of the polynomial do not depend on the higher bits of the bytes. To be used as an index,
 * the hash must depend on all bits, so this mixes them. */
static inline uint32_t fb_part_hash_mix(uint32_t hash)
{
	return (uint32_t)((hash * 0x9e3779b97f4a7c15ull) >> 32);
}

#endif
