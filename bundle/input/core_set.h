/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cores an input has met so far: by file, by contents and by name. input.c asks it of each
 * core that it opens: no file is joined twice, nor what the bundle has already, and no two cores
 * have one name.
 */
#ifndef FB_BUNDLE_CORE_SET_H
#define FB_BUNDLE_CORE_SET_H

#include <stdbool.h>

#include "base/error.h"
#include "user/core/core.h"

struct fb_core_set;

FB_MUST_CHECK struct fb_error *fb_core_set_create(struct fb_core_set **set_ret);
void fb_core_set_destroy(struct fb_core_set *set);

/* Whether the file at path was asked for before, under whatever name. A file that is not there is
 * new: opening it will say why not. */
FB_MUST_CHECK struct fb_error *fb_core_set_path(struct fb_core_set *set, const char *path,
						bool *met_ret);

/* Remembers the bytes of core (borrowed, as long as the set is); what cannot be read is like nothing
 * else. */
FB_MUST_CHECK struct fb_error *fb_core_set_add(struct fb_core_set *set, const struct fb_core *core);
/* The first core added that has the bytes of this one, or NULL. */
FB_MUST_CHECK struct fb_error *fb_core_set_find(struct fb_core_set *set, const struct fb_core *core,
						const struct fb_core **same_ret);

/* Renames core where an earlier one has its name: the second core.1 becomes core.1.2, the third
 * core.1.3; a number that another core has is passed over. */
FB_MUST_CHECK struct fb_error *fb_core_set_name(struct fb_core_set *set, struct fb_core *core);

#endif
