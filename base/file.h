/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random access to the bytes of an input, whatever wraps them. A file is only
 * ever opened read-only and read with pread, never mapped: a file that shrinks
 * or an I/O error is then an error, not SIGBUS. Reads are safe from many threads.
 *
 * A layer (flattened, whole-stream compressed, Apport) is a file over a file.
 */
#ifndef FB_BASE_FILE_H
#define FB_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"

struct fb_file;

struct fb_file_ops {
	/* Reads up to length bytes at offset; fewer only before a hole that cannot be read.
	 * length > 0 and offset + length <= size are ensured by the caller. */
	struct fb_error *(*read)(struct fb_file *file, uint64_t offset, void *to, size_t length,
				 size_t *read_ret);
	/* As fb_file_next_data(), offset < size; NULL: any byte may be other than zero. */
	void (*next_data)(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
			  uint64_t *end_ret);
	void (*destroy)(struct fb_file *file);
};

/* Embedded first in every layer's own struct. */
struct fb_file {
	const struct fb_file_ops *ops;
	char *path; /* owned; as the user named it */
	uint64_t size;
	int64_t mtime_ns; /* of the file on disk, since the epoch */
	int fd;           /* the file on disk where its bytes are ours unchanged, else -1 */
};

/* A regular file as it stands. FB_INVALID for anything but a regular file. */
FB_MUST_CHECK struct fb_error *fb_file_open(const char *path, struct fb_file **file_ret);

/* As fb_file_open(), and where a whole-stream compression (gzip, bzip2, xz, lz4, zstd; known by
 * its magic, not its name) wraps the file, unpacks it to a temporary file (base/temporary.h).
 * A stream that ends early, or is damaged midway, gives what it held up to there (whole blocks
 * of the decompressor): *truncated_ret says so. FB_TRUNCATED or FB_CORRUPT where that is nothing.
 * *compression_ret is the compression's name (static), or NULL for a plain file. Either pointer
 * may be NULL. */
FB_MUST_CHECK struct fb_error *fb_file_open_unpacked(const char *path, const char **compression_ret,
						     bool *truncated_ret,
						     struct fb_file **file_ret);

/* A file over memory, which it takes (free()d on destroy). For tests and unpacked parts. */
FB_MUST_CHECK struct fb_error *fb_file_from_memory(const char *name, void *data, size_t size,
						   struct fb_file **file_ret);

/* Takes fd and, for messages, a copy of path. mtime_ns as given. */
FB_MUST_CHECK struct fb_error *fb_file_from_fd(const char *path, int fd, int64_t mtime_ns,
					       struct fb_file **file_ret);

/* Takes NULL. */
void fb_file_destroy(struct fb_file *file);
FB_DESTROY_AT(struct fb_file, fb_file_destroy);

/* All of [offset, offset + length); FB_TRUNCATED where the file ends before, FB_OS where it cannot be
 * read or has become shorter since it was opened. */
FB_MUST_CHECK struct fb_error *fb_file_read(struct fb_file *file, uint64_t offset, void *to,
					    size_t length);
/* As much of it as there is; 0 at and behind the end. FB_OS as above. */
FB_MUST_CHECK struct fb_error *fb_file_read_some(struct fb_file *file, uint64_t offset, void *to,
						 size_t length, size_t *read_ret);

/* The first stretch [start, end) at or behind offset that may hold anything but zeros: what is left
 * out are holes, as lseek(2) has them. Both are the file's size where there is none. What a file that has
 * become shorter has lost is no hole. */
void fb_file_next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
		       uint64_t *end_ret);
/* Bytes that are in no hole. */
uint64_t fb_file_data_size(struct fb_file *file);

#endif
