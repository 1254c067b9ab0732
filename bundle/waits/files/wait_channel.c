// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait at a pipe, a FIFO or an event descriptor. The owners are those that
 * have the other end open. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_open_file.h"
#include "bundle/waits/finder/wait_memory.h"

static struct fb_error *say_no_end(struct fb_wait_finder *finder, uint32_t mode, size_t index)
{
	struct fb_wait_absence absence;
	struct fb_error *err = fb_wait_holders_absence(finder, &absence);

	if (err)
		return err;
	return mode == FB_FMODE_WRITE ? fb_wait_say_none(&finder->graph.objects[index], &absence,
							 "no process has the writing end open",
							 "a process has the writing end open")
				      : fb_wait_say_none(&finder->graph.objects[index], &absence,
							 "no process has the reading end open",
							 "a process has the reading end open");
}

/* Who can end a wait at a pipe: those that have its other end, open in this mode. */
static struct fb_error *describe_pipe(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked,
				      const struct fb_wait_file *at, uint32_t mode, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	char path[FB_WAIT_PATH] = "";
	struct fb_error *err = NULL;

	if (at->file)
		err = fb_wait_path(finder, blocked->task, at->file, path, NULL);
	if (err)
		return err;
	object->certain = true;
	err = *path ? fb_wait_text(&object->name, "%s", path)
		    : fb_wait_text(&object->name, "pipe 0x%" PRIx64, at->private_data);
	if (!err)
		err = fb_wait_add_private_holders(finder, index, at->private_data, mode);
	object = &finder->graph.objects[index];
	if (!err && !object->owner_count)
		return say_no_end(finder, mode, index);
	if (!err)
		err = fb_wait_append(&object->detail, "%zu process%s can %s", object->owner_count,
				     object->owner_count == 1 ? "" : "es",
				     mode == FB_FMODE_WRITE ? "write" : "read");
	return err;
}

static const char *evidence_of(const struct fb_wait_file *at)
{
	return at->proven ? "the wait queue that it sleeps in, and all open files of that"
			  : "its descriptor, and all open files of what that is";
}

/* Takes wait->detail. */
static struct fb_error *finish(struct fb_wait_finder *finder, const struct fb_wait_file *at,
			       struct fb_wait *wait, struct fb_error *err)
{
	wait->evidence = evidence_of(at);
	if (!err && at->fd >= 0)
		err = fb_wait_text(&wait->detail, "fd %" PRId64, at->fd);
	if (!err)
		return fb_wait_graph_add(&finder->graph, wait);
	free(wait->detail);
	return err;
}

struct fb_error *fb_wait_pipe(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	bool writes = strcmp(blocked->site->kind, "pipe-read") != 0;
	uint32_t mode = writes ? FB_FMODE_READ : FB_FMODE_WRITE;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	struct fb_wait_file at;
	bool fresh;
	struct fb_error *err = fb_wait_file_find(finder, blocked, FB_WAIT_PIPE, writes, &at);

	if (err)
		return err;
	err = fb_wait_graph_object(&finder->graph, "pipe", at.private_data, mode, &wait.object,
				   &fresh);
	if (!err && fresh)
		err = describe_pipe(finder, blocked, &at, mode, wait.object);
	return finish(finder, &at, &wait, err);
}

/* An eventfd: every process that has it may write to it, and other threads of the reader too. */
struct fb_error *fb_wait_eventfd(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "eventfd-read");
	struct fb_wait_file at;
	bool fresh;
	struct fb_error *err = fb_wait_file_find(finder, blocked, FB_WAIT_EVENTFD, false, &at);

	if (err)
		return err;
	err = fb_wait_graph_object(&finder->graph, "eventfd", at.private_data, 0, &wait.object,
				   &fresh);
	if (!err && fresh) {
		struct fb_wait_object *object = &finder->graph.objects[wait.object];

		object->certain = true;
		/* The kernel may signal it too: KVM, AIO, vfio. */
		object->others = true;
		err = fb_wait_text(&object->name, "eventfd 0x%" PRIx64, at.private_data);
		if (!err)
			err = fb_wait_add_private_holders(finder, wait.object, at.private_data,
							  FB_FMODE_WRITE);
	}
	return finish(finder, &at, &wait, err);
}

/* open() of a FIFO sleeps until a process opens its other end, so no process has it open. */
struct fb_error *fb_wait_fifo_open(struct fb_wait_finder *finder FB_UNUSED,
				   const struct fb_blocked *blocked FB_UNUSED)
{
	return fb_error_create(FB_NOT_FOUND,
			       "nobody has opened the other end of the FIFO: any process may");
}
