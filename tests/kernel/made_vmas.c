// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_vmas.h. */
#include "tests/kernel/made_vmas.h"

#include <stdlib.h>
#include <string.h>

#define RANGE_SLOTS 16u
#define ARANGE_SLOTS 10u

void made_vma_members(struct made_kernel *made, bool with_tree)
{
	MADE_FIELD(made, vma_start, 0, 8);
	MADE_FIELD(made, vma_end, 8, 8);
	MADE_FIELD(made, vma_flags, 16, 8);
	MADE_FIELD(made, vma_pgoff, 24, 8);
	MADE_FIELD(made, vma_file, 32, 8);
	MADE_FIELD(made, vma_next, 40, 8);
	MADE_FIELD(made, vma_anon_vma, 48, 8);
	MADE_FIELD(made, mm_map_count, 0, 4);
	MADE_FIELD(made, mm_pgd, 16, 8);
	MADE_FIELD(made, mm_mmap, 24, 8);
	if (with_tree)
		MADE_FIELD(made, mm_mt_root, 8, 8);
	MADE_FIELD(made, maple_range_pivot, 8, 8 * (RANGE_SLOTS - 1));
	MADE_FIELD(made, maple_range_slot, 128, 8 * RANGE_SLOTS);
	MADE_FIELD(made, maple_arange_pivot, 8, 8 * (ARANGE_SLOTS - 1));
	MADE_FIELD(made, maple_arange_slot, 80, 8 * ARANGE_SLOTS);
}

uint64_t made_mm(struct made_kernel *made)
{
	return made_alloc(made, 64);
}

uint64_t made_vma(struct made_kernel *made, uint64_t start, uint64_t end, uint64_t file)
{
	uint64_t vma = made_alloc(made, 64);

	MADE_SET(made, vma, vma_start, start);
	MADE_SET(made, vma, vma_end, end);
	MADE_SET(made, vma, vma_flags, 3);
	MADE_SET(made, vma, vma_file, file);
	return vma;
}

uint64_t made_maple_node(struct made_kernel *made, enum made_maple type)
{
	uint64_t space = made_alloc(made, 512);

	return ((space + 255) & ~255ull) | (uint64_t)type << 3;
}

void made_maple_pivot(struct made_kernel *made, uint64_t node, unsigned index, uint64_t pivot)
{
	made_put(made, (node & ~255ull) + 8 + index * 8ull, pivot, 8);
}

void made_maple_slot(struct made_kernel *made, uint64_t node, unsigned index, uint64_t entry)
{
	unsigned at = (node >> 3 & 15) == MADE_ARANGE_64 ? 80 : 128;

	made_put(made, (node & ~255ull) + at + index * 8ull, entry, 8);
}

static uint64_t word(struct made_kernel *made, uint64_t address)
{
	uint64_t value;

	memcpy(&value, made_at(made, address), sizeof(value));
	return value;
}

void made_mm_tree(struct made_kernel *made, uint64_t mm, const uint64_t *vmas, size_t count)
{
	uint64_t leaf = made_maple_node(made, MADE_LEAF_64);
	unsigned slot = 0;

	if (count > 7)
		abort();
	for (size_t i = 0; i < count; i++) {
		made_maple_pivot(made, leaf, slot++, word(made, vmas[i]) - 1); /* the gap before */
		made_maple_pivot(made, leaf, slot, word(made, vmas[i] + 8) - 1);
		made_maple_slot(made, leaf, slot++, vmas[i]);
	}
	MADE_SET(made, mm, mm_mt_root, leaf | MADE_MAPLE_TAG);
	MADE_SET(made, mm, mm_map_count, count);
}

void made_mm_list(struct made_kernel *made, uint64_t mm, const uint64_t *vmas, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			MADE_SET(made, mm, mm_mmap, vmas[0]);
		else
			MADE_SET(made, vmas[i - 1], vma_next, vmas[i]);
	}
	MADE_SET(made, mm, mm_map_count, count);
}
