/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module's file with debug information: DIR/.build-id/xx/yyyy.debug, or
 * NAME.ko or NAME.ko.debug anywhere below DIR (where distributions have
 * lib/modules/RELEASE), as long as its build-id is the module's.
 */
#ifndef FB_KERNEL_MODULE_DEBUG_H
#define FB_KERNEL_MODULE_DEBUG_H

#include <stddef.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"

/* 2 * 64 + 1: the longest build-id as hex. */
#define FB_MODULE_BUILD_ID_TEXT 129u

struct fb_module_files;

/* Looks at no folder yet. All in borrowed. */
FB_MUST_CHECK struct fb_error *fb_module_files_create(struct fb_kernel *kernel,
						      const char *const *dirs, size_t dir_count,
						      struct fb_module_files **files_ret);
void fb_module_files_destroy(struct fb_module_files *files);

/* The path, which the caller frees. FB_NOT_FOUND, saying why. Not safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_module_files_find(struct fb_module_files *files,
						    const struct fb_module *module,
						    char **path_ret);

/* The build-id of a loaded module, lower-case hex, by struct module.build_id
 * (CONFIG_STACKTRACE_BUILD_ID, 5.14) or else by the notes that sysfs shows.
 * FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_module_build_id(struct fb_kernel *kernel,
						  const struct fb_module *module,
						  char to[FB_MODULE_BUILD_ID_TEXT]);

#endif
