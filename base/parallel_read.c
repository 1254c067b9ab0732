// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a large range in pieces, on all threads. Called for the tables of symbols and types, of megabytes each,
 * when a kernel is opened.
 */
#include "base/parallel_read.h"

#include "base/parallel.h"

/* 64 pages: some milliseconds of unpacking, beside which handing out a piece costs nothing. */
#define PIECE (256u << 10)

struct reading {
	struct fb_space *space;
	uint64_t address;
	uint8_t *to;
	size_t size;
};

/* Pieces are handed out in order, and those begun are ended: so the first one that fails is always met. */
static struct fb_error *read_piece(void *context, size_t index)
{
	const struct reading *reading = context;
	size_t offset = index * PIECE;
	size_t length = reading->size - offset;

	if (length > PIECE)
		length = PIECE;
	return fb_space_read(reading->space, reading->address + offset, reading->to + offset,
			     length);
}

struct fb_error *fb_parallel_read(struct fb_space *space, struct fb_pool *pool, uint64_t address,
				  void *to, size_t size)
{
	struct reading reading = {space, address, to, size};

	return fb_parallel_for(pool, (size + PIECE - 1) / PIECE, read_piece, &reading);
}
