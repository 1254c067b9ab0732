// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collects who can make the files ready that a thread watches. Called by wait_epoll.c and wait_poll.c.
 */
#include "bundle/waits/files/wait_watched.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/part.h"
#include "bundle/waits/files/wait_debt.h"
#include "bundle/waits/files/wait_feeder.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_types.h"

static void deinit(void *state FB_UNUSED)
{
}

static const struct fb_wait_state WATCHED = {sizeof(struct fb_watched_files), deinit};

struct fb_error *fb_watched_begin(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  struct fb_watched *watched_ret)
{
	*watched_ret = (struct fb_watched){
		.finder = finder, .blocked = blocked, .absence = FB_WAIT_ABSENCE_KNOWN};
	return fb_wait_state(finder, &WATCHED, &watched_ret->all);
}

struct fb_error *fb_watched_count(struct fb_watched *watched, uint64_t count)
{
	watched->all->count += count;
	return watched->all->count > FB_MAX_ALL_WATCHED
		       ? fb_error_create(FB_CORRUPT, "it watches more files than there can be")
		       : NULL;
}

/* Notes what the file says of whom the thread works for, and waits for. */
static struct fb_error *note_debt(struct fb_watched *watched, uint64_t file, int64_t fd)
{
	enum fb_wait_debt debt;
	struct fb_error *err = fb_wait_debt_of(watched->finder, file, &debt);

	if (err)
		return fb_part_skip(err); /* it is then as idle as it looks */
	watched->owes += debt == FB_WAIT_OWES;
	watched->listens += debt == FB_WAIT_LISTENS;
	if (debt == FB_WAIT_IS_OWED) {
		watched->owed++;
		watched->owed_file = file;
		watched->owed_fd = fd;
	}
	return NULL;
}

/* "fd 3". A file that the thread has no descriptor of was closed since, or its table cannot be read. */
static struct fb_error *name_file(struct fb_watched *watched, int64_t fd, char *to, size_t size)
{
	struct fb_held_files *held;
	struct fb_error *err;

	if (fd >= 0) {
		snprintf(to, size, "fd %" PRId64, fd);
		return NULL;
	}
	err = fb_wait_held(watched->finder, &held);
	if (!err)
		snprintf(to, size, "%s",
			 fb_held_files_lost(held) ? "a file of an unknown descriptor"
						  : "a file without a descriptor");
	return err;
}

/* The queue by which an epoll waits for a file: of the first of its entries (an eppoll_entry, linked from the epitem
 * since 80285b75c683, 5.8); 0: not to be had. */
static struct fb_error *queue_of_item(struct fb_wait_finder *finder, uint64_t item,
				      uint64_t *queue_ret)
{
	uint64_t entry = 0;
	struct fb_error *err = fb_wait_value(finder, item, "epitem", "pwqlist", &entry);

	*queue_ret = 0;
	if (!err && fb_kernel_address_ok(entry))
		err = fb_wait_value(finder, entry, "eppoll_entry", "whead", queue_ret);
	return fb_part_skip(err);
}

/* Adds who can make the file ready; by the queue where the file cannot be read. */
static struct fb_error *add_feeders(struct fb_watched *watched, const struct fb_watched_file *at)
{
	uint64_t queue = at->queue;
	bool known = false;
	struct fb_error *other = NULL, *err = fb_wait_add_feeders(watched->finder, watched->object,
								  at->file, &watched->absence);

	if (!err || fb_error_is_fatal(err))
		return err;
	if (!queue && at->item)
		other = queue_of_item(watched->finder, at->item, &queue);
	if (!other && queue)
		other = fb_wait_add_queue_feeders(watched->finder, watched->object, queue, &known,
						  &watched->absence);
	if (!known && !fb_error_is_fatal(other)) {
		fb_error_destroy(other);
		return err;
	}
	fb_error_destroy(err);
	return other;
}

struct fb_error *fb_watched_add(struct fb_watched *watched, const struct fb_watched_file *at)
{
	char name[40];
	struct fb_error *err;

	if (++watched->count > FB_MAX_WATCHED || ++watched->all->count > FB_MAX_ALL_WATCHED)
		return fb_error_create(FB_CORRUPT, "it watches more files than there can be");
	err = name_file(watched, at->fd, name, sizeof(name));
	if (err)
		return err;
	if (watched->count <= FB_WATCHED_NAMED)
		watched->used += (size_t)snprintf(watched->names + watched->used,
						  sizeof(watched->names) - watched->used, "%s%s",
						  watched->used ? ", " : "", name);
	else
		watched->finder->graph.objects[watched->object].others = true;
	/* Beyond a few the owners would be everybody. */
	if (watched->count > FB_MAX_WAIT_OWNERS)
		return NULL;
	err = add_feeders(watched, at);
	if (err)
		watched->finder->graph.objects[watched->object].others = true;
	err = fb_wait_absence_of(&watched->absence, fb_error_prefix(err, "%s", name));
	return err ? err : note_debt(watched, at->file, at->fd);
}

/* A client that has asked for something waits for the answer; so does a server that owes answers, and has itself
 * asked one other. Of one that has asked several, which of them it is for whom it owes, cannot be known. */
static struct fb_error *follow_debt(struct fb_watched *watched, struct fb_wait_object *object)
{
	struct fb_error *err = NULL;

	if (watched->owes)
		err = fb_wait_append(&object->detail, "owes an answer on %" PRIu64 " connection%s",
				     watched->owes, watched->owes == 1 ? "" : "s");
	if (err || !object->loose || watched->owed != 1 || (watched->listens && !watched->owes))
		return err;
	object->loose = false;
	object->certain = false;
	object->owner_count = 0;
	err = watched->owed_fd < 0
		      ? fb_wait_append(&object->detail,
				       "sent last on one connection, and has no answer")
		      : fb_wait_append(&object->detail,
				       "sent last on fd %" PRId64 ", and has no answer",
				       watched->owed_fd);
	return err ? err
		   : fb_wait_add_feeders(watched->finder, watched->object, watched->owed_file,
					 &watched->absence);
}

struct fb_error *fb_watched_finish(struct fb_watched *watched, const char *name)
{
	struct fb_wait_object *object = &watched->finder->graph.objects[watched->object];
	struct fb_error *err;

	object->certain = true;
	/* One file is what it waits for; which of several is cannot be known. */
	object->loose = watched->count > 1 && object->others;
	err = fb_wait_text(&object->name, "%s", name);
	if (!err && watched->count)
		err = fb_wait_text(&object->detail, "watches %s%s", watched->names,
				   watched->count > FB_WATCHED_NAMED ? ", ..." : "");
	if (!err && watched->count > FB_WATCHED_NAMED)
		err = fb_wait_append(&object->detail, "%" PRIu64 " files", watched->count);
	if (!err)
		err = follow_debt(watched, object);
	if (err || object->owner_count)
		return err;
	if (watched->absence.known)
		err = fb_wait_holders_absence(watched->finder, &watched->absence);
	return err ? err
		   : fb_wait_say_none(
			     object, &watched->absence,
			     "no process of this host has the other end of what it watches",
			     "a process of this host has the other end of what it "
			     "watches");
}
