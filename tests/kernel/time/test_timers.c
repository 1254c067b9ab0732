// SPDX-License-Identifier: GPL-2.0-or-later
/* Timers of both sorts in a made kernel, whose they are, and those of the sample. */
#include "kernel/time/timers.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/made_tasks.h"
#include "tests/kernel/sample_kernel.h"

#define SECOND 1000000000ull
#define JIFFIES 100000u
#define FUNCTION 0xffffffff81000000ull
#define BASE_BYTES 2048u

struct host {
	struct made_tasks made;
	struct fb_tasks *tasks;
	uint64_t hrtimers, wheel, task;
};

static void members(struct made_kernel *made)
{
	MADE_FIELD(made, clocksource_mult, 8, 4);
	MADE_FIELD(made, clocksource_shift, 12, 4);
	MADE_FIELD(made, rb_left, 16, 8);
	MADE_FIELD(made, rb_right, 8, 8);
	MADE_FIELD(made, hrtimer_cpu_bases, 64, 64);
	made->kernel.layout.hrtimer_clock_base.size = 32;
	MADE_FIELD(made, clock_base_root, 0, 8);
	MADE_FIELD(made, clock_base_offset, 8, 8);
	MADE_FIELD(made, clock_base_running, 16, 8);
	MADE_FIELD(made, hrtimer_node, 0, 24);
	MADE_FIELD(made, hrtimer_expires, 24, 8);
	MADE_FIELD(made, hrtimer_soft_expires, 32, 8);
	MADE_FIELD(made, hrtimer_function, 40, 8);
	made->kernel.layout.timer_base.size = BASE_BYTES;
	MADE_FIELD(made, timer_base_cpu, 0, 4);
	MADE_FIELD(made, timer_base_running, 8, 8);
	MADE_FIELD(made, timer_base_vectors, 16, 1600);
	MADE_FIELD(made, timer_entry, 0, 16);
	MADE_FIELD(made, timer_expires, 16, 8);
	MADE_FIELD(made, timer_function, 24, 8);
	MADE_FIELD(made, timer_flags, 32, 4);
	MADE_FIELD(made, sleeper_timer, 0, 48);
	MADE_FIELD(made, sleeper_task, 48, 8);
	MADE_FIELD(made, delayed_work_function, 8, 8);
	MADE_FIELD(made, delayed_work_timer, 32, 40);
	MADE_FIELD(made, delayed_work_queue, 72, 8);
	MADE_FIELD(made, workqueue_name, 8, 24);
}

static void build(struct host *host)
{
	struct made_kernel *made;
	uint64_t counter, source;

	*host = (struct host){0};
	made_tasks_create(&host->made);
	made = host->made.made;
	members(made);
	host->task = made_process(&host->made, host->made.init_task, 40, "sleeper");
	host->hrtimers = made_alloc_pages(made, 128);
	host->wheel = made_alloc_pages(made, 2 * BASE_BYTES);
	counter = made_alloc(made, 8);
	source = made_alloc(made, 64);
	made_put(made, counter, JIFFIES, 8);
	MADE_SET(made, source, clocksource_mult, 4000000ull << 8);
	MADE_SET(made, source, clocksource_shift, 8);
	/* CLOCK_MONOTONIC 1000.5 s; the second clock base is 10 s ahead. */
	made->kernel.info.monotonic_ns = 1000 * SECOND + SECOND / 2;
	MADE_SET(made, host->hrtimers + 64 + 32, clock_base_offset, 10 * SECOND);
	made_tasks_symbol(&host->made, "jiffies", counter);
	made_tasks_symbol(&host->made, "clocksource_jiffies", source);
	made_tasks_symbol(&host->made, "hrtimer_bases", host->hrtimers);
	made_tasks_symbol(&host->made, "timer_bases", host->wheel);
	made_tasks_symbol(&host->made, "hrtimer_wakeup", FUNCTION);
	made_tasks_symbol(&host->made, "delayed_work_timer_fn", FUNCTION + 64);
	FB_OK_FATAL(fb_tasks_load(&made->kernel, &host->tasks));
}

static void end(struct host *host)
{
	fb_tasks_destroy(host->tasks);
	made_tasks_destroy(&host->made);
}

static void load(struct host *host, struct fb_timers *found)
{
	FB_OK_FATAL(fb_timers_load(&host->made.made->kernel, host->tasks, found));
}

/* A timer at the link of a tree that is at the address. */
static uint64_t hrtimer(struct host *host, uint64_t link, uint64_t expires, uint64_t function)
{
	struct made_kernel *made = host->made.made;
	uint64_t timer = made_alloc_pages(made, 64);

	MADE_SET(made, timer, hrtimer_expires, expires);
	MADE_SET(made, timer, hrtimer_soft_expires, expires - 5);
	MADE_SET(made, timer, hrtimer_function, function);
	made_put(made, link, timer, 8);
	return timer;
}

/* A timer in front of list number `list`. */
static uint64_t wheel_timer(struct host *host, unsigned list, uint64_t timer, uint64_t expires,
			    uint64_t function)
{
	struct made_kernel *made = host->made.made;
	uint64_t head = host->wheel + 16 + 8ull * list;

	MADE_SET(made, timer, timer_expires, expires);
	MADE_SET(made, timer, timer_function, function);
	memcpy(made_at(made, timer), made_at(made, head), 8);
	made_put(made, head, timer, 8);
	return timer;
}

static void reads_high_resolution_timers(void)
{
	struct host host;
	struct fb_timers found;
	uint64_t first, root;

	build(&host);
	root = hrtimer(&host, host.hrtimers + 64, 1002 * SECOND, FUNCTION);
	MADE_SET(host.made.made, root, sleeper_task, host.task);
	first = hrtimer(&host, root + 16, 990 * SECOND, FUNCTION + 16);
	hrtimer(&host, root + 8, 1100 * SECOND, FUNCTION + 32);
	hrtimer(&host, host.hrtimers + 64 + 32, 1011 * SECOND, FUNCTION + 48);
	load(&host, &found);
	CU_ASSERT(found.now_known && found.now_ns == 1000 * SECOND + SECOND / 2);
	CU_ASSERT_EQUAL_FATAL(found.count, 4);
	CU_ASSERT(found.timers[0].address == first && found.timers[0].overdue);
	CU_ASSERT_DOUBLE_EQUAL(found.timers[0].in_s, -10.5, 1e-6);
	CU_ASSERT_EQUAL(found.timers[1].function, FUNCTION + 48);
	CU_ASSERT_DOUBLE_EQUAL(found.timers[1].in_s, 0.5, 1e-6);
	CU_ASSERT(found.timers[1].clock == 1 && !found.timers[1].overdue);
	CU_ASSERT_STRING_EQUAL(fb_timer_clock_name(&found.timers[1]), "realtime");
	CU_ASSERT(found.timers[2].task && found.timers[2].task->tid == 40);
	CU_ASSERT_EQUAL(found.timers[2].soft_expires, 1002 * SECOND - 5);
	CU_ASSERT_STRING_EQUAL(fb_timer_clock_name(&found.timers[2]), "monotonic");
	CU_ASSERT_PTR_NULL(found.timers[3].task);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	fb_timers_deinit(&found);
	/* Being run, and queued again at the same time. */
	MADE_SET(host.made.made, host.hrtimers + 64, clock_base_running, first);
	load(&host, &found);
	CU_ASSERT_EQUAL(found.count, 4);
	CU_ASSERT(found.timers[0].running && !found.timers[0].overdue);
	fb_timers_deinit(&found);
	end(&host);
}

static void reads_the_timer_wheel(void)
{
	struct host host;
	struct fb_timers found;
	struct made_kernel *made;
	uint64_t work, queue, late, next;

	build(&host);
	made = host.made.made;
	work = made_alloc(made, 128);
	queue = made_alloc(made, 64);
	memcpy(made_at(made, queue + 8), "events", 7);
	MADE_SET(made, work, delayed_work_function, FUNCTION + 128);
	MADE_SET(made, work, delayed_work_queue, queue);
	wheel_timer(&host, 3, work + 32, JIFFIES + 250, FUNCTION + 64);
	late = wheel_timer(&host, 3, made_alloc(made, 64), JIFFIES - 250, FUNCTION + 32);
	/* A list of level 2 is due up to 64 ticks later. */
	next = wheel_timer(&host, 130, made_alloc_pages(made, 64), JIFFIES - 31, FUNCTION + 48);
	load(&host, &found);
	CU_ASSERT_EQUAL_FATAL(found.count, 3);
	CU_ASSERT(found.timers[0].address == late && found.timers[0].overdue);
	CU_ASSERT_DOUBLE_EQUAL(found.timers[0].in_s, -1, 1e-6);
	CU_ASSERT(found.timers[1].address == next && !found.timers[1].overdue);
	CU_ASSERT_DOUBLE_EQUAL(found.timers[2].in_s, 1, 1e-6);
	CU_ASSERT_EQUAL(found.timers[2].work_function, FUNCTION + 128);
	CU_ASSERT_STRING_EQUAL(found.timers[2].queue, "events");
	CU_ASSERT_STRING_EQUAL(fb_timer_clock_name(&found.timers[2]), "jiffies");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_timers_deinit(&found);
	MADE_SET(made, late, timer_flags, 0x80000);
	load(&host, &found);
	CU_ASSERT(found.timers[0].deferrable && !found.timers[0].overdue);
	fb_timers_deinit(&found);
	end(&host);
}

/* setitimer(): the timer is a part of the process's signal_struct. */
static void tells_whose_alarm_it_is(void)
{
	struct host host;
	struct fb_timers found;
	struct made_kernel *made;
	uint64_t signal;

	build(&host);
	made = host.made.made;
	made_tasks_symbol(&host.made, "it_real_fn", FUNCTION + 80);
	/* task_struct.signal is at 88; the list of threads has its place at 8. */
	signal = made_task_word(&host.made, host.task + 88);
	MADE_FIELD(made, signal_real_timer, 32, 64);
	MADE_SET(made, signal + 32, hrtimer_expires, 1003 * SECOND);
	MADE_SET(made, signal + 32, hrtimer_function, FUNCTION + 80);
	made_put(made, host.hrtimers + 64, signal + 32, 8);
	load(&host, &found);
	CU_ASSERT_EQUAL_FATAL(found.count, 1);
	CU_ASSERT(found.timers[0].task && found.timers[0].task->tid == 40);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_timers_deinit(&found);
	end(&host);
}

static void damage_costs_a_part(void)
{
	struct host host;
	struct fb_timers found;
	struct made_kernel *made;
	uint64_t root, loop;

	build(&host);
	made = host.made.made;
	root = hrtimer(&host, host.hrtimers + 64, 1002 * SECOND, FUNCTION);
	MADE_SET(made, root, sleeper_task, host.task);
	hrtimer(&host, root + 16, 1001 * SECOND, FUNCTION);
	made_put(made, root + 8, root, 8); /* a tree in a circle */
	loop = wheel_timer(&host, 3, made_alloc(made, 64), JIFFIES + 9, FUNCTION + 32);
	made_put(made, loop, loop, 8);
	wheel_timer(&host, 4, made_alloc(made, 64), JIFFIES + 10, FUNCTION + 32);
	load(&host, &found);
	CU_ASSERT(found.count >= 3);
	CU_ASSERT(fb_warnings_count(made->warnings) >= 2);
	fb_timers_deinit(&found);
	made->kernel.info.monotonic_ns = 0;
	load(&host, &found);
	CU_ASSERT_FALSE(found.now_known);
	CU_ASSERT_TRUE(isnan(found.timers[found.count - 1].in_s));
	fb_timers_deinit(&found);
	made_put(made, host.wheel, 7, 4); /* it is of another CPU */
	made_lose(made, host.hrtimers);
	load(&host, &found);
	CU_ASSERT_EQUAL(found.count, 0);
	fb_timers_deinit(&found);
	end(&host);
}

static struct fb_error *put_all(const struct fb_timers *found, struct fb_buf *text)
{
	struct fb_error *err = fb_buf_printf(text, "%zu\n", found->count);

	for (size_t i = 0; i < found->count && !err; i++)
		err = fb_buf_printf(text, "%" PRIx64 " %f %s %" PRIx64 " %d\n",
				    found->timers[i].function, found->timers[i].in_s,
				    found->timers[i].queue, found->timers[i].work_function,
				    found->timers[i].task ? found->timers[i].task->tid : 0);
	return err;
}

static struct fb_error *tell_made(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	const struct host *host = context;
	struct fb_timers found = {0};
	struct fb_error *err = fb_timers_load(&host->made.made->kernel, host->tasks, &found);

	(void)incomplete_ret;
	if (!err)
		err = put_all(&found, text);
	fb_timers_deinit(&found);
	return err;
}

static struct fb_error *ask(void *context)
{
	const struct host *host = context;
	struct fb_timers found;
	struct fb_error *err = fb_timers_load(&host->made.made->kernel, host->tasks, &found);

	if (!err)
		fb_timers_deinit(&found);
	return err;
}

static void what_fails_is_told(void)
{
	struct host host;
	uint64_t root;

	build(&host);
	root = hrtimer(&host, host.hrtimers + 64, 1002 * SECOND, FUNCTION);
	MADE_SET(host.made.made, root, sleeper_task, host.task);
	wheel_timer(&host, 3, made_alloc(host.made.made, 64), JIFFIES + 10, FUNCTION + 32);
	CU_ASSERT(absent_made_must_tell(host.made.made, tell_made, &host) > 20);
	CU_ASSERT(failing_made_must_pass(host.made.made, ask, &host) > 20);
	end(&host);
}

/* Of a real kernel: threads that sleep have their timer, each CPU its tick, and nothing is overdue. */
static void the_sample_s_timers_are_found(void)
{
	struct sample_kernel sample;
	struct fb_timers found;
	uint64_t tick = 0;
	size_t ticks = 0, sleepers = 0, works = 0;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_kernel_symbol(sample.kernel, "tick_sched_timer", &tick));
	FB_OK_FATAL(fb_timers_load(sample.kernel, sample.tasks, &found));
	for (size_t i = 0; i < found.count; i++) {
		ticks += found.timers[i].function == tick;
		sleepers += found.timers[i].task != NULL;
		works += found.timers[i].work_function && found.timers[i].queue[0];
		CU_ASSERT_FALSE(found.timers[i].overdue);
	}
	CU_ASSERT_EQUAL(ticks, 2);
	CU_ASSERT(sleepers >= 3);
	CU_ASSERT(works >= 3);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_timers_deinit(&found);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_sample(struct sample_kernel *sample, struct fb_buf *text,
				    bool *incomplete_ret)
{
	struct fb_timers found = {0};
	struct fb_error *err = fb_timers_load(sample->kernel, sample->tasks, &found);

	(void)incomplete_ret;
	if (!err)
		err = put_all(&found, text);
	fb_timers_deinit(&found);
	return err;
}

static void a_failing_read_of_the_sample_is_told(void)
{
	failing_reads_strictly(tell_sample, 16);
}

FB_TEST_MAIN("kernel/timers", FB_TEST(reads_high_resolution_timers), FB_TEST(reads_the_timer_wheel),
	     FB_TEST(tells_whose_alarm_it_is), FB_TEST(damage_costs_a_part),
	     FB_TEST(what_fails_is_told), FB_TEST(the_sample_s_timers_are_found),
	     FB_TEST(a_failing_read_of_the_sample_is_told))
