// SPDX-License-Identifier: GPL-2.0-or-later
/* Which CPUs are reported: those that are locked up, and those that threads wait for too long. */
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define SECOND 1000000000ull

static void expect_with(struct fb_run_queue *queue, uint32_t lockup_s,
			const struct fb_thread_stack *stack, const char *expected)
{
	const struct fb_run_queues queues = {queue, 1};
	struct fb_task runner = {.tid = 7, .comm = "spi\x1b"}, waiter = {.tid = 8, .comm = "wants"};
	struct fb_queued queued[] = {{&waiter, 120, true, queue->queued_count * 6 * SECOND},
				     {&runner, 120, false, 0}};
	struct checked c;

	checked_begin(&c);
	queue->queued = queued;
	if (queue->current)
		queue->current = &runner;
	FB_OK(fb_check_queues(&c.check, &queues, lockup_s, stack ? &stack : NULL));
	checked_expect(&c, expected);
	checked_end(&c);
}

static void expect(struct fb_run_queue *queue, uint32_t lockup_s, const char *expected)
{
	expect_with(queue, lockup_s, NULL, expected);
}

static const struct fb_task *const some_task = &(const struct fb_task){0};

static void a_cpu_is_locked_up_beyond_the_limit(void)
{
	struct fb_run_queue queue = {.cpu = 3, .current = some_task, .watchdog_known = true};

	queue.watchdog_s = 20;
	expect(&queue, 20, "");
	queue.watchdog_s = 20.5;
	queue.queued_count = 1;
	expect(&queue, 20,
	       "grave soft-lockup cpus: CPU 3 is locked up: it ran 7 spi\\x1b, and switched threads last 20.5 s ago\n"
	       "\t8 wants has been ready to run for 6.0 s\n");
	queue.queued_count = 0;
	expect(&queue, 0, ""); /* the watchdog is off */
	queue.watchdog_known = false;
	expect(&queue, 20, "");
}

/* Of a CPU without a note it is not known whether it took interrupts. */
static void it_is_told_where_the_cpu_is(void)
{
	char symbols[][24] = {"native_sp\x1b", "ext4_lock", "a", "b", "c"};
	struct fb_kernel_frame frames[FB_ARRAY_SIZE(symbols)] = {0};
	const struct fb_thread_stack stack = {
		.kernel = {.frames = frames, .count = FB_ARRAY_SIZE(symbols)}};
	struct fb_run_queue queue = {
		.cpu = 3, .current = some_task, .watchdog_known = true, .watchdog_s = 30};

	for (size_t i = 0; i < FB_ARRAY_SIZE(symbols); i++)
		frames[i].symbol = symbols[i];
	expect_with(
		&queue, 20, &stack,
		"grave soft-lockup cpus: CPU 3 is locked up: it ran 7 spi\\x1b, and switched threads last 30.0 s "
		"ago\n"
		"\tit is in native_sp\\x1b < ext4_lock < a < b\n");
}

static void threads_wait_too_long_after_ten_seconds(void)
{
	struct fb_run_queue queue = {.cpu = 1, .queued_count = 1};

	expect(&queue, 20, "");
	queue.queued_count = 2;
	expect(&queue, 20,
	       "serious cpu-starvation cpus: 2 threads are ready to run on CPU 1, the longest for "
	       "12.0 s, while it ran an unknown thread\n"
	       "\t8 wants has been ready to run for 12.0 s\n"
	       "\t7 spi\\x1b has been ready to run for an unknown time\n");
}

FB_TEST_MAIN("bundle/check_cpus", FB_TEST(a_cpu_is_locked_up_beyond_the_limit),
	     FB_TEST(it_is_told_where_the_cpu_is), FB_TEST(threads_wait_too_long_after_ten_seconds))
