// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes the database's file. Called by triage.c and examine.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "cmd/triage/triage.h"

static struct fb_error *read_file(const char *path, int fd, struct fb_buf *bytes)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return fb_error_os(errno, "%s", path);
	if (!S_ISREG(status.st_mode))
		return fb_error_create(FB_INVALID, "%s: no regular file", path);
	if ((uint64_t)status.st_size > FB_TRIAGE_MAX_DATABASE)
		return fb_error_create(FB_LIMIT, "%s: larger than a database may be", path);
	return fb_read_to_end(fd, path, bytes);
}

struct fb_error *fb_triage_load(const struct fb_triage *triage, const char *path, bool make,
				struct fb_triage_store **store_ret)
{
	struct fb_buf bytes;
	struct fb_error *err = NULL;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && (errno != ENOENT || !make))
		return fb_error_os(errno, "%s", path);
	fb_buf_init(&bytes, FB_TRIAGE_MAX_DATABASE);
	if (fd >= 0) {
		err = read_file(path, fd, &bytes);
		(void)close(fd);
		if (!err && !bytes.size)
			err = fb_error_create(FB_CORRUPT, "%s: empty, and no database", path);
	}
	if (!err)
		err = fb_triage_store_open(&triage->sqlite, path, bytes.data, bytes.size,
					   store_ret);
	fb_buf_deinit(&bytes);
	return err;
}

struct fb_error *fb_triage_save(struct fb_triage *triage)
{
	struct fb_outfile *outfile = NULL;
	struct fb_buf bytes;
	struct fb_error *err;

	fb_buf_init(&bytes, FB_TRIAGE_MAX_DATABASE);
	err = fb_triage_store_bytes(triage->store, &bytes);
	if (!err)
		err = fb_outfile_create(triage->database, true, &outfile);
	if (!err)
		err = fb_outfile_write(outfile, bytes.data, bytes.size);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	fb_buf_deinit(&bytes);
	return err;
}
