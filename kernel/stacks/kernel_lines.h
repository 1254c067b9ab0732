/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source lines and inlined functions of kernel stacks: for the kernel's code from
 * --vmlinux, for modules from their files under --debug-dir. Called by bundle/stacks.
 */
#ifndef FB_KERNEL_KERNEL_LINES_H
#define FB_KERNEL_KERNEL_LINES_H

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"
#include "kernel/stacks/stack.h"

struct fb_kernel_lines;

/* Opens no file yet. All parameters are borrowed and must outlive the result; modules may be NULL: only the kernel's
 * code has lines then. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_kernel_lines_create(struct fb_kernel *kernel,
						      struct fb_modules *modules,
						      const char *const *debug_dirs,
						      size_t debug_dir_count,
						      struct fb_kernel_lines **lines_ret);
void fb_kernel_lines_destroy(struct fb_kernel_lines *lines);

/* Fills `source` of each frame whose file with debug information is found; it is owned by lines. A file that cannot be
 * used gives a warning, once; a module without a file gives none. Only fatal errors are returned. Safe from many
 * threads. */
FB_MUST_CHECK struct fb_error *fb_kernel_lines_add(struct fb_kernel_lines *lines,
						   struct fb_kernel_stack *stack);

#endif
