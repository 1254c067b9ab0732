/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map from 64-bit integers (addresses, PIDs, inode numbers) to 64-bit integers (values, or indexes
 * of a caller's array), and a set of them. The map of the whole program, so that what keys from a
 * hostile dump can do to one is thought of once: it grows to a maximum that the caller names, and the
 * keys are mixed with a secret of the process, so that no dump can be made whose keys all fall on one
 * slot. There is no order, and nothing lists the keys: an answer cannot depend on that secret.
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
	uint64_t secret;
};

/* Puts value at key where key is not in the map yet; else leaves what is there. *fresh_ret (may be
 * NULL) says which. Fails with FB_NOMEM, and with FB_LIMIT ("more than MAXIMUM WHAT") where key would
 * be one more than maximum; the map is then as before. */
FB_MUST_CHECK struct fb_error *fb_u64_map_add(struct fb_u64_map *map, uint64_t key, uint64_t value,
					      size_t maximum, const char *what, bool *fresh_ret);

/* The value at key, which the caller may change until the next fb_u64_map_add(); NULL: not in it. Any
 * number of threads may look while none adds. */
uint64_t *fb_u64_map_find(const struct fb_u64_map *map, uint64_t key);

/* Makes it empty, and good for use again. */
void fb_u64_map_deinit(struct fb_u64_map *map);

/* A set is a map whose values nobody asks for. */
FB_MUST_CHECK static inline struct fb_error *fb_u64_set_add(struct fb_u64_map *set, uint64_t key,
							    size_t maximum, const char *what,
							    bool *fresh_ret)
{
	return fb_u64_map_add(set, key, 0, maximum, what, fresh_ret);
}

#endif
