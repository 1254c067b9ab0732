// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals and limits of a made task; broken queues; a task that has exited. */
#include "kernel/tasks/signals.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

struct scene {
	struct made_kernel *made;
	struct fb_task task;
	uint64_t signal, sighand;
	struct fb_signals signals;
};

static void put_fields(struct made_kernel *made)
{
	MADE_FIELD(made, task_pending, 0, 24);
	MADE_FIELD(made, task_blocked, 24, 8);
	MADE_FIELD(made, task_signal, 32, 8);
	MADE_FIELD(made, task_sighand, 40, 8);
	MADE_FIELD(made, signal_shared_pending, 8, 24);
	MADE_FIELD(made, signal_limits, 64, 256);
	MADE_FIELD(made, sighand_actions, 16, 64 * 24);
	made->kernel.layout.k_sigaction.size = 24;
	MADE_FIELD(made, action_handler, 0, 8);
	MADE_FIELD(made, action_flags, 8, 8);
	MADE_FIELD(made, action_mask, 16, 8);
	MADE_FIELD(made, pending_list, 0, 16);
	MADE_FIELD(made, pending_mask, 16, 8);
	MADE_FIELD(made, queued_list, 0, 16);
	MADE_FIELD(made, queued_number, 16, 4);
	MADE_FIELD(made, queued_code, 20, 4);
	MADE_FIELD(made, queued_pid, 24, 4);
	MADE_FIELD(made, queued_uid, 28, 4);
	MADE_FIELD(made, queued_address, 24, 8);
}

static uint64_t queue(struct scene *scene, uint64_t head, uint32_t number, int32_t code)
{
	uint64_t entry = made_alloc(scene->made, 64);

	made_put(scene->made, entry + 16, number, 4);
	made_put(scene->made, entry + 20, (uint32_t)code, 4);
	made_put(scene->made, entry + 24, 0x7b0000004dull, 8); /* PID 77, UID 123 */
	made_list_add(scene->made, head, entry);
	return entry;
}

static void create(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->made = made_kernel_create();
	put_fields(scene->made);
	scene->task.address = made_alloc_pages(scene->made, 64);
	scene->task.pid = scene->task.tid = 5;
	scene->signal = made_alloc_pages(scene->made, 512);
	scene->sighand = made_alloc_pages(scene->made, 2048);
	MADE_SET(scene->made, scene->task.address, task_signal, scene->signal);
	MADE_SET(scene->made, scene->task.address, task_sighand, scene->sighand);
	MADE_SET(scene->made, scene->task.address, task_blocked, 0x10);
	made_list_init(scene->made, scene->task.address);
	made_put(scene->made, scene->task.address + 16, 1u << 10, 8);
	made_list_init(scene->made, scene->signal + 8);
	made_put(scene->made, scene->signal + 8 + 16, 1u << 14 | 1u << 9, 8);
	made_put(scene->made, scene->sighand + 16 + 1 * 24, 1, 8);         /* SIGINT */
	made_put(scene->made, scene->sighand + 16 + 14 * 24, 0x401000, 8); /* SIGTERM */
	made_put(scene->made, scene->sighand + 16 + 14 * 24 + 16, 0x2, 8);
	queue(scene, scene->signal + 8, 15, 0);
	queue(scene, scene->task.address, 11, 1);
}

static void destroy(struct scene *scene)
{
	fb_signals_deinit(&scene->signals);
	made_kernel_destroy(scene->made);
}

static void load(struct scene *scene)
{
	FB_OK_FATAL(fb_signals_load(&scene->made->kernel, &scene->task, &scene->signals));
}

static void reads_all(void)
{
	struct scene scene;
	const struct fb_signals *signals = &scene.signals;

	create(&scene);
	load(&scene);
	CU_ASSERT_TRUE(signals->has_shared && signals->has_actions);
	CU_ASSERT_EQUAL(signals->blocked, 0x10);
	CU_ASSERT_EQUAL(signals->ignored, 1u << 1);
	CU_ASSERT_EQUAL(signals->caught, 1u << 14);
	CU_ASSERT_EQUAL(signals->actions[14].handler, 0x401000);
	CU_ASSERT_EQUAL(signals->actions[14].mask, 2);
	CU_ASSERT_EQUAL(signals->shared.mask, 1u << 14 | 1u << 9);
	CU_ASSERT_EQUAL(signals->thread.mask, 1u << 10);
	CU_ASSERT_EQUAL_FATAL(signals->shared.count, 1);
	CU_ASSERT_TRUE(signals->shared.queued[0].has_sender &&
		       !signals->shared.queued[0].has_address);
	CU_ASSERT_EQUAL(signals->shared.queued[0].pid, 77);
	CU_ASSERT_EQUAL(signals->shared.queued[0].uid, 123);
	CU_ASSERT_EQUAL_FATAL(signals->thread.count, 1);
	CU_ASSERT_TRUE(signals->thread.queued[0].has_address &&
		       !signals->thread.queued[0].has_sender);
	CU_ASSERT_EQUAL(signals->thread.queued[0].address, 0x7b0000004dull);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	destroy(&scene);
}

static void a_broken_queue_costs_its_rest(void)
{
	struct scene scene;

	create(&scene);
	made_put(scene.made, queue(&scene, scene.signal + 8, 10, -1), 3, 8);
	load(&scene);
	CU_ASSERT_EQUAL(scene.signals.shared.count, 2);
	CU_ASSERT_EQUAL(scene.signals.shared.mask, 1u << 14 | 1u << 9);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_signals_deinit(&scene.signals);
	/* A number that no signal has. */
	made_put(scene.made, queue(&scene, scene.task.address, 65, 0), 3, 8);
	load(&scene);
	CU_ASSERT_EQUAL(scene.signals.thread.count, 1);
	destroy(&scene);
}

static void a_task_that_has_exited_has_no_handlers(void)
{
	struct scene scene;
	struct fb_limit limits[FB_LIMIT_KINDS];

	create(&scene);
	MADE_SET(scene.made, scene.task.address, task_signal, 0);
	MADE_SET(scene.made, scene.task.address, task_sighand, 0);
	load(&scene);
	CU_ASSERT_FALSE(scene.signals.has_shared || scene.signals.has_actions);
	FB_FAILS(fb_limits_load(&scene.made->kernel, &scene.task, limits), FB_NOT_FOUND);
	fb_signals_deinit(&scene.signals);
	made_lose(scene.made, scene.task.address);
	FB_FAILS(fb_signals_load(&scene.made->kernel, &scene.task, &scene.signals), FB_ABSENT);
	destroy(&scene);
}

static void reads_limits(void)
{
	struct scene scene;
	struct fb_limit limits[FB_LIMIT_KINDS];

	create(&scene);
	for (unsigned i = 0; i < 2 * FB_LIMIT_KINDS; i++)
		made_put(scene.made, scene.signal + 64 + i * 8ull, i == 3 ? UINT64_MAX : 100 + i,
			 8);
	FB_OK_FATAL(fb_limits_load(&scene.made->kernel, &scene.task, limits));
	CU_ASSERT_TRUE(limits[0].soft == 100 && limits[0].hard == 101);
	CU_ASSERT_EQUAL(limits[1].hard, FB_UNLIMITED);
	CU_ASSERT_EQUAL(limits[15].hard, 131);
	CU_ASSERT_STRING_EQUAL(fb_limit_name(7), "Max open files");
	CU_ASSERT_STRING_EQUAL(fb_limit_unit(15), "us");
	scene.made->kernel.layout.signal_limits.size = 240;
	FB_FAILS(fb_limits_load(&scene.made->kernel, &scene.task, limits), FB_UNSUPPORTED);
	destroy(&scene);
}

static void names_signals(void)
{
	CU_ASSERT_STRING_EQUAL(fb_signal_name(1).text, "SIGHUP");
	CU_ASSERT_STRING_EQUAL(fb_signal_name(31).text, "SIGSYS");
	CU_ASSERT_STRING_EQUAL(fb_signal_name(33).text, "SIG33");
	CU_ASSERT_STRING_EQUAL(fb_signal_name(34).text, "SIGRTMIN");
	CU_ASSERT_STRING_EQUAL(fb_signal_name(64).text, "SIGRTMIN+30");
	CU_ASSERT_STRING_EQUAL(fb_signal_code_name(-6), "SI_TKILL");
	CU_ASSERT_STRING_EQUAL(fb_signal_code_name(5), "");
}

FB_TEST_MAIN("kernel/signals", FB_TEST(reads_all), FB_TEST(a_broken_queue_costs_its_rest),
	     FB_TEST(a_task_that_has_exited_has_no_handlers), FB_TEST(reads_limits),
	     FB_TEST(names_signals))
