// SPDX-License-Identifier: GPL-2.0-or-later
/* The other ends of files. */
#include "bundle/waits/wait_feeder.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "bundle/waits/wait_socket.h"
#include "kernel/files/files.h"

struct fb_error *fb_wait_add_holders(struct fb_wait_finder *finder, size_t object, uint64_t file,
				     uint64_t inode, uint32_t mode)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held = NULL;
	size_t count = 0;
	int32_t last = -1;
	struct fb_error *err = fb_wait_held(finder, &held);

	if (err)
		return err;
	entries =
		file ? fb_held_by_file(held, file, &count) : fb_held_by_inode(held, inode, &count);
	for (size_t i = 0; i < count && !err; i++) {
		if (!(entries[i].mode & mode) || entries[i].pid == last)
			continue;
		last = entries[i].pid;
		err = fb_wait_graph_owner(&finder->graph, object, last, true);
		/* No more are named: there may be as many holders as processes. */
		if (finder->graph.objects[object].owner_count >= FB_MAX_WAIT_OWNERS &&
		    finder->graph.objects[object].others)
			break;
	}
	if (fb_held_files_lost(held))
		finder->graph.objects[object].others = true;
	return err;
}

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

struct fb_error *fb_wait_add_feeders(struct fb_wait_finder *finder, size_t object, uint64_t file)
{
	struct fb_file_info info;
	struct fb_error *err = fb_file_info(finder->kernel, file, &info);

	if (err)
		return err;
	if (S_ISFIFO(info.mode))
		return feed_pipe(finder, object, file, &info);
	if (fb_file_is_socket(&info))
		return fb_wait_add_peer(finder, object, file, NULL);
	finder->graph.objects[object].others = true;
	return NULL;
}
