// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks of a made kernel: found from their waiters, with a list of them or a pointer to the first. */
#include "bundle/waits/locks/recognise.h"
#include "tests/bundle/waits/locks/made_locks.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define EVIDENCE "the waiter's structure on its kernel stack"
#define NOTED "the lock that its task_struct names"

static struct fb_blocked in_list(struct made_waits *w)
{
	return made_lock_waiter(w, MADE_LIST, 0);
}

static struct fb_blocked in_ring(struct made_waits *w)
{
	return made_lock_waiter(w, MADE_RING, 0);
}

/* The lowest three bits of the owner word are flags. */
static struct fb_blocked with_flags(struct made_waits *w)
{
	return made_lock_waiter(w, MADE_LIST, 6);
}

static struct fb_blocked handed_over(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);

	made_put(w->made, w->marks[0] + MADE_LOCK_OWNER, 7, 8);
	return blocked;
}

static struct fb_blocked of_a_stranger(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);

	w->marks[1] = 0xffff888000000008ull;
	made_put(w->made, w->marks[0] + MADE_LOCK_OWNER, w->marks[1], 8);
	return blocked;
}

static void tells_who_owns_a_mutex(void)
{
	static const struct made_scene scenes[] = {
		{in_list,
		 fb_wait_mutex,
		 {.kind = "kernel-mutex",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
		{in_ring,
		 fb_wait_mutex,
		 {.kind = "kernel-mutex",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
		{with_flags,
		 fb_wait_mutex,
		 {.kind = "kernel-mutex",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
		{handed_over,
		 fb_wait_mutex,
		 {.kind = "kernel-mutex",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .need = "nobody held it at the panic: it was being handed over",
		  .flags = "sure",
		  .evidence = EVIDENCE}},
		{of_a_stranger,
		 fb_wait_mutex,
		 {.kind = "kernel-mutex",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .need = "its owner word {1} is no task: the owner has ended, or the word is damaged",
		  .flags = "sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* All waiters of one lock wait for one object, whichever way they are linked. */
static void waiters_of_a_lock_wait_together(void)
{
	for (enum made_lock_layout layout = MADE_LIST; layout <= MADE_RING; layout++) {
		struct made_waits w;

		made_waits_begin(&w);
		made_lock(&w, layout, 0);
		for (int i = 1; i <= MADE_LOCK_WAITERS; i++) {
			struct fb_blocked blocked = made_waits_blocked(&w, &w.list[i], "rwsem");

			FB_OK_FATAL(fb_wait_rwsem(&w.finder, &blocked));
			CU_ASSERT_EQUAL(made_waits_object(&w, &w.list[i])->key[0], w.marks[0]);
			CU_ASSERT_EQUAL(made_waits_object(&w, &w.list[i])->owner_count, 1);
		}
		CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
		CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, MADE_LOCK_WAITERS);
		made_waits_end(&w);
	}
}

static struct fb_blocked without_waiter(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);

	made_put(w->made, made_waits_frame(blocked.task) + 16, w->list[0].address, 8);
	return blocked;
}

static struct fb_blocked without_types(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);

	w->made->kernel.layout.mutex_waiter.size = 0;
	return blocked;
}

static struct fb_blocked without_list(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);

	w->made->kernel.layout.mutex_wait_list.found = false;
	return blocked;
}

/* Of a ring a word on the stack is the lock only if it points back to one of the waiters. */
static struct fb_blocked without_way_back(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_RING, 0);

	made_put(w->made, w->marks[0] + MADE_LOCK_QUEUE, made_waits_frame(&w->list[0]), 8);
	return blocked;
}

/* Nor where it is no address that an object can stand at. */
static struct fb_blocked at_an_odd_address(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_RING, 0);
	uint64_t odd = w->marks[0] + 4;

	made_put(w->made, odd + MADE_LOCK_QUEUE, made_waits_frame(blocked.task), 8);
	made_put(w->made, made_waits_frame(blocked.task) + 64, odd, 8);
	return blocked;
}

static void refuses_what_is_no_lock(void)
{
	static const struct made_scene scenes[] = {
		{without_waiter,
		 fb_wait_mutex,
		 {.code = FB_NOT_FOUND, .error = "not found on its stack"}},
		{without_types,
		 fb_wait_mutex,
		 {.code = FB_NOT_FOUND, .error = "no waiter of a kernel-mutex"}},
		{without_list,
		 fb_wait_mutex,
		 {.code = FB_NOT_FOUND, .error = "no mutex_wait_list"}},
		{without_way_back,
		 fb_wait_mutex,
		 {.code = FB_NOT_FOUND, .error = "the lock that it is queued at is not on"}},
		{at_an_odd_address,
		 fb_wait_mutex,
		 {.code = FB_NOT_FOUND, .error = "the lock that it is queued at is not on"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

/* The lock's address is looked for from the thread's innermost frame to a little behind its outermost, and
 * not behind its stack. */
static void looks_for_the_lock_in_the_frames(void)
{
	static const struct {
		uint64_t at; /* behind the frames' end, or (end) before the stack's */
		bool end, found;
	} cases[] = {
		{0, false, true}, {248, false, true}, {256, false, false},
		{8, true, true},  {0, true, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_blocked blocked;
		struct made_waits w;
		uint64_t at;

		made_waits_begin(&w);
		w.made->kernel.layout.thread_union.size = 8192;
		blocked = made_lock_waiter(&w, MADE_RING, 0);
		made_put(w.made, made_waits_frame(blocked.task) + 64, 0, 8);
		made_alloc_pages(w.made, FB_PAGE_SIZE); /* behind the last stack */
		at = cases[i].end ? blocked.task->stack + 8192 - cases[i].at
				  : blocked.high + cases[i].at;
		if (cases[i].end)
			blocked.high = blocked.task->stack + 8192;
		made_put(w.made, at, w.marks[0], 8);
		if (cases[i].found)
			FB_OK(fb_wait_mutex(&w.finder, &blocked));
		else
			FB_FAILS(fb_wait_mutex(&w.finder, &blocked), FB_NOT_FOUND);
		made_waits_end(&w);
	}
}

/* Any of 64 waiters back in the ring may be the first; a ring that a damaged link ends is as long as it
 * can be followed. */
static void follows_a_ring_so_far(void)
{
	enum { LONG = 63 };

	for (int damaged = 0; damaged < 3; damaged++) {
		struct fb_blocked blocked;
		struct made_waits w;
		uint64_t first;

		made_waits_begin(&w);
		made_lock_members(&w, MADE_RING);
		w.marks[0] = made_alloc(w.made, 64);
		made_put(w.made, w.marks[0] + MADE_LOCK_OWNER, 0, 8);
		for (int i = 0; i <= LONG; i++)
			made_waits_task(&w, 20 + i, 20 + i, "waiter");
		made_alloc_pages(w.made, 3 * FB_PAGE_SIZE); /* the rest of the last stack */
		first = made_waits_frame(&w.list[0]);
		made_list_init(w.made, first);
		made_put(w.made, w.marks[0] + MADE_LOCK_QUEUE, first, 8);
		for (int i = 1; i <= LONG; i++)
			made_list_add(w.made, first, made_waits_frame(&w.list[i]));
		blocked = made_waits_blocked(&w, &w.list[LONG], "made");
		made_put(w.made, made_waits_frame(blocked.task) + 16, blocked.task->address, 8);
		made_put(w.made, made_waits_frame(blocked.task) + 64, w.marks[0], 8);
		if (damaged) /* the second's link back: no address, or to what cannot be read */
			made_put(w.made, made_waits_frame(&w.list[1]) + 8,
				 damaged == 1 ? 0x1238 : MADE_BASE + (1ull << 30), 8);
		if (damaged)
			FB_FAILS(fb_wait_mutex(&w.finder, &blocked), FB_NOT_FOUND);
		else
			FB_OK(fb_wait_mutex(&w.finder, &blocked));
		made_waits_end(&w);
	}
}

/* Whose task_struct has the word as its blocked_on, of this type. */
static struct fb_blocked with_blocked_on(struct made_waits *w, const char *of, uint64_t word)
{
	struct made_types *types = made_waits_types(w);
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);
	uint32_t lock = made_struct(types, of, 64, MADE_MEMBERS_OF({"owner", types->word, 8}));
	uint32_t pointer, task;

	FB_OK_FATAL(fb_btf_builder_reference(&types->builder, FB_TYPE_POINTER, "", lock, &pointer));
	task = made_struct(types, "task_struct", MADE_TASK_BYTES,
			   MADE_MEMBERS_OF({"blocked_on", pointer, 80}));
	CU_ASSERT(task > 0);
	made_types_give(types, w->made);
	MADE_FIELD(w->made, task_blocked_on, 80, 8);
	MADE_SET(w->made, blocked.task->address, task_blocked_on, word);
	return blocked;
}

/* The task names the mutex that it is blocked on: the stack is not looked through. */
static struct fb_blocked names_its_mutex(struct made_waits *w)
{
	uint64_t other = made_alloc(w->made, 64);
	struct fb_blocked blocked = with_blocked_on(w, "mutex", other);

	w->marks[0] = other;
	made_put(w->made, other + MADE_LOCK_OWNER, w->list[0].address, 8);
	return blocked;
}

/* Kernels before name the waiter there. */
static struct fb_blocked names_its_waiter(struct made_waits *w)
{
	return with_blocked_on(w, "mutex_waiter", made_alloc(w->made, 64));
}

static struct fb_blocked names_nothing(struct made_waits *w)
{
	return with_blocked_on(w, "mutex", 0);
}

/* What stands there while a proxy wakes the thread is no address. */
static struct fb_blocked names_no_address(struct made_waits *w)
{
	return with_blocked_on(w, "mutex", UINT64_MAX);
}

static void believes_what_a_task_is_blocked_on(void)
{
	static const struct made_answer answer = {.kind = "kernel-mutex",
						  .object = "kernel lock {0} 0x0",
						  .name = "{0}",
						  .owners = "10",
						  .flags = "certain sure",
						  .evidence = EVIDENCE};
	struct made_answer noted = answer;
	const struct made_scene scenes[] = {{names_its_waiter, fb_wait_mutex, answer},
					    {names_nothing, fb_wait_mutex, answer},
					    {names_no_address, fb_wait_mutex, answer}};

	noted.evidence = NOTED;
	made_scene_damage(&(const struct made_scene){names_its_mutex, fb_wait_mutex, noted});
	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* A thread without a waiter's structure that can be seen, whose task_struct has this word as a member, and a lock
 * of any sort. */
static struct fb_blocked with_blocker(struct made_waits *w, const char *member, uint64_t sort)
{
	struct made_types *types = made_waits_types(w);
	struct fb_blocked blocked = without_waiter(w);
	uint32_t task = made_struct(types, "task_struct", MADE_TASK_BYTES,
				    MADE_MEMBERS_OF({member, types->word, 88}));

	CU_ASSERT(task > 0);
	made_types_give(types, w->made);
	made_put(w->made, blocked.task->address + 88, w->marks[0] | sort, 8);
	MADE_FIELD(w->made, semaphore_last_holder, MADE_LOCK_OWNER, 8);
	return blocked;
}

static struct fb_blocked notes_mutex(struct made_waits *w)
{
	return with_blocker(w, "blocker", 0);
}

static struct fb_blocked notes_mutex_alone(struct made_waits *w)
{
	return with_blocker(w, "blocker_mutex", 0);
}

static struct fb_blocked notes_semaphore(struct made_waits *w)
{
	return with_blocker(w, "blocker", 1);
}

static struct fb_blocked notes_reader(struct made_waits *w)
{
	return with_blocker(w, "blocker", 2);
}

static struct fb_blocked notes_writer(struct made_waits *w)
{
	return with_blocker(w, "blocker", 3);
}

/* 6.15 and later: the word says which sort of lock it is, and where. */
static void believes_what_a_task_notes_for_khungtaskd(void)
{
	static const struct made_answer mutex = {.kind = "kernel-mutex",
						 .object = "kernel lock {0} 0x0",
						 .name = "{0}",
						 .owners = "10",
						 .flags = "certain sure",
						 .evidence = NOTED};
	static const struct made_answer none = {.code = FB_NOT_FOUND,
						.error = "not found on its stack"};
	struct made_answer rwsem = mutex, semaphore = mutex;
	const struct {
		struct fb_blocked (*make)(struct made_waits *w);
		const struct made_answer *mutex, *rwsem, *semaphore;
	} cases[] = {
		{notes_mutex, &mutex, &none, &none},
		{notes_mutex_alone, &mutex, &none, &none},
		{notes_semaphore, &none, &none, &semaphore},
		{notes_reader, &none, &rwsem, &none},
		{notes_writer, &none, &rwsem, &none},
	};

	rwsem.kind = "rwsem";
	semaphore.kind = "kernel-semaphore";
	semaphore.flags = "others sure";
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const struct made_scene scenes[] = {
			{cases[i].make, fb_wait_mutex, *cases[i].mutex},
			{cases[i].make, fb_wait_rwsem, *cases[i].rwsem},
			{cases[i].make, fb_wait_semaphore, *cases[i].semaphore}};

		for (size_t k = 0; k < FB_ARRAY_SIZE(scenes); k++)
			scenes[k].answer.error ? made_scene_check(&scenes[k])
					       : made_scene_damage(&scenes[k]);
	}
}

FB_TEST_MAIN("bundle/wait_kernel_lock", FB_TEST(tells_who_owns_a_mutex),
	     FB_TEST(waiters_of_a_lock_wait_together), FB_TEST(refuses_what_is_no_lock),
	     FB_TEST(looks_for_the_lock_in_the_frames), FB_TEST(follows_a_ring_so_far),
	     FB_TEST(believes_what_a_task_is_blocked_on),
	     FB_TEST(believes_what_a_task_notes_for_khungtaskd))
