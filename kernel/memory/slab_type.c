// SPDX-License-Identifier: GPL-2.0-or-later
/* The struct that a slab cache is named after. Called by the command slab. */
#include "kernel/memory/slab_type.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "kernel/memory/slab_object.h"

/* Objects may be cut: a task_struct ends with as many registers as the CPU has, its type with the most there can be. */
static bool is_struct(const struct fb_kernel *kernel, const struct fb_slab_cache *cache,
		      const char *name, bool cut)
{
	uint32_t size = fb_layout_size(fb_kernel_types(kernel), name);

	return size && (cut || size <= cache->object_size);
}

void fb_slab_type_guess(const struct fb_kernel *kernel, const struct fb_slab_cache *cache,
			const char *name, char *to, size_t size)
{
	/* What names of caches have at their end, and what the struct's name has in place of it. */
	static const char *const ends[][2] = {
		{"_cache", ""},         {"_cache", "_struct"}, {"_cache", "_info"},
		{"_cachep", ""},        {"_cachep", "_info"},  {"_jar", ""},
		{"_cachep", "_struct"},
	};
	char guess[FB_SLAB_NAME + 8];

	to[0] = '\0';
	if (!fb_kernel_types(kernel))
		return;
	if (!strcmp(name, "filp"))
		name = "file_cache"; /* the one name that no rule gives */
	if (is_struct(kernel, cache, name, true)) {
		snprintf(to, size, "%s", name);
		return;
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++) {
		size_t length = strlen(name), end = strlen(ends[i][0]);

		if (length <= end || strcmp(name + length - end, ends[i][0]))
			continue;
		snprintf(guess, sizeof(guess), "%.*s%s", (int)(length - end), name, ends[i][1]);
		if (is_struct(kernel, cache, guess, false)) {
			snprintf(to, size, "%s", guess);
			return;
		}
	}
}
