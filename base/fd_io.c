// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole messages through a descriptor. Called by the children that read hostile objects, by the tracer of
 * captured processes, and where files of the host are replaced.
 */
#include "base/fd_io.h"

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
