// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives access to the memory, the descriptors and the paths of a process. Called by recognisers. */
#include "bundle/waits/finder/wait_memory.h"

#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_absence.h"
#include "kernel/files/files.h"

/* The process of the last call. */
struct memory {
	struct fb_joined *joined; /* owned */
	uint64_t mm;
};

static void deinit(void *state)
{
	struct memory *memory = state;

	fb_joined_destroy(memory->joined);
}

static const struct fb_wait_state MEMORY = {sizeof(struct memory), deinit};

struct fb_error *fb_wait_process(struct fb_wait_finder *finder, const struct fb_task *task,
				 struct fb_joined **joined_ret)
{
	const struct fb_joined_options options = {
		.files = finder->options.files,
		.swap = finder->options.swap,
	};
	struct memory *memory;
	struct fb_error *err;

	if (!task->mm)
		return fb_error_create(FB_ABSENT, "TID %d has no memory of its own", task->tid);
	err = fb_wait_state(finder, &MEMORY, &memory);
	if (err)
		return err;
	if (!memory->joined || memory->mm != task->mm) {
		fb_joined_destroy(memory->joined);
		memory->joined = NULL;
		err = fb_joined_create(finder->input, task, &options, &memory->joined);
		if (err)
			return err;
		memory->mm = task->mm;
	}
	*joined_ret = memory->joined;
	return NULL;
}

struct fb_error *fb_wait_fd(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			    uint64_t fd, uint64_t *file_ret)
{
	/* An int: the upper half of the register is noise. */
	return fb_open_file_find(finder->kernel, blocked->task, (uint32_t)fd, file_ret);
}

struct fb_error *fb_wait_path(struct fb_wait_finder *finder, const struct fb_task *task,
			      uint64_t file, char *to, struct fb_wait_absence *absence)
{
	struct fb_file_info info;
	struct fb_path root;
	char path[FB_PATH_SIZE];
	bool has_root;
	struct fb_error *err = fb_path_task_root(finder->kernel, task, &root);

	has_root = !err;
	err = fb_part_skip(err);
	if (err)
		return err;
	err = fb_file_info(finder->kernel, file, &info);
	if (!err)
		err = fb_path_text(finder->kernel, &info.path, has_root ? &root : NULL, path);
	if (err)
		path[0] = '\0';
	fb_text_escape(path, strlen(path), to, FB_WAIT_PATH);
	return fb_wait_absence_of(absence, err);
}
