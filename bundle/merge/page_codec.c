// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compresses a page by one of the four methods of makedumpfile, each with the library of that method. Called
 * by kdump_data.c.
 */
#include "bundle/merge/page_codec.h"

#include <lzo/lzo1x.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/dump/kdump_format.h"

#define ZSTD_LEVEL 1
/* Where in a scratch's bytes lzo and snappy write, which want room for a page that grows; and lzo's table. */
#define ROOM_AT (64u << 10)
#define LZO_TABLE_AT (128u << 10)
_Static_assert(LZO_TABLE_AT + LZO1X_1_MEM_COMPRESS <= FB_SCRATCH_BYTES, "lzo's table fits");

uint32_t fb_page_codec_of(struct fb_dump *dump)
{
	static const uint32_t codecs[] = {FB_KDUMP_PAGE_LZO, FB_KDUMP_PAGE_SNAPPY,
					  FB_KDUMP_PAGE_ZSTD};
	_Static_assert(FB_KDUMP_PAGE_LZO == FB_KDUMP_STATUS_LZO &&
			       FB_KDUMP_PAGE_SNAPPY == FB_KDUMP_STATUS_SNAPPY &&
			       FB_KDUMP_PAGE_ZSTD == FB_KDUMP_STATUS_ZSTD,
		       "a page's flags are those of the header");
	struct fb_kdump_header header;
	size_t size;
	const uint8_t *blocks = fb_dump_kdump_header(dump, &size);

	if (!blocks || size < sizeof(header))
		return FB_KDUMP_PAGE_ZLIB;
	memcpy(&header, blocks, sizeof(header));
	for (size_t i = 0; i < FB_ARRAY_SIZE(codecs); i++)
		if (header.status & codecs[i])
			return codecs[i];
	return FB_KDUMP_PAGE_ZLIB;
}

static bool snappy_works(void)
{
	struct fb_snappy snappy = {0};
	struct fb_error *err = fb_snappy_load(&snappy);
	bool works = !err;

	fb_error_destroy(err);
	fb_snappy_deinit(&snappy);
	return works;
}

bool fb_page_codec_named(const char *name, uint32_t *codec_ret)
{
	static const struct {
		const char *name;
		uint32_t codec;
	} codecs[] = {
		{"zlib", FB_KDUMP_PAGE_ZLIB},
		{"lzo", FB_KDUMP_PAGE_LZO},
		{"snappy", FB_KDUMP_PAGE_SNAPPY},
		{"zstd", FB_KDUMP_PAGE_ZSTD},
		{"none", 0},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(codecs); i++) {
		if (strcmp(name, codecs[i].name) != 0)
			continue;
		if (codecs[i].codec == FB_KDUMP_PAGE_LZO && lzo_init() != LZO_E_OK)
			return false;
		if (codecs[i].codec == FB_KDUMP_PAGE_SNAPPY && !snappy_works())
			return false;
		*codec_ret = codecs[i].codec;
		return true;
	}
	return false;
}

static size_t pack_lzo(struct fb_scratch *scratch)
{
	lzo_uint size = 0;

	/* lzo_init() was called when the method was named, or the dump, whose pages are lzo's, was opened. */
	if (lzo1x_1_compress(scratch->bytes, FB_PAGE_SIZE, scratch->bytes + ROOM_AT, &size,
			     scratch->bytes + LZO_TABLE_AT) != LZO_E_OK)
		return 0;
	return size;
}

static size_t pack_snappy(struct fb_scratch *scratch)
{
	size_t size = LZO_TABLE_AT - ROOM_AT;
	struct fb_error *err = fb_snappy_load(&scratch->snappy);

	if (err) {
		fb_error_destroy(err);
		return 0;
	}
	if (scratch->snappy.call.snappy_compress((const char *)scratch->bytes, FB_PAGE_SIZE,
						 (char *)scratch->bytes + ROOM_AT,
						 &size) != SNAPPY_OK)
		return 0;
	return size;
}

static size_t pack_zstd(struct fb_scratch *scratch)
{
	size_t size =
		ZSTD_compressCCtx(scratch->zstd, scratch->bytes + ROOM_AT, LZO_TABLE_AT - ROOM_AT,
				  scratch->bytes, FB_PAGE_SIZE, ZSTD_LEVEL);

	return ZSTD_isError(size) ? 0 : size;
}

static size_t pack_zlib(struct fb_scratch *scratch)
{
	return libdeflate_zlib_compress(scratch->zlib, scratch->bytes, FB_PAGE_SIZE,
					scratch->bytes + ROOM_AT, FB_PAGE_SIZE - 1);
}

uint32_t fb_page_codec_pack(uint32_t codec, struct fb_scratch *scratch, uint8_t *to)
{
	size_t size;

	switch (codec) {
	case FB_KDUMP_PAGE_LZO:
		size = pack_lzo(scratch);
		break;
	case FB_KDUMP_PAGE_SNAPPY:
		size = pack_snappy(scratch);
		break;
	case FB_KDUMP_PAGE_ZSTD:
		size = pack_zstd(scratch);
		break;
	case FB_KDUMP_PAGE_ZLIB:
		size = pack_zlib(scratch);
		break;
	default:
		size = 0;
		break;
	}
	if (!size || size >= FB_PAGE_SIZE) {
		memcpy(to, scratch->bytes, FB_PAGE_SIZE);
		return FB_PAGE_SIZE;
	}
	memcpy(to, scratch->bytes + ROOM_AT, size);
	return (uint32_t)size;
}
