/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as the kernel's d_path() makes them: from a dentry up through its parents and
 * across mounts to a process's root directory; and what a struct file tells of the file
 * (fs/d_path.c, fs/mount.h, include/linux/dcache.h). Called wherever a file of the
 * kernel is shown.
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

/* The kernel's struct path; both are addresses. */
struct fb_path {
	uint64_t mount;  /* of the struct vfsmount, which is within a struct mount; 0: none */
	uint64_t dentry; /* of the struct dentry */
};

/* Bytes in which the text of any path and its NUL fit. */
#define FB_PATH_SIZE 4224

/* The root directory of a task (fs->root). FB_NOT_FOUND for a task that has released its fs on exit. */
FB_MUST_CHECK struct fb_error *
fb_path_task_root(struct fb_kernel *kernel, const struct fb_task *task, struct fb_path *root_ret);

/*
 * The text of path as a process with this root sees it: "/usr/bin/bash", "/tmp/x (deleted)",
 * "pipe:[17]", "socket:[17]", "anon_inode:[eventfd]", "/memfd:name (deleted)". Where root is NULL, or the
 * path lies outside root, the text begins at the root of the mount namespace, as in the kernel. `to` has
 * FB_PATH_SIZE bytes and gets raw text: escape it before showing. FB_LIMIT where the text is longer than
 * a path can be; FB_ABSENT, FB_CORRUPT and others of fb_space_read() where a dentry or mount on the way
 * cannot be read.
 */
FB_MUST_CHECK struct fb_error *fb_path_text_whole(struct fb_kernel *kernel,
						  const struct fb_path *path,
						  const struct fb_path *root, char *to);
/* The same; but where the mount or a directory on the way is not in the dump, the text is the known part of the
 * path, "…/dir/name, mount unknown", with a warning. */
FB_MUST_CHECK struct fb_error *fb_path_text(struct fb_kernel *kernel, const struct fb_path *path,
					    const struct fb_path *root, char *to);

/* The path of a dentry (by its address) within its own file system, as in the fourth field of
 * /proc/PID/mountinfo: "/" for the root, "net:[4026531840]" for a namespace. `to` has FB_PATH_SIZE bytes and gets
 * raw text. Errors as fb_path_text_whole(). */
FB_MUST_CHECK struct fb_error *fb_path_in_file_system(struct fb_kernel *kernel, uint64_t dentry,
						      char *to);

/* Copies text to `to` (size bytes, always NUL-terminated). Each byte that occurs in escape becomes a backslash and
 * three octal digits, as in the kernel's seq_path(). Cut where it does not fit. Returns `to`. */
char *fb_path_mangle(const char *text, const char *escape, char *to, size_t size);

/* The parts of a dev_t of the kernel: 12 bits of major, 20 of minor (include/linux/kdev_t.h). */
static inline void fb_device_parts(uint64_t device, uint32_t *major_ret, uint32_t *minor_ret)
{
	*major_ret = (uint32_t)(device >> 20);
	*minor_ret = (uint32_t)(device & ((1u << 20) - 1));
}

/* Reads the name of the type of the file system of a super_block: "ext4", "pipefs". to (size bytes) is NUL-terminated;
 * a longer name is cut. FB_CORRUPT where a pointer on the way is none, FB_ABSENT... where the name or what leads to it
 * cannot be read whole. */
FB_MUST_CHECK struct fb_error *fb_file_system_type(struct fb_kernel *kernel, uint64_t superblock,
						   char *to, size_t size);

/* What a struct file tells of its file. */
struct fb_file_info {
	struct fb_path path; /* as its user opened it */
	uint64_t inode_address;
	uint64_t inode;        /* its number */
	uint32_t major, minor; /* of its file system's device */
	uint16_t mode;         /* S_IFMT and permissions */
	char fs_type[32];      /* "ext4", "tmpfs", "pipefs"... */
};
/* file: the address of a struct file. For a mapped file of a stacked file system (overlayfs), path and inode are
 * those of the overlay, which the process sees, as in /proc/PID/maps. */
FB_MUST_CHECK struct fb_error *fb_file_info(struct fb_kernel *kernel, uint64_t file,
					    struct fb_file_info *info_ret);

#endif
