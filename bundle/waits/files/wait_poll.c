// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads in poll() and select(): the kernel keeps the files that they watch in entries on the stack of the
 * sleeping thread and in pages linked behind them. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/files/wait_watched.h"
#include "bundle/waits/finder/wait_memory.h"
#include "kernel/image/thread_size.h"

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

static struct fb_error *watch_entries(struct fb_watched *watched, uint64_t first, uint64_t count)
{
	const struct fb_layout *layout = watched->finder->layout;
	struct fb_error *err = NULL;
	uint64_t file, last = 0;
	int64_t fd;

	err = fb_watched_count(watched, count);
	for (uint64_t i = 0; i < count && !err; i++) {
		uint64_t queue = 0;

		err = fb_kernel_field(watched->finder->kernel, first + i * layout->poll_entry.size,
				      &layout->poll_entry_file, &file);
		/* A pipe or a socket queues the thread twice. */
		if (err || file == last || !fb_kernel_address_ok(file))
			continue;
		last = file;
		err = find_fd(watched->finder, watched->blocked->task, file, &fd);
		if (!err)
			err = fb_part_skip(fb_kernel_field(watched->finder->kernel,
							   first + i * layout->poll_entry.size,
							   &layout->poll_entry_queue, &queue));
		if (!err)
			err = fb_watched_add(watched,
					     &(struct fb_watched_file){file, fd, 0, queue});
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

static struct fb_error *watch_table(struct fb_watched *watched, uint64_t table)
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
	struct fb_watched watched;
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
		err = fb_watched_begin(finder, blocked, &watched);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "poll", table, 0, &wait.object, &fresh);
	if (err)
		return err;
	watched.object = wait.object;
	err = watch_table(&watched, table);
	if (err)
		return err;
	snprintf(name, sizeof(name), "%s%s", watched.names,
		 watched.count > FB_WATCHED_NAMED ? ", ..." : "");
	err = fb_watched_finish(&watched, name);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
