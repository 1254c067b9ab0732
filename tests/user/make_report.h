/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apport reports and compressed files around given bytes, for the tests. What cannot be made
 * stops the test program.
 */
#ifndef FB_TESTS_USER_MAKE_REPORT_H
#define FB_TESTS_USER_MAKE_REPORT_H

#include <stddef.h>
#include <stdint.h>

enum make_stream {
	MAKE_GZIP,
	MAKE_ZLIB,
	MAKE_ZSTD,
};

/* The caller frees what these return. */
uint8_t *make_compressed(enum make_stream stream, const void *bytes, size_t size, size_t *size_ret);
/* As `apport` writes it: fields before and behind, CoreDump's compressed bytes in lines of at most
 * line_size bytes each, every line padded by itself. */
char *make_report(const void *compressed, size_t compressed_size, size_t line_size,
		  size_t *size_ret);

#endif
