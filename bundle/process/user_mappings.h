/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mappings of a process as the user unwinder takes them. */
#ifndef FB_BUNDLE_USER_MAPPINGS_H
#define FB_BUNDLE_USER_MAPPINGS_H

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/process/joined_space.h"
#include "user/unwind/unwind.h"

/* mappings_ret: an array of the joined space's mappings in their order, its paths in pool; the
 * caller frees it. Files that cannot be read have no path. */
FB_MUST_CHECK struct fb_error *fb_user_mappings_load(struct fb_input *input,
						     const struct fb_task *task,
						     const struct fb_joined *joined,
						     struct fb_string_pool *pool,
						     struct fb_user_mapping **mappings_ret);

#endif
