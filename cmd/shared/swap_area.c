// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The path of a swap area's device or file. Called by swap and vtop.
 */
#include "cmd/shared/swap_area.h"

#include "base/part.h"
#include "bundle/process/process.h"

static struct fb_error *read_path(struct fb_input *input, const struct fb_swap_area *area,
				  char *path)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_file_info info;
	struct fb_path root;
	bool known = false;
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *init;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (err)
		return err;
	init = fb_tasks_by_tid(tasks, 1);
	if (init)
		err = fb_process_root(input, init, false, &root, &known);
	if (!err)
		err = fb_file_info(kernel, area->file, &info);
	if (!err)
		err = fb_path_text(kernel, &info.path, known ? &root : NULL, path);
	return err;
}

struct fb_error *fb_swap_area_path(struct fb_input *input, uint32_t type,
				   const struct fb_swap_area *area, char path_ret[FB_PATH_SIZE])
{
	path_ret[0] = '\0';
	return fb_part_warn(fb_kernel_warnings(fb_input_kernel(input)),
			    read_path(input, area, path_ret), "path of swap area %u", type);
}
