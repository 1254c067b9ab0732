/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map from 64-bit integers (addresses, PIDs, inode numbers) to 64-bit integers (values, or indexes
 * of an array of the caller's), and a set of 64-bit integers. The whole program uses this one map, because
 * keys may come from a hostile dump: the map grows to a maximum that the caller gives, and the keys are
 * hashed with a random number of the process, so that no dump can be made whose keys all fall into one slot.
 * The keys cannot be listed, so that no output can depend on that random number. Not for adding from several
 * threads at once.
 */
#ifndef FB_BASE_U64_MAP_H
#define FB_BASE_U64_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fb_u64_map {                /* zeros: empty */
	struct fb_u64_slot *slots; /* owned */
	size_t count;              /* keys in it */
	size_t room;               /* slots; 0 or a power of two */
	uint64_t secret;           /* the random number that keys are hashed with */
};

/* Adds key with value where key is not in the map yet, and sets *fresh_ret (may be NULL) to true; else
 * changes nothing and sets it to false. FB_NOMEM; FB_LIMIT ("more than MAXIMUM WHAT") where the map would
 * have more than maximum keys. The map is unchanged after an error. */
FB_MUST_CHECK struct fb_error *fb_u64_map_add(struct fb_u64_map *map, uint64_t key, uint64_t value,
					      size_t maximum, const char *what, bool *fresh_ret);

/* A pointer to the value of key, through which the caller may change it, valid until the next
 * fb_u64_map_add(); NULL where key is not in the map. Safe from many threads while none adds. */
uint64_t *fb_u64_map_find(const struct fb_u64_map *map, uint64_t key);

/* Frees the map's memory and leaves it empty, so that it can be used again. */
void fb_u64_map_deinit(struct fb_u64_map *map);

/* A set is a map whose values are not used. fb_u64_map_find() tells whether a key is in it. */
FB_MUST_CHECK static inline struct fb_error *fb_u64_set_add(struct fb_u64_map *set, uint64_t key,
							    size_t maximum, const char *what,
							    bool *fresh_ret)
{
	return fb_u64_map_add(set, key, 0, maximum, what, fresh_ret);
}

#endif
