// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads and replaces small files of a host below a root. Called by kdump_hook.c. */
#include "bundle/host/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files/fd_io.h"

struct fb_error *fb_host_path(const char *root, const char *path, char **path_ret)
{
	return asprintf(path_ret, "%s%s", root, path) < 0 ? fb_error_nomem() : NULL;
}

struct fb_error *fb_host_file_read(const char *root, const char *path, struct fb_buf *text)
{
	FB_CLEANUP(fb_free_at) char *name = NULL;
	struct fb_error *err = fb_host_path(root, path, &name);
	void *end;
	int fd;

	if (err)
		return err;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return fb_error_create(FB_NOT_FOUND, "there is no %s", name);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return fb_error_create(FB_ABSENT, "cannot open %s: %m", name);
	if (fd < 0)
		return fb_error_os(errno, "cannot open %s", name);
	err = fb_read_to_end(fd, name, text);
	(void)close(fd);
	if (!err)
		err = fb_buf_reserve(text, 1, &end);
	if (!err)
		*(char *)end = '\0';
	return err;
}

static struct fb_error *write_copy(const char *name, const char *copy, const void *bytes,
				   size_t length)
{
	struct stat status;
	struct fb_error *err = NULL;
	int fd;

	if (lstat(name, &status))
		return fb_error_os(errno, "%s", name);
	if (!S_ISREG(status.st_mode))
		return fb_error_create(FB_INVALID, "%s is no plain file: change it by hand", name);
	fd = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fb_error_os(errno, "cannot write %s", copy);
	if (!fb_write_all(fd, bytes, length) || fsync(fd))
		err = fb_error_os(errno, "cannot write %s", copy);
	else if (fchown(fd, status.st_uid, status.st_gid) || fchmod(fd, status.st_mode & 07777))
		err = fb_error_os(errno, "%s: cannot give it the owner and mode of %s", copy, name);
	if (close(fd) && !err)
		err = fb_error_os(errno, "cannot write %s", copy);
	return err;
}

struct fb_error *fb_host_file_replace(const char *root, const char *path, const void *bytes,
				      size_t length)
{
	FB_CLEANUP(fb_free_at) char *name = NULL;
	FB_CLEANUP(fb_free_at) char *copy = NULL;
	struct fb_error *err = fb_host_path(root, path, &name);

	if (!err && asprintf(&copy, "%s.fbundle-new", name) < 0) {
		copy = NULL;
		err = fb_error_nomem();
	}
	if (err)
		return err;
	err = write_copy(name, copy, bytes, length);
	if (!err && rename(copy, name))
		err = fb_error_os(errno, "cannot replace %s", name);
	if (err && !fb_error_is(err, FB_INVALID))
		(void)unlink(copy);
	return err;
}
