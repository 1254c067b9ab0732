// SPDX-License-Identifier: GPL-2.0-or-later
/* The list that the other files of this room fill. */
#include "base/buf.h"
#include "bundle/probes/probes_private.h"

/* More than the tables have. */
#define MOST_PROBES 16384u

struct fb_error *fb_probe_list_add(struct fb_probe_list *list, const struct fb_probe *probe)
{
	struct fb_error *err = fb_grow_array(&list->probes, &list->room, list->count,
					     sizeof(*list->probes), MOST_PROBES, "probes");

	if (!err)
		list->probes[list->count++] = *probe;
	return err;
}
