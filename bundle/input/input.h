/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command works on: a kernel dump, a bundle, or the folder that
 * kdump-tools left, with the cores that are in the bundle or were given beside
 * it. Opening costs as little as can be; tasks and cores are read when first
 * asked for. Not for concurrent use (what it hands out is).
 */
#ifndef FB_BUNDLE_INPUT_H
#define FB_BUNDLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/isolation/fetcher.h"
#include "base/pool.h"
#include "base/warnings.h"
#include "bundle/file/fiber.h"
#include "bundle/match/match.h"
#include "kernel/dump/dump.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"
#include "user/core/core.h"

struct fb_input_options {
	const char *path;         /* of the dump, bundle or folder (crash_folder.h) */
	bool want_dump;           /* a folder means its dump, whatever bundle lies there */
	const char *const *parts; /* further parts of a split dump */
	size_t part_count;
	const char *const
		*cores; /* given beside it, in order; folders stand for the cores in them. With
				   * none, those that lie beside a folder's dump are taken */
	size_t core_count;
	const char *vmlinux; /* or NULL */
	bool memory_only;    /* of the kernel: struct fb_kernel_options */
	unsigned threads;    /* 0: one per CPU */
	struct fb_warnings
		*remarks; /* borrowed; gets what is worth saying where nothing is amiss; or
				      * NULL */
	struct fb_fetcher *fetcher; /* for files by build-id, borrowed; NULL: none are fetched */
};

struct fb_input_core {
	struct fb_core *core;
	struct fb_match match;
	bool from_bundle;
};

struct fb_input;

/* options is used during the call only. warnings is borrowed. */
FB_MUST_CHECK struct fb_error *fb_input_open(const struct fb_input_options *options,
					     struct fb_warnings *warnings,
					     struct fb_input **input_ret);
void fb_input_destroy(struct fb_input *input);

/* All owned by the input. */
const char *fb_input_path(const struct fb_input *input); /* of the (first) file opened */
struct fb_pool *fb_input_pool(const struct fb_input *input);
struct fb_fetcher *fb_input_fetcher(const struct fb_input *input); /* NULL: none */
struct fb_dump *fb_input_dump(const struct fb_input *input);
struct fb_kernel *fb_input_kernel(const struct fb_input *input);
struct fb_warnings *fb_input_warnings(const struct fb_input *input);
struct fb_fiber *fb_input_fiber(const struct fb_input *input); /* NULL: no bundle */

/* Takes why something cannot be had (NULL: it can, and NULL is returned). Where that is for want of the
 * kernel's symbols or types, the result says so after `what`, and what would give them; else it is err with
 * the input's path before it. */
FB_MUST_CHECK struct fb_error *fb_input_explain(const struct fb_input *input, const char *what,
						struct fb_error *err);

/* FB_NOT_FOUND: none can be reached, as fb_input_explain() says. */
FB_MUST_CHECK struct fb_error *fb_input_tasks(struct fb_input *input,
					      const struct fb_tasks **tasks_ret);
/* Opened and matched: the bundle's first, then those given, each under a name of its own. One that
 * cannot be opened is a warning, and left out; one that the bundle has already is a remark,
 * and left out. The array is owned by the input. */
FB_MUST_CHECK struct fb_error *
fb_input_cores(struct fb_input *input, const struct fb_input_core **cores_ret, size_t *count_ret);
/* Why the first core that was left out was; NULL: none. Owned by the input. */
const char *fb_input_core_problem(const struct fb_input *input);
/* The newest core that matched the process of this PID (a thread group's), of equally new ones one that
 * is not of the bundle; NULL: none. Cores must have been asked for before. */
const struct fb_input_core *fb_input_core_of(const struct fb_input *input, int32_t pid);

/* Whatever --force says, no input is written over: FB_INVALID where path is a file that the input was given
 * as, by whatever name, or a folder. */
FB_MUST_CHECK struct fb_error *fb_input_check_output(const struct fb_input *input,
						     const char *path);

#endif
