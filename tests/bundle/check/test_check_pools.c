// SPDX-License-Identifier: GPL-2.0-or-later
/* Which pools of workers are reported, and what explains a stall. */
#include <math.h>

#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define SECOND 250u /* in jiffies */
#define NOW 1000000u

struct scene {
	struct fb_work work;
	struct fb_work_pool pool[2];
	struct fb_work_queue queue[1];
	struct fb_worker worker[3];
	struct fb_work_item item[2];
	struct fb_task task;
	char cpus[8];
};

static void create(struct scene *scene)
{
	*scene = (struct scene){
		.work = {.jiffies = {.now = NOW, .tick_s = 1.0 / SECOND},
			 .stall_s = 30,
			 .pools = scene->pool,
			 .pool_count = 2,
			 .queues = scene->queue,
			 .queue_count = 1,
			 .workers = scene->worker,
			 .worker_count = 3,
			 .items = scene->item,
			 .item_count = 2},
		.cpus = "0-\x1b",
		.task = {.tid = 21, .comm = "kwork\x1b"},
		.queue = {{.name = "even\x1b", .known = true}},
		.item = {{.function = 0x20, .state = FB_WORK_INACTIVE, .pool = 1},
			 {.function = 0x30, .state = FB_WORK_PENDING, .pool = 1}},
	};
	scene->pool[0] = (struct fb_work_pool){
		.id = 3, .known = true, .workers = 2, .progress = NOW - 40 * SECOND};
	scene->pool[1] = (struct fb_work_pool){.id = 9,
					       .cpu = -1,
					       .cpus = scene->cpus,
					       .known = true,
					       .workers = 4,
					       .pending = 5,
					       .progress = NOW - 40 * SECOND};
	scene->worker[0] = (struct fb_worker){.pool = 0, .work = 8, .function = 0x40};
	scene->worker[1] = (struct fb_worker){.pool = 1, .idle = true};
	scene->worker[2] = (struct fb_worker){.pool = FB_WORK_NONE};
}

static void expect(const struct scene *scene, const struct fb_thread_stack *const *stacks,
		   const char *expected)
{
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_work(&c.check, &scene->work, NULL, stacks));
	checked_expect(&c, expected);
	checked_end(&c);
}

#define STALLED                                                                                     \
	"grave worker-pool-stall workqueues: worker pool 9 (CPUs 0-\\x1b, unbound) is stalled: it " \
	"has taken no work for 40.0 s, and 5 items wait\n"                                          \
	"\tthe first that waits: 0x30, of the work queue even\\x1b\n"

static void one_that_took_no_work_is_reported(void)
{
	struct scene scene;

	create(&scene);
	expect(&scene, NULL, STALLED "\tnone of its 4 workers is busy\n");
	scene.pool[1].progress = NOW - 30 * SECOND;
	expect(&scene, NULL, "");
	scene.pool[1].progress = NOW - 40 * SECOND;
	scene.pool[1].pending = 0; /* nothing waits */
	expect(&scene, NULL, "");
}

static void with_what_its_workers_do(void)
{
	char symbols[][24] = {"schedule", "io_\x1b", "wb_workfn", "process_one_work", "kthread"};
	struct fb_kernel_frame frames[FB_ARRAY_SIZE(symbols)] = {0};
	const struct fb_thread_stack stack = {
		.kernel = {.frames = frames, .count = FB_ARRAY_SIZE(symbols)}};
	const struct fb_thread_stack *const stacks[] = {NULL, &stack, NULL};
	struct scene scene;

	for (size_t i = 0; i < FB_ARRAY_SIZE(symbols); i++)
		frames[i].symbol = symbols[i];
	create(&scene);
	scene.worker[1] = (struct fb_worker){.pool = 1,
					     .work = 8,
					     .function = 0x40,
					     .task = &scene.task,
					     .busy_s = NAN,
					     .busy_least_s = 50};
	scene.worker[2] = (struct fb_worker){.pool = 1, .work = 9, .busy_s = 41};
	expect(&scene, stacks,
	       STALLED "\t21 kwork\\x1b works on 0x40, for at least 50.0 s: io_\\x1b < wb_workfn\n"
		       "\ta worker works on an unknown function, for 41.0 s\n");
	scene.worker[1].busy_least_s = NAN;
	scene.work.worker_count = 2;
	scene.work.item_count = 0;
	scene.pool[1].pending = 1;
	scene.pool[1].cpu = 2;
	expect(&scene, NULL,
	       "grave worker-pool-stall workqueues: worker pool 9 (CPU 0-\\x1b) is stalled: it has taken no work for "
	       "40.0 s, and 1 item waits\n"
	       "\t21 kwork\\x1b works on 0x40\n");
}

/* Only where the worker sleeps in state D, and has for long. */
static void work_that_does_not_end_is_reported(void)
{
	struct scene scene;

	create(&scene);
	scene.pool[1].pending = 0;
	scene.task.state = 'D';
	scene.worker[0] = (struct fb_worker){.pool = 0,
					     .queue = 0,
					     .work = 8,
					     .function = 0x40,
					     .task = &scene.task,
					     .busy_s = NAN,
					     .busy_least_s = 10};
	expect(&scene, NULL,
	       "serious work-stuck workqueues: work of the work queue even\\x1b does not end: its worker sleeps\n"
	       "\t21 kwork\\x1b works on 0x40, for at least 10.0 s\n");
	scene.worker[0].queue = FB_WORK_NONE;
	scene.worker[0].busy_s = 11;
	expect(&scene, NULL,
	       "serious work-stuck workqueues: work of the work queue ? does not end: its worker sleeps\n"
	       "\t21 kwork\\x1b works on 0x40, for 11.0 s\n");
	scene.worker[0].busy_s = 9.9;
	expect(&scene, NULL, "");
	scene.worker[0].busy_s = 11;
	scene.task.state = 'S';
	expect(&scene, NULL, "");
	scene.task.state = 'D';
	scene.worker[0].work = 0;
	expect(&scene, NULL, "");
}

FB_TEST_MAIN("bundle/check_pools", FB_TEST(one_that_took_no_work_is_reported),
	     FB_TEST(with_what_its_workers_do), FB_TEST(work_that_does_not_end_is_reported))
