/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The joined space of a process: every address readable from wherever its bytes
 * are to be had. The dump shows the panic; a core is as old as it is; a file is
 * what was mapped, where nobody wrote to it. In that order:
 *
 *   dump   a frame that the dump has; a swapped page found in zram or the swap cache; a mapped file's page in
 *          the page cache, where no page table leads to it
 *   core   the process's newest core
 *   file   a mapped file under --sysroot, for pages that are no private copies
 *   zero   anonymous memory that was never touched
 *
 * prefer_core puts the core before the dump. What the dump has lost of the process itself, its page
 * tables or its mappings, is likewise as the core has it (docs/architecture.md, "What one half lost").
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
	bool no_core; /* as if there were none; what a merge placed is still there */
};

struct fb_joined;

/* input, task and what options name are borrowed. The task must have an mm (else FB_INVALID); where
 * it cannot be read and the process has a core, that is a warning. Cores are asked for here. */
FB_MUST_CHECK struct fb_error *fb_joined_create(struct fb_input *input, const struct fb_task *task,
						const struct fb_joined_options *options,
						struct fb_joined **joined_ret);
void fb_joined_destroy(struct fb_joined *joined);

/* All owned by the joined space. */
struct fb_space *fb_joined_space(struct fb_joined *joined);
/* With those that only the core tells of. */
const struct fb_vmas *fb_joined_vmas(const struct fb_joined *joined);
/* Where the dump has lost their root, every table is absent in them. */
const struct fb_page_tables *fb_joined_tables(const struct fb_joined *joined);
bool fb_joined_has_tables(const struct fb_joined *joined);
struct fb_core *fb_joined_core(const struct fb_joined *joined); /* NULL: none */

#endif
