/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The struct of an outfile, which outfile.c and outfile_copy.c share. */
#ifndef FB_BASE_OUTFILE_PRIVATE_H
#define FB_BASE_OUTFILE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/files/outfile.h"

/* Bytes of the buffer in which smaller writes and copies are collected. */
#define FB_OUTFILE_BUFFER (1u << 20)

struct fb_outfile {
	char *path;         /* owned; as the user named it */
	const char *name;   /* the last component of path */
	char temporary[40]; /* the temporary file's name in the folder; "" while it has none */
	int folder_fd;      /* owned */
	int fd;             /* owned; the temporary file */
	bool force;
	bool failed;       /* a write failed, so that commit must fail too */
	bool ends_in_hole; /* commit must set the size, because the last bytes are a hole */
	uint64_t flushed;  /* bytes in the file; those of the buffer follow */
	size_t used;       /* bytes in the buffer */
	uint8_t *buffer;   /* owned; FB_OUTFILE_BUFFER bytes */
	/* Receives the bytes where there is no file; NULL: there is a file. */
	struct fb_error *(*sink)(void *context, uint64_t offset, const void *bytes, size_t length);
	void *sink_context;
};

/* Marks the file as failed and returns the error of a write that failed with this errno. */
FB_MUST_CHECK struct fb_error *fb_outfile_write_error(struct fb_outfile *outfile, int errnum);
/* Writes out the bytes in the buffer, which is empty afterwards. */
FB_MUST_CHECK struct fb_error *fb_outfile_flush(struct fb_outfile *outfile);

#endif
