// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds who can make a watched file ready: who has the other end of it. Called by wait_poll.c. */
#include "bundle/waits/files/wait_feeder.h"

#include <string.h>
#include <sys/stat.h>

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

static struct fb_error *feed_socket(struct fb_wait_finder *finder, size_t object, uint64_t file,
				    struct fb_wait_absence *absence)
{
	struct fb_wait_absence own = FB_WAIT_ABSENCE_KNOWN;
	uint64_t socket;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, file, &finder->layout->file_private_data, &socket);
	if (!err)
		err = fb_wait_add_peer(finder, object, socket, NULL, &own);
	if (!err && !own.known)
		fb_wait_absence_unknown(absence, "%s", own.because);
	return err;
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

struct fb_error *fb_wait_add_feeders(struct fb_wait_finder *finder, size_t object, uint64_t file,
				     struct fb_wait_absence *absence)
{
	struct fb_file_info info;
	struct fb_error *err = fb_file_info(finder->kernel, file, &info);

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
