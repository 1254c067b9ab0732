/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes of names, for the indexes of symbols and types. Not kept anywhere: their
 * values may change. fb_name_hash() takes eight bytes a step, as 100,000 names are
 * hashed at each start; the other one can be put together of the hashes of a name's
 * parts, which is what kallsyms keeps of its names.
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

/* A polynomial of the bytes, the last one's factor being 1; odd, so that no byte is lost. */
#define FB_PART_HASH_BASE 0x6f4f2a35u

/* The hash of the bytes so far, of which hash is that of those before. */
static inline uint32_t fb_part_hash(uint32_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = hash * FB_PART_HASH_BASE + (uint8_t)bytes[i];
	return hash;
}

/* What the hash of something is multiplied by, to which length more bytes are added. */
static inline uint32_t fb_part_hash_factor(size_t length)
{
	uint32_t factor = 1;

	while (length--)
		factor *= FB_PART_HASH_BASE;
	return factor;
}

/* The lowest bits of a polynomial's value know little of the others: for an index, all are mixed. */
static inline uint32_t fb_part_hash_mix(uint32_t hash)
{
	return (uint32_t)((hash * 0x9e3779b97f4a7c15ull) >> 32);
}

#endif
