// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches memory piece by piece: a batch of pieces is searched by all threads, and what they found is then told in
 * order. Called by the command search.
 */
#include "base/memory_search.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/parallel.h"

#define PIECE_PAGES 64u
#define PIECE (PIECE_PAGES * FB_PAGE_SIZE)
/* Pieces of a batch: what they found takes at most 64 MiB, of a text of one byte 256 MiB. */
#define BATCH 128u
/* A text may reach into the pages behind. */
#define ROOM (PIECE + FB_MAX_SEARCH_TEXT)

struct piece {
	uint64_t start;
	size_t size;
	uint64_t *found; /* owned */
	size_t count, room;
	uint64_t unread; /* bytes */
	bool lost[PIECE_PAGES + FB_MAX_SEARCH_TEXT / FB_PAGE_SIZE + 1];
};

struct batch {
	const struct fb_memory_search *search;
	struct piece *pieces;
	size_t count;
};

static void note_hole(void *context, uint64_t address, size_t length, struct fb_error *err)
{
	struct piece *piece = context;

	fb_error_destroy(err);
	piece->lost[(address - piece->start) / FB_PAGE_SIZE] = true;
	if (address < piece->start + piece->size)
		piece->unread += length;
}

static struct fb_error *add(struct piece *piece, size_t at)
{
	if (piece->lost[at / FB_PAGE_SIZE])
		return NULL;
	if (piece->count == piece->room) {
		size_t room = piece->room ? 2 * piece->room : 64;
		uint64_t *found = realloc(piece->found, room * sizeof(*found));

		if (!found)
			return fb_error_nomem();
		piece->found = found;
		piece->room = room;
	}
	piece->found[piece->count++] = piece->start + at;
	return NULL;
}

static struct fb_error *search_words(const struct fb_memory_search *search, struct piece *piece,
				     const uint8_t *bytes)
{
	struct fb_error *err = NULL;

	for (size_t at = 0; at + search->word <= piece->size && !err; at += search->word) {
		uint64_t value = 0;

		memcpy(&value, bytes + at, search->word);
		if (value >= search->first && value <= search->last)
			err = add(piece, at);
	}
	return err;
}

static struct fb_error *search_text(const struct fb_memory_search *search, struct piece *piece,
				    const uint8_t *bytes)
{
	const size_t size = piece->size + search->text_size - 1;
	struct fb_error *err = NULL;

	for (size_t at = 0; at < size && !err;) {
		const uint8_t *hit = memmem(bytes + at, size - at, search->text, search->text_size);

		if (!hit)
			break;
		at = (size_t)(hit - bytes);
		err = add(piece, at++);
	}
	return err;
}

static struct fb_error *search_piece(void *context, size_t index)
{
	struct batch *batch = context;
	const struct fb_memory_search *search = batch->search;
	struct piece *piece = &batch->pieces[index];
	size_t size = piece->size + (search->text ? search->text_size - 1 : 0);
	uint8_t *bytes = malloc(ROOM);
	struct fb_error *err;

	if (!bytes)
		return fb_error_nomem();
	if (size > UINT64_MAX - piece->start)
		size = piece->size;
	memset(bytes, 0, ROOM);
	err = fb_space_read_holes(search->space, piece->start, bytes, size, note_hole, piece);
	if (!err)
		err = search->text ? search_text(search, piece, bytes)
				   : search_words(search, piece, bytes);
	free(bytes);
	return err;
}

/* Searches the pieces of a batch, tells what was found, and empties it. */
static struct fb_error *finish(struct fb_memory_search *search, struct batch *batch)
{
	struct fb_error *err = fb_parallel_for(search->pool, batch->count, search_piece, batch);

	for (size_t i = 0; i < batch->count; i++) {
		struct piece *piece = &batch->pieces[i];

		search->unread += piece->unread;
		for (size_t n = 0; n < piece->count && !err; n++)
			err = search->found(search->context, piece->found[n]);
		free(piece->found);
	}
	memset(batch->pieces, 0, batch->count * sizeof(*batch->pieces));
	batch->count = 0;
	return err;
}

static struct fb_error *add_run(struct fb_memory_search *search, struct batch *batch,
				uint64_t start, uint64_t length)
{
	struct fb_error *err = NULL;

	for (uint64_t done = 0; done < length && !err;) {
		struct piece *piece = &batch->pieces[batch->count++];

		piece->start = start + done;
		piece->size = length - done < PIECE ? (size_t)(length - done) : PIECE;
		done += piece->size;
		if (batch->count == BATCH)
			err = finish(search, batch);
	}
	return err;
}

struct fb_error *fb_memory_search(struct fb_memory_search *search, uint64_t start, uint64_t end)
{
	struct batch batch = {.search = search, .pieces = calloc(BATCH, sizeof(*batch.pieces))};
	struct fb_error *err = NULL;

	if (!batch.pieces)
		return fb_error_nomem();
	for (uint64_t at = start; at < end && !err;) {
		struct fb_run run;

		err = fb_space_locate(search->space, at, end - at, &run);
		if (err)
			break;
		if (run.origin.source != FB_SOURCE_ABSENT && run.origin.source != FB_SOURCE_ZERO)
			err = add_run(search, &batch, run.start, run.length);
		at = run.start + run.length;
	}
	if (!err)
		err = finish(search, &batch);
	free(batch.pieces);
	return err;
}
