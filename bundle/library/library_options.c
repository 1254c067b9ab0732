// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that an input is opened with.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/library/library.h"

struct fbundle_error *fbundle_options_create(struct fbundle_options **options_ret)
{
	struct fbundle_options *options = calloc(1, sizeof(*options));

	if (!options)
		return fb_library_error(fb_error_nomem());
	*options_ret = options;
	return NULL;
}

static void paths_deinit(struct fb_library_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->list[i]);
	free(paths->list);
}

void fbundle_options_free(struct fbundle_options *options)
{
	if (!options)
		return;
	paths_deinit(&options->cores);
	paths_deinit(&options->parts);
	paths_deinit(&options->debug_dirs);
	free(options->vmlinux);
	free(options->sysroot);
	free(options);
}

static struct fb_error *add_path(struct fb_library_paths *paths, const char *path)
{
	struct fb_error *err = fb_grow_array(&paths->list, &paths->room, paths->count,
					     sizeof(*paths->list), FB_MAX_CORES, "paths");
	char *copy;

	if (err)
		return err;
	copy = strdup(path);
	if (!copy)
		return fb_error_nomem();
	paths->list[paths->count++] = copy;
	return NULL;
}

static struct fb_error *set_path(char **place, const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return fb_error_nomem();
	free(*place);
	*place = copy;
	return NULL;
}

struct fbundle_error *fbundle_options_add_core(struct fbundle_options *options, const char *path)
{
	return fb_library_error(add_path(&options->cores, path));
}

struct fbundle_error *fbundle_options_add_part(struct fbundle_options *options, const char *path)
{
	return fb_library_error(add_path(&options->parts, path));
}

struct fbundle_error *fbundle_options_add_debug_dir(struct fbundle_options *options,
						    const char *path)
{
	return fb_library_error(add_path(&options->debug_dirs, path));
}

struct fbundle_error *fbundle_options_set_vmlinux(struct fbundle_options *options, const char *path)
{
	return fb_library_error(set_path(&options->vmlinux, path));
}

struct fbundle_error *fbundle_options_set_sysroot(struct fbundle_options *options, const char *path)
{
	return fb_library_error(set_path(&options->sysroot, path));
}

void fbundle_options_set_threads(struct fbundle_options *options, unsigned threads)
{
	options->threads = threads;
}
