// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens files under --sysroot, each once. Paths come from a dump, so they are resolved with the
 * sysroot as their root: neither ".." nor a symbolic link leads out of it. Called for mapped files, and for
 * the programs and libraries that unwinding of user stacks needs.
 */
#include "bundle/process/host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/files/open_in_root.h"

/* Distinct files mapped by the processes of one command. */
#define MAX_FILES 4096u

struct known {
	char *path;
	bool any_size;
	uint64_t size;        /* any_size: of no meaning */
	struct fb_file *file; /* NULL: looked for, and not there */
};

struct fb_host_files {
	pthread_mutex_t lock;
	char *sysroot;
	int fd; /* of sysroot; -1: none */
	struct known *known;
	size_t count, room;
};

struct fb_error *fb_host_files_create(const char *sysroot, struct fb_host_files **files_ret)
{
	struct fb_host_files *files = calloc(1, sizeof(*files));
	struct fb_error *err;

	if (!files)
		return fb_error_nomem();
	pthread_mutex_init(&files->lock, NULL);
	files->fd = -1;
	if (sysroot) {
		files->sysroot = strdup(sysroot);
		files->fd = open(sysroot, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (!files->sysroot || files->fd < 0) {
			err = files->sysroot
				      ? fb_error_os(errno, "%s: is to be the sysroot", sysroot)
				      : fb_error_nomem();
			fb_host_files_destroy(files);
			return err;
		}
	}
	*files_ret = files;
	return NULL;
}

void fb_host_files_destroy(struct fb_host_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->count; i++) {
		free(files->known[i].path);
		fb_file_destroy(files->known[i].file);
	}
	free(files->known);
	if (files->fd >= 0)
		close(files->fd);
	free(files->sysroot);
	pthread_mutex_destroy(&files->lock);
	free(files);
}

/* NULL in *file_ret: no such file, or another one. */
static struct fb_error *open_file(struct fb_host_files *files, const char *path,
				  const uint64_t *size, struct fb_file **file_ret)
{
	struct stat status;
	int fd;

	*file_ret = NULL;
	if (files->fd < 0 || path[0] != '/')
		return NULL;
	fd = fb_open_in_root(files->fd, path);
	if (fd < 0 && fb_open_told_nothing(errno))
		return fb_error_os(errno, "cannot open %s", path);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
	    (size && (uint64_t)status.st_size != *size)) {
		close(fd);
		return NULL;
	}
	return fb_file_from_fd(
		path, fd, status.st_mtim.tv_sec * 1000000000ll + status.st_mtim.tv_nsec, file_ret);
}

/* size NULL: any. */
static struct fb_error *find_known(struct fb_host_files *files, const char *path,
				   const uint64_t *size, struct known **known_ret)
{
	struct known *known;
	struct fb_error *err;

	for (size_t i = 0; i < files->count; i++) {
		known = &files->known[i];
		if (known->any_size == !size && (!size || known->size == *size) &&
		    strcmp(known->path, path) == 0) {
			*known_ret = known;
			return NULL;
		}
	}
	err = fb_grow_array(&files->known, &files->room, files->count, sizeof(*files->known),
			    MAX_FILES, "mapped files");
	if (err)
		return err;
	known = &files->known[files->count];
	known->any_size = !size;
	known->size = size ? *size : 0;
	known->path = strdup(path);
	if (!known->path)
		return fb_error_nomem();
	err = open_file(files, path, size, &known->file);
	if (err) {
		free(known->path);
		return err;
	}
	files->count++;
	*known_ret = known;
	return NULL;
}

static struct fb_error *find(struct fb_host_files *files, const char *path, const uint64_t *size,
			     struct fb_file **file_ret)
{
	struct known *known = NULL;
	struct fb_file *file = NULL;
	struct fb_error *err;

	pthread_mutex_lock(&files->lock);
	err = find_known(files, path, size, &known);
	if (!err)
		file = known->file;
	pthread_mutex_unlock(&files->lock);
	if (!err && !file)
		err = fb_error_create(FB_NOT_FOUND, "%s: not under the sysroot%s", path,
				      size ? ", or of another size" : "");
	if (!err)
		*file_ret = file;
	return err;
}

struct fb_error *fb_host_files_find(struct fb_host_files *files, const char *path, uint64_t size,
				    struct fb_file **file_ret)
{
	return find(files, path, &size, file_ret);
}

struct fb_error *fb_host_files_find_any(struct fb_host_files *files, const char *path,
					struct fb_file **file_ret)
{
	return find(files, path, NULL, file_ret);
}
