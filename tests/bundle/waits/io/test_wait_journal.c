// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait for the commit of a journal: of which, and what thread works on it. */
#include <string.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/io/made_devices.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define JOURNAL_TASK 32u
#define QUEUES 64u /* of struct journal_s: the first of its wait queues */
#define QUEUE 24u  /* bytes of one */

enum { OTHER, COMMITTER, WRITER };

/* A thread in a queue so far behind the start of a journal, marks[0], whose thread has this name. */
static struct fb_blocked in_journal(struct made_waits *w, uint64_t behind, const char *comm)
{
	uint64_t journal = made_alloc(w->made, 4096);
	struct fb_task *task;

	made_devices_members(w);
	MADE_FIELD(w->made, journal_name, 16, 32);
	w->made->kernel.layout.journal.size = 1024;
	w->marks[0] = journal;
	made_device_worker(w, 10, "kworker/0", journal - 64, false);
	made_device_worker(w, 20, comm, journal, true);
	made_device_worker(w, 30, "jbd2/vdz-8", journal + 4096, true);
	task = made_waits_task(w, 90, 90, "writer");
	MADE_SET(w->made, made_waits_frame(task), wait_entry_private, task->address);
	made_list_init(w->made, journal + behind);
	made_list_add(w->made, journal + behind, made_waits_frame(task) + 24);
	memcpy(made_at(w->made, journal + 16), "vda1-\033", 6);
	return made_waits_blocked(w, task, "jbd2-commit");
}

static struct fb_blocked in_commit(struct made_waits *w)
{
	return in_journal(w, 512, "jbd2/vda1-8");
}

static struct fb_blocked at_its_start(struct made_waits *w)
{
	return in_journal(w, 0, "jbd2/vda1-8");
}

static struct fb_blocked at_its_last_word(struct made_waits *w)
{
	return in_journal(w, 1016, "jbd2/vda1-8");
}

static struct fb_blocked behind_it(struct made_waits *w)
{
	return in_journal(w, 1024, "jbd2/vda1-8");
}

static struct fb_blocked of_no_known_size(struct made_waits *w)
{
	struct fb_blocked blocked = in_journal(w, 2040, "jbd2/vda1-8");

	w->made->kernel.layout.journal.size = 0;
	return blocked;
}

static struct fb_blocked behind_a_usual_one(struct made_waits *w)
{
	struct fb_blocked blocked = in_journal(w, 2048, "jbd2/vda1-8");

	w->made->kernel.layout.journal.size = 0;
	return blocked;
}

static struct fb_blocked of_no_journal(struct made_waits *w)
{
	return in_journal(w, 512, "jbd/vda1-8");
}

static struct fb_blocked of_no_known_name(struct made_waits *w)
{
	struct fb_blocked blocked = in_commit(w);

	w->made->kernel.layout.journal_name.found = false;
	return blocked;
}

static struct fb_blocked before_all(struct made_waits *w)
{
	struct fb_blocked blocked = in_journal(w, 512, "jbd2/vda1-8");

	for (int i = 0; i < 3; i++)
		w->list[i].kernel_thread = false;
	return blocked;
}

/* What its thread, or another, was started with is not in the dump. */
static struct fb_blocked of_an_unread_thread(struct made_waits *w)
{
	uint64_t lost = made_alloc_pages(w->made, FB_PAGE_SIZE);
	struct fb_blocked blocked = in_commit(w);

	MADE_SET(w->made, w->list[1].address, task_kthread, lost);
	made_lose(w->made, lost);
	return blocked;
}

static const struct made_answer unknown = {
	.code = FB_NOT_FOUND, .error = "no thread of this host works for that journal"};

static void tells_whose_commit_is_waited_for(void)
{
#define JOURNAL(called)                                                                      \
	{                                                                                    \
		.kind = "jbd2-commit", .object = "journal {0} 0x0", .name = called,          \
		.owners = "20", .flags = "certain sure",                                     \
		.evidence = "the journal's wait queue, and what its thread was started with" \
	}
	static const struct made_scene scenes[] = {
		{in_commit, fb_wait_journal, JOURNAL("journal of vda1-\\x1b")},
		{at_its_start, fb_wait_journal, JOURNAL("journal of vda1-\\x1b")},
		{at_its_last_word, fb_wait_journal, JOURNAL("journal of vda1-\\x1b")},
		{of_no_known_size, fb_wait_journal, JOURNAL("journal of vda1-\\x1b")},
		{of_no_known_name, fb_wait_journal, JOURNAL("journal")},
	};
	const struct made_scene refused[] = {{behind_it, fb_wait_journal, unknown},
					     {behind_a_usual_one, fb_wait_journal, unknown},
					     {of_no_journal, fb_wait_journal, unknown},
					     {before_all, fb_wait_journal, unknown},
					     {of_an_unread_thread,
					      fb_wait_journal,
					      {.code = FB_ABSENT,
					       .error = "it cannot be known whether the journal's "
							"thread is there: what kernel thread 20 "
							"works on: kthread_data: page"}}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

/* A journal, marks[0], of which no thread is known by its work; the thread at `task` is the one that it names. The
 * writer sleeps in its queue of that number. */
static struct fb_blocked named(struct made_waits *w, unsigned queue, const char *comm)
{
	struct made_types *types = made_waits_types(w);
	uint64_t journal, head;
	struct fb_task *task;

	made_struct(types, "journal_s", 256,
		    MADE_MEMBERS_OF({"j_task", types->word, JOURNAL_TASK},
				    {"j_wait_transaction_locked", types->queue, QUEUES},
				    {"j_wait_done_commit", types->queue, QUEUES + QUEUE},
				    {"j_wait_commit", types->queue, QUEUES + 2 * QUEUE},
				    {"j_wait_updates", types->queue, QUEUES + 3 * QUEUE},
				    {"j_wait_reserved", types->queue, QUEUES + 4 * QUEUE}));
	made_types_give(types, w->made);
	made_devices_members(w);
	MADE_FIELD(w->made, journal_name, 192, 32);
	journal = w->marks[0] = made_alloc(w->made, 256);
	memcpy(made_at(w->made, journal + 192), "vda1-\033", 6);
	made_waits_task(w, 10, 10, "other");
	task = made_waits_task(w, 20, 20, comm);
	made_put(w->made, journal + JOURNAL_TASK, task->address, 8);
	task = made_waits_task(w, 90, 90, "writer");
	head = journal + QUEUES + queue * QUEUE + MADE_QUEUE_LIST;
	MADE_SET(w->made, made_waits_frame(task), wait_entry_private, task->address);
	made_list_init(w->made, head);
	made_list_add(w->made, head, made_waits_frame(task) + 24);
	return made_waits_blocked(w, task, "jbd2-commit");
}

#define NAMED(number)                                                    \
	static struct fb_blocked in_queue_##number(struct made_waits *w) \
	{                                                                \
		return named(w, number, "jbd2/vda1-8");                  \
	}
NAMED(0)
NAMED(1)
NAMED(2)
NAMED(3)
NAMED(4)

/* A queue of the journal that is none of these. */
static struct fb_blocked in_queue_5(struct made_waits *w)
{
	return named(w, 5, "jbd2/vda1-8");
}

static struct fb_blocked of_another_thread(struct made_waits *w)
{
	return named(w, 1, "jbd/vda1-8");
}

static struct fb_blocked of_no_thread(struct made_waits *w)
{
	struct fb_blocked blocked = named(w, 1, "jbd2/vda1-8");

	made_put(w->made, w->marks[0] + JOURNAL_TASK, 0, 8);
	return blocked;
}

/* The journal names a task_struct that nothing else knows. */
static struct fb_blocked of_an_unknown_thread(struct made_waits *w)
{
	struct fb_blocked blocked = named(w, 1, "jbd2/vda1-8");

	made_put(w->made, w->marks[0] + JOURNAL_TASK, w->list[COMMITTER].address + 64, 8);
	return blocked;
}

/* Two threads are known by their numbers, and where their task_structs were. */
static struct fb_blocked of_lost_threads(struct made_waits *w, uint64_t at)
{
	static struct fb_lost_task lost[2];
	static int32_t tids[2] = {40, 50};
	struct fb_blocked blocked = of_an_unknown_thread(w);

	lost[0] = (struct fb_lost_task){.tid = 40, .address = w->list[COMMITTER].address + 32};
	lost[1] = (struct fb_lost_task){.tid = 50, .address = at};
	w->tasks.lost = lost;
	w->tasks.lost_tids = tids;
	w->tasks.lost_count = 2;
	return blocked;
}

static struct fb_blocked of_a_lost_thread(struct made_waits *w)
{
	return of_lost_threads(w, MADE_BASE + 64);
}

static struct fb_blocked of_the_lost_thread(struct made_waits *w)
{
	struct fb_blocked blocked = of_lost_threads(w, 0);

	w->tasks.lost[1].address = w->list[COMMITTER].address + 64;
	return blocked;
}

static struct fb_blocked of_the_first_lost_thread(struct made_waits *w)
{
	struct fb_blocked blocked = of_lost_threads(w, 0);

	w->tasks.lost[0].address = w->list[COMMITTER].address + 64;
	return blocked;
}

/* Where the one was is not known, and the journal names none. */
static struct fb_blocked of_no_thread_and_a_lost_one(struct made_waits *w)
{
	struct fb_blocked blocked = of_lost_threads(w, 0);

	made_put(w->made, w->marks[0] + JOURNAL_TASK, 0, 8);
	return blocked;
}

static struct fb_blocked of_damaged_lists(struct made_waits *w)
{
	struct fb_blocked blocked = of_an_unknown_thread(w);

	w->tasks.damaged = true;
	return blocked;
}

/* The journal ends where the dump does: its queue is there, and the word before it that names the thread is not. */
static struct fb_blocked in_half_a_journal(struct made_waits *w)
{
	struct fb_blocked blocked = named(w, 1, "jbd2/vda1-8");
	uint64_t page = made_alloc_pages(w->made, 2 * FB_PAGE_SIZE), head;
	uint64_t entry = made_waits_frame(&w->list[WRITER]) + 24;

	head = page + FB_PAGE_SIZE + MADE_QUEUE_LIST;
	made_list_init(w->made, head);
	made_list_add(w->made, head, entry);
	made_lose(w->made, page);
	return blocked;
}

static void tells_whose_commit_by_what_the_journal_names(void)
{
#define OF_MEMBER                                                                         \
	{                                                                                 \
		.kind = "jbd2-commit", .object = "journal {0} 0x0",                       \
		.name = "journal of vda1-\\x1b", .owners = "20", .flags = "certain sure", \
		.evidence = "the journal's wait queue, and the thread that it names"      \
	}
#define OF_LOST(tid)                                                                 \
	{                                                                            \
		.kind = "jbd2-commit", .object = "journal {0} 0x0",                  \
		.name = "journal of vda1-\\x1b",                                     \
		.need = "the journal's thread: its task_struct is not in the dump",  \
		.owners = (tid), .flags = "certain sure",                            \
		.evidence = "the journal's wait queue, and the thread that it names" \
	}
	static const struct made_scene scenes[] = {
		{in_queue_0, fb_wait_journal, OF_MEMBER},
		{in_queue_1, fb_wait_journal, OF_MEMBER},
		{in_queue_2, fb_wait_journal, OF_MEMBER},
		{in_queue_3, fb_wait_journal, OF_MEMBER},
		{in_queue_4, fb_wait_journal, OF_MEMBER},
		{of_the_lost_thread, fb_wait_journal, OF_LOST("50")},
		{of_the_first_lost_thread, fb_wait_journal, OF_LOST("40")},
	};
#define UNKNOWN "it cannot be known whether the journal's thread is there: "
	const struct made_scene refused[] = {
		{in_queue_5, fb_wait_journal, unknown},
		{of_another_thread, fb_wait_journal, unknown},
		{of_no_thread, fb_wait_journal, unknown},
		{of_an_unknown_thread, fb_wait_journal, unknown},
		{of_a_lost_thread,
		 fb_wait_journal,
		 {.code = FB_ABSENT,
		  .error = UNKNOWN "the task_structs of 2 threads, of 40 first"}},
		{of_no_thread_and_a_lost_one,
		 fb_wait_journal,
		 {.code = FB_ABSENT,
		  .error = UNKNOWN "the task_structs of 2 threads, of 40 first"}},
		{of_damaged_lists,
		 fb_wait_journal,
		 {.code = FB_ABSENT, .error = UNKNOWN "the kernel's lists of threads are damaged"}},
		{in_half_a_journal, fb_wait_journal, {.code = FB_ABSENT, .error = UNKNOWN}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

FB_TEST_MAIN("bundle/wait_journal", FB_TEST(tells_whose_commit_is_waited_for),
	     FB_TEST(tells_whose_commit_by_what_the_journal_names))
