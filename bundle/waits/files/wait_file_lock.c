// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for a file lock: flock(), POSIX and open-file-description locks, and
 * leases that are being given back. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "base/u64_map.h"
#include "bundle/waits/files/recognise.h"
#include "bundle/waits/files/wait_holders.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_queue.h"
#include "kernel/files/locks.h"

struct file_locks {
	struct fb_locks list;
	size_t *requests; /* owned: indexes of those that wait, in order of (pid, file) */
	size_t request_count;
	struct fb_u64_map by_address; /* to indexes */
	bool loaded;
};

static void deinit(void *state)
{
	struct file_locks *locks = state;

	free(locks->requests);
	fb_u64_map_deinit(&locks->by_address);
	if (locks->loaded)
		fb_locks_deinit(&locks->list);
}

static const struct fb_wait_state LOCKS = {sizeof(struct file_locks), deinit};

static int by_request(const void *a, const void *b, void *context)
{
	const struct fb_lock *locks = context;
	const struct fb_lock *x = &locks[*(const size_t *)a], *y = &locks[*(const size_t *)b];

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x < y ? -1 : x > y;
}

static struct fb_error *index_requests(struct file_locks *locks)
{
	struct fb_error *err = NULL;

	locks->requests = calloc(locks->list.count + 1, sizeof(*locks->requests));
	if (!locks->requests)
		return fb_error_nomem();
	for (size_t i = 0; i < locks->list.count && !err; i++) {
		if (locks->list.locks[i].depth)
			locks->requests[locks->request_count++] = i;
		err = fb_u64_map_add(&locks->by_address, locks->list.locks[i].address, i,
				     FB_MAX_LOCKS, "file locks", NULL);
	}
	qsort_r(locks->requests, locks->request_count, sizeof(*locks->requests), by_request,
		locks->list.locks);
	return err;
}

static struct fb_error *load(struct fb_wait_finder *finder, struct file_locks **locks_ret)
{
	struct file_locks *locks;
	struct fb_error *err = fb_wait_state(finder, &LOCKS, &locks);

	if (!err && !locks->loaded) {
		err = fb_locks_load(finder->kernel, &locks->list);
		locks->loaded = !err;
		if (!err)
			err = index_requests(locks);
	}
	if (!err)
		*locks_ret = locks;
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

/* The first request of a process for this file (0: for any); NULL: it has none. *more_ret: there is
 * another, which may be the thread's just as well. */
static const struct fb_lock *first_request(const struct file_locks *locks, int32_t pid,
					   uint64_t file, bool *more_ret)
{
	const struct fb_lock *all = locks->list.locks;
	size_t count = 0;
	size_t first = FB_LOWER_BOUND(at, locks->request_count,
				      all[locks->requests[at]].pid < pid ||
					      (all[locks->requests[at]].pid == pid &&
					       all[locks->requests[at]].file < file));

	for (size_t i = first; i < locks->request_count && count < 2; i++) {
		const struct fb_lock *lock = &all[locks->requests[i]];

		if (lock->pid != pid || (file && lock->file != file))
			break;
		count++;
	}
	*more_ret = count > 1;
	return count ? &all[locks->requests[first]] : NULL;
}

/* The request whose wait queue the thread sleeps in; NULL: that cannot be told. */
static struct fb_error *queued_request(struct fb_wait_finder *finder,
				       const struct file_locks *locks,
				       const struct fb_blocked *blocked,
				       const struct fb_lock **request_ret)
{
	const uint64_t *index;
	uint64_t head;
	struct fb_error *err = fb_layout_require(&finder->layout->lock_wait);

	if (!err)
		err = fb_wait_queue_of(finder, blocked, &head);
	*request_ret = NULL;
	if (err)
		return fb_part_skip(err);
	index = fb_u64_map_find(&locks->by_address, head - finder->layout->lock_wait.offset);
	if (index && locks->list.locks[*index].depth)
		*request_ret = &locks->list.locks[*index];
	return NULL;
}

/* The thread's own request, or NULL: by its wait queue; where that is not to be had, of the file that it was
 * asked for by descriptor (one of an open-file-description lock names no process), else of its
 * process, which is certain only where the process has no other. */
static struct fb_error *find_request(struct fb_wait_finder *finder, const struct file_locks *locks,
				     const struct fb_blocked *blocked,
				     const struct fb_lock **request_ret, bool *certain_ret)
{
	const struct fb_lock *found = NULL;
	uint64_t file = 0;
	bool more = false;
	struct fb_error *err = queued_request(finder, locks, blocked, &found);

	if (!err && !found && blocked->has_regs && !blocked->compat)
		err = fb_part_skip(fb_wait_fd(finder, blocked, blocked->args[0], &file));
	if (err)
		return err;
	if (!found && file)
		found = first_request(locks, blocked->task->pid, file, &more);
	if (!found && file)
		found = first_request(locks, -1, file, &more);
	if (!found)
		found = first_request(locks, blocked->task->pid, 0, &more);
	*certain_ret = !more;
	*request_ret = found;
	return NULL;
}

/* Where not all open files can be read, the process that took the lock is the one that most likely still has it: the
 * open file is passed on by fork() and over sockets only. */
static struct fb_error *guess_taker(struct fb_wait_finder *finder, const struct fb_lock *held,
				    size_t index)
{
	struct fb_error *err = NULL;

	if (held->pid <= 0 || !fb_tasks_by_tid(finder->tasks, held->pid))
		return NULL;
	err = fb_wait_append(&finder->graph.objects[index].detail, "taken by process %d",
			     held->pid);
	if (!err)
		err = fb_wait_graph_owner(&finder->graph, index, held->pid, true);
	finder->graph.objects[index].certain = false;
	return err;
}

/* Who can let go: all that have the open file of a flock or OFD lock, whoever took it; the process of
 * another. */
static struct fb_error *add_owners(struct fb_wait_finder *finder, const struct fb_lock *held,
				   size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct fb_wait_absence absence;
	char none[128], there_is[64];
	struct fb_error *err;

	object->certain = true;
	if (held->kind != FB_LOCK_FLOCK && held->kind != FB_LOCK_OFD) {
		if (held->pid > 0 && fb_tasks_by_tid(finder->tasks, held->pid))
			return fb_wait_graph_owner(&finder->graph, index, held->pid, true);
		absence = FB_WAIT_ABSENCE_KNOWN;
		fb_wait_absence_of_tasks(finder, &absence);
		snprintf(none, sizeof(none),
			 "process %d, which holds it, is no process of this host", held->pid);
		snprintf(there_is, sizeof(there_is), "process %d, which holds it, is there",
			 held->pid);
		return fb_wait_say_none(object, &absence, none, there_is);
	}
	err = fb_wait_add_holders(finder, index, held->file, 0, 0);
	if (err || finder->graph.objects[index].owner_count)
		return err;
	err = fb_wait_holders_absence(finder, &absence);
	if (err)
		return err;
	if (!absence.known)
		err = guess_taker(finder, held, index);
	if (err)
		return err;
	snprintf(none, sizeof(none),
		 "process %d took the lock, and no process has that open file any more", held->pid);
	return fb_wait_say_none(&finder->graph.objects[index], &absence, none,
				"a process has the open file that the lock was taken by");
}

static struct fb_error *describe(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 const struct fb_lock *held, size_t index)
{
	struct fb_wait_object *object = &finder->graph.objects[index];
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	char path[FB_WAIT_PATH] = "", inode[64] = "";
	struct fb_error *err = NULL;

	if (held->file)
		err = fb_wait_path(finder, blocked->task, held->file, path, &absence);
	if (!err)
		err = fb_wait_text(&object->name, "%s", *path ? path : "a file");
	if (!err && !absence.known)
		err = fb_wait_append(&object->detail, "its path cannot be known: %s",
				     absence.because);
	if (!err && held->end != INT64_MAX)
		err = fb_wait_append(&object->detail, "bytes %" PRId64 " to %" PRId64, held->start,
				     held->end);
	if (held->has_inode)
		snprintf(inode, sizeof(inode), ", inode %" PRIu64 " of %02x:%02x", held->inode,
			 held->major, held->minor);
	if (!err)
		err = fb_wait_append(&object->detail, "%s, held for %s%s",
				     fb_lock_kind_name(held->kind),
				     held->type == 0 ? "reading" : "writing", inode);
	return err ? err : add_owners(finder, held, index);
}

struct fb_error *fb_wait_file_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const struct fb_lock *request, *held;
	struct file_locks *locks;
	struct fb_wait wait;
	bool fresh, certain;
	struct fb_error *err = load(finder, &locks);

	if (!err)
		err = find_request(finder, locks, blocked, &request, &certain);
	if (err)
		return err;
	if (!request)
		return fb_error_create(FB_NOT_FOUND,
				       "its request is not in the kernel's list of file locks");
	held = &locks->list.locks[request->held];
	wait = fb_wait_of_blocked(finder, blocked, kind_of(request));
	wait.certain = certain;
	wait.evidence = "the kernel's list of file locks";
	err = fb_wait_graph_object(&finder->graph, "file lock", held->address, 0, &wait.object,
				   &fresh);
	if (!err && fresh)
		err = describe(finder, blocked, held, wait.object);
	if (!err && blocked->has_regs)
		err = fb_wait_text(&wait.detail, "fd %u, for %s", (unsigned)blocked->args[0],
				   request->type == 0 ? "reading" : "writing");
	if (!err && request->depth > 1)
		err = fb_wait_append(&wait.detail, "behind %u that came before",
				     request->depth - 1);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}
