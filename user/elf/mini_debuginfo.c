// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacks .gnu_debugdata as an input that is compressed as a whole is unpacked. Called by elf_symbols.c.
 */
#include "user/elf/mini_debuginfo.h"

#include "base/files/packed_stream.h"
#include "user/elf/elf_section.h"

struct fb_error *fb_mini_debuginfo_unpack(Elf *elf, struct fb_buf *bytes)
{
	FB_CLEANUP(fb_packed_stream_close_at) struct fb_packed_stream *stream = NULL;
	const Elf_Data *data = fb_elf_section(elf, ".gnu_debugdata", NULL);
	struct fb_error *err;
	size_t size;

	if (!data)
		return fb_error_create(FB_NOT_FOUND, "no .gnu_debugdata");
	err = fb_packed_stream_open_memory(FB_PACKING_XZ, data->d_buf, data->d_size, &stream);
	do {
		const void *block;

		size = 0;
		if (!err)
			err = fb_packed_stream_next(stream, &block, &size);
		if (!err && size)
			err = fb_buf_append(bytes, block, size);
	} while (!err && size);
	return fb_error_prefix(err, ".gnu_debugdata");
}
