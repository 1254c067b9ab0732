// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the folder of `report --sos`, and gives it its name when it is complete.
 */
#include "cmd/report/sos/sos_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "cmd/report/sos/sos_files.h"

/* Folders that are open at a time while what was made is removed. */
#define OPEN_FOLDERS 8

/* Returns 0 or an errno. */
static int make_all(int folder)
{
	for (size_t i = 0; fb_sos_folders[i]; i++)
		if (mkdirat(folder, fb_sos_folders[i], 0700))
			return errno;
	for (size_t i = 0; fb_sos_files[i].path; i++)
		if (fb_sos_files[i].link &&
		    symlinkat(fb_sos_files[i].path, folder, fb_sos_files[i].link))
			return errno;
	return 0;
}

static int remove_one(const char *path, const struct stat *stat_buf FB_UNUSED, int kind FB_UNUSED,
		      struct FTW *place FB_UNUSED)
{
	(void)remove(path);
	return 0;
}

/* Removes what was made, as far as that is possible. */
static void discard(const struct fb_sos_folder *folder)
{
	(void)nftw(folder->temporary, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static void sync_folder(int parent, const char *name)
{
	const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* Returns 0 or an errno. */
static int publish(const struct fb_sos_folder *folder)
{
	const char *slash = strrchr(folder->path, '/');
	const int fd = open(folder->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *parent;

	for (size_t i = 0; fd >= 0 && fb_sos_folders[i]; i++)
		sync_folder(fd, fb_sos_folders[i]);
	if (fd >= 0)
		(void)close(fd);
	sync_folder(AT_FDCWD, folder->temporary);
	if (renameat2(AT_FDCWD, folder->temporary, AT_FDCWD, folder->path, RENAME_NOREPLACE)) {
		if (errno != EINVAL && errno != ENOSYS)
			return errno;
		/* A file system without it. Only an empty folder would be replaced. */
		if (rename(folder->temporary, folder->path))
			return errno;
	}
	parent = slash ? strndup(folder->path, (size_t)(slash - folder->path) + 1) : strdup(".");
	if (parent)
		sync_folder(AT_FDCWD, parent);
	free(parent);
	return 0;
}

/* The process: one byte asks for the name; the end of the other process ends this one, too. */
_Noreturn static void serve(const struct fb_sos_folder *folder, int channel)
{
	char request;
	ssize_t got;
	int errnum = -1;

	/* Ctrl-C is for the other one: this one cleans up behind it. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	do
		got = read(channel, &request, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1) {
		errnum = publish(folder);
		(void)!write(channel, &errnum, sizeof(errnum));
	}
	if (errnum)
		discard(folder);
	_exit(0);
}

static struct fb_error *start(struct fb_sos_folder *folder)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fb_error_os(errno, "cannot make a pair of sockets");
	(void)fflush(NULL);
	folder->pid = fork();
	if (folder->pid == 0) {
		(void)close(ends[0]);
		serve(folder, ends[1]);
	}
	(void)close(ends[1]);
	folder->channel = ends[0];
	if (folder->pid > 0)
		return NULL;
	return fb_error_os(errno, "cannot start a process");
}

/* The path without slashes at its end, and a name for a folder beside it. */
static struct fb_error *name(const char *path, struct fb_sos_folder *folder)
{
	size_t length = strlen(path);
	const char *slash;
	int made;

	while (length > 1 && path[length - 1] == '/')
		length--;
	folder->path = strndup(path, length);
	if (!folder->path)
		return fb_error_nomem();
	slash = strrchr(folder->path, '/');
	made = asprintf(&folder->temporary, "%.*s.fbundle-XXXXXX",
			slash ? (int)(slash - folder->path) + 1 : 0, folder->path);
	if (made >= 0)
		return NULL;
	folder->temporary = NULL;
	return fb_error_nomem();
}

/* Makes the folder with what is in it; where that fails, nothing is left. */
static struct fb_error *make(struct fb_sos_folder *folder)
{
	int fd, errnum;

	if (!mkdtemp(folder->temporary))
		return fb_error_os(errno, "cannot make a folder beside %s", folder->path);
	fd = open(folder->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	errnum = fd < 0 ? errno : make_all(fd);
	if (fd >= 0)
		(void)close(fd);
	if (!errnum)
		return NULL;
	discard(folder);
	return fb_error_os(errnum, "cannot fill the folder %s", folder->temporary);
}

static struct fb_error *exists(const struct fb_sos_folder *folder)
{
	return fb_error_create(FB_INVALID, "%s exists: name a folder that is not there yet",
			       folder->path);
}

struct fb_error *fb_sos_folder_begin(const char *path, struct fb_sos_folder *folder)
{
	struct stat stat_buf;
	struct fb_error *err;

	*folder = (struct fb_sos_folder){.channel = -1, .pid = -1};
	err = name(path, folder);
	if (!err && !lstat(folder->path, &stat_buf))
		err = exists(folder);
	if (!err)
		err = make(folder);
	if (err)
		return err;
	err = start(folder);
	if (err)
		discard(folder);
	return err;
}

struct fb_error *fb_sos_folder_commit(struct fb_sos_folder *folder)
{
	int errnum = EPIPE;

	if (!fb_write_all(folder->channel, "", 1) ||
	    !fb_read_all(folder->channel, &errnum, sizeof(errnum)))
		errnum = EPIPE;
	if (errnum == EEXIST || errnum == ENOTEMPTY || errnum == ENOTDIR)
		return exists(folder);
	return errnum ? fb_error_os(errnum, "cannot make %s", folder->path) : NULL;
}

void fb_sos_folder_deinit(struct fb_sos_folder *folder)
{
	if (folder->channel >= 0)
		(void)close(folder->channel);
	while (folder->pid > 0 && waitpid(folder->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(folder->temporary);
	free(folder->path);
	*folder = (struct fb_sos_folder){.channel = -1, .pid = -1};
}
