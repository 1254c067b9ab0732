// SPDX-License-Identifier: GPL-2.0-or-later
/* Apport reports and compressed files around given bytes. */
#include "tests/user/make_report.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define BEFORE                                                                            \
	"ProblemType: Crash\n"                                                            \
	"Architecture: amd64\n"                                                           \
	"Date: Sun Nov 23 16:00:00 2025\n"                                                \
	"ExecutablePath: /usr/bin/victim\n"                                               \
	"ProcMaps:\n 555555554000-555555555000 r--p 00000000 fe:00 285 /usr/bin/victim\n" \
	" CoreDump: base64\n"                                                             \
	"CoreDumpNot: base64\n AAAA\n"                                                    \
	"CoreDump: base64\n"
#define BEHIND "Disassembly: => 0x401000: hlt\nUname: Linux 6.8.0 x86_64\n"

static uint8_t *compress_zlib(const void *bytes, size_t size, int window_bits, size_t *size_ret)
{
	z_stream stream = {0};
	size_t room;
	uint8_t *to;

	if (deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	room = deflateBound(&stream, size);
	to = malloc(room);
	stream.next_in = (void *)(uintptr_t)bytes;
	stream.avail_in = (uInt)size;
	stream.next_out = to;
	stream.avail_out = (uInt)room;
	if (!to || deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	*size_ret = room - stream.avail_out;
	deflateEnd(&stream);
	return to;
}

uint8_t *make_compressed(enum make_stream stream, const void *bytes, size_t size, size_t *size_ret)
{
	size_t room = ZSTD_compressBound(size);
	uint8_t *to;

	if (stream != MAKE_ZSTD)
		return compress_zlib(bytes, size, stream == MAKE_GZIP ? 15 + 16 : 15, size_ret);
	to = malloc(room);
	if (!to)
		abort();
	*size_ret = ZSTD_compress(to, room, bytes, size, 3);
	if (ZSTD_isError(*size_ret))
		abort();
	return to;
}

static char *put_base64(char *to, const uint8_t *bytes, size_t size)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < size; at += 3) {
		size_t left = size - at;
		unsigned bits = bytes[at] << 16 | (left > 1 ? bytes[at + 1] << 8 : 0) |
				(left > 2 ? bytes[at + 2] : 0);

		*to++ = alphabet[bits >> 18];
		*to++ = alphabet[bits >> 12 & 63];
		*to++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		*to++ = left > 2 ? alphabet[bits & 63] : '=';
	}
	return to;
}

char *make_report(const void *compressed, size_t compressed_size, size_t line_size,
		  size_t *size_ret)
{
	size_t lines = compressed_size / line_size + 1;
	char *report = malloc(strlen(BEFORE BEHIND) + compressed_size / 3 * 4 + lines * 8 + 8);
	const uint8_t *bytes = compressed;
	char *to = report;

	if (!report)
		abort();
	to = stpcpy(to, BEFORE);
	for (size_t at = 0; at < compressed_size; at += line_size) {
		size_t left = compressed_size - at;

		*to++ = ' ';
		to = put_base64(to, bytes + at, left < line_size ? left : line_size);
		*to++ = '\n';
	}
	to = stpcpy(to, BEHIND);
	*size_ret = (size_t)(to - report);
	return report;
}
