// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds who can make a watched file ready: who has the other end of it. Called by wait_poll.c. */
#include "bundle/waits/files/wait_feeder.h"

#include <string.h>
#include <sys/stat.h>

#include "base/part.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_socket.h"
#include "bundle/waits/finder/wait_types.h"
#include "kernel/files/files.h"

static struct fb_error *feed_pipe(struct fb_wait_finder *finder, size_t object, uint64_t file,
				  const struct fb_file_info *info)
{
	uint64_t mode = 0;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, file, &finder->layout->file_mode, &mode);
	if (err)
		return err;
	return fb_wait_add_holders(finder, object, 0, info->inode_address,
				   mode & FB_FMODE_READ ? FB_FMODE_WRITE : FB_FMODE_READ);
}

static struct fb_error *feed_peer(struct fb_wait_finder *finder, size_t object, uint64_t socket,
				  struct fb_wait_absence *absence)
{
	struct fb_wait_absence own = FB_WAIT_ABSENCE_KNOWN;
	struct fb_error *err = fb_wait_add_peer(finder, object, socket, NULL, &own);

	if (!err && !own.known)
		fb_wait_absence_unknown(absence, "%s", own.because);
	return err;
}

static struct fb_error *feed_socket(struct fb_wait_finder *finder, size_t object, uint64_t file,
				    struct fb_wait_absence *absence)
{
	uint64_t socket;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data, &socket);

	return err ? err : feed_peer(finder, object, socket, absence);
}

/* A process that has ended makes its pidfd readable. The struct pid is the private data of its inode in pidfs
 * (cb12fd8e0dab, 6.9), before that of the file. */
static struct fb_error *feed_pidfd(struct fb_wait_finder *finder, size_t object, uint64_t file,
				   const struct fb_file_info *info)
{
	bool in_pidfs = !strcmp(info->fs_type, "pidfs");
	const struct fb_task *task = NULL;
	int32_t tid = 0;
	uint64_t pid = 0;
	struct fb_error *err =
		in_pidfs ? fb_wait_value(finder, info->inode_address, "inode", "i_private", &pid)
			 : fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data,
					   &pid);

	if (!err)
		err = fb_wait_pid_number(finder, pid, &tid);
	if (!err)
		task = fb_tasks_by_tid(finder->tasks, tid);
	if (!task) {
		finder->graph.objects[object].others = true;
		return err;
	}
	return fb_wait_graph_owner(&finder->graph, object, task->pid, true);
}

/* Files of the kernel's own, which share an inode: by their names. */
static struct fb_error *feed_anonymous(struct fb_wait_finder *finder, size_t object, uint64_t file,
				       const struct fb_file_info *info)
{
	char path[FB_PATH_SIZE];
	uint64_t context;
	struct fb_error *err = fb_path_text(finder->kernel, &info->path, NULL, path);

	if (!err && !strcmp(path, "anon_inode:[pidfd]"))
		return feed_pidfd(finder, object, file, info);
	/* The kernel may write to an event descriptor too: timers, KVM, aio. */
	finder->graph.objects[object].others = true;
	if (err || strcmp(path, "anon_inode:[eventfd]") != 0)
		return err;
	err = fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data, &context);
	return err ? err : fb_wait_add_private_holders(finder, object, context, FB_FMODE_WRITE);
}

/* A file whose inode or path cannot be read may still lead to a socket. Takes err, which says why. */
static struct fb_error *feed_unknown(struct fb_wait_finder *finder, size_t object, uint64_t file,
				     struct fb_wait_absence *absence, struct fb_error *err)
{
	uint64_t socket = 0;
	bool is = false;
	struct fb_error *other = fb_part_skip(
		fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data, &socket));

	if (!other && fb_kernel_address_ok(socket))
		other = fb_socket_is_at(finder->kernel, socket, &is);
	if (!other && !is)
		return err;
	fb_error_destroy(err);
	return other ? other : feed_peer(finder, object, socket, absence);
}

struct fb_error *fb_wait_add_feeders(struct fb_wait_finder *finder, size_t object, uint64_t file,
				     struct fb_wait_absence *absence)
{
	struct fb_file_info info;
	struct fb_error *err = fb_file_info(finder->kernel, file, &info);

	if (err && !fb_error_is_fatal(err))
		return feed_unknown(finder, object, file, absence, err);
	if (err)
		return err;
	if (S_ISFIFO(info.mode))
		return feed_pipe(finder, object, file, &info);
	if (fb_file_is_socket(&info))
		return feed_socket(finder, object, file, absence);
	if (!strcmp(info.fs_type, "pidfs"))
		return feed_pidfd(finder, object, file, &info);
	if (!strcmp(info.fs_type, "anon_inodefs"))
		return feed_anonymous(finder, object, file, &info);
	finder->graph.objects[object].others = true;
	return NULL;
}

/* Whether a process has a pipe open that is at the address. That a file has this private_data is not enough: those of
 * other sorts have queues at the same places (struct eventpoll has two behind a mutex too). */
static struct fb_error *is_open_pipe(struct fb_wait_finder *finder, uint64_t pipe, bool *is_ret)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	uint64_t operations = 0, of_pipes = 0;
	size_t count;
	struct fb_error *err = fb_wait_held(finder, &held);

	*is_ret = false;
	if (err || !fb_kernel_address_ok(pipe))
		return err;
	entries = fb_held_by_private(held, pipe, &count);
	if (!count)
		return NULL;
	err = fb_kernel_symbol(finder->kernel, "pipefifo_fops", &of_pipes);
	if (!err)
		err = fb_wait_value(finder, entries->file, "file", "f_op", &operations);
	*is_ret = !err && operations == of_pipes;
	return fb_part_skip(err);
}

/* A pipe has one queue for those that wait to read, and one for those that wait to write; before 5.6 they shared
 * one, which does not tell who feeds it. */
static struct fb_error *feed_pipe_of(struct fb_wait_finder *finder, size_t object, uint64_t head,
				     bool *known_ret)
{
	const struct fb_layout *layout = finder->layout;
	const struct {
		const struct fb_field *queue;
		uint32_t mode;
	} ends[] = {{&layout->pipe_read_wait, FB_FMODE_WRITE},
		    {&layout->pipe_write_wait, FB_FMODE_READ}};

	*known_ret = false;
	if (!ends[0].queue->found || !ends[1].queue->found ||
	    ends[0].queue->offset == ends[1].queue->offset)
		return NULL;
	for (size_t i = 0; i < FB_ARRAY_SIZE(ends); i++) {
		uint64_t pipe = head - ends[i].queue->offset;
		struct fb_error *err = is_open_pipe(finder, pipe, known_ret);

		if (!err && *known_ret)
			err = fb_wait_add_private_holders(finder, object, pipe, ends[i].mode);
		if (err || *known_ret)
			return err;
	}
	return NULL;
}

struct fb_error *fb_wait_add_queue_feeders(struct fb_wait_finder *finder, size_t object,
					   uint64_t queue, bool *known_ret,
					   struct fb_wait_absence *absence)
{
	const struct fb_field *wait = &finder->layout->socket_wait;
	uint32_t list = 0;
	struct fb_error *err = fb_wait_member(finder, "wait_queue_head", "head", &list);

	*known_ret = false;
	if (!err && wait->found)
		err = fb_socket_is_at(finder->kernel, queue + list - wait->offset, known_ret);
	if (err || *known_ret)
		return err ? err : feed_peer(finder, object, queue + list - wait->offset, absence);
	return feed_pipe_of(finder, object, queue + list, known_ret);
}
