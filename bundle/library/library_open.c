// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens an input for callers of the library, and answers what concerns all of it: its warnings, its kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/library/library.h"

/* The folders are read whenever stacks are unwound. */
static struct fb_error *keep_debug_dirs(struct fbundle *bundle, const struct fb_library_paths *dirs)
{
	struct fb_error *err = fb_alloc_array(dirs->count, sizeof(*bundle->debug_dirs),
					      FB_MAX_CORES, "folders", &bundle->debug_dirs);

	for (size_t i = 0; !err && i < dirs->count; i++) {
		bundle->debug_dirs[i] = strdup(dirs->list[i]);
		if (!bundle->debug_dirs[i])
			return fb_error_nomem();
		bundle->debug_dir_count++;
	}
	return err;
}

static struct fb_error *open_input(struct fbundle *bundle, const char *path,
				   const struct fbundle_options *options)
{
	struct fb_input_options input_options = {
		.path = path,
		.parts = (const char *const *)options->parts.list,
		.part_count = options->parts.count,
		.cores = (const char *const *)options->cores.list,
		.core_count = options->cores.count,
		.vmlinux = options->vmlinux,
		.threads = options->threads,
	};
	struct fb_error *err = fb_warnings_create(&bundle->warnings);

	if (!err)
		err = keep_debug_dirs(bundle, &options->debug_dirs);
	if (!err)
		err = fb_host_files_create(options->sysroot, &bundle->files);
	if (!err)
		err = fb_input_open(&input_options, bundle->warnings, &bundle->input);
	return err;
}

struct fbundle_error *fbundle_open(const char *path, const struct fbundle_options *options,
				   struct fbundle **bundle_ret)
{
	static const struct fbundle_options none;
	struct fbundle *bundle = calloc(1, sizeof(*bundle));
	struct fb_error *err =
		bundle ? open_input(bundle, path, options ? options : &none) : fb_error_nomem();

	if (err) {
		fbundle_close(bundle);
		return fb_library_error(err);
	}
	*bundle_ret = bundle;
	return NULL;
}

void fbundle_close(struct fbundle *bundle)
{
	if (!bundle)
		return;
	fb_swap_destroy(bundle->swap);
	fb_input_destroy(bundle->input);
	fb_host_files_destroy(bundle->files);
	fb_warnings_destroy(bundle->warnings);
	for (size_t i = 0; i < bundle->debug_dir_count; i++)
		free(bundle->debug_dirs[i]);
	free(bundle->debug_dirs);
	free(bundle);
}

struct fb_error *fb_library_swap(struct fbundle *bundle)
{
	struct fb_error *err;

	if (bundle->swap_sought)
		return NULL;
	err = fb_part_warn(bundle->warnings,
			   fb_swap_create(fb_input_kernel(bundle->input), &bundle->swap),
			   "swapped pages cannot be looked for");
	bundle->swap_sought = !err;
	return err;
}

size_t fbundle_warnings_count(const struct fbundle *bundle)
{
	return fb_warnings_count(bundle->warnings);
}

const char *fbundle_warnings_get(const struct fbundle *bundle, size_t index)
{
	return index < fb_warnings_count(bundle->warnings)
		       ? fb_warnings_get(bundle->warnings, index)
		       : NULL;
}

size_t fbundle_warnings_dropped(const struct fbundle *bundle)
{
	return fb_warnings_dropped(bundle->warnings);
}

static const struct fb_kernel_info *kernel_info(const struct fbundle *bundle)
{
	return fb_kernel_info(fb_input_kernel(bundle->input));
}

const char *fbundle_kernel_release(const struct fbundle *bundle)
{
	return kernel_info(bundle)->release;
}

const char *fbundle_kernel_node(const struct fbundle *bundle)
{
	return kernel_info(bundle)->node;
}

const char *fbundle_kernel_build_id(const struct fbundle *bundle)
{
	return kernel_info(bundle)->build_id;
}

int64_t fbundle_kernel_crash_time(const struct fbundle *bundle)
{
	return kernel_info(bundle)->crash_time;
}

double fbundle_kernel_uptime(const struct fbundle *bundle)
{
	return kernel_info(bundle)->uptime_s;
}

struct fbundle_error *fbundle_kernel_symbol(const struct fbundle *bundle, const char *name,
					    uint64_t *address_ret)
{
	return fb_library_error(
		fb_kernel_symbol(fb_input_kernel(bundle->input), name, address_ret));
}
