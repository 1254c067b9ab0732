// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the set bits of a bitmap: a table has the count of each block, and a direct-mapped cache
 * with a lock for each slot keeps the blocks that were read last. Called by kdump.c and
 * kdump_open.c.
 */
#include "kernel/dump/kdump_bitmap.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "kernel/dump/kdump_format.h"

#define BLOCK_BITS (8ull * FB_KDUMP_BLOCK)
#define BLOCK_WORDS (FB_KDUMP_BLOCK / sizeof(uint64_t))
/* For each block the count before every 8th word is kept, so that a rank adds up at most 8
 * words. */
#define GROUP_WORDS 8u
#define GROUPS (BLOCK_WORDS / GROUP_WORDS)
/* 64 blocks are the bitmap of 8 GiB; a larger dump re-reads blocks from the page cache. */
#define MAX_SLOTS 64u
#define SCAN_BLOCKS 64u

struct slot {
	pthread_mutex_t lock;
	uint64_t block; /* UINT64_MAX: none */
	uint64_t words[BLOCK_WORDS];
	uint16_t before[GROUPS]; /* set bits of this block before each group */
};

struct fb_kdump_bitmap {
	struct fb_file *file; /* borrowed */
	uint64_t offset;
	uint64_t start_pfn, end_pfn;
	uint64_t first_block, blocks; /* those that hold a bit of the range */
	uint64_t *rank;               /* owned; blocks + 1: set bits before first_block + i */
	struct slot *slots;           /* owned */
	size_t slot_count;
};

/* Reads count blocks from first on into words; zeros behind the end of the file, and outside
 * [start_pfn, end_pfn). */
static struct fb_error *read_blocks(struct fb_file *file, uint64_t offset, uint64_t start_pfn,
				    uint64_t end_pfn, uint64_t first, size_t count, uint64_t *words)
{
	uint64_t base = first * BLOCK_BITS, bits = count * BLOCK_BITS;
	size_t got, size = count * FB_KDUMP_BLOCK;
	struct fb_error *err;
	uint64_t cut;

	err = fb_file_read_some(file, offset + first * FB_KDUMP_BLOCK, words, size, &got);
	if (err)
		return err;
	memset((char *)words + got, 0, size - got);
	if (start_pfn > base) {
		cut = start_pfn - base < bits ? start_pfn - base : bits;
		memset(words, 0, cut / 64 * 8);
		if (cut % 64)
			words[cut / 64] &= ~0ull << (cut % 64);
	}
	if (end_pfn < base + bits) {
		cut = end_pfn > base ? end_pfn - base : 0;
		if (cut % 64)
			words[cut / 64] &= ~(~0ull << (cut % 64));
		cut = (cut + 63) / 64;
		memset(words + cut, 0, size - cut * 8);
	}
	return NULL;
}

/* Every x86-64 processor since 2008 has the instruction, but the base ABI has not; and a
 * dump has two bitmaps of 32 MB for each TB of memory. */
__attribute__((target("popcnt"))) static uint64_t count_by_instruction(const uint64_t *words,
								       size_t count)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < count; i++)
		bits += (uint64_t)__builtin_popcountll(words[i]);
	return bits;
}

static uint64_t count_bits(const uint64_t *words, size_t count)
{
	uint64_t bits = 0;
	size_t i;

	if (__builtin_cpu_supports("popcnt"))
		return count_by_instruction(words, count);
	for (i = 0; i < count; i++)
		bits += (uint64_t)__builtin_popcountll(words[i]);
	return bits;
}

/* Counts the set bits of the range. rank: NULL, or where the sum before each block goes, and that of
 * all behind the last. */
static struct fb_error *scan(struct fb_file *file, uint64_t offset, uint64_t start_pfn,
			     uint64_t end_pfn, uint64_t *rank, uint64_t *count_ret)
{
	uint64_t block = start_pfn / BLOCK_BITS, count = 0, i, index = 0;
	uint64_t end = (end_pfn + BLOCK_BITS - 1) / BLOCK_BITS;
	struct fb_error *err = NULL;
	uint64_t *words;

	words = malloc((size_t)SCAN_BLOCKS * FB_KDUMP_BLOCK);
	if (!words)
		return fb_error_nomem();
	for (; !err && block < end; block += SCAN_BLOCKS) {
		size_t some = end - block < SCAN_BLOCKS ? (size_t)(end - block) : SCAN_BLOCKS;

		err = read_blocks(file, offset, start_pfn, end_pfn, block, some, words);
		for (i = 0; !err && i < some; i++) {
			if (rank)
				rank[index++] = count;
			count += count_bits(words + i * BLOCK_WORDS, BLOCK_WORDS);
		}
	}
	free(words);
	if (err)
		return err;
	if (rank)
		rank[index] = count;
	*count_ret = count;
	return NULL;
}

static void fill_groups(struct slot *slot)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < GROUPS; i++) {
		slot->before[i] = (uint16_t)count;
		count += count_bits(slot->words + i * GROUP_WORDS, GROUP_WORDS);
	}
}

/* The slot that holds block, locked. */
static struct fb_error *lock_slot(struct fb_kdump_bitmap *bitmap, uint64_t block,
				  struct slot **slot_ret)
{
	struct slot *slot = &bitmap->slots[block % bitmap->slot_count];
	struct fb_error *err;

	pthread_mutex_lock(&slot->lock);
	if (slot->block != block) {
		slot->block = UINT64_MAX;
		err = read_blocks(bitmap->file, bitmap->offset, bitmap->start_pfn, bitmap->end_pfn,
				  block, 1, slot->words);
		if (err) {
			pthread_mutex_unlock(&slot->lock);
			return err;
		}
		fill_groups(slot);
		slot->block = block;
	}
	*slot_ret = slot;
	return NULL;
}

static struct fb_error *init_slots(struct fb_kdump_bitmap *bitmap)
{
	size_t i, count = bitmap->blocks < MAX_SLOTS ? (size_t)bitmap->blocks : MAX_SLOTS;

	bitmap->slots = calloc(count ? count : 1, sizeof(*bitmap->slots));
	if (!bitmap->slots)
		return fb_error_nomem();
	for (i = 0; i < count; i++) {
		pthread_mutex_init(&bitmap->slots[i].lock, NULL);
		bitmap->slots[i].block = UINT64_MAX;
	}
	bitmap->slot_count = count;
	return NULL;
}

struct fb_error *fb_kdump_bitmap_create(struct fb_file *file, uint64_t offset, uint64_t start_pfn,
					uint64_t end_pfn, struct fb_kdump_bitmap **bitmap_ret)
{
	struct fb_kdump_bitmap *bitmap = calloc(1, sizeof(*bitmap));
	struct fb_error *err;
	uint64_t count;

	if (!bitmap)
		return fb_error_nomem();
	bitmap->file = file;
	bitmap->offset = offset;
	bitmap->start_pfn = start_pfn;
	bitmap->end_pfn = end_pfn;
	bitmap->first_block = start_pfn / BLOCK_BITS;
	if (start_pfn < end_pfn)
		bitmap->blocks = (end_pfn - 1) / BLOCK_BITS + 1 - bitmap->first_block;
	err = fb_alloc_array(bitmap->blocks + 1, sizeof(*bitmap->rank), FB_MAX_PFN / BLOCK_BITS + 1,
			     "bitmap blocks", &bitmap->rank);
	if (!err && bitmap->blocks)
		err = scan(file, offset, start_pfn, end_pfn, bitmap->rank, &count);
	if (!err)
		err = init_slots(bitmap);
	if (err) {
		fb_kdump_bitmap_destroy(bitmap);
		return err;
	}
	*bitmap_ret = bitmap;
	return NULL;
}

void fb_kdump_bitmap_destroy(struct fb_kdump_bitmap *bitmap)
{
	size_t i;

	if (!bitmap)
		return;
	for (i = 0; i < bitmap->slot_count; i++)
		pthread_mutex_destroy(&bitmap->slots[i].lock);
	free(bitmap->slots);
	free(bitmap->rank);
	free(bitmap);
}

uint64_t fb_kdump_bitmap_count(const struct fb_kdump_bitmap *bitmap)
{
	return bitmap->rank[bitmap->blocks];
}

struct fb_error *fb_kdump_bitmap_test(struct fb_kdump_bitmap *bitmap, uint64_t pfn, bool *set_ret,
				      uint64_t *rank_ret)
{
	uint64_t block = pfn / BLOCK_BITS, rank = 0;
	size_t word = (size_t)(pfn % BLOCK_BITS / 64), group = word / GROUP_WORDS;
	uint64_t bit = 1ull << (pfn % 64);
	struct fb_error *err;
	struct slot *slot;

	if (pfn < bitmap->start_pfn || pfn >= bitmap->end_pfn) {
		*set_ret = false;
		return NULL;
	}
	err = lock_slot(bitmap, block, &slot);
	if (err)
		return err;
	*set_ret = slot->words[word] & bit;
	if (*set_ret && rank_ret) {
		rank = bitmap->rank[block - bitmap->first_block] + slot->before[group];
		rank += count_bits(slot->words + group * GROUP_WORDS, word - group * GROUP_WORDS);
		rank += (uint64_t)__builtin_popcountll(slot->words[word] & (bit - 1));
		*rank_ret = rank;
	}
	pthread_mutex_unlock(&slot->lock);
	return NULL;
}

/* The first bit of the wanted kind in words at or behind from; BLOCK_BITS if none. */
static uint64_t find_bit(const uint64_t *words, uint64_t from, bool set)
{
	uint64_t flip = set ? 0 : ~0ull, word = from / 64;
	uint64_t bits = (words[word] ^ flip) & (~0ull << (from % 64));

	while (!bits) {
		if (++word == BLOCK_WORDS)
			return BLOCK_BITS;
		bits = words[word] ^ flip;
	}
	return word * 64 + (uint64_t)__builtin_ctzll(bits);
}

struct fb_error *fb_kdump_bitmap_next(struct fb_kdump_bitmap *bitmap, uint64_t pfn, bool set,
				      uint64_t *pfn_ret)
{
	uint64_t block, found;
	struct fb_error *err;
	struct slot *slot;

	if (pfn < bitmap->start_pfn) {
		if (!set) {
			*pfn_ret = pfn;
			return NULL;
		}
		pfn = bitmap->start_pfn;
	}
	while (pfn < bitmap->end_pfn) {
		block = pfn / BLOCK_BITS;
		const uint64_t *rank = &bitmap->rank[block - bitmap->first_block];

		/* Blocks without a set bit, and blocks of set bits only, are not read. */
		if (rank[1] - rank[0] == (set ? 0 : BLOCK_BITS)) {
			pfn = (block + 1) * BLOCK_BITS;
			continue;
		}
		err = lock_slot(bitmap, block, &slot);
		if (err)
			return err;
		found = find_bit(slot->words, pfn % BLOCK_BITS, set);
		pthread_mutex_unlock(&slot->lock);
		pfn = block * BLOCK_BITS + found;
		if (found < BLOCK_BITS)
			break;
	}
	*pfn_ret = pfn < bitmap->end_pfn ? pfn : bitmap->end_pfn;
	return NULL;
}

struct fb_error *fb_kdump_bitmap_end(struct fb_kdump_bitmap *bitmap, uint64_t *pfn_ret)
{
	uint64_t index = bitmap->blocks, word = BLOCK_WORDS;
	struct fb_error *err;
	struct slot *slot;

	while (index && bitmap->rank[index] == bitmap->rank[index - 1])
		index--;
	if (!index) {
		*pfn_ret = bitmap->start_pfn;
		return NULL;
	}
	err = lock_slot(bitmap, bitmap->first_block + index - 1, &slot);
	if (err)
		return err;
	/* The block was counted to have a set bit; the file may have changed since. */
	while (word > 1 && !slot->words[word - 1])
		word--;
	*pfn_ret = (bitmap->first_block + index - 1) * BLOCK_BITS + word * 64;
	if (slot->words[word - 1])
		*pfn_ret -= (uint64_t)__builtin_clzll(slot->words[word - 1]);
	pthread_mutex_unlock(&slot->lock);
	return NULL;
}

struct fb_error *fb_kdump_bitmap_popcount(struct fb_file *file, uint64_t offset, uint64_t start_pfn,
					  uint64_t end_pfn, uint64_t *count_ret)
{
	if (start_pfn >= end_pfn) {
		*count_ret = 0;
		return NULL;
	}
	return scan(file, offset, start_pfn, end_pfn, NULL, count_ret);
}
