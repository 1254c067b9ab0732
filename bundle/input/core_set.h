/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of the cores that an input has opened so far, by file, by contents and by name. input.c
 * looks each core up in it, so that no file is taken twice, no core that the bundle has already, and
 * no two cores have the same name.
 */
#ifndef FB_BUNDLE_CORE_SET_H
#define FB_BUNDLE_CORE_SET_H

#include <stdbool.h>

#include "base/error.h"
#include "user/core/core.h"

struct fb_core_set;

FB_MUST_CHECK struct fb_error *fb_core_set_create(struct fb_core_set **set_ret);
void fb_core_set_destroy(struct fb_core_set *set);

/* Adds the file at path. *met_ret: it was added before, under this or another name. A file that does not exist counts
 * as new: opening it will give the error. */
FB_MUST_CHECK struct fb_error *fb_core_set_path(struct fb_core_set *set, const char *path,
						bool *met_ret);

/* Adds core (borrowed; it must outlive the set) by its contents. A core that cannot be read equals no other one. */
FB_MUST_CHECK struct fb_error *fb_core_set_add(struct fb_core_set *set, const struct fb_core *core);
/* The first core in the set that has the same bytes as this one, or NULL. */
FB_MUST_CHECK struct fb_error *fb_core_set_find(struct fb_core_set *set, const struct fb_core *core,
						const struct fb_core **same_ret);

/* Renames core where an earlier one has its name: the second core.1 becomes core.1.2, the third core.1.3. Names that
 * other cores have are skipped. */
FB_MUST_CHECK struct fb_error *fb_core_set_name(struct fb_core_set *set, struct fb_core *core);

#endif
