// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of stored pages by their hash. Called by page_store.c, which compares the bytes too
 * before it takes two pages for one.
 */
#include "bundle/merge/dedupe.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define FIRST_ROOM 1024u
/* How many entries are looked at for one hash. Pages that were made to have colliding hashes
 * cost no more time than this, and are stored more than once. */
#define MAX_PROBES 64u

void fb_dedupe_init(struct fb_dedupe *dedupe)
{
	memset(dedupe, 0, sizeof(*dedupe));
}

void fb_dedupe_deinit(struct fb_dedupe *dedupe)
{
	free(dedupe->entries);
	memset(dedupe, 0, sizeof(*dedupe));
}

/* The entry with this hash, or the empty entry where it would be put; NULL where neither is
 * within reach. */
static struct fb_dedupe_entry *probe(struct fb_dedupe_entry *entries, size_t room, uint64_t hash)
{
	for (size_t i = 0; i < MAX_PROBES; i++) {
		struct fb_dedupe_entry *entry = &entries[(hash + i) & (room - 1)];

		if (!entry->slot_plus_1 || entry->hash == hash)
			return entry;
	}
	return NULL;
}

const struct fb_dedupe_entry *fb_dedupe_find(const struct fb_dedupe *dedupe, uint64_t hash)
{
	const struct fb_dedupe_entry *entry;

	if (!dedupe->room)
		return NULL;
	entry = probe(dedupe->entries, dedupe->room, hash);
	return entry && entry->slot_plus_1 ? entry : NULL;
}

static struct fb_error *grow(struct fb_dedupe *dedupe)
{
	size_t room = dedupe->room ? 2 * dedupe->room : FIRST_ROOM;
	struct fb_dedupe_entry *entries = calloc(room, sizeof(*entries));

	if (!entries)
		return fb_error_nomem();
	for (size_t i = 0; i < dedupe->room; i++) {
		const struct fb_dedupe_entry *from = &dedupe->entries[i];
		struct fb_dedupe_entry *to;

		to = from->slot_plus_1 ? probe(entries, room, from->hash) : NULL;
		if (to)
			*to = *from;
	}
	free(dedupe->entries);
	dedupe->entries = entries;
	dedupe->room = room;
	return NULL;
}

struct fb_error *fb_dedupe_add(struct fb_dedupe *dedupe, uint64_t hash, uint32_t core,
			       uint64_t file_offset, uint64_t slot)
{
	struct fb_dedupe_entry *entry;

	if (dedupe->count == FB_MAX_DEDUPE_PAGES)
		return NULL;
	if (2 * (dedupe->count + 1) > dedupe->room) {
		struct fb_error *err = grow(dedupe);

		if (err)
			return err;
	}
	entry = probe(dedupe->entries, dedupe->room, hash);
	if (!entry)
		return NULL;
	*entry = (struct fb_dedupe_entry){
		.hash = hash, .file_offset = file_offset, .core = core, .slot_plus_1 = slot + 1};
	dedupe->count++;
	return NULL;
}
