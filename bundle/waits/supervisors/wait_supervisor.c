// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for the reply of a user process to the kernel. A process that has a descriptor of the
 * channel can reply. The structures of the waiter on its stack, and
 * the queue in which it sleeps, lead to the channel. Called through the table in
 * bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_superblock.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/supervisors/recognise.h"

/* Filters of a task are as many as were installed one after another: the kernel bounds their
 * instructions to 32,768 (MAX_INSNS_PER_PATH), each filter counting 4 more. */
#define MOST_FILTERS 8192u

/* The channel to a sort of supervisor. */
struct channel {
	const char *kind;     /* of the wait */
	const char *class;    /* of the object */
	uint64_t address;     /* of the connection, group, filter or context */
	const char *nobody;   /* "no process has /dev/fuse open for it" */
	const char *somebody; /* the same as an open question */
	const char *evidence;
};

/* Adds the wait for a channel; the caller describes and adds owners where *fresh_ret. */
static struct fb_error *add_wait(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 const struct channel *channel, size_t *object_ret, bool *fresh_ret)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, channel->kind);
	struct fb_error *err;

	wait.evidence = channel->evidence;
	err = fb_wait_graph_object(&finder->graph, channel->class, channel->address, 0,
				   &wait.object, fresh_ret);
	if (err)
		return err;
	finder->graph.objects[wait.object].certain = true;
	*object_ret = wait.object;
	return fb_wait_graph_add(&finder->graph, &wait);
}

/* Called when all holders were added as owners: where there are none, says so. */
static struct fb_error *finish(struct fb_wait_finder *finder, const struct channel *channel,
			       size_t object)
{
	struct fb_wait_absence absence;
	struct fb_error *err;

	if (finder->graph.objects[object].owner_count)
		return NULL;
	err = fb_wait_holders_absence(finder, &absence);
	return err ? err
		   : fb_wait_say_none(&finder->graph.objects[object], &absence, channel->nobody,
				      channel->somebody);
}

/* The struct that the wait queue, a member of it, lies in. */
static struct fb_error *owner_of_queue(struct fb_wait_finder *finder,
				       const struct fb_blocked *blocked, const char *type,
				       const char *member, uint64_t *address_ret)
{
	uint32_t offset;
	uint64_t head;
	struct fb_error *err = fb_wait_member(finder, type, member, &offset);

	if (!err)
		err = fb_wait_queue_of(finder, blocked, &head);
	if (!err)
		*address_ret = head - offset;
	return err;
}

/* Adds those that have one of the devices of the connection open. A connection has several where
 * its device was cloned. */
struct devices {
	struct fb_wait_finder *finder;
	size_t object;
	uint32_t entry; /* of fuse_dev in the list */
};

static struct fb_error *add_device(void *context, uint64_t entry)
{
	struct devices *devices = context;

	return fb_wait_add_private_holders(devices->finder, devices->object, entry - devices->entry,
					   0);
}

/* A connection to a FUSE server. */
struct fuse {
	uint64_t mount;      /* a struct fuse_mount of the connection */
	uint64_t connection; /* its struct fuse_conn */
	uint64_t devices;    /* the list of its struct fuse_dev */
};

/* That of a request in kernels, 7.2 among them, that have the part which devices serve in a struct fuse_chan. */
static struct fb_error *connection_of_channel(struct fb_wait_finder *finder, uint64_t request,
					      struct fuse *fuse_ret)
{
	uint64_t channel, first;
	uint32_t devices, entry;
	struct fb_error *err = fb_wait_value(finder, request, "fuse_req", "chan", &channel);

	if (!err)
		err = fb_wait_value(finder, channel, "fuse_chan", "conn", &fuse_ret->connection);
	if (!err)
		err = fb_wait_member(finder, "fuse_chan", "devices", &devices);
	if (!err)
		err = fb_wait_value(finder, fuse_ret->connection, "fuse_conn", "mounts.next",
				    &first);
	if (!err)
		err = fb_wait_member(finder, "fuse_mount", "fc_entry", &entry);
	if (err)
		return err;
	fuse_ret->devices = channel + devices;
	fuse_ret->mount = first - entry;
	return NULL;
}

static struct fb_error *connection_of(struct fb_wait_finder *finder, uint64_t request,
				      struct fuse *fuse_ret)
{
	uint32_t devices;
	struct fb_error *err = fb_wait_member(finder, "fuse_conn", "devices", &devices);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return connection_of_channel(finder, request, fuse_ret);
	}
	if (!err)
		err = fb_wait_value(finder, request, "fuse_req", "fm", &fuse_ret->mount);
	if (!err)
		err = fb_wait_value(finder, fuse_ret->mount, "fuse_mount", "fc",
				    &fuse_ret->connection);
	if (!err)
		fuse_ret->devices = fuse_ret->connection + devices;
	return err;
}

static struct fb_error *describe_fuse(struct fb_wait_finder *finder, const struct fuse *fuse,
				      size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct devices devices = {.finder = finder, .object = index};
	char name[FB_WAIT_PATH + 64];
	uint64_t superblock = 0;
	struct fb_error *err = fb_wait_value(finder, fuse->mount, "fuse_mount", "sb", &superblock);

	if (!err)
		err = fb_wait_superblock_name(finder, superblock, 0, name);
	if (!err)
		err = fb_wait_text(&object->name, "the server of %s", name);
	if (!err)
		err = fb_wait_member(finder, "fuse_dev", "entry", &devices.entry);
	return err ? err
		   : fb_kernel_list(finder->kernel, fuse->devices, FB_MAX_WATCHED, add_device,
				    &devices);
}

struct fb_error *fb_wait_fuse(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct channel channel = {
		.kind = "fuse",
		.class = "fuse",
		.nobody = "no process has /dev/fuse open for it: the file system has no server",
		.somebody = "a process has /dev/fuse open for it",
		.evidence = "the request whose wait queue it sleeps in",
	};
	struct fuse fuse;
	uint64_t request;
	size_t object;
	bool fresh;
	struct fb_error *err;

	err = owner_of_queue(finder, blocked, "fuse_req", "waitq.head", &request);
	if (!err)
		err = connection_of(finder, request, &fuse);
	if (err)
		return err;
	channel.address = fuse.connection;
	err = add_wait(finder, blocked, &channel, &object, &fresh);
	if (!err && fresh) {
		err = describe_fuse(finder, &fuse, object);
		if (!err)
			err = finish(finder, &channel, object);
	}
	return err;
}

struct fb_error *fb_wait_fanotify(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct channel channel = {
		.kind = "fanotify",
		.class = "fanotify",
		.nobody = "no process has the fanotify group open",
		.somebody = "a process has the fanotify group open",
		.evidence = "the fanotify group whose wait queue it sleeps in",
	};
	size_t object;
	bool fresh;
	struct fb_error *err;

	err = owner_of_queue(finder, blocked, "fsnotify_group", "fanotify_data.access_waitq.head",
			     &channel.address);
	if (!err)
		err = add_wait(finder, blocked, &channel, &object, &fresh);
	if (err || !fresh)
		return err;
	err = fb_wait_text(&finder->graph.objects[object].name,
			   "a fanotify permission event (group 0x%" PRIx64 ")", channel.address);
	if (!err)
		err = fb_wait_add_private_holders(finder, object, channel.address, 0);
	return err ? err : finish(finder, &channel, object);
}

/* The filter that notifies the supervisor: of the task's filters the last installed one that has a listener. */
static struct fb_error *find_filter(struct fb_wait_finder *finder, const struct fb_task *task,
				    uint64_t *filter_ret)
{
	uint64_t filter, listener = 0;
	uint32_t count = 0;
	struct fb_error *err;

	err = fb_wait_value(finder, task->address, "task_struct", "seccomp.filter", &filter);
	while (!err && filter && !listener) {
		if (!fb_kernel_address_ok(filter) || count++ >= MOST_FILTERS)
			return fb_error_create(FB_CORRUPT, "its list of filters has no end");
		err = fb_wait_value(finder, filter, "seccomp_filter", "notif", &listener);
		if (!err && !listener)
			err = fb_wait_value(finder, filter, "seccomp_filter", "prev", &filter);
	}
	if (!err && !filter)
		err = fb_error_create(FB_NOT_FOUND, "none of its filters has a listener");
	if (!err)
		*filter_ret = filter;
	return err;
}

struct fb_error *fb_wait_seccomp(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct channel channel = {
		.kind = "seccomp",
		.class = "seccomp",
		.nobody = "no process has the filter's listener open",
		.somebody = "a process has the filter's listener open",
		.evidence = "the listener of its seccomp filter",
	};
	size_t object;
	bool fresh;
	struct fb_error *err = find_filter(finder, blocked->task, &channel.address);

	if (!err)
		err = add_wait(finder, blocked, &channel, &object, &fresh);
	if (err || !fresh)
		return err;
	err = fb_wait_text(&finder->graph.objects[object].name,
			   "the supervisor of its system calls (seccomp filter 0x%" PRIx64 ")",
			   channel.address);
	if (!err)
		err = fb_wait_add_private_holders(finder, object, channel.address, 0);
	return err ? err : finish(finder, &channel, object);
}

/* Its userfaultfd_wait_queue on the stack has the context. */
static struct fb_error *find_context(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked, uint64_t *context_ret)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait_entry entry;
	uint32_t queue, context;
	uint64_t address;
	struct fb_error *err;

	err = fb_wait_member(finder, "userfaultfd_wait_queue", "wq", &queue);
	if (!err)
		err = fb_wait_member(finder, "userfaultfd_wait_queue", "ctx", &context);
	if (!err)
		err = fb_layout_require(&layout->wait_entry_list);
	if (err)
		return err;
	entry = (struct fb_wait_entry){queue + layout->wait_entry_list.offset,
				       queue + layout->wait_entry_private.offset, context + 8};
	err = fb_wait_entry_find(finder->kernel, &entry, blocked->task->address, blocked->low,
				 blocked->high, &address);
	return err ? err : fb_space_u64(finder->space, address + context, context_ret);
}

struct fb_error *fb_wait_userfault(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct channel channel = {
		.kind = "userfaultfd",
		.class = "userfaultfd",
		.nobody = "no process has the userfaultfd open",
		.somebody = "a process has the userfaultfd open",
		.evidence = "the page fault's structure on its kernel stack",
	};
	size_t object;
	bool fresh;
	struct fb_error *err = find_context(finder, blocked, &channel.address);

	if (!err)
		err = add_wait(finder, blocked, &channel, &object, &fresh);
	if (err || !fresh)
		return err;
	err = fb_wait_text(&finder->graph.objects[object].name,
			   "a page that userfaultfd 0x%" PRIx64 " is to serve", channel.address);
	if (!err)
		err = fb_wait_add_private_holders(finder, object, channel.address, 0);
	return err ? err : finish(finder, &channel, object);
}
