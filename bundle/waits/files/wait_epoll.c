// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads in epoll_wait(): the kernel keeps the files that an epoll watches in a tree. Called through the
 * table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/part.h"
#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_watched.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"

/* A red-black tree of FB_MAX_WATCHED nodes is at most twice its logarithm deep. */
#define TREE_DEPTH 64u

static struct fb_error *watch_tree(struct fb_watched *watched, uint64_t root)
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
			err = fb_watched_add(watched,
					     &(struct fb_watched_file){file, (int32_t)fd, item, 0});
		if (!err)
			err = fb_kernel_field(finder->kernel, node, &layout->rb_right, &node);
	}
	return err;
}

/* Whether the wait ends by itself. The fourth argument of epoll_wait() and epoll_pwait() is a number of
 * milliseconds, -1 for none; that of epoll_pwait2() is the address of a timespec, 0 for none. */
static bool epoll_ends(const struct fb_blocked *blocked)
{
	bool by_time = blocked->syscall == 441; /* epoll_pwait2 */

	return by_time ? blocked->args[3] != 0 : (int32_t)blocked->args[3] >= 0;
}

/* Whether an eventpoll is at the address: the first of the files that it watches points back. */
static struct fb_error *is_epoll(struct fb_wait_finder *finder, uint64_t address, bool *is_ret)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t node = 0, back = 0;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, address, &layout->eventpoll_root, &node);

	if (!err && fb_kernel_address_ok(node))
		err = fb_kernel_field(finder->kernel, node - layout->epitem_node.offset,
				      &layout->epitem_epoll, &back);
	*is_ret = !err && back == address;
	return fb_part_skip(err);
}

/* The eventpoll that the thread waits at: by its wait queue where that proves to be one's, which needs no table of
 * open files; else by the descriptor, which says nothing where the thread's call is over. */
static struct fb_error *find_epoll(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   uint64_t *epoll_ret)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t head = 0, file = 0;
	bool is = false;
	struct fb_error *err = fb_layout_require(&layout->eventpoll_wait);

	if (!err)
		err = fb_wait_queue_of(finder, blocked, &head);
	*epoll_ret = head - layout->eventpoll_wait.offset;
	if (!err)
		err = is_epoll(finder, *epoll_ret, &is);
	if (is || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	err = fb_wait_fd(finder, blocked, blocked->args[0], &file);
	return err ? err
		   : fb_kernel_field(finder->kernel, file, &layout->file_private_data, epoll_ret);
}

struct fb_error *fb_wait_epoll(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "epoll");
	struct fb_watched watched;
	uint64_t epoll, root;
	char name[64];
	bool fresh;
	struct fb_error *err;

	if (!blocked->has_regs || blocked->compat)
		return fb_error_create(FB_ABSENT, "the system call's arguments are unknown");
	wait.evidence = "the files in the epoll's tree, and who has their other ends";
	wait.timeout = epoll_ends(blocked);
	err = fb_watched_begin(finder, blocked, &watched);
	if (!err)
		err = find_epoll(finder, blocked, &epoll);
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
			err = fb_watched_finish(&watched, name);
	}
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
