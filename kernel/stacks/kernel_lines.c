// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the file with the lines of a kernel frame, and opens it when it is first needed. Called by
 * bundle/stacks for --vmlinux and --debug-dir.
 */
#include "kernel/stacks/kernel_lines.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/module_debug.h"
#include "symbols/dwarf/dwarf_lines.h"

/* A file with debug information. */
struct source {
	struct fb_dwarf_lines *lines; /* NULL: not opened yet, or it cannot be opened */
	bool tried;
};

struct fb_kernel_lines {
	struct fb_kernel *kernel;
	struct fb_modules *modules;
	struct fb_module_files *files; /* NULL: no --debug-dir */
	pthread_mutex_t lock;          /* guards what follows */
	struct source vmlinux;
	struct source *of_modules; /* in their order */
};

struct fb_error *fb_kernel_lines_create(struct fb_kernel *kernel, struct fb_modules *modules,
					const char *const *debug_dirs, size_t debug_dir_count,
					struct fb_kernel_lines **lines_ret)
{
	struct fb_kernel_lines *lines = calloc(1, sizeof(*lines));
	struct fb_error *err = NULL;

	if (!lines)
		return fb_error_nomem();
	lines->kernel = kernel;
	lines->modules = modules;
	pthread_mutex_init(&lines->lock, NULL); /* the default kind cannot fail */
	if (modules)
		err = fb_alloc_array(fb_modules_count(modules), sizeof(*lines->of_modules),
				     FB_MAX_MODULES, "modules", &lines->of_modules);
	if (!err && debug_dir_count)
		err = fb_module_files_create(kernel, debug_dirs, debug_dir_count, &lines->files);
	if (err)
		fb_kernel_lines_destroy(lines);
	else
		*lines_ret = lines;
	return err;
}

void fb_kernel_lines_destroy(struct fb_kernel_lines *lines)
{
	if (!lines)
		return;
	fb_dwarf_lines_destroy(lines->vmlinux.lines);
	for (size_t i = 0; lines->of_modules && i < fb_modules_count(lines->modules); i++)
		fb_dwarf_lines_destroy(lines->of_modules[i].lines);
	free(lines->of_modules);
	fb_module_files_destroy(lines->files);
	pthread_mutex_destroy(&lines->lock);
	free(lines);
}

/* Where a file is missing or cannot be opened, the frames have no lines; the dump is not damaged. */
static struct fb_error *warn_unless_exhausted(struct fb_kernel_lines *lines, struct fb_error *err)
{
	if (fb_error_is(err, FB_NOMEM) || fb_error_is(err, FB_EXHAUSTED))
		return err;
	fb_warn_error(fb_kernel_warnings(lines->kernel), err, "lines of the kernel's code");
	return NULL;
}

static struct fb_error *open_vmlinux(struct fb_kernel_lines *lines)
{
	const char *path = fb_kernel_vmlinux(lines->kernel);

	if (lines->vmlinux.tried || !path)
		return NULL;
	lines->vmlinux.tried = true;
	return warn_unless_exhausted(lines, fb_dwarf_lines_open(path, &lines->vmlinux.lines));
}

static struct fb_error *open_module(struct fb_kernel_lines *lines, const struct fb_module *module,
				    struct source *source)
{
	char *path = NULL;
	struct fb_error *err;

	if (source->tried || !lines->files)
		return NULL;
	source->tried = true;
	err = fb_module_files_find(lines->files, module, &path);
	if (!err)
		err = fb_dwarf_lines_open(path, &source->lines);
	free(path);
	/* --debug-dir may be meant for programs. */
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	return warn_unless_exhausted(lines, fb_error_prefix(err, "module %s", module->name));
}

static struct fb_error *find_in_kernel(struct fb_kernel_lines *lines, uint64_t code,
				       struct fb_source_location *location_ret)
{
	struct fb_error *err = open_vmlinux(lines);

	if (err || !lines->vmlinux.lines)
		return err;
	return fb_dwarf_lines_find(lines->vmlinux.lines,
				   code - fb_kernel_info(lines->kernel)->kaslr_offset,
				   location_ret);
}

/* A module's sections lie anywhere: its symbol tells where in the file the code is. */
static struct fb_error *find_in_module(struct fb_kernel_lines *lines,
				       const struct fb_kernel_frame *frame, uint64_t code,
				       struct fb_source_location *location_ret)
{
	const struct fb_module *module = fb_modules_by_name(lines->modules, frame->module);
	struct source *source;
	uint64_t start;
	struct fb_error *err;

	if (!module)
		return NULL;
	source = &lines->of_modules[module - fb_modules_get(lines->modules, 0)];
	err = open_module(lines, module, source);
	if (err || !source->lines ||
	    !fb_dwarf_lines_symbol(source->lines, frame->symbol, frame->size, &start))
		return err;
	return fb_dwarf_lines_find(source->lines, start + code - (frame->pc - frame->offset),
				   location_ret);
}

static struct fb_error *add_to_frame(struct fb_kernel_lines *lines, struct fb_kernel_frame *frame)
{
	/* A return address may belong to the next line, or the next function. */
	uint64_t code = frame->exact ? frame->pc : frame->pc - 1;
	struct fb_error *err = NULL;

	pthread_mutex_lock(&lines->lock);
	if (!frame->module)
		err = find_in_kernel(lines, code, &frame->source);
	else if (frame->symbol && lines->modules)
		err = find_in_module(lines, frame, code, &frame->source);
	pthread_mutex_unlock(&lines->lock);
	return err;
}

struct fb_error *fb_kernel_lines_add(struct fb_kernel_lines *lines, struct fb_kernel_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		struct fb_error *err = add_to_frame(lines, &stack->frames[i]);

		err = fb_part_skip(err); /* too many locations: the rest stays without lines */
		if (err)
			return err;
	}
	return NULL;
}
