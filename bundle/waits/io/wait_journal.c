// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for the commit of a journal (jbd2): the wait queue that they sleep in belongs to the
 * journal, whose thread does the work. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/part.h"
#include "base/search.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/io/recognise.h"
#include "bundle/waits/io/wait_io.h"

/* Of a journal without its type: no kernel's is larger. */
#define MOST_JOURNAL 2048u

struct journal {
	uint64_t address;
	const struct fb_task *task; /* NULL: its task_struct is not in the dump */
	int32_t lost_tid;           /* then; 0: unknown */
};

/* The journal that a thread of this host was started with and that has the queue; address 0: none. *absence says
 * whether there may be one. */
static struct fb_error *find_by_worker(struct fb_wait_finder *finder, uint64_t head,
				       struct journal *journal, struct fb_wait_absence *absence)
{
	uint64_t size = finder->layout->journal.size ? finder->layout->journal.size : MOST_JOURNAL;
	const struct fb_wait_workers *workers;
	const struct fb_wait_worker *worker;
	size_t above;
	struct fb_error *err = fb_wait_load_workers(finder, &workers);

	if (err)
		return err;
	*absence = workers->absence;
	above = FB_LOWER_BOUND(at, workers->count, workers->list[at].work <= head);
	worker = above ? &workers->list[above - 1] : NULL;
	if (worker && head - worker->work < size && !strncmp(worker->task->comm, "jbd2/", 5))
		*journal = (struct journal){worker->work, worker->task, 0};
	return NULL;
}

/* The TID of a task_struct that is not in the dump; 0: it is none that was met. */
static int32_t lost_tid_at(const struct fb_tasks *tasks, uint64_t address)
{
	const int32_t *tids;
	size_t count = fb_tasks_lost(tasks, &tids);

	for (size_t i = 0; i < count; i++)
		if (fb_tasks_lost_address(tasks, tids[i]) == address)
			return tids[i];
	return 0;
}

/* The journal of which the queue is that member, if what it has for its thread is one. Notes in *absence where that
 * cannot be read. */
static struct fb_error *try_member(struct fb_wait_finder *finder, uint64_t head, const char *member,
				   struct journal *journal, struct fb_wait_absence *absence)
{
	uint32_t offset = 0;
	uint64_t task = 0;
	struct journal found;
	struct fb_error *err = fb_wait_member(finder, "journal_s", member, &offset);

	if (!err)
		err = fb_wait_value(finder, head - offset, "journal_s", "j_task", &task);
	if (fb_error_is(err, FB_NOT_FOUND))
		return fb_part_skip(err); /* this kernel has no such member */
	if (err || !task)
		return fb_wait_absence_of(absence, err);
	found = (struct journal){head - offset, fb_tasks_by_address(finder->tasks, task), 0};
	if (!found.task)
		found.lost_tid = lost_tid_at(finder->tasks, task);
	if (found.lost_tid || (found.task && !strncmp(found.task->comm, "jbd2/", 5)))
		*journal = found;
	return NULL;
}

static struct fb_error *find_by_member(struct fb_wait_finder *finder, uint64_t head,
				       struct journal *journal, struct fb_wait_absence *absence)
{
	static const char *const members[] = {"j_wait_transaction_locked.head",
					      "j_wait_done_commit.head", "j_wait_commit.head",
					      "j_wait_updates.head", "j_wait_reserved.head"};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(members) && !err && !journal->address; i++)
		err = try_member(finder, head, members[i], journal, absence);
	return err;
}

static struct fb_error *describe(struct fb_wait_finder *finder, const struct journal *journal,
				 size_t index)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_wait_object *object = &finder->graph.objects[index];
	char name[64] = "", shown[4 * sizeof(name)];
	struct fb_error *err;

	object->certain = true;
	if (layout->journal_name.found) {
		err = fb_part_skip(fb_space_string(finder->space,
						   journal->address + layout->journal_name.offset,
						   name, sizeof(name)));
		if (err)
			return err;
	}
	fb_text_escape(name, strlen(name), shown, sizeof(shown));
	err = fb_wait_text(&object->name, "journal%s%s", *shown ? " of " : "", shown);
	if (!err && !journal->task)
		err = fb_wait_text(&object->need,
				   "the journal's thread: its task_struct is not in the dump");
	return err ? err
		   : fb_wait_graph_owner(&finder->graph, index,
					 journal->task ? journal->task->tid : journal->lost_tid,
					 false);
}

struct fb_error *fb_wait_journal(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	struct journal journal = {0};
	uint64_t head;
	bool fresh;
	struct fb_error *err = fb_wait_queue_of(finder, blocked, &head);

	wait.evidence = "the journal's wait queue, and what its thread was started with";
	if (!err)
		err = find_by_worker(finder, head, &journal, &absence);
	if (!err && !journal.address) {
		wait.evidence = "the journal's wait queue, and the thread that it names";
		err = find_by_member(finder, head, &journal, &absence);
	}
	if (err)
		return err;
	fb_wait_absence_of_tasks(finder, &absence);
	if (!journal.address)
		return fb_wait_none_error(&absence, "no thread of this host works for that journal",
					  "the journal's thread is there");
	err = fb_wait_graph_object(&finder->graph, "journal", journal.address, 0, &wait.object,
				   &fresh);
	if (!err && fresh)
		err = describe(finder, &journal, wait.object);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
