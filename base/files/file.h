/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random access to the bytes of an input, whatever format wraps them. A file is
 * opened read-only and read with pread(), never mapped, so that a file that shrinks,
 * or whose disk fails, gives an error and not SIGBUS. Reads are safe from many threads.
 *
 * A layer (flattened, whole-stream compressed, Apport) is a struct fb_file that reads
 * from another one.
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
	/* Reads up to length bytes at offset; fewer only where the next byte cannot be read.
	 * The caller ensures that length > 0 and offset + length <= size. */
	struct fb_error *(*read)(struct fb_file *file, uint64_t offset, void *to, size_t length,
				 size_t *read_ret);
	/* As fb_file_next_data(), with offset < size. NULL: the file has no holes. */
	void (*next_data)(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
			  uint64_t *end_ret);
	void (*destroy)(struct fb_file *file);
};

/* The first member of the struct of every kind of file. */
struct fb_file {
	const struct fb_file_ops *ops;
	char *path;       /* owned; as the user gave it */
	uint64_t size;    /* bytes */
	int64_t mtime_ns; /* of the file on disk: nanoseconds since the epoch */
	int fd;           /* owned; a file on disk with the same bytes at the same offsets, or -1 */
};

/* Opens a regular file as it is on disk. FB_INVALID where it is no regular file; FB_OS, FB_EXHAUSTED. */
FB_MUST_CHECK struct fb_error *fb_file_open(const char *path, struct fb_file **file_ret);

/* As fb_file_open(), but a file that is compressed as a whole (gzip, bzip2, xz, lz4 or zstd, recognised by
 * its first bytes, not by its name) is unpacked to a temporary file (base/files/temporary.h). Of a stream that
 * ends early, or is damaged midway, the file has what could be unpacked (whole blocks of the decompressor),
 * and *truncated_ret is set; FB_TRUNCATED or FB_CORRUPT where that is nothing. *compression_ret is the name
 * of the compression (static), or NULL for a plain file. Both pointers may be NULL. */
FB_MUST_CHECK struct fb_error *fb_file_open_unpacked(const char *path, const char **compression_ret,
						     bool *truncated_ret,
						     struct fb_file **file_ret);

/* A file whose bytes are in memory. Takes over data (from malloc()) unless it fails. For tests and unpacked
 * parts. */
FB_MUST_CHECK struct fb_error *fb_file_from_memory(const char *name, void *data, size_t size,
						   struct fb_file **file_ret);

/* A file of an open descriptor, which it takes over unless it fails. path is copied; it is for messages. */
FB_MUST_CHECK struct fb_error *fb_file_from_fd(const char *path, int fd, int64_t mtime_ns,
					       struct fb_file **file_ret);

/* file may be NULL. */
void fb_file_destroy(struct fb_file *file);
FB_DESTROY_AT(struct fb_file, fb_file_destroy);

/* Reads all of [offset, offset + length). FB_TRUNCATED where the file ends before that. FB_CORRUPT where the disk, or
 * the memory that the file stands for, does not give these bytes (EIO and the like), while others may be good. FB_OS
 * where reading fails for another reason, or the file has become shorter since it was opened. */
FB_MUST_CHECK struct fb_error *fb_file_read(struct fb_file *file, uint64_t offset, void *to,
					    size_t length);
/* Reads as much of [offset, offset + length) as there is, and gives the number of bytes, which is 0 at and
 * behind the end of the file. FB_CORRUPT and FB_OS as above. */
FB_MUST_CHECK struct fb_error *fb_file_read_some(struct fb_file *file, uint64_t offset, void *to,
						 size_t length, size_t *read_ret);

/* The first range [start, end) at or behind offset that may hold bytes other than zero. What lies between
 * such ranges are holes (see SEEK_DATA in lseek(2)). Both are the file's size where there is no such range.
 * Where a file has become shorter since it was opened, the part that it has lost is no hole. */
void fb_file_next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
		       uint64_t *end_ret);
/* How many bytes of the file are in no hole. */
uint64_t fb_file_data_size(struct fb_file *file);

#endif
