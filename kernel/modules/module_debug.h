/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a module's file with debug information: DIR/.build-id/xx/yyyy.debug, or
 * NAME.ko or NAME.ko.debug anywhere below DIR (where distributions have
 * lib/modules/RELEASE), provided that it has the module's build-id. Called for source
 * lines of modules (--debug-dir).
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

/* Reads no folder yet. All parameters are borrowed and must outlive the result. */
FB_MUST_CHECK struct fb_error *fb_module_files_create(struct fb_kernel *kernel,
						      const char *const *dirs, size_t dir_count,
						      struct fb_module_files **files_ret);
void fb_module_files_destroy(struct fb_module_files *files);

/* The path of the module's file, which the caller frees. FB_NOT_FOUND, with the reason. Not for several threads at
 * once. */
FB_MUST_CHECK struct fb_error *fb_module_files_find(struct fb_module_files *files,
						    const struct fb_module *module,
						    char **path_ret);

/* The build-id of a loaded module as lower-case hex, from module.build_id (CONFIG_STACKTRACE_BUILD_ID, 5.14) or else
 * from the module's notes that sysfs shows. FB_NOT_FOUND where neither has it. */
FB_MUST_CHECK struct fb_error *fb_module_build_id(struct fb_kernel *kernel,
						  const struct fb_module *module,
						  char to[FB_MODULE_BUILD_ID_TEXT]);

#endif
