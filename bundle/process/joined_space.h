/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The joined space of a process: a memory space that reads each address from the first
 * source that has its bytes:
 *
 *   dump   a frame in the dump; a swapped page in zram or the swap cache; a mapped file's page in the page cache
 *          that is not in the page tables. This is memory at the panic
 *   core   the process's newest core. This is memory when the core was written
 *   file   a mapped file under --sysroot, for pages of which the process had no private copy
 *   zero   anonymous memory that was never touched
 *
 * prefer_core puts the core before the dump. Page tables or mappings that the dump has lost are taken from the
 * core too (docs/architecture.md, "What one half lost"). Called wherever memory of a process is read.
 */
#ifndef FB_BUNDLE_JOINED_SPACE_H
#define FB_BUNDLE_JOINED_SPACE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/space.h"
#include "bundle/input/input.h"
#include "bundle/process/host_files.h"
#include "kernel/mappings/vma.h"
#include "kernel/swap/swap.h"

struct fb_joined_options {
	struct fb_host_files *files; /* borrowed, or NULL */
	struct fb_swap *swap;        /* borrowed, or NULL */
	bool prefer_core;
	bool no_core; /* do not use the core; pages that a merge placed in the dump are used */
};

struct fb_joined;

/* input, task and what is in options are borrowed. The task must have an mm, else FB_INVALID. Where the mm_struct
 * cannot be read and the process has a core, that is a warning. Calls fb_input_cores(). */
FB_MUST_CHECK struct fb_error *fb_joined_create(struct fb_input *input, const struct fb_task *task,
						const struct fb_joined_options *options,
						struct fb_joined **joined_ret);
void fb_joined_destroy(struct fb_joined *joined);

/* All owned by the joined space. */
struct fb_space *fb_joined_space(struct fb_joined *joined);
/* The mappings, including those that only the core has. */
const struct fb_vmas *fb_joined_vmas(const struct fb_joined *joined);
/* The page tables. Where the dump has lost their root, a walk of them finds no page. */
const struct fb_page_tables *fb_joined_tables(const struct fb_joined *joined);
bool fb_joined_has_tables(const struct fb_joined *joined);
struct fb_core *fb_joined_core(const struct fb_joined *joined); /* NULL: none */

#endif
