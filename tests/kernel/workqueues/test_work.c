// SPDX-License-Identifier: GPL-2.0-or-later
/* Pools, workers, queues and items of a made kernel, and what is left of them where the dump is damaged. */
#include "kernel/workqueues/work.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/made_work.h"
#include "tests/kernel/sample_kernel.h"

static void load(struct made_work *made, struct fb_work *work)
{
	FB_OK_FATAL(fb_work_load(&made->made.made->kernel, made->tasks, work));
}

static size_t warnings(const struct made_work *made)
{
	return fb_warnings_count(made->made.made->warnings);
}

static const struct fb_worker *worker_of(const struct fb_work *work, int tid)
{
	for (size_t i = 0; i < work->worker_count; i++)
		if (work->workers[i].task && work->workers[i].task->tid == tid)
			return &work->workers[i];
	CU_FAIL_FATAL("no such worker");
	return NULL;
}

static void finds_pools_workers_and_queues(void)
{
	struct made_work made;
	struct fb_work work;
	const struct fb_worker *busy;

	made_work_create(&made);
	load(&made, &work);
	CU_ASSERT_EQUAL_FATAL(work.pool_count, 3);
	CU_ASSERT(work.pools[0].id == 3 && work.pools[0].cpu == 0 && work.pools[0].known);
	CU_ASSERT(work.pools[0].workers == 2 && work.pools[0].idle == 1);
	CU_ASSERT(work.pools[0].nice_known && work.pools[0].nice == 0);
	CU_ASSERT(work.pools[1].id == 4 && work.pools[2].id == 9 && work.pools[2].cpu == -1);
	CU_ASSERT_EQUAL_FATAL(work.queue_count, 2);
	CU_ASSERT_STRING_EQUAL(work.queues[0].name, "events");
	CU_ASSERT(work.queues[0].max_active == 16 && work.queues[0].active == 1);
	CU_ASSERT_EQUAL(work.queues[0].rescuer, FB_WORK_NONE);
	CU_ASSERT_EQUAL_FATAL(work.queues[0].pair_count, 1);
	CU_ASSERT_EQUAL(work.pairs[work.queues[0].first_pair].pool, 0);
	CU_ASSERT_EQUAL(work.pairs[work.queues[1].first_pair].pool, 2);
	CU_ASSERT_EQUAL_FATAL(work.worker_count, 3);
	busy = worker_of(&work, 21);
	CU_ASSERT(busy->work && busy->function == MADE_FUNCTION && !busy->idle);
	CU_ASSERT(busy->pool == 0 && busy->queue == 0 && !busy->rescuer);
	CU_ASSERT_STRING_EQUAL(busy->description, "events");
	CU_ASSERT(!worker_of(&work, 20)->work && worker_of(&work, 20)->idle);
	CU_ASSERT(worker_of(&work, 22)->rescuer && worker_of(&work, 22)->queue == 1);
	CU_ASSERT_EQUAL(&work.workers[work.queues[1].rescuer], worker_of(&work, 22));
	CU_ASSERT_EQUAL(work.item_count, 0);
	CU_ASSERT_EQUAL(warnings(&made), 0);
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

static void tells_for_how_long_a_worker_is_busy(void)
{
	struct made_work made;
	struct fb_work work;
	struct made_kernel *kernel;

	made_work_create(&made);
	kernel = made.made.made;
	load(&made, &work);
	CU_ASSERT(isnan(worker_of(&work, 21)->busy_s));
	CU_ASSERT_DOUBLE_EQUAL(worker_of(&work, 21)->busy_least_s, 50, 0.01);
	CU_ASSERT_DOUBLE_EQUAL(worker_of(&work, 21)->busy_most_s, 60, 0.01);
	CU_ASSERT_DOUBLE_EQUAL(worker_of(&work, 21)->cpu_s, 2, 0.01);
	CU_ASSERT(isnan(worker_of(&work, 20)->busy_most_s));
	fb_work_deinit(&work);
	/* A kernel that notes when the item was begun. */
	MADE_FIELD(kernel, worker_started, 136, 8);
	MADE_SET(kernel, made.busy, worker_started, MADE_JIFFIES - 55 * MADE_HZ);
	load(&made, &work);
	CU_ASSERT_DOUBLE_EQUAL(worker_of(&work, 21)->busy_s, 55, 0.01);
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

static const struct fb_work_item *item_at(const struct fb_work *work, uint64_t address)
{
	for (size_t i = 0; i < work->item_count; i++)
		if (work->items[i].address == address)
			return &work->items[i];
	CU_FAIL_FATAL("no such item");
	return NULL;
}

static void tells_what_waits_and_where(void)
{
	struct made_work made;
	struct fb_work work;
	uint64_t pending, scheduled, inactive, barrier;
	struct made_kernel *kernel;

	made_work_create(&made);
	kernel = made.made.made;
	pending = made_work_item(&made, MADE_HEAD(&made, made.pool, pool_worklist), made.pair,
				 MADE_FUNCTION + 16);
	barrier = made_work_item(&made, MADE_HEAD(&made, made.busy, worker_scheduled), made.pair,
				 MADE_FUNCTION + 64);
	MADE_SET(kernel, barrier, barrier_task, made.idle_task);
	scheduled = made_work_item(&made, MADE_HEAD(&made, made.busy, worker_scheduled), made.pair,
				   MADE_FUNCTION + 32);
	inactive = made_work_item(&made, MADE_HEAD(&made, made.rescued_pair, pwq_inactive),
				  made.rescued_pair, MADE_FUNCTION + 48);
	load(&made, &work);
	CU_ASSERT_EQUAL(work.item_count, 4);
	CU_ASSERT(item_at(&work, pending)->state == FB_WORK_PENDING);
	CU_ASSERT(item_at(&work, pending)->function == MADE_FUNCTION + 16);
	CU_ASSERT(item_at(&work, pending)->pool == 0 && item_at(&work, pending)->queue == 0);
	CU_ASSERT(item_at(&work, pending)->worker == FB_WORK_NONE);
	CU_ASSERT(item_at(&work, scheduled)->state == FB_WORK_SCHEDULED);
	CU_ASSERT_EQUAL(&work.workers[item_at(&work, scheduled)->worker], worker_of(&work, 21));
	CU_ASSERT(item_at(&work, scheduled)->flusher == 0);
	CU_ASSERT(item_at(&work, barrier)->flusher == made.idle_task);
	CU_ASSERT(item_at(&work, inactive)->state == FB_WORK_INACTIVE);
	CU_ASSERT(item_at(&work, inactive)->queue == 1 && item_at(&work, inactive)->pool == 2);
	CU_ASSERT(work.pools[0].pending == 1 && work.queues[1].inactive == 1);
	CU_ASSERT_EQUAL(warnings(&made), 0);
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

/* A rescuer's place in a list looks like an item. */
static void leaves_out_where_a_rescuer_has_got_to(void)
{
	struct made_work made;
	struct fb_work work;
	struct made_kernel *kernel;

	made_work_create(&made);
	kernel = made.made.made;
	MADE_FIELD(kernel, pwq_mayday_cursor, 64, 32);
	MADE_SET(kernel, made.pair + 64, work_data, made.pair | 5);
	made_list_add(kernel, MADE_HEAD(&made, made.pool, pool_worklist), made.pair + 64 + 8);
	load(&made, &work);
	CU_ASSERT(work.item_count == 0 && work.pools[0].pending == 0);
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

static void tells_stalled_pools(void)
{
	struct made_work made;
	struct fb_work work;
	uint64_t threshold;

	made_work_create(&made);
	load(&made, &work);
	CU_ASSERT(isnan(fb_work_pool_waits(&work, &work.pools[0]))); /* nothing waits */
	CU_ASSERT_FALSE(fb_work_pool_is_stalled(&work, &work.pools[0]));
	fb_work_deinit(&work);
	made_work_item(&made, MADE_HEAD(&made, made.pool, pool_worklist), made.pair, MADE_FUNCTION);
	load(&made, &work);
	CU_ASSERT_DOUBLE_EQUAL(fb_work_pool_waits(&work, &work.pools[0]), 40, 0.01);
	CU_ASSERT_TRUE(fb_work_pool_is_stalled(&work, &work.pools[0]));
	CU_ASSERT_FALSE(fb_work_pool_is_stalled(&work, &work.pools[2]));
	fb_work_deinit(&work);
	threshold = made_alloc(made.made.made, 8);
	made_put(made.made.made, threshold, 60, 8);
	made_tasks_symbol(&made.made, "wq_watchdog_thresh", threshold);
	load(&made, &work);
	CU_ASSERT_FALSE(fb_work_pool_is_stalled(&work, &work.pools[0]));
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

/* Each source of pools alone, and the two ways to a worker. */
static void one_way_is_enough(void)
{
	struct made_work made;
	struct fb_work work;
	struct made_kernel *kernel;

	made_work_create(&made);
	kernel = made.made.made;
	made_lose(kernel, made.numbers);
	load(&made, &work);
	CU_ASSERT_EQUAL(work.pool_count, 3);
	CU_ASSERT_EQUAL(warnings(&made), 1);
	fb_work_deinit(&work);
	made_lose(kernel, made.queues);
	load(&made, &work);
	CU_ASSERT_EQUAL(work.pool_count, 2); /* nothing but its queue leads to the third */
	CU_ASSERT_EQUAL(work.queue_count, 1);
	CU_ASSERT(worker_of(&work, 21)->queue == 0);
	fb_work_deinit(&work);
	made_work_destroy(&made);

	/* A worker whose thread does not lead to it. */
	made_work_create(&made);
	MADE_SET(made.made.made, made.busy_task, task_kthread, 0);
	load(&made, &work);
	CU_ASSERT(worker_of(&work, 21)->function == MADE_FUNCTION);
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

static void damage_costs_a_part(void)
{
	struct made_work made;
	struct fb_work work;
	struct made_kernel *kernel;
	uint64_t head;

	made_work_create(&made);
	kernel = made.made.made;
	head = MADE_HEAD(&made, made.pool, pool_worklist);
	made_work_item(&made, head, made.pair, MADE_FUNCTION);
	/* A list that leads into itself. */
	made_put(kernel, made_work_item(&made, head, made.pair, MADE_FUNCTION) + 8, head + 1, 8);
	made_lose(kernel, made.busy);
	load(&made, &work);
	CU_ASSERT_EQUAL(work.pools[0].pending, 2);
	CU_ASSERT(work.worker_count >= 2);
	CU_ASSERT(warnings(&made) > 1);
	fb_work_deinit(&work);
	/* Impossible numbers of a pool. */
	MADE_SET(kernel, made.unbound, pool_cpu, 77);
	load(&made, &work);
	CU_ASSERT_FALSE(work.pools[2].known);
	fb_work_deinit(&work);
	/* A chain of busy workers that is a loop. */
	made_put(kernel, MADE_HEAD(&made, made.idle, worker_hash_entry),
		 MADE_HEAD(&made, made.idle, worker_hash_entry), 8);
	made_put(kernel, MADE_HEAD(&made, made.pool, pool_busy_hash),
		 MADE_HEAD(&made, made.idle, worker_hash_entry), 8);
	load(&made, &work);
	fb_work_deinit(&work);
	made_work_destroy(&made);
}

static void spells_flags_and_states(void)
{
	struct fb_work_queue queue = {.flags = 1u << 1 | 1u << 3 | 1u << 17};
	char text[64];

	CU_ASSERT_STRING_EQUAL(fb_work_queue_flags(&queue, text, sizeof(text)),
			       "unbound,mem-reclaim,ordered");
	CU_ASSERT_STRING_EQUAL(fb_work_queue_flags(&queue, text, 10), "unbound,m");
	queue.flags = 1u << 6;
	CU_ASSERT_STRING_EQUAL(fb_work_queue_flags(&queue, text, sizeof(text)), "");
	CU_ASSERT_STRING_EQUAL(fb_work_state_name(FB_WORK_INACTIVE), "inactive");
}

static struct fb_error *put_all(const struct fb_work *work, struct fb_buf *text)
{
	struct fb_error *err = fb_buf_printf(text, "%zu\n", work->worker_count);

	for (size_t i = 0; i < work->pool_count && !err; i++)
		err = fb_buf_printf(text, "%d %d %u %zu\n", work->pools[i].id, work->pools[i].nice,
				    work->pools[i].workers, work->pools[i].pending);
	for (size_t i = 0; i < work->queue_count && !err; i++)
		err = fb_buf_printf(text, "%s %u %zu %" PRIu64 "\n", work->queues[i].name,
				    work->queues[i].flags, work->queues[i].rescuer,
				    work->queues[i].active);
	for (size_t i = 0; i < work->worker_count && !err; i++)
		if (work->workers[i].task)
			err = fb_buf_printf(text, "%" PRIx64 " %d %f\n", work->workers[i].function,
					    work->workers[i].task->tid,
					    work->workers[i].busy_most_s);
	for (size_t i = 0; i < work->item_count && !err; i++)
		err = fb_buf_printf(text, "%" PRIx64 " %zu\n", work->items[i].function,
				    work->items[i].queue);
	return err;
}

static struct fb_error *tell_made(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	struct made_work *made = context;
	struct fb_work work = {0};
	struct fb_error *err = fb_work_load(&made->made.made->kernel, made->tasks, &work);

	if (!err)
		err = put_all(&work, text);
	for (size_t i = 0; i < work.worker_count; i++)
		*incomplete_ret |= work.workers[i].work && isnan(work.workers[i].busy_least_s);
	fb_work_deinit(&work);
	return err;
}

static void what_is_absent_is_told(void)
{
	struct made_work made;

	made_work_create(&made);
	made_work_item(&made, MADE_HEAD(&made, made.pool, pool_worklist), made.pair, MADE_FUNCTION);
	CU_ASSERT(absent_made_must_tell(made.made.made, tell_made, &made) > 60);
	made_work_destroy(&made);
}

static struct fb_error *ask(void *context)
{
	struct made_work *made = context;
	struct fb_work work;
	struct fb_error *err = fb_work_load(&made->made.made->kernel, made->tasks, &work);

	if (!err)
		fb_work_deinit(&work);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct made_work made;

	made_work_create(&made);
	made_work_item(&made, MADE_HEAD(&made, made.pool, pool_worklist), made.pair, MADE_FUNCTION);
	CU_ASSERT(failing_made_must_pass(made.made.made, ask, &made) > 60);
	made_work_destroy(&made);
}

/* Of a real kernel: the kernel's own counts of workers are those that were found, each as a thread of its name. */
static void the_sample_s_sources_agree(void)
{
	struct sample_kernel sample;
	struct fb_work work;
	size_t counted = 0, found = 0;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_work_load(sample.kernel, sample.tasks, &work));
	CU_ASSERT_EQUAL(work.pool_count, 6);
	for (size_t i = 0; i < work.pool_count; i++) {
		counted += work.pools[i].workers;
		CU_ASSERT(work.pools[i].id == (int32_t)i && work.pools[i].nice_known);
		CU_ASSERT_STRING_EQUAL(work.pools[i].cpus, i < 2 ? "0" : i < 4 ? "1" : "0-1");
	}
	for (size_t i = 0; i < work.worker_count; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(work.workers[i].task);
		found += work.workers[i].pool != FB_WORK_NONE;
		CU_ASSERT(work.workers[i].rescuer ||
			  !strncmp(work.workers[i].task->comm, "kworker/", 8));
		CU_ASSERT(work.workers[i].idle || work.workers[i].work || work.workers[i].rescuer);
	}
	CU_ASSERT(counted > 6 && counted == found);
	CU_ASSERT_DOUBLE_EQUAL(work.jiffies.tick_s, 0.004, 1e-9);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_work_deinit(&work);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_sample(struct sample_kernel *sample, struct fb_buf *text,
				    bool *incomplete_ret)
{
	struct fb_work work = {0};
	struct fb_error *err = fb_work_load(sample->kernel, sample->tasks, &work);

	(void)incomplete_ret;
	if (!err)
		err = put_all(&work, text);
	fb_work_deinit(&work);
	return err;
}

static void a_failing_read_of_the_sample_is_told(void)
{
	failing_reads_strictly(tell_sample, 16);
}

FB_TEST_MAIN("kernel/work", FB_TEST(finds_pools_workers_and_queues),
	     FB_TEST(tells_for_how_long_a_worker_is_busy), FB_TEST(tells_what_waits_and_where),
	     FB_TEST(leaves_out_where_a_rescuer_has_got_to), FB_TEST(tells_stalled_pools),
	     FB_TEST(one_way_is_enough), FB_TEST(damage_costs_a_part),
	     FB_TEST(spells_flags_and_states), FB_TEST(what_is_absent_is_told),
	     FB_TEST(what_is_fatal_passes), FB_TEST(the_sample_s_sources_agree),
	     FB_TEST(a_failing_read_of_the_sample_is_told))
