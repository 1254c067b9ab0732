/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What outfile.c and outfile_copy.c share. */
#ifndef FB_BASE_OUTFILE_PRIVATE_H
#define FB_BASE_OUTFILE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"

/* Writes and copies of less than this are gathered. */
#define FB_OUTFILE_BUFFER (1u << 20)

struct fb_outfile {
	char *path;         /* owned; as the user named it */
	const char *name;   /* its last component */
	char temporary[40]; /* name in the folder; "" while the temporary has none */
	int folder_fd;
	int fd;
	bool force;
	bool failed; /* a write was lost: commit must not succeed */
	bool ends_in_hole;
	uint64_t flushed; /* bytes in the file; those of the buffer follow */
	size_t used;      /* bytes in the buffer */
	uint8_t *buffer;
	/* Takes the bytes instead of a file; NULL: there is a file. */
	struct fb_error *(*sink)(void *context, uint64_t offset, const void *bytes, size_t length);
	void *sink_context;
};

/* Notes that a write was lost, and says why; errnum: as errno has it. */
FB_MUST_CHECK struct fb_error *fb_outfile_write_error(struct fb_outfile *outfile, int errnum);
/* Writes what the buffer holds. */
FB_MUST_CHECK struct fb_error *fb_outfile_flush(struct fb_outfile *outfile);

#endif
