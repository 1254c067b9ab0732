// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/symbols/make_btf.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf_format.h"

struct fb_error *load_words(const uint32_t *types, size_t words, const char *strings,
			    size_t strings_size, const struct fb_btf *base, struct fb_btf **btf_ret)
{
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = BTF_HEADER_SHORT,
		.type_len = (uint32_t)words * 4,
		.str_off = (uint32_t)words * 4,
		.str_len = (uint32_t)strings_size,
	};
	uint8_t *data = malloc(BTF_HEADER_SHORT + words * 4 + strings_size);

	if (!data)
		abort();
	memcpy(data, &header, BTF_HEADER_SHORT);
	memcpy(data + BTF_HEADER_SHORT, types, words * 4);
	memcpy(data + BTF_HEADER_SHORT + words * 4, strings, strings_size);
	return fb_btf_adopt(data, BTF_HEADER_SHORT + words * 4 + strings_size, base, btf_ret);
}

struct fb_error *load_copy(const void *data, size_t size, struct fb_btf **btf_ret)
{
	void *copy = malloc(size + 1);

	memcpy(copy, data, size);
	return fb_btf_adopt(copy, size, NULL, btf_ret);
}
