/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The open files of a process (include/linux/fdtable.h, fs.h). Called by the command files, the report, and the
 * analysis of waits.
 */
#ifndef FB_KERNEL_FILES_H
#define FB_KERNEL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/files/path.h"
#include "kernel/files/socket.h"
#include "kernel/tasks/task.h"

struct fb_open_file {
	uint32_t fd;
	uint64_t address; /* of the struct file */
	uint64_t flags;   /* O_*, O_CLOEXEC included, as in /proc/PID/fdinfo */
	int64_t pos;      /* the file offset, in bytes */
	const char *type; /* "regular", "directory", "symlink", "char", "block", "pipe",
				* "fifo", "socket", "anon"; NULL: unknown. Static */
	uint32_t device_major, device_minor; /* of the device that a char or block file is */
	struct fb_file_info info;
	char *path;               /* owned; raw text as readlink of /proc/PID/fd/N; NULL: unknown */
	struct fb_socket *socket; /* owned; NULL unless a socket that could be read */
};

struct fb_open_files {
	struct fb_open_file *files; /* owned; in order of fd */
	size_t count;
	/* descriptors in use whose struct file cannot be read; more may be lost where the bitmap of
	 * used descriptors cannot be read either */
	uint64_t lost;
};

/*
 * The files of the task's file table, which its process usually shares. Paths are as seen from root (NULL: from
 * the root of the mount namespace). Where data of one file are damaged, they stay unknown, with a warning. A task
 * that has released its table on exit has no files, which is no error. FB_ABSENT, FB_CORRUPT and others of
 * fb_space_read() where the table itself cannot be read. The caller frees the result with
 * fb_open_files_deinit().
 */
FB_MUST_CHECK struct fb_error *fb_open_files_load(struct fb_kernel *kernel,
						  const struct fb_task *task,
						  const struct fb_path *root,
						  struct fb_open_files *files_ret);
/* The address of the struct file of one descriptor. FB_NOT_FOUND where the task has no such descriptor. */
FB_MUST_CHECK struct fb_error *fb_open_file_find(struct fb_kernel *kernel,
						 const struct fb_task *task, uint32_t fd,
						 uint64_t *file_ret);
/* Whether a file is a socket, that is, a file of sockfs. The name of a UNIX socket in a file system is not. */
bool fb_file_is_socket(const struct fb_file_info *info);
/* The socket of a struct file (by its address), whose fb_file_info() is info. */
FB_MUST_CHECK struct fb_error *fb_file_socket(struct fb_kernel *kernel, uint64_t file,
					      const struct fb_file_info *info,
					      struct fb_socket *socket_ret);
void fb_open_files_deinit(struct fb_open_files *files);

#endif
