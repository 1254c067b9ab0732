/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds from a dump an ELF core of a process as it was at the panic, for use with gdb
 * where no core of the process was taken. Called by `fbundle extract`.
 *
 * Only bytes that can be read are in it. An address whose page is missing is in no
 * segment, so that a debugger reports that it cannot be accessed. The part of a segment
 * without bytes in the file is memory that was never touched, and reads as zeros.
 */
#ifndef FB_BUNDLE_CORE_BUILDER_H
#define FB_BUNDLE_CORE_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/input/input.h"
#include "bundle/process/core_notes_writer.h"
#include "bundle/process/joined_space.h"

struct fb_core_build_options {
	void (*progress)(void *context, uint64_t done, uint64_t total); /* in bytes; NULL: none */
	void *progress_context;
	/* How many bytes from the dump may be written. It is limited because damaged page tables can map
	 * the same frames many times. 0: as many as FB_MAX_BUILT_TIMES allows. */
	uint64_t most_of_dump;
};

struct fb_built_core {
	struct fb_written_notes notes;
	/* Bytes of its mappings, by their source. */
	uint64_t vmcore, core, file, zero;
	/* Bytes that are missing in mappings that the process may read, by the reason. untouched: pages of
	 * a file that were not in memory. */
	uint64_t filtered, swapped, untouched, cut, damaged;
	uint64_t unreadable; /* bytes that are missing in guard areas, device memory and the like */
	bool complete;       /* it has all readable memory, mappings and threads */
};

/* Writes the core to outfile, which must be empty and which the caller commits. task and joined are of the same
 * process. FB_LIMIT where a limit of base/limits.h is exceeded. */
FB_MUST_CHECK struct fb_error *fb_core_build(struct fb_input *input, const struct fb_task *task,
					     struct fb_joined *joined,
					     const struct fb_core_build_options *options,
					     struct fb_outfile *outfile,
					     struct fb_built_core *built_ret);

#endif
