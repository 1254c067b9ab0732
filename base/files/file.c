// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files on disk and in memory. A read of a plain file is one pread. Opened by the readers of
 * dumps, cores and bundles, and by the layers (flattened, unpacked) that are files themselves.
 */
#include "base/files/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct memory_file {
	struct fb_file file;
	uint8_t *data; /* owned */
};

/* Linux moves at most this much in one call (MAX_RW_COUNT). */
#define READ_MAX 0x7ffff000u

/* What disks, file systems and the memory behind /proc/vmcore say of bytes that they cannot give: sectors that are
 * broken, checksums that are wrong (EBADMSG, EUCLEAN), memory that is poisoned. Other bytes of the file may be good.
 * The buffer is the program's own, so that EFAULT too is of the memory that was to be read (read_from_oldmem() of the
 * kernel). */
static bool is_of_these_bytes(int errnum)
{
	switch (errnum) {
	case EIO:
	case EFAULT:
	case ENODATA:
	case EILSEQ:
	case EREMOTEIO:
	case EBADMSG:
	case EUCLEAN:
	case EHWPOISON:
		return true;
	default:
		return false;
	}
}

/* Of a read that has just failed: %m is what errno says. */
static struct fb_error *read_failure(const struct fb_file *file, uint64_t offset)
{
	if (is_of_these_bytes(errno))
		return fb_error_create(FB_CORRUPT, "%s: cannot read at offset %" PRIu64 ": %m",
				       file->path, offset);
	return fb_error_os(errno, "%s: cannot read at offset %" PRIu64, file->path, offset);
}

static struct fb_error *disk_read(struct fb_file *file, uint64_t offset, void *to, size_t length,
				  size_t *read_ret)
{
	size_t done = 0;

	while (done < length) {
		size_t wanted = length - done < READ_MAX ? length - done : READ_MAX;
		ssize_t got = pread(file->fd, (char *)to + done, wanted, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return read_failure(file, offset + done);
		if (!got)
			return fb_error_create(FB_OS,
					       "%s: has become shorter while it was read (%" PRIu64
					       " bytes when it was opened, no more than %" PRIu64
					       " now): is it still being written or copied?",
					       file->path, file->size, offset + done);
		done += (size_t)got;
	}
	*read_ret = done;
	return NULL;
}

static void disk_destroy(struct fb_file *file)
{
	(void)close(file->fd);
	free(file->path);
	free(file);
}

/* Behind the end of a file that has become shorter there is no hole: a read has to find it out. */
static bool is_shorter(const struct fb_file *file)
{
	off_t size = lseek(file->fd, 0, SEEK_END);

	return size >= 0 && (uint64_t)size < file->size;
}

/* A file system that keeps no holes, or does not tell, has one at the end of the file. */
static void disk_next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
			   uint64_t *end_ret)
{
	off_t start = lseek(file->fd, (off_t)offset, SEEK_DATA), end = -1;

	if (start < 0 && errno == ENXIO && !is_shorter(file)) {
		*start_ret = *end_ret = file->size;
		return;
	}
	if (start >= 0)
		end = lseek(file->fd, start, SEEK_HOLE);
	*start_ret = start >= 0 ? (uint64_t)start : offset;
	*end_ret = end > start ? (uint64_t)end : file->size;
}

static const struct fb_file_ops disk_ops = {
	.read = disk_read,
	.next_data = disk_next_data,
	.destroy = disk_destroy,
};

static struct fb_error *memory_read(struct fb_file *file, uint64_t offset, void *to, size_t length,
				    size_t *read_ret)
{
	const struct memory_file *memory = (struct memory_file *)file;

	memcpy(to, memory->data + offset, length);
	*read_ret = length;
	return NULL;
}

static void memory_destroy(struct fb_file *file)
{
	struct memory_file *memory = (struct memory_file *)file;

	free(memory->data);
	free(file->path);
	free(memory);
}

static const struct fb_file_ops memory_ops = {.read = memory_read, .destroy = memory_destroy};

struct fb_error *fb_file_from_fd(const char *path, int fd, int64_t mtime_ns,
				 struct fb_file **file_ret)
{
	struct stat stat_buf;
	struct fb_file *file;

	if (fstat(fd, &stat_buf))
		return fb_error_os(errno, "%s", path);
	file = calloc(1, sizeof(*file));
	if (!file)
		return fb_error_nomem();
	file->path = strdup(path);
	if (!file->path) {
		free(file);
		return fb_error_nomem();
	}
	file->ops = &disk_ops;
	file->size = (uint64_t)stat_buf.st_size;
	file->mtime_ns = mtime_ns;
	file->fd = fd;
	*file_ret = file;
	return NULL;
}

static struct fb_error *check_regular(const char *path, const struct stat *stat_buf)
{
	if (S_ISDIR(stat_buf->st_mode))
		return fb_error_create(FB_INVALID, "%s is a folder: name a file in it", path);
	if (!S_ISREG(stat_buf->st_mode))
		return fb_error_create(FB_INVALID,
				       "%s is not a regular file: copy what it gives to one", path);
	return NULL;
}

struct fb_error *fb_file_open(const char *path, struct fb_file **file_ret)
{
	struct fb_error *err;
	struct stat stat_buf;
	int fd;

	/* O_NONBLOCK: a FIFO is refused below, not waited for. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fb_error_os(errno, "cannot open %s", path);
	if (fstat(fd, &stat_buf))
		err = fb_error_os(errno, "%s", path);
	else
		err = check_regular(path, &stat_buf);
	if (!err)
		err = fb_file_from_fd(path, fd,
				      (int64_t)stat_buf.st_mtim.tv_sec * 1000000000 +
					      stat_buf.st_mtim.tv_nsec,
				      file_ret);
	if (err)
		(void)close(fd);
	return err;
}

struct fb_error *fb_file_from_memory(const char *name, void *data, size_t size,
				     struct fb_file **file_ret)
{
	struct memory_file *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return fb_error_nomem();
	memory->file.path = strdup(name);
	if (!memory->file.path) {
		free(memory);
		return fb_error_nomem();
	}
	memory->file.ops = &memory_ops;
	memory->file.size = size;
	memory->file.fd = -1;
	memory->data = data;
	*file_ret = &memory->file;
	return NULL;
}

void fb_file_destroy(struct fb_file *file)
{
	if (file)
		file->ops->destroy(file);
}

struct fb_error *fb_file_read_some(struct fb_file *file, uint64_t offset, void *to, size_t length,
				   size_t *read_ret)
{
	if (offset >= file->size || !length) {
		*read_ret = 0;
		return NULL;
	}
	if (length > file->size - offset)
		length = file->size - offset; /* saves a pread that would only find the end */
	return file->ops->read(file, offset, to, length, read_ret);
}

struct fb_error *fb_file_read(struct fb_file *file, uint64_t offset, void *to, size_t length)
{
	struct fb_error *err;
	size_t got = 0;

	err = fb_file_read_some(file, offset, to, length, &got);
	if (!err && got < length)
		err = fb_error_create(FB_TRUNCATED,
				      "%s: %zu bytes wanted at offset %" PRIu64 ", %zu are there",
				      file->path, length, offset, got);
	return err;
}

void fb_file_next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
		       uint64_t *end_ret)
{
	uint64_t start = offset, end = file->size;

	if (offset >= file->size)
		start = file->size;
	else if (file->ops->next_data)
		file->ops->next_data(file, offset, &start, &end);
	/* It may have grown since it was opened. */
	*start_ret = start < file->size ? start : file->size;
	*end_ret = end < file->size ? end : file->size;
}

uint64_t fb_file_data_size(struct fb_file *file)
{
	uint64_t size = 0, start, end = 0;

	do {
		fb_file_next_data(file, end, &start, &end);
		size += end - start;
	} while (end < file->size && end > start);
	return size;
}
