// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/dump_private.h"

#include "tests/fuzz/read_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_dump_input input;
	struct fb_dump *dump;
	struct fb_error *err;

	if (!make_input(data, size, &input))
		return 0;
	/* Through the flattened layer too: holes and a logical size beyond the bytes. */
	err = fb_dump_input_unwrap(&input, NULL);
	if (!err)
		err = fb_kdump_open(&input, 1, NULL, &dump);
	if (!err) {
		read_dump(dump);
		fb_dump_destroy(dump);
	}
	fb_error_destroy(err);
	fb_file_destroy(input.file);
	return 0;
}
