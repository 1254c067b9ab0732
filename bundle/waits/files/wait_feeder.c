// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds who can make a watched file ready: who has the other end of it. Called by wait_poll.c. */
#include "bundle/waits/files/wait_feeder.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_socket.h"
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
	finder->graph.objects[object].others = true;
	return NULL;
}
