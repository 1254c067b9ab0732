// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds who has a file open, by the index of all descriptor tables. Called by recognisers whose
 * owners are those that hold a file.
 */
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

static struct fb_error *add_entries(struct fb_wait_finder *finder, size_t object,
				    const struct fb_held_file *entries, size_t count, uint32_t mode)
{
	int32_t last = -1;
	struct fb_error *err = NULL;

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
	return err;
}

/* All open files, to look for those of the object in: where some were lost, others may have it too. */
static struct fb_error *held_for(struct fb_wait_finder *finder, size_t object,
				 struct fb_held_files **held_ret)
{
	struct fb_error *err = fb_wait_held(finder, held_ret);

	if (!err && fb_held_files_lost(*held_ret))
		finder->graph.objects[object].others = true;
	return err;
}

struct fb_error *fb_wait_add_holders(struct fb_wait_finder *finder, size_t object, uint64_t file,
				     uint64_t inode, uint32_t mode)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held = NULL;
	size_t count = 0;
	struct fb_error *err = held_for(finder, object, &held);

	if (err)
		return err;
	entries =
		file ? fb_held_by_file(held, file, &count) : fb_held_by_inode(held, inode, &count);
	return add_entries(finder, object, entries, count, mode);
}

struct fb_error *fb_wait_add_private_holders(struct fb_wait_finder *finder, size_t object,
					     uint64_t private_data, uint32_t mode)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held = NULL;
	size_t count = 0;
	struct fb_error *err = held_for(finder, object, &held);

	if (err)
		return err;
	entries = fb_held_by_private(held, private_data, &count);
	return add_entries(finder, object, entries, count, mode);
}

struct fb_error *fb_wait_holders_absence(struct fb_wait_finder *finder,
					 struct fb_wait_absence *absence_ret)
{
	struct fb_held_files *held = NULL;
	struct fb_error *err = fb_wait_held(finder, &held);

	if (err)
		return err;
	*absence_ret = FB_WAIT_ABSENCE_KNOWN;
	if (fb_held_files_lost(held))
		fb_wait_absence_unknown(absence_ret,
					"%zu open files, or tables of them, cannot be read",
					fb_held_files_lost(held));
	fb_wait_absence_of_tasks(finder, absence_ret);
	return NULL;
}
