// SPDX-License-Identifier: GPL-2.0-or-later
/* An Apport report, as far as the core inside it. */
#include <stdlib.h>
#include <string.h>

#include "user/core/apport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct fb_file *report, *core;
	struct fb_error *err;
	bool cut, is_report;
	uint8_t byte;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (fb_file_from_memory("victim.crash", copy, size, &report))
		abort();
	err = fb_apport_probe(report, &is_report);
	if (err)
		abort();
	err = fb_apport_unpack(report, NULL, &cut, &core);
	if (!err) {
		/* Whatever was unpacked can be read to its end. */
		if (core->size)
			err = fb_file_read(core, core->size - 1, &byte, 1);
		if (err)
			abort();
		fb_file_destroy(core);
	}
	fb_error_destroy(err);
	fb_file_destroy(report);
	return 0;
}
