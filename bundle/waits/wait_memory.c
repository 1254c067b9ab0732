// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What recognisers ask of processes: their memory, descriptors and paths.
 */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/waits/wait_private.h"
#include "kernel/files/files.h"

struct fb_error *fb_wait_process(struct fb_wait_finder *finder, const struct fb_task *task,
				 struct fb_joined **joined_ret)
{
	const struct fb_joined_options options = {
		.files = finder->options.files,
		.swap = finder->options.swap,
	};
	struct fb_error *err;

	if (!task->mm)
		return fb_error_create(FB_ABSENT, "TID %d has no memory of its own", task->tid);
	if (!finder->joined || finder->joined_mm != task->mm) {
		fb_joined_destroy(finder->joined);
		finder->joined = NULL;
		err = fb_joined_create(finder->input, task, &options, &finder->joined);
		if (err)
			return err;
		finder->joined_mm = task->mm;
	}
	*joined_ret = finder->joined;
	return NULL;
}

struct fb_error *fb_wait_fd(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			    uint64_t fd, uint64_t *file_ret)
{
	/* An int: the upper half of the register is noise. */
	return fb_open_file_find(finder->kernel, blocked->task, (uint32_t)fd, file_ret);
}

struct fb_error *fb_wait_held(struct fb_wait_finder *finder, struct fb_held_files **held_ret)
{
	struct fb_error *err = NULL;

	if (!finder->held)
		err = fb_held_files_create(finder->kernel, finder->tasks, &finder->held);
	if (!err)
		*held_ret = finder->held;
	return err;
}

void fb_wait_path(struct fb_wait_finder *finder, const struct fb_task *task, uint64_t file,
		  char *to)
{
	struct fb_file_info info;
	struct fb_path root;
	char path[FB_PATH_SIZE];
	bool has_root;
	struct fb_error *err = fb_path_task_root(finder->kernel, task, &root);

	has_root = !err;
	fb_error_destroy(err);
	err = fb_file_info(finder->kernel, file, &info);
	if (!err)
		err = fb_path_text(finder->kernel, &info.path, has_root ? &root : NULL, path);
	if (err)
		path[0] = '\0';
	fb_error_destroy(err);
	fb_text_escape(path, strlen(path), to, FB_WAIT_PATH);
}
