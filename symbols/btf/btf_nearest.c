// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the type whose name is most like a given one. Called by the command struct for a name that no type
 * has.
 */
#include <limits.h>
#include <string.h>

#include "symbols/btf/btf_private.h"
#include "symbols/table/name_distance.h"

static bool is_offered(enum fb_type_kind kind)
{
	return fb_btf_is_composite(kind) || kind == FB_TYPE_ENUM || kind == FB_TYPE_ENUM64 ||
	       kind == FB_TYPE_TYPEDEF || kind == FB_TYPE_INT;
}

/* Letters that the shorter name lacks have to be added: a bound that costs nothing. */
static bool may_be_nearer(size_t a, size_t b, unsigned distance)
{
	return (a > b ? a - b : b - a) < distance;
}

const char *fb_btf_nearest(const struct fb_btf *btf, const char *name)
{
	const char *nearest = NULL;
	unsigned distance = UINT_MAX, found;
	size_t length = strlen(name);

	for (uint32_t id = 1; id <= btf->last; id++) {
		const struct btf_type *type = fb_btf_type(btf, id);
		const char *other = fb_btf_string(btf, type->name_off);

		if (!*other || !is_offered(fb_btf_kind_of(type)) ||
		    !may_be_nearer(length, strlen(other), distance) ||
		    !fb_name_distance(name, length, other, &found) || found >= distance)
			continue;
		nearest = other;
		distance = found;
	}
	return nearest;
}
