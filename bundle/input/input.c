// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the input of a command, each part when it is first needed. Called through cmd/shared/context.c.
 */
#include "bundle/input/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/part.h"
#include "bundle/input/input_private.h"

/* Given ones, or those of the dump's folder. */
static struct fb_error *list_cores(struct fb_input *input, const struct fb_input_options *options,
				   const struct fb_crash_folder *folder)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < options->core_count && !err; i++)
		err = fb_crash_folder_cores(options->cores[i], &input->files);
	input->cores_found = !options->core_count && folder->cores.count;
	for (size_t i = 0; input->cores_found && i < folder->cores.count && !err; i++)
		err = fb_path_list_add(&input->files, folder->cores.list[i]);
	input->core_path_count = input->files.count;
	return err;
}

/* The paths of the dump: the folder's, then the parts. */
static struct fb_error *list_files(struct fb_input *input, const struct fb_input_options *options,
				   const struct fb_crash_folder *folder)
{
	struct fb_error *err = list_cores(input, options, folder);

	for (size_t i = 0; i < folder->dump.count && !err; i++)
		err = fb_path_list_add(&input->files, folder->dump.list[i]);
	for (size_t i = 0; i < options->part_count && !err; i++)
		err = fb_path_list_add(&input->files, options->parts[i]);
	return err;
}

/* What a folder was taken for, unless that is a dump alone. */
static void remark_folder(const struct fb_input *input, const struct fb_input_options *options,
			  const struct fb_crash_folder *folder)
{
	const char *slash = strrchr(input->path, '/'), *name = slash ? slash + 1 : input->path;
	size_t cores = input->cores_found ? input->core_path_count : 0;

	if (folder->bundle)
		fb_warn(input->remarks, "%s: reading the bundle in this folder, %s", options->path,
			name);
	else if (cores)
		fb_warn(input->remarks, "%s: reading %s with the %zu core%s that lie%s beside it",
			options->path, name, cores, cores == 1 ? "" : "s", cores == 1 ? "s" : "");
}

static struct fb_error *open_dump(struct fb_input *input, const struct fb_input_options *options)
{
	struct fb_crash_folder folder = {0};
	struct fb_error *err;

	err = fb_crash_folder_find(options->path, options->want_dump, &folder);
	if (!err)
		err = list_files(input, options, &folder);
	if (!err) {
		input->path = strdup(folder.dump.list[0]);
		if (!input->path)
			err = fb_error_nomem();
	}
	if (!err) {
		remark_folder(input, options, &folder);
		err = fb_dump_open((const char *const *)input->files.list + input->core_path_count,
				   input->files.count - input->core_path_count, input->warnings,
				   &input->dump);
	}
	if (!err && options->vmlinux)
		err = fb_path_list_add(&input->files, options->vmlinux);
	fb_crash_folder_deinit(&folder);
	return err;
}

/* A damaged fiber section costs the cores, not the dump. */
static struct fb_error *open_fiber(struct fb_input *input)
{
	struct fb_file *file = fb_dump_file(input->dump);
	struct fb_error *err = NULL;
	bool bundle = false;

	if (!fb_dump_info(input->dump)->live)
		err = fb_file_open(input->path, &input->file);
	if (!err && file)
		err = fb_fiber_present(file, &bundle);
	if (!err && bundle)
		err = fb_fiber_open(file, input->dump, input->warnings, &input->fiber);
	return fb_part_warn(input->warnings, err, "%s: the cores in this bundle cannot be read",
			    input->path);
}

struct fb_error *fb_input_open(const struct fb_input_options *options, struct fb_warnings *warnings,
			       struct fb_input **input_ret)
{
	struct fb_input *input = calloc(1, sizeof(*input));
	struct fb_kernel_options kernel_options = {
		.vmlinux = options->vmlinux,
		.memory_only = options->memory_only,
		.few_types = options->few_types,
		.find_vmlinux = options->fetcher ? fb_fetched_vmlinux_find : NULL,
	};
	struct fb_error *err;

	if (!input)
		return fb_error_nomem();
	input->warnings = warnings;
	input->remarks = options->remarks;
	input->fetched.fetcher = options->fetcher;
	err = fb_pool_create(options->threads, &input->pool);
	if (!err)
		err = open_dump(input, options);
	if (!err)
		err = open_fiber(input);
	if (!err) {
		kernel_options.pool = input->pool;
		kernel_options.context = &input->fetched;
		err = fb_error_prefix(
			fb_kernel_open(input->dump, &kernel_options, warnings, &input->kernel),
			"%s", input->path);
	}
	if (err) {
		fb_input_destroy(input);
		return err;
	}
	*input_ret = input;
	return NULL;
}

void fb_input_unload_cores(struct fb_input *input)
{
	for (size_t i = 0; i < input->core_count; i++) {
		fb_match_deinit(&input->cores[i].match);
		fb_core_destroy(input->cores[i].core);
	}
	input->core_count = input->by_pid_count = 0;
	free(fb_take(input->cores));
	free(fb_take(input->by_pid));
	fb_core_set_destroy(fb_take(input->core_set));
	free(fb_take(input->core_problem));
}

void fb_input_destroy(struct fb_input *input)
{
	if (!input || input->renewed)
		return;
	fb_input_unload_cores(input);
	fb_path_list_deinit(&input->files);
	fb_withheld_deinit(&input->of_tasks);
	fb_withheld_deinit(&input->of_cores);
	fb_tasks_destroy(input->tasks);
	fb_kernel_destroy(input->kernel);
	fb_fetched_vmlinux_deinit(&input->fetched);
	fb_fiber_destroy(input->fiber);
	fb_dump_destroy(input->dump);
	fb_file_destroy(input->file);
	fb_pool_destroy(input->pool);
	free(input->path);
	free(input);
}

const char *fb_input_path(const struct fb_input *input)
{
	return input->path;
}

struct fb_pool *fb_input_pool(const struct fb_input *input)
{
	return input->pool;
}

struct fb_fetcher *fb_input_fetcher(const struct fb_input *input)
{
	return input->fetched.fetcher;
}

struct fb_dump *fb_input_dump(const struct fb_input *input)
{
	return input->dump;
}

struct fb_kernel *fb_input_kernel(const struct fb_input *input)
{
	return input->kernel;
}

struct fb_warnings *fb_input_warnings(const struct fb_input *input)
{
	return input->warnings;
}

struct fb_fiber *fb_input_fiber(const struct fb_input *input)
{
	return input->fiber;
}

struct fb_error *fb_input_explain(const struct fb_input *input, const char *what,
				  struct fb_error *err)
{
	const char *lost = fb_kernel_lost(input->kernel);

	if (!lost || !fb_error_is(err, FB_NOT_FOUND))
		return fb_error_prefix(err, "%s", input->path);
	fb_error_destroy(err);
	return fb_error_create(FB_NOT_FOUND, "%s: %s: %s", input->path, what, lost);
}

struct fb_error *fb_input_do_without(const struct fb_input *input, struct fb_error *err,
				     const char *format, ...)
{
	va_list args;

	if (!err || fb_error_is_fatal(err))
		return err;
	if (fb_error_is(err, FB_NOT_FOUND) && fb_kernel_lost(input->kernel))
		return fb_part_skip(err);
	va_start(args, format);
	fb_warn_errorv(input->warnings, err, format, args);
	va_end(args);
	return NULL;
}

struct fb_error *fb_input_tasks(struct fb_input *input, const struct fb_tasks **tasks_ret)
{
	struct fb_error *err = NULL;

	if (!input->tasks) {
		err = fb_tasks_load(input->kernel, &input->tasks);
		if (err)
			return fb_input_explain(input, "no task can be reached", err);
	}
	fb_withheld_tell(&input->of_tasks, input->warnings, input->remarks);
	err = fb_input_ask_filter(input);
	if (!err)
		*tasks_ret = input->tasks;
	return err;
}

void fb_input_renew(struct fb_input *input)
{
	input->renewed = true;
	fb_pool_renew(input->pool);
}

struct fb_error *fb_input_check_output(const struct fb_input *input, const char *path)
{
	struct stat output, file;

	if (stat(path, &output) != 0)
		return NULL; /* nothing there, or writing it will say why not */
	if (S_ISDIR(output.st_mode))
		return fb_error_create(FB_INVALID, "%s is a folder: name a file in it", path);
	for (size_t i = 0; i < input->files.count; i++)
		if (stat(input->files.list[i], &file) == 0 && file.st_dev == output.st_dev &&
		    file.st_ino == output.st_ino)
			return fb_error_create(
				FB_INVALID, "%s: is an input: name another output with -o", path);
	return NULL;
}
