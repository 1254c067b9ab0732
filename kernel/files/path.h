/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as the kernel's d_path() gives them: up the dentries, across mounts, to
 * the root of whoever asks; and files, by the inode behind them
 * (fs/d_path.c, fs/mount.h, include/linux/dcache.h).
 */
#ifndef FB_KERNEL_PATH_H
#define FB_KERNEL_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* struct path. */
struct fb_path {
	uint64_t mount; /* struct vfsmount, within a struct mount; 0: none */
	uint64_t dentry;
};

/* A path's text and its NUL always fit. */
#define FB_PATH_SIZE 4224

/* The root directory of a task (fs->root). FB_NOT_FOUND for one that has given its fs back. */
FB_MUST_CHECK struct fb_error *
fb_path_task_root(struct fb_kernel *kernel, const struct fb_task *task, struct fb_path *root_ret);

/*
 * The text of path as a process with this root sees it: "/usr/bin/bash", "/tmp/x (deleted)",
 * "pipe:[17]", "socket:[17]", "anon_inode:[eventfd]", "/memfd:name (deleted)". A path outside
 * root, and one with root NULL, goes up to the root of its mount namespace, as in the kernel.
 * to holds FB_PATH_SIZE bytes of raw text: escape it before showing. FB_LIMIT where it is longer
 * than a path can be; FB_ABSENT, FB_CORRUPT... where a link of the chain cannot be read.
 */
FB_MUST_CHECK struct fb_error *fb_path_text_whole(struct fb_kernel *kernel,
						  const struct fb_path *path,
						  const struct fb_path *root, char *to);
/* The same; where the mount or a directory above it is not in the dump, what is left of it, with a warning:
 * "…/dir/name, mount unknown". */
FB_MUST_CHECK struct fb_error *fb_path_text(struct fb_kernel *kernel, const struct fb_path *path,
					    const struct fb_path *root, char *to);

/* Where a dentry is within its own file system, as the fourth field of /proc/PID/mountinfo: "/" for its root,
 * "net:[4026531840]" for a namespace. to holds FB_PATH_SIZE bytes of raw text. Errors as above. */
FB_MUST_CHECK struct fb_error *fb_path_in_file_system(struct fb_kernel *kernel, uint64_t dentry,
						      char *to);

/* Copies text with each byte of escape as a backslash and three octal digits, as seq_path()
 * does. Cut where it does not fit; always NUL-terminated. Returns to. */
char *fb_path_mangle(const char *text, const char *escape, char *to, size_t size);

/* The parts of a dev_t of the kernel: 12 bits of major, 20 of minor (include/linux/kdev_t.h). */
static inline void fb_device_parts(uint64_t device, uint32_t *major_ret, uint32_t *minor_ret)
{
	*major_ret = (uint32_t)(device >> 20);
	*minor_ret = (uint32_t)(device & ((1u << 20) - 1));
}

/* What stands behind a struct file. */
struct fb_file_info {
	struct fb_path path; /* as its user opened it */
	uint64_t inode_address;
	uint64_t inode;        /* its number */
	uint32_t major, minor; /* of its file system's device */
	uint16_t mode;         /* S_IFMT and permissions */
	char fs_type[32];      /* "ext4", "tmpfs", "pipefs"... */
};
/* file: the address of a struct file. Of a file on a stacked file system (overlayfs) that is
 * mapped, path and inode are those that its user sees, as in /proc/PID/maps. */
FB_MUST_CHECK struct fb_error *fb_file_info(struct fb_kernel *kernel, uint64_t file,
					    struct fb_file_info *info_ret);

#endif
