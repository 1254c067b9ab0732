/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is being written. The bytes go to a temporary file of mode 0600 in the target's folder, which
 * fb_outfile_commit() syncs and renames to the target. Where it is destroyed before that, no file is left.
 * Not for several threads at once. Called by every command that writes a file. A write fails with FB_OS, and
 * with FB_INVALID where an offset is too large for a file.
 */
#ifndef FB_BASE_OUTFILE_H
#define FB_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"

struct fb_outfile;

/* Begins a file that will be at path. Without force, FB_INVALID where the target exists, now or at commit.
 * Always FB_INVALID where the target is a symbolic link or no regular file. */
FB_MUST_CHECK struct fb_error *fb_outfile_create(const char *path, bool force,
						 struct fb_outfile **outfile_ret);
/* The same without a file: the bytes are passed to write(context, offset, bytes, length). write() must accept
 * any length, and offsets below earlier ones. name is for messages. Nothing is synced or renamed. It serves
 * formats that are a stream of pieces with an offset each (makedumpfile's flattened format). */
FB_MUST_CHECK struct fb_error *fb_outfile_create_sink(
	const char *name,
	struct fb_error *(*write)(void *context, uint64_t offset, const void *bytes, size_t length),
	void *context, struct fb_outfile **outfile_ret);
void fb_outfile_destroy(struct fb_outfile *outfile);

/* What is opened before a process enters the sandbox, so that it can make a file although it may then open
 * none: the folder, and a file without a name in it (O_TMPFILE). Each is -1 where there is none. */
struct fb_outfile_start {
	int fd, folder_fd;
};

/* Opens both; the file has mode 0600. fb_outfile_start_close() closes them. Both are -1 where the folder's
 * file system has no files without a name (overlayfs before 6.1, NFS), or where the folder cannot be written;
 * fb_outfile_create() then gives the error. */
void fb_outfile_start_open(const char *folder, struct fb_outfile_start *start_ret);
void fb_outfile_start_close(struct fb_outfile_start *start);

/* As fb_outfile_create(), but with the descriptors of start, which was opened for the folder of path; the
 * outfile takes them over. Where start is NULL or has none it is fb_outfile_create(). */
FB_MUST_CHECK struct fb_error *fb_outfile_create_on(struct fb_outfile_start *start,
						    const char *path, bool force,
						    struct fb_outfile **outfile_ret);

/* Appends (buffered). */
FB_MUST_CHECK struct fb_error *fb_outfile_write(struct fb_outfile *outfile, const void *bytes,
						size_t length);
/* Overwrites bytes already written, or leaves a hole before them; does not move the end back. */
FB_MUST_CHECK struct fb_error *fb_outfile_write_at(struct fb_outfile *outfile, uint64_t offset,
						   const void *bytes, size_t length);
/* Appends length bytes of file from offset on, by copy_file_range() where file->fd allows that; its holes
 * stay holes. FB_TRUNCATED where the file ends before. */
FB_MUST_CHECK struct fb_error *fb_outfile_copy(struct fb_outfile *outfile, struct fb_file *file,
					       uint64_t offset, uint64_t length);
/* Appends zeros up to the next multiple of alignment (a power of two). */
FB_MUST_CHECK struct fb_error *fb_outfile_align(struct fb_outfile *outfile, uint64_t alignment);
/* How many bytes the file has so far, which is the offset of the next append. */
uint64_t fb_outfile_size(const struct fb_outfile *outfile);
/* Syncs the file, gives it its name, and syncs the folder. The outfile must still be destroyed. FB_INVALID
 * where an earlier write failed, or where the target has appeared meanwhile and there is no force; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_outfile_commit(struct fb_outfile *outfile);

#endif
