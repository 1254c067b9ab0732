// SPDX-License-Identifier: GPL-2.0-or-later
/* The notes of a core, without the headers around them. */
#include <stdlib.h>
#include <string.h>

#include "user/core/core_notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_core_notes notes = {0};
	struct fb_warnings *warnings;
	uint64_t previous = 0;

	if (fb_warnings_create(&warnings))
		abort();
	fb_error_destroy(fb_core_notes_parse(data, size, "core", warnings, &notes));
	for (size_t i = 0; i < notes.mapping_count; i++) {
		/* In order, none empty, every path inside the data. */
		if (notes.mappings[i].start < previous ||
		    notes.mappings[i].start >= notes.mappings[i].end ||
		    strlen(notes.mappings[i].path) >= size)
			abort();
		previous = notes.mappings[i].start;
	}
	if (strlen(notes.comm) > 16 || strlen(notes.args) > 80)
		abort();
	fb_core_notes_deinit(&notes);
	fb_warnings_destroy(warnings);
	return 0;
}
