// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The map of 64-bit integers: open addressing with linear probing, at most half full. A slot whose key is
 * 0 is free, so the key 0 itself has a slot of its own behind the others, whose key is 1 where it is in
 * use. Called wherever an address or a number has to be found again.
 */
#include "base/u64_map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FIRST_ROOM 64u

struct fb_u64_slot {
	uint64_t key; /* 0: free */
	uint64_t value;
};

/* 8 random bytes that the kernel gave the process (AT_RANDOM has 16). */
static uint64_t process_secret(void)
{
	const void *random =
		(const void *)getauxval(AT_RANDOM); /* NOLINT(performance-no-int-to-ptr) */
	uint64_t secret = 0;

	if (random)
		memcpy(&secret, random, sizeof(secret));
	return secret;
}

/* The finalizer of splitmix64: every bit of the key changes half of the result's. */
static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ value >> 27) * 0x94d049bb133111ebull;
	return value ^ value >> 31;
}

/* The slot that has key, or the free one where it would stand: half of them are free. */
static struct fb_u64_slot *slot_of(const struct fb_u64_map *map, uint64_t key)
{
	size_t at = (size_t)mix(key ^ map->secret) & (map->room - 1);

	if (!key)
		return &map->slots[map->room];
	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & (map->room - 1);
	return &map->slots[at];
}

static struct fb_error *grow(struct fb_u64_map *map)
{
	struct fb_u64_map grown = {
		.count = map->count,
		.room = map->room ? 2 * map->room : FIRST_ROOM,
		.secret = map->room ? map->secret : process_secret(),
	};

	grown.slots = calloc(grown.room + 1, sizeof(*grown.slots));
	if (!grown.slots)
		return fb_error_nomem();
	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].key)
			*slot_of(&grown, map->slots[i].key) = map->slots[i];
	if (map->room)
		grown.slots[grown.room] = map->slots[map->room];
	free(map->slots);
	*map = grown;
	return NULL;
}

struct fb_error *fb_u64_map_add(struct fb_u64_map *map, uint64_t key, uint64_t value,
				size_t maximum, const char *what, bool *fresh_ret)
{
	const uint64_t *known = fb_u64_map_find(map, key);

	if (!known) {
		struct fb_error *err = NULL;

		if (map->count >= maximum)
			return fb_error_create(FB_LIMIT, "more than %zu %s", maximum, what);
		if (2 * (map->count + 1) > map->room)
			err = grow(map);
		if (err)
			return err;
		*slot_of(map, key) = (struct fb_u64_slot){.key = key ? key : 1, .value = value};
		map->count++;
	}
	if (fresh_ret)
		*fresh_ret = !known;
	return NULL;
}

uint64_t *fb_u64_map_find(const struct fb_u64_map *map, uint64_t key)
{
	struct fb_u64_slot *slot;

	if (!map->room)
		return NULL;
	slot = slot_of(map, key);
	return slot->key ? &slot->value : NULL;
}

void fb_u64_map_deinit(struct fb_u64_map *map)
{
	free(map->slots);
	*map = (struct fb_u64_map){0};
}
