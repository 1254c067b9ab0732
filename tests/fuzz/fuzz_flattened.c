// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/flattened.h"

#include <stdlib.h>
#include <string.h>

#define STEP 700u
#define STEPS 300u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From the start, and up to the end: the logical size may be anything. */
static void read_file(struct fb_file *file)
{
	uint64_t offset = 0, tail = file->size > STEP * STEPS ? file->size - STEP * STEPS : 0;
	uint64_t start, end = 0;
	char bytes[STEP];
	size_t i, got;

	/* Stretches come in order, and end within the file. */
	for (i = 0; i < STEPS && end < file->size; i++) {
		uint64_t from = end;

		fb_file_next_data(file, from, &start, &end);
		if (start < from || end < start || end > file->size ||
		    (start == end && end < file->size))
			abort();
	}
	if (fb_file_data_size(file) > file->size)
		abort();
	for (i = 0; i < 2 * STEPS; i++) {
		fb_error_destroy(fb_file_read_some(file, offset, bytes, sizeof(bytes), &got));
		offset = i == STEPS ? tail : offset + STEP;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_file *stream, *file;
	void *copy = malloc(size ? size : 1);
	struct fb_error *err;
	bool complete;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	err = fb_file_from_memory("fuzz", copy, size, &stream);
	if (err) {
		fb_error_destroy(err);
		free(copy);
		return 0;
	}
	err = fb_flattened_open(stream, NULL, &complete, &file);
	if (err) {
		fb_error_destroy(err);
		fb_file_destroy(stream);
		return 0;
	}
	read_file(file);
	fb_file_destroy(file);
	return 0;
}
