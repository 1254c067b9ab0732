// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the sysroot and the swapped pages (memory_sources.h). Called by commands that read memory of processes.
 */
#include "cmd/shared/memory_sources.h"

#include "base/part.h"

struct fb_error *fb_memory_sources_open(struct fb_context *context, struct fb_input *input,
					struct fb_memory_sources *sources_ret)
{
	struct fb_memory_sources sources = {0};
	struct fb_error *err;

	err = fb_host_files_create(context->options.sysroot, &sources.files);
	if (!err)
		err = fb_part_warn(context->warnings,
				   fb_swap_create(fb_input_kernel(input), &sources.swap),
				   "swapped pages cannot be looked for");
	if (err)
		fb_memory_sources_deinit(&sources);
	else
		*sources_ret = sources;
	return err;
}

void fb_memory_sources_deinit(struct fb_memory_sources *sources)
{
	fb_swap_destroy(sources->swap);
	fb_host_files_destroy(sources->files);
	*sources = (struct fb_memory_sources){0};
}
