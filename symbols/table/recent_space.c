// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A window that moves upwards over a memory space: an array that is moved down by half when it is
 * full. Called while kallsyms is searched and read.
 */
#include "symbols/table/recent_space.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ROOM ((size_t)2 * FB_RECENT_BYTES)

static bool is_whole(const struct fb_recent_space *recent, size_t offset, size_t length)
{
	size_t last = (offset + length - 1) / FB_PAGE_SIZE;

	for (size_t page = offset / FB_PAGE_SIZE; page <= last; page++)
		if (recent->holes[page])
			return false;
	return true;
}

static struct fb_error *recent_read(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct fb_recent_space *recent = (struct fb_recent_space *)space;
	uint64_t offset = address - recent->start;

	if (address < recent->start || address >= recent->end || length > recent->end - address ||
	    !is_whole(recent, (size_t)offset, length))
		return fb_space_read(recent->below, address, to, length);
	memcpy(to, recent->data + offset, length);
	return NULL;
}

struct fb_error *fb_recent_space_init(struct fb_recent_space *recent, struct fb_space *below,
				      uint64_t start, uint64_t limit)
{
	static const struct fb_space_ops ops = {.read = recent_read};
	uint64_t room = limit > start ? limit - (start & FB_PAGE_MASK) : 0;

	if (room > MAX_ROOM)
		room = MAX_ROOM;
	room = (room + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	*recent = (struct fb_recent_space){
		.space = {.ops = &ops, .name = below->name},
		.below = below,
		.data = malloc(room + 1),
		.holes = malloc(room / FB_PAGE_SIZE + 1),
		.room = room,
		.start = start & FB_PAGE_MASK,
		.end = start & FB_PAGE_MASK,
	};
	if (recent->data && recent->holes)
		return NULL;
	fb_recent_space_deinit(recent);
	return fb_error_nomem();
}

void fb_recent_space_deinit(struct fb_recent_space *recent)
{
	free(recent->data);
	free(recent->holes);
	recent->data = NULL;
	recent->holes = NULL;
}

/* A window with less than the full room never has to drop anything. */
static struct fb_error *make_room(struct fb_recent_space *recent, size_t length)
{
	size_t used = (size_t)(recent->end - recent->start);
	size_t dropped;

	if (length <= recent->room - used)
		return NULL;
	if (recent->room < MAX_ROOM || length > FB_RECENT_CHUNK)
		return fb_error_create(FB_INVALID, "the window is at its limit");
	dropped = used - FB_RECENT_BYTES;
	memmove(recent->data, recent->data + dropped, FB_RECENT_BYTES);
	memmove(recent->holes, recent->holes + dropped / FB_PAGE_SIZE,
		FB_RECENT_BYTES / FB_PAGE_SIZE);
	recent->start += dropped;
	return NULL;
}

static void note_hole(void *context, uint64_t address, size_t length FB_UNUSED,
		      struct fb_error *err)
{
	struct fb_recent_space *recent = context;

	recent->holes[(address - recent->start) / FB_PAGE_SIZE] = 1;
	fb_error_destroy(err);
}

struct fb_error *fb_recent_space_advance(struct fb_recent_space *recent, size_t length)
{
	struct fb_error *err;
	size_t offset;
	uint8_t *to;

	err = make_room(recent, length);
	if (err)
		return err;
	offset = (size_t)(recent->end - recent->start);
	to = recent->data + offset;
	memset(recent->holes + offset / FB_PAGE_SIZE, 0,
	       (length + FB_PAGE_SIZE - 1) / FB_PAGE_SIZE);
	err = fb_space_read_holes(recent->below, recent->end, to, length, note_hole, recent);
	if (err)
		return err;
	recent->end += length;
	return NULL;
}
