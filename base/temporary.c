// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

/* Whole blocks of this size, from a multiple of it on, become holes; less is not worth a write of its
 * own. */
#define HOLE_SIZE (64u << 10)

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/var/tmp";
}

struct fb_error *fb_temporary_fd(int *fd_ret)
{
	const char *folder = temporary_folder();
	char path[PATH_MAX];
	int length, fd;

	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0) {
		*fd_ret = fd;
		return NULL;
	}
	/* Not every file system has O_TMPFILE (overlayfs before 6.1, NFS): unlink by hand. */
	length = snprintf(path, sizeof(path), "%s/fbundle.XXXXXX", folder);
	if (length < 0 || (size_t)length >= sizeof(path))
		return fb_error_create(FB_INVALID, "the path of $TMPDIR is too long");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return fb_error_os(errno, "cannot make a temporary file in %s (set TMPDIR)",
				   folder);
	if (unlink(path)) {
		struct fb_error *err = fb_error_os(errno, "cannot unlink %s", path);

		(void)close(fd);
		return err;
	}
	*fd_ret = fd;
	return NULL;
}

static struct fb_error *write_all(int fd, uint64_t offset, const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = pwrite(fd, bytes, length, (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fb_error_os(errno, "cannot unpack to a temporary file "
						  "(set TMPDIR to a folder with more room)");
		bytes += written;
		offset += (uint64_t)written;
		length -= (size_t)written;
	}
	return NULL;
}

struct fb_error *fb_temporary_write(int fd, uint64_t offset, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	size_t part, done = 0, kept = 0; /* [done, kept) are to be written */
	struct fb_error *err = NULL;

	for (; kept < length && !err; kept += part) {
		part = HOLE_SIZE - (offset + kept) % HOLE_SIZE;
		if (part > length - kept)
			part = length - kept;
		if (!fb_all_zero(from + kept, part))
			continue;
		err = write_all(fd, offset + done, from + done, kept - done);
		done = kept + part;
	}
	return err ? err : write_all(fd, offset + done, from + done, kept - done);
}

struct fb_error *fb_temporary_finish(int fd, uint64_t size)
{
	if (ftruncate(fd, (off_t)size) != 0)
		return fb_error_os(errno, "cannot size a temporary file (set TMPDIR)");
	return NULL;
}
