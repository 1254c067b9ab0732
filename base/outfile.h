/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file being written: a temporary beside its target, mode 0600, synced and
 * renamed by fb_outfile_commit(). Destroyed before that, it leaves nothing.
 */
#ifndef FB_BASE_OUTFILE_H
#define FB_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"

struct fb_outfile;

/* Without force an existing target is FB_INVALID, both now and at commit. A target that is a
 * symbolic link or no regular file is always refused. */
FB_MUST_CHECK struct fb_error *fb_outfile_create(const char *path, bool force,
						 struct fb_outfile **outfile_ret);
/* No file: what is written goes to write(context, offset, bytes, length), which must take every length and
 * may be called for ascending and for earlier offsets; name is for messages. Nothing is synced or renamed.
 * For formats that tell a stream of pieces by their offsets. */
FB_MUST_CHECK struct fb_error *fb_outfile_create_sink(
	const char *name,
	struct fb_error *(*write)(void *context, uint64_t offset, const void *bytes, size_t length),
	void *context, struct fb_outfile **outfile_ret);
void fb_outfile_destroy(struct fb_outfile *outfile);

/* What a file can be made of by who may not open files in its folder any more: a temporary without a
 * name, and the folder. Each -1: none. */
struct fb_outfile_start {
	int fd, folder_fd;
};

/* Opens both, mode 0600; for fb_outfile_start_close(). Both are -1 where the folder's file system has no
 * files without a name (overlayfs before 6.1, NFS), or it cannot be written: fb_outfile_create() says
 * which. */
void fb_outfile_start_open(const char *folder, struct fb_outfile_start *start_ret);
void fb_outfile_start_close(struct fb_outfile_start *start);

/* fb_outfile_create() in that folder, of a start that was opened there, which the file takes over. NULL or
 * none: as fb_outfile_create(). */
FB_MUST_CHECK struct fb_error *fb_outfile_create_on(struct fb_outfile_start *start,
						    const char *path, bool force,
						    struct fb_outfile **outfile_ret);

/* Appends (buffered). */
FB_MUST_CHECK struct fb_error *fb_outfile_write(struct fb_outfile *outfile, const void *bytes,
						size_t length);
/* Overwrites bytes already written, or leaves a hole before them; does not move the end back. */
FB_MUST_CHECK struct fb_error *fb_outfile_write_at(struct fb_outfile *outfile, uint64_t offset,
						   const void *bytes, size_t length);
/* Appends length bytes of file at offset, in the kernel where file->fd allows it; its holes stay
 * holes. */
FB_MUST_CHECK struct fb_error *fb_outfile_copy(struct fb_outfile *outfile, struct fb_file *file,
					       uint64_t offset, uint64_t length);
/* Zero bytes up to the next multiple of alignment (a power of two). */
FB_MUST_CHECK struct fb_error *fb_outfile_align(struct fb_outfile *outfile, uint64_t alignment);
/* Bytes so far: where the next append goes. */
uint64_t fb_outfile_size(const struct fb_outfile *outfile);
/* Sync, rename, sync the folder. */
FB_MUST_CHECK struct fb_error *fb_outfile_commit(struct fb_outfile *outfile);

#endif
