// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait at System V queues and semaphore sets of a made kernel. */
#include <string.h>
#include <sys/syscall.h>

#include "bundle/waits/ipc/recognise.h"
#include "tests/bundle/waits/made_types.h"
#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"

#define MEMBERS(...) ((const struct made_member[MADE_MEMBERS]){__VA_ARGS__})
#define SET 7u

struct world {
	struct made_waits waits;
	struct made_types types;
	struct made_kernel *made;
	struct fb_task *waiters[2];
};

static void begin(struct world *w)
{
	struct made_types *types = &w->types;
	uint32_t perm;

	made_waits_begin(&w->waits);
	w->made = w->waits.made;
	made_types_begin(types);
	perm = made_struct(types, "kern_ipc_perm", 16,
			   MEMBERS({"id", types->half, 4}, {"key", types->half, 8}));
	made_struct(types, "msg_queue", 128,
		    MEMBERS({"q_perm", perm, 0}, {"q_lspid", types->word, 32},
			    {"q_lrpid", types->word, 40}, {"q_receivers", types->list, 64},
			    {"q_senders", types->list, 80}));
	made_struct(types, "msg_receiver", 40,
		    MEMBERS({"r_list", types->list, 0}, {"r_tsk", types->word, 16}));
	made_struct(types, "upid", 16, MEMBERS({"nr", types->half, 0}));
	made_struct(types, "pid", 64, MEMBERS({"numbers", types->word, 48}));
	made_struct(types, "sem_array", 256,
		    MEMBERS({"sem_perm", perm, 0}, {"pending_alter", types->list, 64},
			    {"pending_const", types->list, 80}, {"sem_nsems", types->half, 104},
			    {"sems", types->word, 128}));
	made_struct(
		types, "sem", 64,
		MEMBERS({"pending_alter", types->list, 16}, {"pending_const", types->list, 32}));
	made_struct(types, "sem_queue", 72,
		    MEMBERS({"list", types->list, 0}, {"sleeper", types->word, 16}));
	made_types_give(types, w->made);
	for (int i = 0; i < 2; i++)
		w->waiters[i] = made_waits_task(&w->waits, 10 + i, 10 + i, "waiter");
}

static void end(struct world *w)
{
	made_waits_end(&w->waits);
	made_types_end(&w->types);
}

/* The thread's structure, whose list is first and whose task is at 16, in the list. */
static void queue(struct world *w, const struct fb_task *task, uint64_t head)
{
	made_put(w->made, made_waits_frame(task) + 16, task->address, 8);
	made_list_add(w->made, head, made_waits_frame(task));
}

static void receivers_of_a_queue_wait_together(void)
{
	struct world w;
	uint64_t messages, pid;

	begin(&w);
	messages = made_alloc(w.made, 128);
	pid = made_alloc(w.made, 64);
	made_put(w.made, messages + 4, 3, 4);
	made_put(w.made, messages + 8, 0x3ab, 4);
	made_put(w.made, messages + 32, pid, 8);
	made_put(w.made, pid + 48, 4711, 4);
	made_list_init(w.made, messages + 64);
	for (int i = 0; i < 2; i++)
		queue(&w, w.waiters[i], messages + 64);
	for (int i = 0; i < 2; i++) {
		struct fb_blocked blocked = made_waits_blocked(&w.waits, w.waiters[i], "msgrcv");

		FB_OK_FATAL(fb_wait_message(&w.waits.finder, &blocked));
	}
	CU_ASSERT_EQUAL(w.waits.finder.graph.object_count, 1);
	CU_ASSERT_STRING_EQUAL(made_waits_object(&w.waits, w.waiters[0])->name,
			       "message queue 3, key 0x3ab");
	CU_ASSERT_STRING_EQUAL(made_waits_object(&w.waits, w.waiters[0])->detail,
			       "last sent to by PID 4711");
	CU_ASSERT(made_waits_object(&w.waits, w.waiters[0])->others);
	end(&w);
}

/* In a list of the set, or of its semaphore 2; only a set of the number that was called for. */
static void finds_the_set_that_the_call_names(void)
{
	static const uint64_t lists[] = {64, 80, 128 + 2 * 64 + 16, 128 + 32};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lists); i++) {
		struct fb_blocked blocked;
		struct world w;
		uint64_t set;

		begin(&w);
		set = made_alloc(w.made, 512);
		made_put(w.made, set + 4, SET, 4);
		made_put(w.made, set + 104, 3, 4);
		made_list_init(w.made, set + lists[i]);
		queue(&w, w.waiters[0], set + lists[i]);
		blocked = made_waits_blocked(&w.waits, w.waiters[0], "semop");
		made_waits_call(&blocked, SYS_semop, SET + 1, 0, 0, 0);
		FB_FAILS(fb_wait_semop(&w.waits.finder, &blocked), FB_NOT_FOUND);
		blocked.args[0] = SET;
		FB_OK_FATAL(fb_wait_semop(&w.waits.finder, &blocked));
		CU_ASSERT_STRING_EQUAL(made_waits_object(&w.waits, w.waiters[0])->name,
				       "semaphore set 7, key 0x0, of 3");
		end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_ipc", FB_TEST(receivers_of_a_queue_wait_together),
	     FB_TEST(finds_the_set_that_the_call_names))
