/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the memory of processes is read from beside the dump and the cores: the files below --sysroot, and
 * the pages that were swapped out. Opened once by each command that reads such memory (bt, waits, report,
 * merge --redact, and those that take a PID), so that all read it in the same way.
 */
#ifndef FB_CMD_MEMORY_SOURCES_H
#define FB_CMD_MEMORY_SOURCES_H

#include "bundle/process/host_files.h"
#include "cmd/shared/command.h"
#include "kernel/swap/swap.h"

struct fb_memory_sources {
	struct fb_host_files *files; /* owned; NULL: not opened */
	struct fb_swap *swap;        /* owned; NULL: not opened, or it cannot be looked for */
};

/* For input, which is borrowed and must outlive them. That swapped pages cannot be looked for is a warning;
 * errors are those of the sysroot. */
FB_MUST_CHECK struct fb_error *fb_memory_sources_open(struct fb_context *context,
						      struct fb_input *input,
						      struct fb_memory_sources *sources_ret);
/* Takes zeros. */
void fb_memory_sources_deinit(struct fb_memory_sources *sources);

#endif
