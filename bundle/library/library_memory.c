// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory for callers of the library: the spaces of the rooms below under another name.
 */
#include "bundle/library/library.h"

#include "base/space.h"

static struct fb_space *space_of(struct fbundle_memory *memory)
{
	return (struct fb_space *)memory;
}

struct fbundle_memory *fbundle_kernel_memory(struct fbundle *bundle)
{
	return (struct fbundle_memory *)fb_kernel_space(fb_input_kernel(bundle->input));
}

struct fbundle_memory *fbundle_physical_memory(struct fbundle *bundle)
{
	return (struct fbundle_memory *)fb_kernel_physical(fb_input_kernel(bundle->input));
}

struct fbundle_error *fbundle_memory_read(struct fbundle_memory *memory, uint64_t address, void *to,
					  size_t length)
{
	return fb_library_error(fb_space_read(space_of(memory), address, to, length));
}

static void add_hole(void *context, uint64_t address FB_UNUSED, size_t length, struct fb_error *err)
{
	size_t *missing = context;

	*missing += length;
	fb_error_destroy(err);
}

struct fbundle_error *fbundle_memory_read_holes(struct fbundle_memory *memory, uint64_t address,
						void *to, size_t length, size_t *missing_ret)
{
	size_t missing = 0;
	struct fb_error *err =
		fb_space_read_holes(space_of(memory), address, to, length, add_hole, &missing);

	if (!err)
		*missing_ret = missing;
	return fb_library_error(err);
}

enum fbundle_source fb_library_source(enum fb_source source)
{
	static const enum fbundle_source sources[] = {
		[FB_SOURCE_VMCORE] = FBUNDLE_SOURCE_DUMP,   [FB_SOURCE_CORE] = FBUNDLE_SOURCE_CORE,
		[FB_SOURCE_FILE] = FBUNDLE_SOURCE_FILE,     [FB_SOURCE_ZERO] = FBUNDLE_SOURCE_ZERO,
		[FB_SOURCE_ABSENT] = FBUNDLE_SOURCE_ABSENT,
	};

	return sources[source];
}

static enum fbundle_absence absence_of(enum fb_absence absence)
{
	static const enum fbundle_absence absences[] = {
		[FB_ABSENCE_NONE] = FBUNDLE_ABSENCE_NONE,
		[FB_ABSENCE_FILTERED] = FBUNDLE_ABSENCE_FILTERED,
		[FB_ABSENCE_SWAPPED] = FBUNDLE_ABSENCE_SWAPPED,
		[FB_ABSENCE_UNTOUCHED] = FBUNDLE_ABSENCE_UNTOUCHED,
		[FB_ABSENCE_UNMAPPED] = FBUNDLE_ABSENCE_UNMAPPED,
		[FB_ABSENCE_TRUNCATED] = FBUNDLE_ABSENCE_TRUNCATED,
		[FB_ABSENCE_DAMAGED] = FBUNDLE_ABSENCE_DAMAGED,
	};

	return absences[absence];
}

struct fbundle_error *fbundle_memory_locate(struct fbundle_memory *memory, uint64_t address,
					    uint64_t length, uint64_t *length_ret,
					    enum fbundle_source *source_ret,
					    enum fbundle_absence *absence_ret,
					    const char **detail_ret)
{
	struct fb_run run;
	struct fb_error *err = fb_space_locate(space_of(memory), address, length, &run);

	if (err)
		return fb_library_error(err);
	*length_ret = run.length;
	*source_ret = fb_library_source(run.origin.source);
	if (absence_ret)
		*absence_ret = absence_of(run.origin.absence);
	if (detail_ret)
		*detail_ret = run.origin.detail;
	return NULL;
}
