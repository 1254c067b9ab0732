// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the file that a blocked thread waits at: by its wait queue, else by the descriptor in the
 * arguments of its system call. Called by wait_channel.c, wait_socket.c and
 * wait_ring.c.
 */
#include "bundle/waits/files/wait_open_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "kernel/files/files.h"
#include "kernel/files/socket.h"

/* Which argument of a system call is a descriptor that it reads from, and writes to; NONE: no such. */
#define NONE (-1)

static const struct call {
	int32_t number;
	int8_t in, out;
} calls[] = {
	/* In order of number. */
	{SYS_read, 0, NONE},
	{SYS_write, NONE, 0},
	{SYS_ioctl, 0, 0},
	{SYS_pread64, 0, NONE},
	{SYS_pwrite64, NONE, 0},
	{SYS_readv, 0, NONE},
	{SYS_writev, NONE, 0},
	{SYS_sendfile, 1, 0},
	{SYS_connect, 0, 0},
	{SYS_accept, 0, NONE},
	{SYS_sendto, NONE, 0},
	{SYS_recvfrom, 0, NONE},
	{SYS_sendmsg, NONE, 0},
	{SYS_recvmsg, 0, NONE},
	{SYS_shutdown, NONE, 0},
	{SYS_mq_timedsend, NONE, 0},
	{SYS_mq_timedreceive, 0, NONE},
	{SYS_splice, 0, 2},
	{SYS_tee, 0, 1},
	{SYS_vmsplice, 0, 0},
	{SYS_accept4, 0, NONE},
	{SYS_preadv, 0, NONE},
	{SYS_pwritev, NONE, 0},
	{SYS_recvmmsg, 0, NONE},
	{SYS_sendmmsg, NONE, 0},
	{SYS_copy_file_range, 0, 2},
	{SYS_preadv2, 0, NONE},
	{SYS_pwritev2, NONE, 0},
};

static int by_number(const void *key, const void *element)
{
	int64_t number = *(const int64_t *)key;
	const struct call *call = element;

	return number < call->number ? -1 : number > call->number;
}

int64_t fb_wait_descriptor(const struct fb_blocked *blocked, bool writes)
{
	const struct call *call = NULL;
	int argument;

	if (blocked->has_regs && !blocked->compat)
		call = bsearch(&blocked->syscall, calls, FB_ARRAY_SIZE(calls), sizeof(calls[0]),
			       by_number);
	argument = !call ? NONE : writes ? call->out : call->in;
	/* An int: the upper half of the register is noise. */
	return argument == NONE ? -1 : (int64_t)(uint32_t)blocked->args[argument];
}

/* Whether a file is of the sort, by its inode, or, of one without an inode of its own, its name. */
static struct fb_error *is_of_sort(struct fb_wait_finder *finder, uint64_t file,
				   enum fb_wait_file_sort sort, bool *is_ret)
{
	struct fb_file_info info;
	char path[FB_PATH_SIZE];
	struct fb_error *err = fb_file_info(finder->kernel, file, &info);

	if (err)
		return err;
	switch (sort) {
	case FB_WAIT_PIPE:
		*is_ret = S_ISFIFO(info.mode);
		return NULL;
	case FB_WAIT_SOCKET:
		*is_ret = fb_file_is_socket(&info);
		return NULL;
	default:
		err = fb_path_text(finder->kernel, &info.path, NULL, path);
		if (!err)
			*is_ret = !strcmp(path, sort == FB_WAIT_RING ? "anon_inode:[io_uring]"
								     : "anon_inode:[eventfd]");
		return err;
	}
}

static const char *word_of(enum fb_wait_file_sort sort)
{
	return sort == FB_WAIT_PIPE     ? "pipe"
	       : sort == FB_WAIT_SOCKET ? "socket"
	       : sort == FB_WAIT_RING   ? "ring of io_uring"
					: "event descriptor";
}

static const struct fb_field *queue_of(const struct fb_layout *layout, enum fb_wait_file_sort sort,
				       bool writes)
{
	switch (sort) {
	case FB_WAIT_PIPE:
		return writes ? &layout->pipe_write_wait : &layout->pipe_read_wait;
	case FB_WAIT_SOCKET:
		return &layout->socket_wait;
	default:
		return &layout->eventfd_wait;
	}
}

/* For queues whose file cannot be read. A pipe is accepted without a file, because the site is a function for
 * pipes. */
static struct fb_error *is_without_file(struct fb_wait_finder *finder, uint64_t private_data,
					enum fb_wait_file_sort sort, bool *is_ret)
{
	*is_ret = sort == FB_WAIT_PIPE;
	return sort == FB_WAIT_SOCKET ? fb_socket_is_at(finder->kernel, private_data, is_ret)
				      : NULL;
}

/* By the wait queue: what it is a member of. */
static struct fb_error *by_queue(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 enum fb_wait_file_sort sort, bool writes,
				 struct fb_wait_file *found)
{
	const struct fb_field *queue = queue_of(finder->layout, sort, writes);
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	uint64_t head;
	int64_t named = fb_wait_descriptor(blocked, writes);
	size_t count = 0;
	bool is = false;
	struct fb_error *err = fb_layout_require(queue);

	if (!err)
		err = fb_wait_queue_of(finder, blocked, &head);
	if (!err)
		err = fb_wait_held(finder, &held);
	if (err)
		return err;
	*found = (struct fb_wait_file){
		.private_data = head - queue->offset, .fd = -1, .proven = true};
	entries = fb_held_by_private(held, found->private_data, &count);
	for (size_t i = 0; i < count; i++) {
		if (!found->file || entries[i].pid == blocked->task->pid)
			found->file = entries[i].file;
		if (entries[i].pid == blocked->task->pid &&
		    (found->fd < 0 || entries[i].fd == named))
			found->fd = entries[i].fd;
	}
	err = found->file ? is_of_sort(finder, found->file, sort, &is)
			  : fb_error_create(FB_ABSENT, "no process that can be read has it open");
	if (err && !fb_error_is_fatal(err)) {
		fb_error_destroy(err);
		err = is_without_file(finder, found->private_data, sort, &is);
	}
	if (!err && !is)
		err = fb_error_create(FB_NOT_FOUND, "the queue that it sleeps in is no %s's",
				      word_of(sort));
	return err;
}

struct fb_error *fb_wait_file_at(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 uint32_t fd, enum fb_wait_file_sort sort,
				 struct fb_wait_file *file_ret)
{
	struct fb_wait_file found = {.fd = fd};
	bool is = false;
	struct fb_error *err = fb_wait_fd(finder, blocked, fd, &found.file);

	if (!err)
		err = is_of_sort(finder, found.file, sort, &is);
	if (!err && !is)
		err = fb_error_create(FB_NOT_FOUND, "descriptor %" PRIu32 " is no %s at the panic",
				      fd, word_of(sort));
	if (!err)
		err = fb_kernel_field(finder->kernel, found.file,
				      &finder->layout->file_private_data, &found.private_data);
	if (!err)
		*file_ret = found;
	return err;
}

static struct fb_error *by_descriptor(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked, enum fb_wait_file_sort sort,
				      bool writes, struct fb_wait_file *found)
{
	int64_t fd = fb_wait_descriptor(blocked, writes);

	if (!blocked->has_regs)
		return fb_error_create(FB_ABSENT, "the thread's user registers are unknown");
	if (fd < 0)
		return fb_error_create(FB_NOT_FOUND, "its system call names no descriptor");
	return fb_wait_file_at(finder, blocked, (uint32_t)fd, sort, found);
}

struct fb_error *fb_wait_file_find(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   enum fb_wait_file_sort sort, bool writes,
				   struct fb_wait_file *file_ret)
{
	struct fb_wait_file found;
	struct fb_error *err = by_queue(finder, blocked, sort, writes, &found);

	if (err && !fb_error_is_fatal(err)) {
		fb_error_destroy(err);
		err = by_descriptor(finder, blocked, sort, writes, &found);
	}
	if (!err)
		*file_ret = found;
	return err;
}
