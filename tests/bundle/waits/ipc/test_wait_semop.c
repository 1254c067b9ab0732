// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait at System V semaphores, and who is likely to hold these. */
#include <string.h>
#include <sys/syscall.h>

#include "bundle/waits/ipc/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define SET 7u
#define SEMAPHORES 128u /* of a set: its semaphores begin here */
#define SEMAPHORE_BYTES 64u
#define UNDO_LIST 400u /* of a task_struct */

static void put_perm_fields(struct made_kernel *made)
{
	MADE_FIELD(made, ipc_id, 4, 4);
	MADE_FIELD(made, ipc_key, 8, 4);
	MADE_FIELD(made, ipc_uid, 12, 4);
	MADE_FIELD(made, ipc_gid, 16, 4);
	MADE_FIELD(made, ipc_creator_uid, 20, 4);
	MADE_FIELD(made, ipc_creator_gid, 24, 4);
	MADE_FIELD(made, ipc_mode, 28, 2);
	MADE_FIELD(made, pid_numbers, 48, 0); /* an array without an end */
	MADE_FIELD(made, upid_nr, 4, 4);
}

static void put_set_fields(struct made_kernel *made)
{
	put_perm_fields(made);
	MADE_FIELD(made, semset_perm, 0, 32);
	MADE_FIELD(made, semset_undos, 48, 16);
	MADE_FIELD(made, semset_alter, 64, 16);
	MADE_FIELD(made, semset_const, 80, 16);
	MADE_FIELD(made, semset_count, 104, 4);
	MADE_FIELD(made, semset_changed, 112, 8);
	MADE_FIELD(made, semset_semaphores, SEMAPHORES, 0);
	made->kernel.layout.sem.size = SEMAPHORE_BYTES;
	MADE_FIELD(made, sem_value, 0, 4);
	MADE_FIELD(made, sem_pid, 8, 8);
	MADE_FIELD(made, sem_alter, 16, 16);
	MADE_FIELD(made, sem_const, 32, 16);
	MADE_FIELD(made, sem_queue_list, 0, 16);
	MADE_FIELD(made, sem_queue_task, 16, 8);
	MADE_FIELD(made, sem_queue_blocking, 24, 8);
	MADE_FIELD(made, sembuf_number, 0, 2);
	MADE_FIELD(made, sembuf_change, 2, 2);
	MADE_FIELD(made, task_undo_list, UNDO_LIST, 8);
	MADE_FIELD(made, sem_undo_link, 0, 16);
	MADE_FIELD(made, sem_undo_owner, 16, 8);
	MADE_FIELD(made, sem_undo_numbers, 24, 0);
}

/* A thread whose structure is in the list, at the end of the part of its stack that is looked through. */
static struct fb_blocked queued(struct made_waits *w, uint64_t head)
{
	struct fb_task *task = made_waits_task(w, 10, 10, "waiter");
	uint64_t waiter = made_waits_frame(task);
	struct fb_blocked blocked = made_waits_blocked(w, task, "semop");

	made_put(w->made, waiter + 16, task->address, 8);
	made_list_add(w->made, head, waiter);
	blocked.high = waiter + 24;
	return blocked;
}

/* In the list so far behind the start of set 7, marks[0]. */
static struct fb_blocked at_set(struct made_waits *w, uint64_t behind, uint64_t named)
{
	uint64_t set = made_alloc(w->made, SEMAPHORES + 260 * SEMAPHORE_BYTES);
	struct fb_blocked blocked;

	put_set_fields(w->made);
	w->marks[0] = set;
	made_list_init(w->made, set + 48);
	made_list_init(w->made, set + 64);
	made_list_init(w->made, set + 80);
	for (unsigned i = 0; i < 260; i++) {
		made_list_init(w->made, set + SEMAPHORES + i * SEMAPHORE_BYTES + 16);
		made_list_init(w->made, set + SEMAPHORES + i * SEMAPHORE_BYTES + 32);
	}
	made_put(w->made, set + 4, SET, 4);
	made_put(w->made, set + 8, 0xabc, 4);
	made_put(w->made, set + 104, 3, 4);
	blocked = queued(w, set + behind);
	made_waits_call(&blocked, SYS_semop, named, 0, 0, 0);
	return blocked;
}

static struct fb_blocked of_whole_set(struct made_waits *w)
{
	return at_set(w, 64, SET);
}

static struct fb_blocked reading_whole_set(struct made_waits *w)
{
	return at_set(w, 80, SET);
}

static struct fb_blocked of_a_semaphore(struct made_waits *w)
{
	return at_set(w, SEMAPHORES + 2 * SEMAPHORE_BYTES + 16, 0xffffffff00000000ull | SET);
}

static struct fb_blocked reading_a_semaphore(struct made_waits *w)
{
	return at_set(w, SEMAPHORES + 32, SET);
}

static struct fb_blocked of_the_last_semaphore(struct made_waits *w)
{
	return at_set(w, SEMAPHORES + 255 * SEMAPHORE_BYTES + 16, SET);
}

static struct fb_blocked of_one_too_far(struct made_waits *w)
{
	return at_set(w, SEMAPHORES + 256 * SEMAPHORE_BYTES + 16, SET);
}

static struct fb_blocked of_another_number(struct made_waits *w)
{
	return at_set(w, 64, SET + 1);
}

static struct fb_blocked of_no_known_number(struct made_waits *w)
{
	struct fb_blocked blocked = at_set(w, 64, SET);

	blocked.has_regs = false;
	return blocked;
}

/* Where the number stands by chance, in no list's set: sets are aligned. */
static struct fb_blocked at_no_set(struct made_waits *w)
{
	struct fb_blocked blocked = at_set(w, SEMAPHORES + 24, SET);

	made_put(w->made, w->marks[0] + 4, 0, 4);
	made_put(w->made, w->marks[0] + 8 + 4, SET, 4);
	return blocked;
}

static void tells_the_semaphore_set(void)
{
#define SEMAPHORE_SET                                                               \
	{                                                                           \
		.kind = "semop", .object = "semaphore set {0} 0x0",                 \
		.name = "semaphore set 7, key 0xabc, of 3",                         \
		.need = "any process of its IPC namespace that may use the set",    \
		.flags = "others sure",                                             \
		.evidence = "the list that its structure on the kernel stack is in" \
	}
	static const struct made_answer none = {.code = FB_NOT_FOUND,
						.error = "its semaphore set was not found"};
	static const struct made_scene scenes[] = {
		{of_whole_set, fb_wait_semop, SEMAPHORE_SET},
		{reading_whole_set, fb_wait_semop, SEMAPHORE_SET},
		{of_a_semaphore, fb_wait_semop, SEMAPHORE_SET},
		{reading_a_semaphore, fb_wait_semop, SEMAPHORE_SET},
		{of_the_last_semaphore, fb_wait_semop, SEMAPHORE_SET},
	};
	const struct made_scene refused[] = {{of_one_too_far, fb_wait_semop, none},
					     {of_another_number, fb_wait_semop, none},
					     {of_no_known_number, fb_wait_semop, none},
					     {at_no_set, fb_wait_semop, none}};

	made_scene_damage(&scenes[0]);
	made_scene_damage(&scenes[3]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

/* At semaphore 1 of the set, which it wants to change by so much, and which is at 2; pid operated on it last. */
static struct fb_blocked at_semaphore(struct made_waits *w, int32_t change, uint64_t pid)
{
	struct fb_blocked blocked = at_set(w, SEMAPHORES + SEMAPHORE_BYTES + 16, SET);
	uint64_t semaphore = w->marks[0] + SEMAPHORES + SEMAPHORE_BYTES;
	uint64_t operation = made_alloc(w->made, 8), last = made_alloc(w->made, 64);

	made_put(w->made, operation, 1, 2);
	made_put(w->made, operation + 2, (uint64_t)(int64_t)change, 2);
	made_put(w->made, made_waits_frame(blocked.task) + 24, operation, 8);
	made_put(w->made, semaphore, 2, 4);
	made_put(w->made, last + 52, pid, 4);
	made_put(w->made, semaphore + 8, last, 8);
	return blocked;
}

/* The process takes so many of semaphore 1, and as many of semaphore 0, with SEM_UNDO. */
static void takes(struct made_waits *w, const struct fb_task *task, uint64_t of_first,
		  uint64_t of_second)
{
	uint64_t undo = made_alloc(w->made, 64), list = made_alloc(w->made, 16);

	made_put(w->made, task->address + UNDO_LIST, list, 8);
	made_put(w->made, undo + 16, list, 8);
	made_put(w->made, undo + 24, of_first, 2);
	made_put(w->made, undo + 26, of_second, 2);
	made_list_add(w->made, w->marks[0] + 48, undo);
}

static struct fb_blocked after_another(struct made_waits *w)
{
	struct fb_blocked blocked = at_semaphore(w, -3, 20);

	made_waits_task(w, 20, 20, "ho\033lder");
	return blocked;
}

static struct fb_blocked after_one_that_ended(struct made_waits *w)
{
	return at_semaphore(w, -3, 20);
}

static struct fb_blocked after_itself(struct made_waits *w)
{
	return at_semaphore(w, -3, 10);
}

static struct fb_blocked until_it_is_zero(struct made_waits *w)
{
	struct fb_blocked blocked = at_semaphore(w, 0, 20);

	made_waits_task(w, 20, 20, "holder");
	return blocked;
}

static struct fb_blocked behind_who_took_it(struct made_waits *w)
{
	struct fb_blocked blocked = after_another(w);

	takes(w, made_waits_task(w, 30, 30, "taker"), 0, 2);
	takes(w, made_waits_task(w, 40, 40, "other"), 5, 0);
	return blocked;
}

static void tells_who_is_likely_to_hold_it(void)
{
#define SEMAPHORE                                                                                \
	.kind = "semop", .object = "semaphore set {0} 0x2",                                      \
	.name = "semaphore set 7, key 0xabc, of 3",                                              \
	.need = "any process of its IPC namespace that may use the set", .flags = "others sure", \
	.evidence = "the list that its structure on the kernel stack is in"
	static const struct made_scene scenes[] = {
		{after_another,
		 fb_wait_semop,
		 {SEMAPHORE, .owners = "20p", .wait = "it wants 3 of semaphore 1",
		  .detail = "semaphore 1 is at 2; 20 ho\\x1blder operated on it last"}},
		{behind_who_took_it,
		 fb_wait_semop,
		 {SEMAPHORE, .owners = "30p", .wait = "it wants 3 of semaphore 1",
		  .detail = "semaphore 1 is at 2; 30 taker has taken 2 with SEM_UNDO"}},
		{after_one_that_ended,
		 fb_wait_semop,
		 {SEMAPHORE, .wait = "it wants 3 of semaphore 1",
		  .detail = "semaphore 1 is at 2; 20 operated on it last"}},
		{after_itself,
		 fb_wait_semop,
		 {SEMAPHORE, .wait = "it wants 3 of semaphore 1", .detail = "semaphore 1 is at 2"}},
		{until_it_is_zero,
		 fb_wait_semop,
		 {SEMAPHORE, .wait = "it waits until semaphore 1 is 0",
		  .detail = "semaphore 1 is at 2"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_semop", FB_TEST(tells_the_semaphore_set),
	     FB_TEST(tells_who_is_likely_to_hold_it))
