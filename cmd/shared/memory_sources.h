/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sources of process memory besides the dump and the cores: the files below --sysroot, and the pages that were
 * swapped out. Opened once by each command that reads memory of processes (bt, waits, report, merge --redact, and
 * those that take a PID), so that all commands read it in the same way.
 */
#ifndef FB_CMD_MEMORY_SOURCES_H
#define FB_CMD_MEMORY_SOURCES_H

#include "bundle/process/host_files.h"
#include "cmd/shared/command.h"
#include "kernel/swap/swap.h"

struct fb_memory_sources {
	struct fb_host_files *files; /* owned; NULL: not opened */
	struct fb_swap *swap;        /* owned; NULL: not opened, or there was the warning below */
};

/* Opens the sources for input, which is borrowed and must outlive them. Where swapped pages cannot be searched, there
 * is a warning. Errors are those of opening the sysroot, and fatal ones. */
FB_MUST_CHECK struct fb_error *fb_memory_sources_open(struct fb_context *context,
						      struct fb_input *input,
						      struct fb_memory_sources *sources_ret);
/* sources may be all zeros. */
void fb_memory_sources_deinit(struct fb_memory_sources *sources);

#endif
