// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unlinked temporary files. Called by what unpacks: whole-stream compression, Apport reports, and
 * dumps that libkdumpfile is to open.
 */
#include "base/files/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"

#define SIZE_TEXT 32
/* A part of the free room is left to others: 1 / KEPT_FREE. */
#define KEPT_FREE 16u

/* Whole blocks of this size, from a multiple of it on, become holes; less is not worth a write of its
 * own. */
#define HOLE_SIZE (64u << 10)

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/var/tmp";
}

static struct fb_error *open_unlinked(int *fd_ret)
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

struct fb_error *fb_temporary_create(uint64_t packed, struct fb_temporary *temporary_ret)
{
	struct fb_temporary temporary = {.packed = packed, .room = UINT64_MAX};
	struct fb_error *err = open_unlinked(&temporary.fd);
	struct statvfs status;

	if (err)
		return err;
	/* Where the file system does not tell, it says that it is full when it is. */
	if (!fstatvfs(temporary.fd, &status))
		temporary.room =
			(uint64_t)status.f_bavail * status.f_frsize / KEPT_FREE * (KEPT_FREE - 1);
	*temporary_ret = temporary;
	return NULL;
}

/* The most bytes to which so many packed bytes may unpack. */
static uint64_t most_of(uint64_t packed, uint64_t ratio, uint64_t minimum)
{
	uint64_t most;

	if (__builtin_mul_overflow(packed, ratio, &most))
		return INT64_MAX;
	return most > minimum ? most : minimum;
}

static struct fb_error *too_much(const struct fb_temporary *temporary, uint64_t most)
{
	char unpacked[SIZE_TEXT], packed[SIZE_TEXT];

	return fb_error_create(
		FB_LIMIT,
		"unpacks to more than %s, which %s do not hold unless they were made to: "
		"unpack it by hand if they do",
		fb_text_size(most, unpacked, sizeof(unpacked)),
		fb_text_size(temporary->packed, packed, sizeof(packed)));
}

/* Whether the file may have length bytes more, so that it ends at `end`. */
static struct fb_error *check_size(const struct fb_temporary *temporary, uint64_t end)
{
	uint64_t most = most_of(temporary->packed, FB_MAX_UNPACKED_ZEROS, FB_MIN_UNPACKED_ZEROS);

	return end > most ? too_much(temporary, most) : NULL;
}

static struct fb_error *check_room(struct fb_temporary *temporary, size_t length)
{
	uint64_t most = most_of(temporary->packed, FB_MAX_UNPACKED_RATIO, FB_MIN_UNPACKED_BYTES);
	char room[SIZE_TEXT];

	if (length > most - temporary->written)
		return too_much(temporary, most);
	if (length > temporary->room - temporary->written)
		return fb_error_create(
			FB_LIMIT,
			"unpacks to more than %s, and no more is free in %s (set TMPDIR to "
			"a folder with more room)",
			fb_text_size(temporary->room, room, sizeof(room)), temporary_folder());
	temporary->written += length;
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

static struct fb_error *write_kept(struct fb_temporary *temporary, uint64_t offset,
				   const uint8_t *bytes, size_t length)
{
	struct fb_error *err = check_room(temporary, length);

	return err ? err : write_all(temporary->fd, offset, bytes, length);
}

struct fb_error *fb_temporary_write(struct fb_temporary *temporary, uint64_t offset,
				    const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	size_t part, done = 0, kept = 0; /* [done, kept) are to be written */
	struct fb_error *err = check_size(temporary, offset + length);

	for (; kept < length && !err; kept += part) {
		part = HOLE_SIZE - (offset + kept) % HOLE_SIZE;
		if (part > length - kept)
			part = length - kept;
		if (!fb_all_zero(from + kept, part))
			continue;
		err = write_kept(temporary, offset + done, from + done, kept - done);
		done = kept + part;
	}
	return err ? err : write_kept(temporary, offset + done, from + done, kept - done);
}

struct fb_error *fb_temporary_finish(struct fb_temporary *temporary, uint64_t size)
{
	struct fb_error *err = check_size(temporary, size);

	if (!err && ftruncate(temporary->fd, (off_t)size) != 0)
		err = fb_error_os(errno, "cannot size a temporary file (set TMPDIR)");
	return err;
}
