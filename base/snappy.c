// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads snappy. Called by all that packs or unpacks by it. */
#include "base/snappy.h"

#include "base/attr.h"

struct fb_error *fb_snappy_load(struct fb_snappy *snappy)
{
	static const char *const names[] = {FB_SNAPPY_FUNCTIONS(FB_LIBRARY_NAME)};

	if (snappy->library)
		return NULL;
	return fb_shared_library_open(FB_SNAPPY_LIBRARY, names, FB_ARRAY_SIZE(names), &snappy->call,
				      &snappy->library);
}

void fb_snappy_deinit(struct fb_snappy *snappy)
{
	fb_shared_library_close(snappy->library);
	snappy->library = NULL;
}
