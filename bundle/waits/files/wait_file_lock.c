// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that wait for a file lock: flock(), POSIX and open-file-description
 * locks, and leases that are being given back.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "kernel/files/locks.h"

struct file_locks {
	struct fb_locks list;
	bool loaded;
};

static void deinit(void *state)
{
	struct file_locks *locks = state;

	if (locks->loaded)
		fb_locks_deinit(&locks->list);
}

static const struct fb_wait_state LOCKS = {sizeof(struct file_locks), deinit};

static struct fb_error *load(struct fb_wait_finder *finder, const struct fb_locks **list_ret)
{
	struct file_locks *locks;
	struct fb_error *err = fb_wait_state(finder, &LOCKS, &locks);

	if (!err && !locks->loaded) {
		err = fb_locks_load(finder->kernel, &locks->list);
		locks->loaded = !err;
	}
	if (!err)
		*list_ret = &locks->list;
	return err;
}

static const char *kind_of(const struct fb_lock *lock)
{
	switch (lock->kind) {
	case FB_LOCK_FLOCK:
		return "flock";
	case FB_LOCK_OFD:
		return "ofd-lock";
	case FB_LOCK_LEASE:
	case FB_LOCK_DELEGATION:
		return "lease";
	default:
		return "posix-lock";
	}
}

/* The thread's own request: of its file where it was asked for by descriptor, else of its process.
 * index_ret is its place in the list. */
static bool find_request(struct fb_wait_finder *finder, const struct fb_locks *list,
			 const struct fb_blocked *blocked, size_t *index_ret)
{
	uint64_t file = 0;
	bool found = false;
	struct fb_error *err = NULL;

	if (blocked->has_regs && !blocked->compat)
		err = fb_wait_fd(finder, blocked, blocked->args[0], &file);
	fb_error_destroy(err);
	for (size_t i = 0; i < list->count; i++) {
		const struct fb_lock *lock = &list->locks[i];

		if (!lock->depth)
			continue;
		if (file && lock->file == file &&
		    (lock->pid == blocked->task->pid || lock->pid < 0)) {
			*index_ret = i;
			return true;
		}
		if (!found && lock->pid == blocked->task->pid) {
			*index_ret = i;
			found = true;
		}
	}
	return found;
}

/* Who can let go: all that have the open file of a flock or OFD lock, the process of another. */
static struct fb_error *add_owners(struct fb_wait_finder *finder, const struct fb_lock *held,
				   size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	const struct fb_held_file *entries;
	struct fb_held_files *files;
	size_t count = 0;
	struct fb_error *err = NULL;

	object->certain = true;
	if (held->pid > 0 && fb_tasks_by_tid(finder->tasks, held->pid))
		err = fb_wait_graph_owner(&finder->graph, index, held->pid, true);
	if (err || (held->kind != FB_LOCK_FLOCK && held->kind != FB_LOCK_OFD))
		return err;
	err = fb_wait_held(finder, &files);
	if (err)
		return err;
	entries = fb_held_by_file(files, held->file, &count);
	for (size_t i = 0; i < count && !err; i++)
		err = fb_wait_graph_owner(&finder->graph, index, entries[i].pid, true);
	if (!err && !finder->graph.objects[index].owner_count)
		err = fb_wait_text(&finder->graph.objects[index].need,
				   "process %d took the lock and is gone; nobody is seen to have "
				   "the open file",
				   held->pid);
	return err;
}

static struct fb_error *describe(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 const struct fb_lock *held, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	char path[FB_WAIT_PATH] = "";
	struct fb_error *err;

	if (held->file)
		fb_wait_path(finder, blocked->task, held->file, path);
	err = fb_wait_text(&object->name, "%s", *path ? path : "a file");
	if (!err && held->end != INT64_MAX)
		err = fb_wait_append(&object->detail, "bytes %lld to %lld", (long long)held->start,
				     (long long)held->end);
	if (!err)
		err = fb_wait_append(&object->detail, "%s, held for %s, inode %llu of %02x:%02x",
				     fb_lock_kind_name(held->kind),
				     held->type == 0 ? "reading" : "writing",
				     (unsigned long long)held->inode, held->major, held->minor);
	return err ? err : add_owners(finder, held, index);
}

struct fb_error *fb_wait_file_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_locks *list;
	const struct fb_lock *request, *held;
	struct fb_wait wait;
	size_t index = 0;
	bool fresh;
	struct fb_error *err = load(finder, &list);

	if (err)
		return err;
	if (!find_request(finder, list, blocked, &index))
		return fb_error_create(FB_NOT_FOUND,
				       "its request is not in the kernel's list of file locks");
	request = held = &list->locks[index];
	/* What it waits for stands above it, one level up. */
	while (held > list->locks && held->depth >= request->depth)
		held--;
	wait = fb_wait_of_blocked(finder, blocked, kind_of(request));
	wait.evidence = "the kernel's list of file locks";
	err = fb_wait_graph_object(&finder->graph, "file lock", held->address, 0, &wait.object,
				   &fresh);
	if (!err && fresh)
		err = describe(finder, blocked, held, wait.object);
	if (!err && blocked->has_regs)
		err = fb_wait_text(&wait.detail, "fd %u, for %s", (unsigned)blocked->args[0],
				   request->type == 0 ? "reading" : "writing");
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}
