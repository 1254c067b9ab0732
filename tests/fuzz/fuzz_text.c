// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever the bytes and the room, what comes out is safe for a terminal. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = size ? 1 + data[0] * 8u : 1, length, i;
	char *to = malloc(room);

	if (!to)
		return 0;
	fb_text_escape((const char *)data, size, to, room);
	length = strnlen(to, room);
	if (length == room)
		abort(); /* not terminated */
	for (i = 0; i < length; i++) {
		uint8_t byte = (uint8_t)to[i];

		if (byte < 0x20 || byte == 0x7f)
			abort();
		if (byte == 0xc2 && i + 1 < length && (uint8_t)to[i + 1] < 0xa0)
			abort(); /* C1 */
	}
	free(to);
	return 0;
}
