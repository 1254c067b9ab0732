// SPDX-License-Identifier: GPL-2.0-or-later
/* Semaphores of a made kernel, for readers and writers or counting: who has them, as far as is recorded. */
#include "bundle/waits/locks/recognise.h"
#include "tests/bundle/waits/locks/made_locks.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define EVIDENCE "the waiter's structure on its kernel stack"
#define READER_OWNED 1u

static struct fb_blocked in_list(struct made_waits *w)
{
	return made_lock_waiter(w, MADE_LIST, 0);
}

static struct fb_blocked in_ring(struct made_waits *w)
{
	return made_lock_waiter(w, MADE_RING, 0);
}

/* Three readers, of which the kernel knows the last: it may have let go, and others may have it. */
static struct fb_blocked read_by(struct made_waits *w, char state, uint64_t count)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, READER_OWNED);

	made_put(w->made, w->marks[0], count, 8);
	w->list[0].state = state;
	return blocked;
}

static struct fb_blocked read_by_a_sleeper(struct made_waits *w)
{
	return read_by(w, 'D', 3 << 8);
}

static struct fb_blocked read_by_one_outside(struct made_waits *w)
{
	return read_by(w, 'S', 1ull << 40 | 3 << 8 | 2);
}

static struct fb_blocked read_by_a_stranger(struct made_waits *w)
{
	struct fb_blocked blocked = read_by(w, 'D', 0xffffffull << 8);

	made_put(w->made, w->marks[0] + MADE_LOCK_OWNER, 0xffff888000000008ull | READER_OWNED, 8);
	return blocked;
}

/* What the last reader left in the owner word means nothing while a writer has it. */
static struct fb_blocked written_by(struct made_waits *w)
{
	return read_by(w, 'S', 3 << 8 | 1);
}

static void tells_who_has_an_rwsem(void)
{
	static const char reads[] =
		"an rw_semaphore counts its readers and records only the last one, which no longer "
		"looks like one";
	const struct made_scene scenes[] = {
		{in_list,
		 fb_wait_rwsem,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
		{in_ring,
		 fb_wait_rwsem,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
		{read_by_a_sleeper,
		 fb_wait_rwsem,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .detail = "held for reading by 3",
		  .owners = "10",
		  .flags = "others sure",
		  .evidence = EVIDENCE}},
		{read_by_one_outside,
		 fb_wait_rwsem,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .detail = "held for reading by 3",
		  .need = reads,
		  .flags = "others sure",
		  .evidence = EVIDENCE}},
		{read_by_a_stranger,
		 fb_wait_rwsem,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .detail = "held for reading by 16777215",
		  .need = "an rw_semaphore counts its readers and records only the last one",
		  .flags = "others sure",
		  .evidence = EVIDENCE}},
		{written_by,
		 fb_wait_rwsem,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "certain sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* Kernels with CONFIG_DETECT_HUNG_TASK_BLOCKER know who took a semaphore last. */
static struct fb_blocked last_taken(struct made_waits *w)
{
	MADE_FIELD(w->made, semaphore_last_holder, MADE_LOCK_OWNER, 8);
	return made_lock_waiter(w, MADE_RING, 0);
}

static struct fb_blocked last_taken_by_nobody(struct made_waits *w)
{
	struct fb_blocked blocked = last_taken(w);

	made_put(w->made, w->marks[0] + MADE_LOCK_OWNER, 0, 8);
	return blocked;
}

static void tells_who_took_a_semaphore(void)
{
	static const struct made_scene scenes[] = {
		{in_list,
		 fb_wait_semaphore,
		 {.kind = "kernel-semaphore",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .need = "a semaphore of the kernel does not record who holds it",
		  .flags = "sure",
		  .evidence = EVIDENCE}},
		{last_taken,
		 fb_wait_semaphore,
		 {.kind = "kernel-semaphore",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .owners = "10",
		  .flags = "others sure",
		  .evidence = EVIDENCE}},
		{last_taken_by_nobody,
		 fb_wait_semaphore,
		 {.kind = "kernel-semaphore",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .need = "nobody held it at the panic: it was being handed over",
		  .flags = "others sure",
		  .evidence = EVIDENCE}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_rwsem", FB_TEST(tells_who_has_an_rwsem),
	     FB_TEST(tells_who_took_a_semaphore))
