// SPDX-License-Identifier: GPL-2.0-or-later
/* See address_set.h. */
#include "kernel/address_set.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u

void fb_address_set_deinit(struct fb_address_set *set)
{
	free(set->slots);
	memset(set, 0, sizeof(*set));
}

static size_t slot_of(const struct fb_address_set *set, uint64_t address)
{
	/* Fibonacci hashing: the high bits of the product are well mixed. */
	size_t slot = (size_t)((address * 0x9e3779b97f4a7c15ull) >> 20) & (set->room - 1);

	while (set->slots[slot] && set->slots[slot] != address)
		slot = (slot + 1) & (set->room - 1);
	return slot;
}

static struct fb_error *grow(struct fb_address_set *set)
{
	struct fb_address_set grown = {.count = set->count,
				       .room = set->room ? 2 * set->room : FIRST_ROOM};

	grown.slots = calloc(grown.room, sizeof(*grown.slots));
	if (!grown.slots)
		return fb_error_nomem();
	for (size_t i = 0; i < set->room; i++)
		if (set->slots[i])
			grown.slots[slot_of(&grown, set->slots[i])] = set->slots[i];
	free(set->slots);
	*set = grown;
	return NULL;
}

struct fb_error *fb_address_set_add(struct fb_address_set *set, uint64_t address, size_t maximum,
				    const char *what, bool *fresh_ret)
{
	struct fb_error *err = NULL;
	size_t slot;

	if (2 * (set->count + 1) > set->room)
		err = grow(set);
	if (err)
		return err;
	slot = slot_of(set, address);
	if (!set->slots[slot]) {
		if (set->count >= maximum)
			return fb_error_create(FB_LIMIT, "more than %zu %s", maximum, what);
		set->slots[slot] = address;
		set->count++;
		*fresh_ret = true;
		return NULL;
	}
	*fresh_ret = false;
	return NULL;
}
