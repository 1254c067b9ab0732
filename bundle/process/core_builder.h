/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ELF core of a process as it was at the panic, built from the dump: for
 * whoever wants gdb on a process of which no core was taken.
 *
 * Only bytes that are to be had are in it. An address whose page is absent is in
 * no segment, so that a debugger says it cannot be accessed; a segment's tail
 * without bytes in the file is memory that was never touched, and reads as zeros.
 */
#ifndef FB_BUNDLE_CORE_BUILDER_H
#define FB_BUNDLE_CORE_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outfile.h"
#include "bundle/input/input.h"
#include "bundle/process/core_notes_writer.h"
#include "bundle/process/joined_space.h"

struct fb_core_build_options {
	void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL: none; bytes */
	void *progress_context;
	/* Bytes of the dump that may be written: page tables that lead to the same frames again and
	 * again could make any number of a small dump. 0: as many as FB_MAX_BUILT_TIMES allows. */
	uint64_t most_of_dump;
};

struct fb_built_core {
	struct fb_written_notes notes;
	/* Bytes of its mappings by where they come from. */
	uint64_t vmcore, core, file, zero;
	/* Not to be had, in mappings that the process may read: */
	uint64_t filtered, swapped, untouched, cut,
		damaged;     /* untouched: of a file, not in memory */
	uint64_t unreadable; /* not to be had, in guard areas, device memory and the like */
	bool complete;       /* all of its readable memory, mappings and threads */
};

/* Appends the core to outfile, which must be empty; the caller commits it. task and joined are of
 * the same process. FB_LIMIT past a cap. */
FB_MUST_CHECK struct fb_error *fb_core_build(struct fb_input *input, const struct fb_task *task,
					     struct fb_joined *joined,
					     const struct fb_core_build_options *options,
					     struct fb_outfile *outfile,
					     struct fb_built_core *built_ret);

#endif
