// SPDX-License-Identifier: GPL-2.0-or-later
/* LZO streams into rooms of several sizes. */
#include <stdint.h>
#include <stdlib.h>

#include "kernel/swap/lzo_rle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t rooms[] = {0, 1, 100, FB_PAGE_SIZE, 65536};

	for (size_t i = 0; i < FB_ARRAY_SIZE(rooms); i++) {
		uint8_t *out = malloc(rooms[i] ? rooms[i] : 1);
		size_t length = 0;

		if (!out)
			abort();
		fb_error_destroy(fb_lzo_rle_decompress(data, size, out, rooms[i], &length));
		if (length > rooms[i])
			abort();
		free(out);
	}
	return 0;
}
