// SPDX-License-Identifier: GPL-2.0-or-later
/* Open addressing, at most half full. */
#include "base/address_set.h"

#include <stdlib.h>

#define FIRST_ROOM 64u

static uint64_t *slot_of(uint64_t *slots, size_t room, uint64_t address)
{
	/* Fibonacci hashing: the high bits of the product are well mixed. */
	size_t slot = (size_t)(address * 0x9e3779b97f4a7c15ull >> 20) & (room - 1);

	while (slots[slot] && slots[slot] != address)
		slot = (slot + 1) & (room - 1);
	return &slots[slot];
}

static struct fb_error *grow(struct fb_address_set *set)
{
	size_t room = set->room ? 2 * set->room : FIRST_ROOM;
	uint64_t *slots = calloc(room, sizeof(*slots));

	if (!slots)
		return fb_error_nomem();
	for (size_t i = 0; i < set->room; i++)
		if (set->slots[i])
			*slot_of(slots, room, set->slots[i]) = set->slots[i];
	free(set->slots);
	set->slots = slots;
	set->room = room;
	return NULL;
}

struct fb_error *fb_address_set_add(struct fb_address_set *set, uint64_t address, size_t maximum,
				    const char *what, bool *fresh_ret)
{
	struct fb_error *err = 2 * set->count >= set->room ? grow(set) : NULL;
	uint64_t *slot;

	if (err)
		return err;
	slot = slot_of(set->slots, set->room, address);
	if (*slot == 0 && set->count >= maximum)
		return fb_error_create(FB_LIMIT, "more than %zu %s", maximum, what);
	*fresh_ret = *slot == 0;
	set->count += *slot == 0;
	*slot = address;
	return NULL;
}

void fb_address_set_deinit(struct fb_address_set *set)
{
	free(set->slots);
	*set = (struct fb_address_set){0};
}
