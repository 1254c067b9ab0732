// SPDX-License-Identifier: GPL-2.0-or-later
/* The run queue of a made CPU: who runs, who waits how long, in which context; and those of the sample. */
#include "kernel/tasks/run_queue.h"

#include <inttypes.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/made_tasks.h"
#include "tests/kernel/sample_kernel.h"

#define SECOND 1000000000ull

struct host {
	struct made_tasks made;
	uint64_t runner, first, second, sleeper, delayed;
	uint64_t preempt_count, calls, watchdog, threshold;
	struct fb_tasks *tasks;
};

static void members(struct made_kernel *made)
{
	MADE_FIELD(made, task_priority, 248, 4);
	MADE_FIELD(made, task_on_queue, 252, 4);
	MADE_FIELD(made, task_last_arrival, 256, 8);
	MADE_FIELD(made, task_last_queued, 264, 8);
	MADE_FIELD(made, task_sched_delayed, 272, 1);
	MADE_FIELD(made, rq_clock, 16, 8);
	MADE_FIELD(made, rq_running, 24, 4);
}

static void queue(struct host *host, uint64_t task, int priority, uint64_t since)
{
	MADE_SET(host->made.made, task, task_on_queue, 1);
	MADE_SET(host->made.made, task, task_priority, (uint64_t)priority);
	MADE_SET(host->made.made, task, task_last_queued, since);
}

static void build(struct host *host)
{
	struct made_kernel *made;
	uint64_t init;

	*host = (struct host){0};
	made_tasks_create(&host->made);
	made = host->made.made;
	members(made);
	init = made_process(&host->made, host->made.init_task, 1, "init");
	host->runner = made_process(&host->made, init, 10, "runner");
	host->first = made_process_apart(&host->made, init, 11, "first");
	host->second = made_process(&host->made, init, 12, "second");
	host->sleeper = made_process(&host->made, init, 13, "sleeper");
	host->delayed = made_process(&host->made, init, 14, "delayed");
	made_put(made, host->made.current, host->runner, 8);
	MADE_SET(made, host->made.run_queue, rq_curr, host->runner);
	MADE_SET(made, host->made.run_queue, rq_clock, 100 * SECOND);
	MADE_SET(made, host->made.run_queue, rq_running, 3);
	MADE_SET(made, host->runner, task_last_arrival, 60 * SECOND);
	queue(host, host->runner, 120, 0);
	queue(host, host->first, 120, 99 * SECOND);
	queue(host, host->second, 98, 70 * SECOND);
	queue(host, host->delayed, 120, 50 * SECOND);
	MADE_SET(made, host->delayed, task_sched_delayed, 1);
	host->preempt_count = made_alloc(made, 8);
	host->calls = made_alloc(made, 8);
	host->watchdog = made_alloc(made, 8);
	host->threshold = made_alloc(made, 8);
	made_put(made, host->preempt_count, 0x00130302, 4);
	made_put(made, host->watchdog, (100 * SECOND >> 30) - 30, 8);
	made_put(made, host->threshold, 10, 4);
	made_tasks_symbol(&host->made, "__preempt_count", host->preempt_count);
	made_tasks_symbol(&host->made, "call_single_queue", host->calls);
	made_tasks_symbol(&host->made, "watchdog_touch_ts", host->watchdog);
	made_tasks_symbol(&host->made, "watchdog_thresh", host->threshold);
	FB_OK_FATAL(fb_tasks_load(&made->kernel, &host->tasks));
}

static void end(struct host *host)
{
	fb_tasks_destroy(host->tasks);
	made_tasks_destroy(&host->made);
}

static void tells_who_runs_and_who_waits(void)
{
	struct host host;
	struct fb_run_queues queues;
	const struct fb_run_queue *first;

	build(&host);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT_EQUAL_FATAL(queues.count, 1);
	first = &queues.queues[0];
	CU_ASSERT_EQUAL(first->cpu, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(first->current);
	CU_ASSERT_EQUAL(first->current->tid, 10);
	CU_ASSERT(first->ran_known && first->ran_ns == 40 * SECOND);
	CU_ASSERT(first->running_known && first->running == 3);
	CU_ASSERT_EQUAL_FATAL(first->queued_count, 2);
	CU_ASSERT_EQUAL(first->queued[0].task->tid, 12);
	CU_ASSERT_EQUAL(first->queued[0].priority, 98);
	CU_ASSERT(first->queued[0].waited_known && first->queued[0].waited_ns == 30 * SECOND);
	CU_ASSERT_EQUAL(first->queued[1].task->tid, 11);
	CU_ASSERT_EQUAL(first->queued[1].waited_ns, SECOND);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	fb_run_queues_deinit(&queues);
	end(&host);
}

static void takes_the_counter_apart(void)
{
	struct host host;
	struct fb_run_queues queues;

	build(&host);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT(queues.queues[0].depth_known);
	CU_ASSERT_EQUAL(queues.queues[0].preempt_depth, 2);
	CU_ASSERT_EQUAL(queues.queues[0].softirq_depth, 3);
	CU_ASSERT_EQUAL(queues.queues[0].irq_depth, 3);
	CU_ASSERT_EQUAL(queues.queues[0].nmi_depth, 1);
	fb_run_queues_deinit(&queues);
	end(&host);
}

/* With CONFIG_PREEMPT_RT the running thread has the count of softirqs. */
static void takes_the_count_of_softirqs_from_the_thread(void)
{
	struct host host;
	struct fb_run_queues queues;

	build(&host);
	MADE_FIELD(host.made.made, task_softirq_count, 280, 4);
	MADE_SET(host.made.made, host.runner, task_softirq_count, 0x501);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT(queues.queues[0].depth_known);
	CU_ASSERT_EQUAL(queues.queues[0].preempt_depth, 2);
	CU_ASSERT_EQUAL(queues.queues[0].softirq_depth, 5);
	CU_ASSERT_EQUAL(queues.queues[0].irq_depth, 3);
	fb_run_queues_deinit(&queues);
	end(&host);
}

static void tells_how_long_the_watchdog_was_kept_off(void)
{
	struct host host;
	struct fb_run_queues queues;
	uint32_t limit = 0;

	build(&host);
	FB_OK_FATAL(fb_soft_lockup_limit(&host.made.made->kernel, &limit));
	CU_ASSERT_EQUAL(limit, 20);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT(queues.queues[0].watchdog_known);
	CU_ASSERT_DOUBLE_EQUAL(queues.queues[0].watchdog_s, 32.2, 0.1);
	fb_run_queues_deinit(&queues);
	/* One that has to begin anew says nothing. */
	made_put(host.made.made, host.watchdog, UINT64_MAX, 8);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT_FALSE(queues.queues[0].watchdog_known);
	fb_run_queues_deinit(&queues);
	end(&host);
}

static void counts_calls_that_were_not_taken(void)
{
	struct host host;
	struct fb_run_queues queues;
	uint64_t one, two;

	build(&host);
	one = made_alloc(host.made.made, 16);
	two = made_alloc(host.made.made, 16);
	made_put(host.made.made, host.calls, one, 8);
	made_put(host.made.made, one, two, 8);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT_EQUAL(queues.queues[0].calls, 2);
	fb_run_queues_deinit(&queues);
	/* A list without an end is cut, one that leads nowhere is told. */
	made_put(host.made.made, two, one, 8);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT_EQUAL(queues.queues[0].calls, 64);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	fb_run_queues_deinit(&queues);
	made_put(host.made.made, two, 8, 8);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT_EQUAL(queues.queues[0].calls, 2);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 1);
	fb_run_queues_deinit(&queues);
	end(&host);
}

/* Kernels from 6.2 to 6.14 keep the counter with others. */
static void finds_the_counter_where_it_moved(void)
{
	struct host host;
	struct fb_run_queues queues;
	struct made_kernel *made;
	uint64_t hot;

	build(&host);
	made = host.made.made;
	hot = made_alloc(made, 64);
	for (size_t i = 0; i < host.made.symbols; i++)
		if (host.made.addresses[i] == host.preempt_count) {
			host.made.names[i] = "pcpu_hot";
			host.made.addresses[i] = hot;
		}
	made_symbols(made, host.made.names, host.made.addresses);
	MADE_FIELD(made, pcpu_hot_preempt_count, 8, 4);
	made_put(made, hot + 8, 0x00010000, 4);
	FB_OK_FATAL(fb_run_queues_load(&made->kernel, host.tasks, &queues));
	CU_ASSERT(queues.queues[0].depth_known);
	CU_ASSERT_EQUAL(queues.queues[0].irq_depth, 1);
	CU_ASSERT_EQUAL(queues.queues[0].preempt_depth, 0);
	fb_run_queues_deinit(&queues);
	end(&host);
}

static void a_lost_queue_still_has_its_threads(void)
{
	struct host host;
	struct fb_run_queues queues;

	build(&host);
	made_lose(host.made.made, host.first);
	FB_OK_FATAL(fb_run_queues_load(&host.made.made->kernel, host.tasks, &queues));
	CU_ASSERT_EQUAL_FATAL(queues.count, 1);
	CU_ASSERT_EQUAL(queues.queues[0].queued_count, 1);
	CU_ASSERT(fb_warnings_count(host.made.made->warnings) > 0);
	fb_run_queues_deinit(&queues);
	end(&host);
}

/* The queue's own count, which other structures keep, agrees with the threads' own word. */
static void the_sample_s_two_sources_agree(void)
{
	struct sample_kernel sample;
	struct fb_run_queues queues;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_run_queues_load(sample.kernel, sample.tasks, &queues));
	CU_ASSERT_EQUAL_FATAL(queues.count, 2);
	for (size_t i = 0; i < queues.count; i++) {
		const struct fb_run_queue *one = &queues.queues[i];

		CU_ASSERT_PTR_NOT_NULL_FATAL(one->current);
		CU_ASSERT_EQUAL(one->running, one->queued_count + !one->current->idle);
		CU_ASSERT(one->watchdog_known && one->watchdog_s < 20);
	}
	/* CPU 0 was stopped by an NMI, CPU 1 panicked. */
	CU_ASSERT_EQUAL(queues.queues[0].nmi_depth, 1);
	CU_ASSERT_EQUAL(queues.queues[0].current->tid, 210);
	CU_ASSERT_EQUAL(queues.queues[1].nmi_depth, 0);
	CU_ASSERT_EQUAL(queues.queues[1].current->tid, 1);
	CU_ASSERT(queues.queues[1].preempt_depth > 0);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_run_queues_deinit(&queues);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_all(struct sample_kernel *sample, struct fb_buf *text,
				 bool *incomplete_ret)
{
	struct fb_run_queues queues = {0};
	struct fb_error *err = fb_run_queues_load(sample->kernel, sample->tasks, &queues);

	for (size_t i = 0; i < queues.count && !err; i++) {
		const struct fb_run_queue *one = &queues.queues[i];

		*incomplete_ret |= !one->ran_known || !one->depth_known || !one->watchdog_known;
		err = fb_buf_printf(text, "%u %" PRIu64 " %u %zu\n", one->cpu, one->ran_ns,
				    one->running, one->queued_count);
	}
	fb_run_queues_deinit(&queues);
	return err;
}

static void a_failing_read_is_told(void)
{
	failing_reads_strictly(tell_all, 16);
}

static struct fb_error *load_queues(void *context)
{
	const struct host *host = context;
	struct fb_run_queues queues;
	uint32_t seconds;
	struct fb_error *err = fb_soft_lockup_limit(&host->made.made->kernel, &seconds);

	if (!err)
		err = fb_run_queues_load(&host->made.made->kernel, host->tasks, &queues);
	if (!err)
		fb_run_queues_deinit(&queues);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct host host;

	build(&host);
	made_put(host.made.made, host.calls, made_alloc(host.made.made, 64), 8);
	CU_ASSERT(failing_made_must_pass(host.made.made, load_queues, &host) > 15);
	end(&host);
}

FB_TEST_MAIN("kernel/run_queue", FB_TEST(tells_who_runs_and_who_waits),
	     FB_TEST(takes_the_counter_apart), FB_TEST(takes_the_count_of_softirqs_from_the_thread),
	     FB_TEST(tells_how_long_the_watchdog_was_kept_off),
	     FB_TEST(counts_calls_that_were_not_taken), FB_TEST(finds_the_counter_where_it_moved),
	     FB_TEST(a_lost_queue_still_has_its_threads), FB_TEST(the_sample_s_two_sources_agree),
	     FB_TEST(a_failing_read_is_told), FB_TEST(what_is_fatal_passes))
