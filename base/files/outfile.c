// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a file that appears whole or not at all. Where the file system can,
 * the temporary has no name until the end, so that not even a killed program
 * leaves it behind; else it is a hidden file beside the target.
 */
#include "base/files/outfile_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct fb_error *fb_outfile_write_error(struct fb_outfile *outfile, int errnum)
{
	outfile->failed = true;
	return fb_error_os(errnum, "cannot write %s", outfile->path);
}

static struct fb_error *check_target(const struct fb_outfile *outfile)
{
	struct stat stat_buf;

	if (fstatat(outfile->folder_fd, outfile->name, &stat_buf, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT)
			return NULL;
		return fb_error_os(errno, "cannot write %s", outfile->path);
	}
	if (S_ISLNK(stat_buf.st_mode))
		return fb_error_create(FB_INVALID, "%s is a symbolic link: not overwritten",
				       outfile->path);
	if (S_ISDIR(stat_buf.st_mode))
		return fb_error_create(FB_INVALID, "%s is a folder: name a file in it",
				       outfile->path);
	if (!S_ISREG(stat_buf.st_mode))
		return fb_error_create(FB_INVALID, "%s is not a regular file: not overwritten",
				       outfile->path);
	if (!outfile->force)
		return fb_error_create(FB_INVALID, "%s exists: only overwritten with --force",
				       outfile->path);
	return NULL;
}

/* start: as in fb_outfile_create_on(). */
static struct fb_error *open_folder(struct fb_outfile *outfile, struct fb_outfile_start *start)
{
	const char *slash = strrchr(outfile->path, '/');
	char *folder;

	outfile->name = slash ? slash + 1 : outfile->path;
	if (!*outfile->name || !strcmp(outfile->name, ".") || !strcmp(outfile->name, ".."))
		return fb_error_create(FB_INVALID, "\"%s\" does not name a file", outfile->path);
	if (start && start->fd >= 0) {
		outfile->folder_fd = start->folder_fd;
		start->folder_fd = -1;
		return NULL;
	}
	if (!slash)
		folder = strdup(".");
	else /* with the slash, so that "/name" has a folder too */
		folder = strndup(outfile->path, (size_t)(slash - outfile->path) + 1);
	if (!folder)
		return fb_error_nomem();
	outfile->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (outfile->folder_fd < 0)
		return fb_error_os(errno, "cannot write %s: its folder", outfile->path);
	return NULL;
}

/* Returns 0 or an errno. */
static int choose_name(struct fb_outfile *outfile)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return errno;
	(void)snprintf(outfile->temporary, sizeof(outfile->temporary), ".fbundle-%016" PRIx64,
		       random);
	return 0;
}

static struct fb_error *open_temporary(struct fb_outfile *outfile)
{
	int errnum;

	/* Giving it a name at the end takes /proc. */
	if (!access("/proc/self/fd", X_OK)) {
		outfile->fd = openat(outfile->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (outfile->fd >= 0)
			return NULL;
	}
	errnum = choose_name(outfile);
	if (errnum)
		return fb_outfile_write_error(outfile, errnum);
	outfile->fd = openat(outfile->folder_fd, outfile->temporary,
			     O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (outfile->fd < 0) {
		outfile->temporary[0] = '\0';
		return fb_outfile_write_error(outfile, errno);
	}
	return NULL;
}

void fb_outfile_start_open(const char *folder, struct fb_outfile_start *start_ret)
{
	struct fb_outfile_start start = {-1, -1};

	/* Giving it a name at the end takes /proc. */
	if (!access("/proc/self/fd", X_OK))
		start.folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (start.folder_fd >= 0)
		start.fd = openat(start.folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (start.fd < 0)
		fb_outfile_start_close(&start);
	*start_ret = start;
}

void fb_outfile_start_close(struct fb_outfile_start *start)
{
	if (start->fd >= 0)
		(void)close(start->fd);
	if (start->folder_fd >= 0)
		(void)close(start->folder_fd);
	start->fd = start->folder_fd = -1;
}

struct fb_error *fb_outfile_create(const char *path, bool force, struct fb_outfile **outfile_ret)
{
	return fb_outfile_create_on(NULL, path, force, outfile_ret);
}

struct fb_error *fb_outfile_create_on(struct fb_outfile_start *start, const char *path, bool force,
				      struct fb_outfile **outfile_ret)
{
	struct fb_outfile *outfile = calloc(1, sizeof(*outfile));
	struct fb_error *err;

	if (!outfile)
		return fb_error_nomem();
	outfile->folder_fd = -1;
	outfile->fd = -1;
	outfile->force = force;
	outfile->path = strdup(path);
	outfile->buffer = malloc(FB_OUTFILE_BUFFER);
	if (!outfile->path || !outfile->buffer)
		err = fb_error_nomem();
	else
		err = open_folder(outfile, start);
	if (!err)
		err = check_target(outfile);
	if (!err && start && start->fd >= 0) {
		outfile->fd = start->fd;
		start->fd = -1;
	} else if (!err) {
		err = open_temporary(outfile);
	}
	if (err) {
		fb_outfile_destroy(outfile);
		return err;
	}
	*outfile_ret = outfile;
	return NULL;
}

struct fb_error *fb_outfile_create_sink(const char *name,
					struct fb_error *(*write)(void *context, uint64_t offset,
								  const void *bytes, size_t length),
					void *context, struct fb_outfile **outfile_ret)
{
	struct fb_outfile *outfile = calloc(1, sizeof(*outfile));

	if (!outfile)
		return fb_error_nomem();
	outfile->folder_fd = outfile->fd = -1;
	outfile->sink = write;
	outfile->sink_context = context;
	outfile->path = strdup(name);
	outfile->buffer = malloc(FB_OUTFILE_BUFFER);
	if (!outfile->path || !outfile->buffer) {
		fb_outfile_destroy(outfile);
		return fb_error_nomem();
	}
	*outfile_ret = outfile;
	return NULL;
}

void fb_outfile_destroy(struct fb_outfile *outfile)
{
	if (!outfile)
		return;
	if (outfile->temporary[0])
		(void)unlinkat(outfile->folder_fd, outfile->temporary, 0);
	if (outfile->fd >= 0)
		(void)close(outfile->fd);
	if (outfile->folder_fd >= 0)
		(void)close(outfile->folder_fd);
	free(outfile->buffer);
	free(outfile->path);
	free(outfile);
}

static struct fb_error *write_through(struct fb_outfile *outfile, uint64_t offset,
				      const uint8_t *bytes, size_t length)
{
	if (outfile->sink) {
		struct fb_error *err =
			length ? outfile->sink(outfile->sink_context, offset, bytes, length) : NULL;

		outfile->failed |= err != NULL;
		return err;
	}
	while (length) {
		ssize_t written = pwrite(outfile->fd, bytes, length, (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return fb_outfile_write_error(outfile, written < 0 ? errno : ENOSPC);
		bytes += written;
		length -= (size_t)written;
		offset += (uint64_t)written;
	}
	return NULL;
}

struct fb_error *fb_outfile_flush(struct fb_outfile *outfile)
{
	struct fb_error *err =
		write_through(outfile, outfile->flushed, outfile->buffer, outfile->used);

	if (!err) {
		outfile->flushed += outfile->used;
		outfile->used = 0;
	}
	return err;
}

struct fb_error *fb_outfile_write(struct fb_outfile *outfile, const void *bytes, size_t length)
{
	struct fb_error *err;

	if (length > FB_OUTFILE_BUFFER - outfile->used) {
		err = fb_outfile_flush(outfile);
		if (err)
			return err;
	}
	if (length > FB_OUTFILE_BUFFER) {
		err = write_through(outfile, outfile->flushed, bytes, length);
		if (!err)
			outfile->flushed += length;
		return err;
	}
	if (length)
		memcpy(outfile->buffer + outfile->used, bytes, length);
	outfile->used += length;
	return NULL;
}

struct fb_error *fb_outfile_write_at(struct fb_outfile *outfile, uint64_t offset, const void *bytes,
				     size_t length)
{
	struct fb_error *err;

	if (!length)
		return NULL;
	if (offset > INT64_MAX || length > INT64_MAX - offset)
		return fb_error_create(FB_INVALID, "%s: offset %" PRIu64 " is too large",
				       outfile->path, offset);
	if (offset + length > outfile->flushed) {
		err = fb_outfile_flush(outfile);
		if (err)
			return err;
	}
	err = write_through(outfile, offset, bytes, length);
	if (!err && offset + length > outfile->flushed)
		outfile->flushed = offset + length;
	return err;
}

struct fb_error *fb_outfile_align(struct fb_outfile *outfile, uint64_t alignment)
{
	static const uint8_t zeros[4096];
	uint64_t left = -fb_outfile_size(outfile) & (alignment - 1);

	while (left) {
		size_t chunk = left < sizeof(zeros) ? (size_t)left : sizeof(zeros);
		struct fb_error *err = fb_outfile_write(outfile, zeros, chunk);

		if (err)
			return err;
		left -= chunk;
	}
	return NULL;
}

uint64_t fb_outfile_size(const struct fb_outfile *outfile)
{
	return outfile->flushed + outfile->used;
}

/* Gives the nameless temporary a name in the folder. Returns 0 or an errno. */
static int link_as(const struct fb_outfile *outfile, const char *name)
{
	char self[40];

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", outfile->fd);
	return linkat(AT_FDCWD, self, outfile->folder_fd, name, AT_SYMLINK_FOLLOW) ? errno : 0;
}

static int rename_as(const struct fb_outfile *outfile, unsigned flags)
{
	return renameat2(outfile->folder_fd, outfile->temporary, outfile->folder_fd, outfile->name,
			 flags)
		       ? errno
		       : 0;
}

/* The target must not be there. Returns 0 or an errno. */
static int publish_new(const struct fb_outfile *outfile)
{
	int errnum;

	if (!outfile->temporary[0])
		return link_as(outfile, outfile->name);
	errnum = rename_as(outfile, RENAME_NOREPLACE);
	if (errnum != EINVAL && errnum != ENOSYS)
		return errnum;
	/* A file system without it, where one that appears right now would be lost. */
	if (!faccessat(outfile->folder_fd, outfile->name, F_OK, AT_SYMLINK_NOFOLLOW))
		return EEXIST;
	return rename_as(outfile, 0);
}

/* Returns 0 or an errno. */
static int publish_over(struct fb_outfile *outfile)
{
	if (!outfile->temporary[0]) {
		/* Where there is nothing to replace one call does it. Else the file has a name of its own
		 * between two calls, which a kill just then leaves behind. */
		int errnum = link_as(outfile, outfile->name);

		if (errnum != EEXIST)
			return errnum;
		errnum = choose_name(outfile);
		if (!errnum)
			errnum = link_as(outfile, outfile->temporary);
		if (errnum) {
			outfile->temporary[0] = '\0';
			return errnum;
		}
	}
	return rename_as(outfile, 0);
}

/* The target appears; an error leaves it as it was. */
static struct fb_error *publish(struct fb_outfile *outfile)
{
	struct fb_error *err = check_target(outfile);
	int errnum;

	if (err)
		return err;
	errnum = outfile->force ? publish_over(outfile) : publish_new(outfile);
	if (errnum == EEXIST)
		return fb_error_create(FB_INVALID, "%s has appeared meanwhile: not overwritten",
				       outfile->path);
	if (errnum)
		return fb_outfile_write_error(outfile, errnum);
	outfile->temporary[0] = '\0';
	return NULL;
}

struct fb_error *fb_outfile_commit(struct fb_outfile *outfile)
{
	struct fb_error *err;

	if (outfile->failed)
		return fb_error_create(FB_INVALID, "%s: an earlier write failed", outfile->path);
	err = fb_outfile_flush(outfile);
	if (err || outfile->sink)
		return err;
	if (outfile->ends_in_hole && ftruncate(outfile->fd, (off_t)outfile->flushed))
		return fb_outfile_write_error(outfile, errno);
	if (fsync(outfile->fd))
		return fb_outfile_write_error(outfile, errno);
	err = publish(outfile);
	if (err)
		return err;
	if (fsync(outfile->folder_fd))
		return fb_error_os(errno, "%s is written, but its folder cannot be synced",
				   outfile->path);
	return NULL;
}
