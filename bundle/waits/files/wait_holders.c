// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has a file open, by the index of all descriptor tables. */
#include "bundle/waits/files/wait_holders.h"

#include "base/limits.h"

struct holders {
	struct fb_held_files *held; /* owned */
};

static void deinit(void *state)
{
	struct holders *holders = state;

	fb_held_files_destroy(holders->held);
}

static const struct fb_wait_state HOLDERS = {sizeof(struct holders), deinit};

struct fb_error *fb_wait_held(struct fb_wait_finder *finder, struct fb_held_files **held_ret)
{
	struct holders *holders;
	struct fb_error *err = fb_wait_state(finder, &HOLDERS, &holders);

	if (!err && !holders->held)
		err = fb_held_files_create(finder->kernel, finder->tasks, &holders->held);
	if (!err)
		*held_ret = holders->held;
	return err;
}

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
		if ((mode && !(entries[i].mode & mode)) || entries[i].pid == last)
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
