// SPDX-License-Identifier: GPL-2.0-or-later
/* Which semaphores and message queues are reported: those that threads have long waited for, and why. */
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define SECOND 1000000000ull
#define NOW (100 * SECOND)

struct scene {
	struct checked c;
	struct fb_task *tasks[3];
	struct fb_ipc_waiter waiters[3];
	struct fb_ipc_semaphore semaphores[2];
	struct fb_ipc_holder holders[3];
	struct fb_ipc_object object;
};

/* Threads 11 to 13, of which each waits for one second less than the one before. */
static void begin(struct scene *scene, enum fb_ipc_kind kind, enum fb_ipc_wait how,
		  uint64_t seconds)
{
	checked_begin(&scene->c);
	MADE_FIELD(scene->c.made.made, task_exec_start, 200, 8);
	for (int32_t i = 0; i < 3; i++) {
		scene->tasks[i] = made_waits_task(&scene->c.made, 11 + i, 11 + i, "wai\x1b");
		MADE_SET(scene->c.made.made, scene->tasks[i]->address, task_exec_start,
			 NOW - (seconds - (uint64_t)i) * SECOND);
		scene->waiters[i] = (struct fb_ipc_waiter){how, scene->tasks[i], 0};
	}
	scene->object = (struct fb_ipc_object){
		.kind = kind, .id = 4, .key = 0x12, .waiters = scene->waiters, .waiter_count = 3};
}

static void expect(struct scene *scene, const char *expected)
{
	FB_OK(fb_check_ipc_object(&scene->c.check, &scene->object, NOW));
	checked_expect(&scene->c, expected);
	checked_end(&scene->c);
}

static void a_full_queue_has_senders_that_wait(void)
{
	char name[] = "mi\x1bne";
	struct scene scene;

	begin(&scene, FB_IPC_MESSAGE_QUEUE, FB_IPC_SEND, 20);
	scene.waiters[1].kind = FB_IPC_RECEIVE; /* of another moment */
	scene.waiters[2].task = NULL;
	scene.object.messages = 16;
	scene.object.bytes = 16384;
	expect(&scene,
	       "serious queue-full ipcs: message queue 4 (key 0x12) is full: 2 threads wait to send\n"
	       "\tit has 16 messages of 16.0 KiB, and nobody receives them\n"
	       "\t11 wai\\x1b has waited for 20.0 s\n");
	begin(&scene, FB_IPC_POSIX_QUEUE, FB_IPC_SEND, 10);
	scene.object.waiter_count = 1;
	scene.object.name = name;
	expect(&scene,
	       "serious queue-full ipcs: message queue /mi\\x1bne is full: 1 thread waits to send\n"
	       "\tit has 0 messages of 0 B, and nobody receives them\n"
	       "\t11 wai\\x1b has waited for 10.0 s\n");
}

static void who_waits_for_a_message_or_for_moments_is_not_reported(void)
{
	struct scene scene;

	begin(&scene, FB_IPC_MESSAGE_QUEUE, FB_IPC_SEND, 9);
	expect(&scene, "");
	begin(&scene, FB_IPC_MESSAGE_QUEUE, FB_IPC_RECEIVE, 50);
	expect(&scene, "");
	begin(&scene, FB_IPC_SHARED_MEMORY, FB_IPC_SEND, 50);
	expect(&scene, "");
}

static void a_semaphore_is_held(void)
{
	struct fb_task holder = {.pid = 7, .tid = 8, .comm = "hol\x1b"};
	struct scene scene;

	begin(&scene, FB_IPC_SEMAPHORE_SET, FB_IPC_SEMAPHORE, 20);
	scene.object.semaphores = scene.semaphores;
	scene.object.semaphore_count = 2;
	scene.semaphores[0] = (struct fb_ipc_semaphore){0};
	scene.semaphores[1] = (struct fb_ipc_semaphore){.value = 3};
	scene.object.holders = scene.holders;
	scene.object.holder_count = 3;
	scene.holders[0] =
		(struct fb_ipc_holder){.number = 0, .units = 9}; /* of whom is not known */
	scene.holders[1] = (struct fb_ipc_holder){&holder, 1, 2};
	scene.holders[2] = (struct fb_ipc_holder){&holder, 2, 1}; /* beyond the set */
	expect(&scene,
	       "serious semaphore-held ipcs: 3 threads wait for semaphore set 4 (key 0x12), of which 7 hol\\x1b "
	       "holds a semaphore\n"
	       "\t7 hol\\x1b took 2 from semaphore 1, whose value is 3, and has not given back\n"
	       "\t11 wai\\x1b has waited for 20.0 s\n");
	/* Nobody is known to hold any: it may be a server's that has nothing to do. */
	begin(&scene, FB_IPC_SEMAPHORE_SET, FB_IPC_SEMAPHORE, 20);
	expect(&scene, "");
}

FB_TEST_MAIN("bundle/check_ipc", FB_TEST(a_full_queue_has_senders_that_wait),
	     FB_TEST(who_waits_for_a_message_or_for_moments_is_not_reported),
	     FB_TEST(a_semaphore_is_held))
