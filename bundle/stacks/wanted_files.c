// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the files in which user stacks end because their pages are missing: with these files under --sysroot, unwinding
 * would go further. Called by bt, merge and report.
 */
#include "bundle/stacks/wanted_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

/* Orders files by build-id, and those without one by path. */
static int compare_identity(const struct fb_wanted_file *a, const struct fb_wanted_file *b)
{
	if (!a->build_id != !b->build_id)
		return a->build_id ? -1 : 1;
	return a->build_id ? strcmp(a->build_id, b->build_id) : strcmp(a->path, b->path);
}

/* The shortest path first: a container's root, or a bind mount, lies below another one. */
static int by_identity(const void *left, const void *right)
{
	const struct fb_wanted_file *a = left, *b = right;
	size_t a_length = strlen(a->path), b_length = strlen(b->path);
	int order = compare_identity(a, b);

	if (order)
		return order;
	return a_length != b_length ? (a_length < b_length ? -1 : 1) : strcmp(a->path, b->path);
}

static int by_stacks(const void *left, const void *right)
{
	const struct fb_wanted_file *a = left, *b = right;

	if (a->stacks != b->stacks)
		return a->stacks > b->stacks ? -1 : 1;
	return by_identity(a, b);
}

struct fb_error *fb_wanted_files_find(const struct fb_thread_stacks *stacks,
				      struct fb_wanted_file **files_ret, size_t *count_ret)
{
	size_t total = fb_thread_stacks_count(stacks), found = 0, count = 0;
	struct fb_wanted_file *files;
	struct fb_error *err;

	err = fb_alloc_array(total, sizeof(*files), FB_MAX_TASKS, "stacks", &files);
	if (err)
		return err;
	for (size_t i = 0; i < total; i++) {
		const struct fb_user_stack *user = &fb_thread_stacks_get(stacks, i)->user;
		const struct fb_user_frame *last =
			user->count ? &user->frames[user->count - 1] : NULL;

		if (user->lacks_file && last && last->object)
			files[found++] = (struct fb_wanted_file){last->object, last->build_id, 1};
	}
	qsort(files, found, sizeof(*files), by_identity);
	for (size_t i = 0; i < found; i++) {
		if (count && compare_identity(&files[count - 1], &files[i]) == 0)
			files[count - 1].stacks++;
		else
			files[count++] = files[i];
	}
	qsort(files, count, sizeof(*files), by_stacks);
	*files_ret = files;
	*count_ret = count;
	return NULL;
}
