/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input of a command: a kernel dump, a bundle, or a folder of kdump-tools, together
 * with the cores in the bundle and those that the user gave. Opening takes little time;
 * tasks and cores are read when they are first needed. The functions here must not be
 * called from several threads at once; the objects that they return may be used so where
 * their own headers allow it. Opened by nearly every command (cmd/shared).
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
	bool want_dump;           /* of a folder, open the dump, even where there is a bundle */
	const char *const *parts; /* further parts of a split dump */
	size_t part_count;
	/* Paths of cores, and of folders with cores, in order. Where there are none, and path is a folder of which
	 * the dump is opened, and not a bundle, the cores in it are taken. */
	const char *const *cores;
	size_t core_count;
	const char *vmlinux; /* path, or NULL */
	bool memory_only;    /* as in struct fb_kernel_options */
	bool few_types;      /* likewise */
	unsigned threads;    /* 0: one for each CPU */
	/* Borrowed; gets remarks that are worth telling although nothing is wrong. NULL: they are discarded. */
	struct fb_warnings *remarks;
	struct fb_fetcher *fetcher; /* for files by build-id, borrowed; NULL: none are fetched */
};

struct fb_input_core {
	struct fb_core *core;
	struct fb_match match;
	bool from_bundle;
};

struct fb_input;

/* Opens an input. options is used only during the call; warnings is borrowed and must outlive the input. Errors as
 * fb_dump_open(), fb_kernel_open() and fb_crash_folder_find(). */
FB_MUST_CHECK struct fb_error *fb_input_open(const struct fb_input_options *options,
					     struct fb_warnings *warnings,
					     struct fb_input **input_ret);
void fb_input_destroy(struct fb_input *input);

/* Loads now what most commands need: the tasks and the cores. What there is to warn of or to remark is withheld until
 * the first call that asks for the tasks, or for the cores, so that it is told as if that call had loaded them. What
 * cannot be loaded is left to such a call, which then gives the error. */
void fb_input_prepare(struct fb_input *input);

/* For a child that was forked, with the input as its memory has it: makes the threads that a fork does not copy. In
 * this process fb_input_destroy() does nothing from now on, because the memory ends with the process. */
void fb_input_renew(struct fb_input *input);

/* All owned by the input. */
const char *fb_input_path(const struct fb_input *input); /* of the (first) file opened */
struct fb_pool *fb_input_pool(const struct fb_input *input);
struct fb_fetcher *fb_input_fetcher(const struct fb_input *input); /* NULL: none */
struct fb_dump *fb_input_dump(const struct fb_input *input);
struct fb_kernel *fb_input_kernel(const struct fb_input *input);
struct fb_warnings *fb_input_warnings(const struct fb_input *input);
struct fb_fiber *fb_input_fiber(const struct fb_input *input); /* NULL: no bundle */

/* Takes over err, the reason why `what` is not available; NULL stays NULL. Where the reason is that the kernel's
 * symbols or types are missing, the result says so, with `what` before it, and says which files would have them. Else
 * it is err with the input's path before it. */
FB_MUST_CHECK struct fb_error *fb_input_explain(const struct fb_input *input, const char *what,
						struct fb_error *err);

/* Takes over err, the reason why a part of an answer cannot be had, and makes it a warning, with "CONTEXT: " before it.
 * Where the reason is that the kernel's symbols or types are missing, there is no warning: opening the kernel has
 * warned of that, and said which files have them. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_input_do_without(const struct fb_input *input,
						   struct fb_error *err, const char *format, ...)
	FB_PRINTF(3, 4);

/* The task table, owned by the input. FB_NOT_FOUND where no task is found, with the message of fb_input_explain(). */
FB_MUST_CHECK struct fb_error *fb_input_tasks(struct fb_input *input,
					      const struct fb_tasks **tasks_ret);
/* The cores, opened and matched with tasks: the bundle's first, then those that the user gave, each under a name of its
 * own. A core that cannot be opened is left out with a warning; one that the bundle has already is left out with a
 * remark. The array is owned by the input. */
FB_MUST_CHECK struct fb_error *
fb_input_cores(struct fb_input *input, const struct fb_input_core **cores_ret, size_t *count_ret);
/* The reason why the first core that was left out could not be opened; NULL: none was. Owned by the input. */
const char *fb_input_core_problem(const struct fb_input *input);
/* The newest core that matches the process with this PID (of a thread group); of equally new ones, one that is not from
 * the bundle is preferred. NULL: none. fb_input_cores() must have been called before. */
const struct fb_input_core *fb_input_core_of(const struct fb_input *input, int32_t pid);

/* Ensures that an output does not overwrite the input, which --force does not allow either: FB_INVALID where path is
 * one of the input's files, under any name, or a folder. */
FB_MUST_CHECK struct fb_error *fb_input_check_output(const struct fb_input *input,
						     const char *path);

#endif
