// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes whole messages through a descriptor. Called for the children that read hostile objects, by
 * the tracer of captured processes, and where files of the host are read or replaced.
 */
#include "base/files/fd_io.h"

#include <errno.h>
#include <unistd.h>

bool fb_write_all(int fd, const void *bytes, size_t size)
{
	for (const char *at = bytes; size;) {
		ssize_t done = write(fd, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (!done)
			errno = ENOSPC;
		if (done <= 0)
			return false;
		at += done;
		size -= (size_t)done;
	}
	return true;
}

bool fb_read_all(int fd, void *bytes, size_t size)
{
	for (char *at = bytes; size;) {
		ssize_t done = read(fd, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (!done)
			errno = 0;
		if (done <= 0)
			return false;
		at += done;
		size -= (size_t)done;
	}
	return true;
}

/* A file of /proc is made up to this size at once. */
#define PIECE 65536u

struct fb_error *fb_read_to_end(int fd, const char *name, struct fb_buf *text)
{
	ssize_t got = 1;

	while (got) {
		void *room;
		struct fb_error *err = fb_buf_reserve(text, PIECE, &room);

		if (err)
			return fb_error_prefix(err, "%s", name);
		got = read(fd, room, PIECE);
		if (got < 0 && errno != EINTR) {
			const int errnum = errno;

			err = fb_error_os(errnum, "cannot read %s", name);
			errno = errnum;
			return err;
		}
		if (got > 0)
			fb_buf_commit(text, (size_t)got);
	}
	return NULL;
}
