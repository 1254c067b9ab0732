// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads in epoll_wait(), poll() and select(): which files they watch, and who can make
 * these ready. The kernel keeps the files of an epoll in a tree, and those of the other calls in
 * entries on the stack of the sleeping thread and in pages linked behind them. Called through the
 * table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_debt.h"
#include "bundle/waits/files/wait_feeder.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "kernel/image/thread_size.h"

/* Descriptors that are named; the others are counted. */
#define NAMED 8u
/* A red-black tree of FB_MAX_WATCHED nodes is at most twice its logarithm deep. */
#define TREE_DEPTH 64u

/* Of all threads. */
struct watched_files {
	uint64_t count; /* files looked at for epoll and poll */
};

static void deinit(void *state FB_UNUSED)
{
}

static const struct fb_wait_state WATCHED = {sizeof(struct watched_files), deinit};

struct watched {
	struct watched_files *all;
	struct fb_wait_absence absence; /* whether it can be known that nobody feeds them */
	struct fb_wait_finder *finder;
	const struct fb_blocked *blocked;
	size_t object;
	uint64_t count;
	/* Connections that it owes an answer on, and that it is owed one on; the last of these. */
	uint64_t owes, owed, owed_file, listens;
	int64_t owed_fd;
	char names[256];
	size_t used;
};

/* Notes what the file says of whom the thread works for, and waits for. */
static struct fb_error *note_debt(struct watched *watched, uint64_t file, int64_t fd)
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

static struct fb_error *watch(struct watched *watched, uint64_t file, int64_t fd)
{
	char name[32];
	struct fb_error *err;

	if (++watched->count > FB_MAX_WATCHED || ++watched->all->count > FB_MAX_ALL_WATCHED)
		return fb_error_create(FB_CORRUPT, "it watches more files than there can be");
	/* fd -1: closed since, or its table is not in the dump. */
	snprintf(name, sizeof(name), fd < 0 ? "a file without a descriptor" : "fd %" PRId64, fd);
	if (watched->count <= NAMED)
		watched->used += (size_t)snprintf(watched->names + watched->used,
						  sizeof(watched->names) - watched->used, "%s%s",
						  watched->used ? ", " : "", name);
	else
		watched->finder->graph.objects[watched->object].others = true;
	/* Beyond a few the owners would be everybody. */
	if (watched->count > FB_MAX_WAIT_OWNERS)
		return NULL;
	err = fb_wait_add_feeders(watched->finder, watched->object, file, &watched->absence);
	if (err)
		watched->finder->graph.objects[watched->object].others = true;
	err = fb_wait_absence_of(&watched->absence, fb_error_prefix(err, "%s", name));
	return err ? err : note_debt(watched, file, fd);
}

static struct fb_error *watch_tree(struct watched *watched, uint64_t root)
{
	struct fb_wait_finder *finder = watched->finder;
	const struct fb_layout *layout = finder->layout;
	uint64_t stack[TREE_DEPTH], node = root, item, file, fd;
	size_t depth = 0;
	struct fb_error *err = NULL;

	while (!err && (node || depth)) {
		while (node && !err) {
			if (depth == TREE_DEPTH || !fb_kernel_address_ok(node))
				return fb_error_create(FB_CORRUPT, "its tree of files is damaged");
			stack[depth++] = node;
			err = fb_kernel_field(finder->kernel, node, &layout->rb_left, &node);
		}
		if (err)
			break;
		node = stack[--depth];
		item = node - layout->epitem_node.offset;
		err = fb_kernel_field(finder->kernel, item, &layout->epitem_file, &file);
		if (!err)
			err = fb_kernel_field(finder->kernel, item, &layout->epitem_fd, &fd);
		if (!err)
			err = watch(watched, file, (int32_t)fd);
		if (!err)
			err = fb_kernel_field(finder->kernel, node, &layout->rb_right, &node);
	}
	return err;
}

/* A client that has asked for something waits for the answer; so does a server that owes answers, and has itself
 * asked one other. Of one that has asked several, which of them it is for whom it owes, cannot be known. */
static struct fb_error *follow_debt(struct watched *watched, struct fb_wait_object *object)
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

static struct fb_error *finish(struct watched *watched, const char *name)
{
	struct fb_wait_object *object = &watched->finder->graph.objects[watched->object];
	struct fb_error *err;

	object->certain = true;
	/* One file is what it waits for; which of several is cannot be known. */
	object->loose = watched->count > 1 && object->others;
	err = fb_wait_text(&object->name, "%s", name);
	if (!err && watched->count)
		err = fb_wait_text(&object->detail, "watches %s%s", watched->names,
				   watched->count > NAMED ? ", ..." : "");
	if (!err && watched->count > NAMED)
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

/* Whether the wait ends by itself. The fourth argument of epoll_wait() and epoll_pwait() is a number of
 * milliseconds, -1 for none; that of epoll_pwait2() is the address of a timespec, 0 for none. */
static bool epoll_ends(const struct fb_blocked *blocked)
{
	bool by_time = blocked->syscall == 441; /* epoll_pwait2 */

	return by_time ? blocked->args[3] != 0 : (int32_t)blocked->args[3] >= 0;
}

struct fb_error *fb_wait_epoll(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "epoll");
	struct watched watched = {
		.finder = finder, .blocked = blocked, .absence = FB_WAIT_ABSENCE_KNOWN};
	uint64_t file, epoll, root;
	char name[64];
	bool fresh;
	struct fb_error *err;

	if (!blocked->has_regs || blocked->compat)
		return fb_error_create(FB_ABSENT, "the system call's arguments are unknown");
	wait.evidence = "the files in the epoll's tree, and who has their other ends";
	wait.timeout = epoll_ends(blocked);
	err = fb_wait_state(finder, &WATCHED, &watched.all);
	if (!err)
		err = fb_wait_fd(finder, blocked, blocked->args[0], &file);
	if (!err)
		err = fb_kernel_field(finder->kernel, file, &layout->file_private_data, &epoll);
	if (!err)
		err = fb_kernel_field(finder->kernel, epoll, &layout->eventpoll_root, &root);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "epoll", epoll, 0, &wait.object, &fresh);
	if (err)
		return err;
	watched.object = wait.object;
	snprintf(name, sizeof(name), "fd %u", (unsigned)blocked->args[0]);
	if (fresh) {
		err = watch_tree(&watched, root);
		if (!err)
			err = finish(&watched, name);
	}
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* The descriptor of a file in the thread's own table; -1 where it has been closed. */
static struct fb_error *find_fd(struct fb_wait_finder *finder, const struct fb_task *task,
				uint64_t file, int64_t *fd_ret)
{
	const struct fb_held_file *entries;
	struct fb_held_files *held;
	size_t count, first;
	struct fb_error *err = fb_wait_held(finder, &held);

	if (err)
		return err;
	entries = fb_held_by_file(held, file, &count);
	first = FB_LOWER_BOUND(at, count, entries[at].pid < task->pid);
	*fd_ret = -1;
	if (first < count && entries[first].pid == task->pid)
		*fd_ret = entries[first].fd;
	return NULL;
}

static struct fb_error *watch_entries(struct watched *watched, uint64_t first, uint64_t count)
{
	const struct fb_layout *layout = watched->finder->layout;
	struct fb_error *err = NULL;
	uint64_t file, last = 0;
	int64_t fd;

	watched->all->count += count;
	if (watched->all->count > FB_MAX_ALL_WATCHED)
		return fb_error_create(FB_CORRUPT, "it watches more files than there can be");
	for (uint64_t i = 0; i < count && !err; i++) {
		err = fb_kernel_field(watched->finder->kernel, first + i * layout->poll_entry.size,
				      &layout->poll_entry_file, &file);
		/* A pipe or a socket queues the thread twice. */
		if (err || file == last || !fb_kernel_address_ok(file))
			continue;
		last = file;
		err = find_fd(watched->finder, watched->blocked->task, file, &fd);
		if (!err)
			err = watch(watched, file, fd);
	}
	return err;
}

/* Whether a poll_wqueues of the thread is at the address: its entries point back to it. One without
 * entries is nothing but zeros, which other things are too. Notes in *absence where that cannot be known. */
static struct fb_error *is_table(struct fb_wait_finder *finder, uint64_t address, bool *is_ret,
				 struct fb_wait_absence *absence)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t count = 0, more = 1, back = 0;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, address, &layout->poll_inline_count, &count);
	if (!err)
		err = fb_kernel_field(finder->kernel, address, &layout->poll_more, &more);
	if (!err)
		err = fb_kernel_field(finder->kernel, address + layout->poll_inline.offset,
				      &layout->poll_entry_table, &back);
	*is_ret = !err && count && count * layout->poll_entry.size <= layout->poll_inline.size &&
		  back == address && (!more || fb_kernel_address_ok(more));
	return fb_wait_absence_of(absence, err);
}

/* Its struct poll_wqueues on the stack: the one whose polling_task is the thread. */
static struct fb_error *find_table(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   uint64_t *table_ret)
{
	const struct fb_layout *layout = finder->layout;
	uint32_t size = layout->poll_wqueues.size;
	uint64_t top = blocked->task->stack + fb_thread_size(finder->kernel), word, length;
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	uint8_t stack[4096];
	bool is = false;
	struct fb_error *err = fb_layout_require(&layout->poll_inline);

	if (err)
		return err;
	length = top > blocked->low ? top - blocked->low : 0;
	if (length > sizeof(stack))
		length = sizeof(stack);
	if (!size || size > length)
		return fb_error_create(FB_NOT_FOUND, "no poll table fits on its stack");
	err = fb_space_read(finder->space, blocked->low, stack, length);
	for (uint64_t at = 0; !err && at <= length - size; at += 8) {
		memcpy(&word, stack + at + layout->poll_task.offset, sizeof(word));
		if (word == blocked->task->address)
			err = is_table(finder, blocked->low + at, &is, &absence);
		if (!err && is) {
			*table_ret = blocked->low + at;
			return NULL;
		}
	}
	return err ? err
		   : fb_wait_none_error(&absence, "its poll table is not on its stack",
					"its poll table is on its stack");
}

static struct fb_error *watch_table(struct watched *watched, uint64_t table)
{
	struct fb_wait_finder *finder = watched->finder;
	const struct fb_layout *layout = finder->layout;
	uint64_t count, page, end, first;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, table, &layout->poll_inline_count, &count);
	if (!err)
		err = watch_entries(watched, table + layout->poll_inline.offset, count);
	if (!err)
		err = fb_kernel_field(finder->kernel, table, &layout->poll_more, &page);
	for (uint32_t pages = 0; !err && page && pages < FB_MAX_WATCHED; pages++) {
		first = page + layout->poll_page_entries.offset;
		err = fb_kernel_field(finder->kernel, page, &layout->poll_page_end, &end);
		if (!err && (end < first || end - page > FB_PAGE_SIZE || !layout->poll_entry.size))
			err = fb_error_create(FB_CORRUPT, "a page of its poll table is damaged");
		if (!err)
			err = watch_entries(watched, first,
					    (end - first) / layout->poll_entry.size);
		if (!err)
			err = fb_kernel_field(finder->kernel, page, &layout->poll_page_next, &page);
	}
	return err;
}

/* poll() has its milliseconds in rdx; ppoll(), select() and pselect6() the address of a time. */
static bool poll_ends(const struct fb_blocked *blocked)
{
	if (!blocked->has_regs || blocked->compat)
		return true;
	switch (blocked->syscall) {
	case 7: /* poll */
		return (int32_t)blocked->args[2] >= 0;
	case 271: /* ppoll */
		return blocked->args[2] != 0;
	case 23:  /* select */
	case 270: /* pselect6 */
		return blocked->args[4] != 0;
	default:
		return true;
	}
}

struct fb_error *fb_wait_poll(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	struct watched watched = {
		.finder = finder, .blocked = blocked, .absence = FB_WAIT_ABSENCE_KNOWN};
	uint64_t table = 0;
	char name[sizeof(watched.names) + 8];
	bool fresh;
	struct fb_error *err;

	wait.evidence = "its poll table in the kernel, and who has the other ends";
	wait.timeout = poll_ends(blocked);
	err = find_table(finder, blocked, &table);
	if (fb_error_is(err, FB_NOT_FOUND)) { /* it watches nothing: a way to sleep */
		fb_error_destroy(err);
		return NULL;
	}
	if (!err)
		err = fb_wait_state(finder, &WATCHED, &watched.all);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "poll", table, 0, &wait.object, &fresh);
	if (err)
		return err;
	watched.object = wait.object;
	err = watch_table(&watched, table);
	if (err)
		return err;
	snprintf(name, sizeof(name), "%s%s", watched.names, watched.count > NAMED ? ", ..." : "");
	err = finish(&watched, name);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
