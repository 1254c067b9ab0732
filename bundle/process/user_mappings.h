/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the list of a process's mappings for the user unwinder. Called by bundle/stacks. */
#ifndef FB_BUNDLE_USER_MAPPINGS_H
#define FB_BUNDLE_USER_MAPPINGS_H

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/process/joined_space.h"
#include "user/unwind/unwind.h"

/* *mappings_ret is an array with an element for each mapping of joined, in the same order; the caller frees it. Paths
 * are stored in pool. Files that cannot be read have no path. */
FB_MUST_CHECK struct fb_error *fb_user_mappings_load(struct fb_input *input,
						     const struct fb_task *task,
						     const struct fb_joined *joined,
						     struct fb_string_pool *pool,
						     struct fb_user_mapping **mappings_ret);

#endif
