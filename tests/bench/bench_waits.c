// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long 20,000 blocked threads take:
 *
 *	bench_waits            made graphs of them: one lock, one chain, one ring, every object with as
 *	                       many owners as are kept
 *	bench_waits INPUT      the threads of a dump or bundle, over and over until 20,000 have been
 *	                       looked at: stacks, recognisers, graph
 *
 * Prints seconds and the memory used at most. Status 1 where one takes longer than 2 s.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/limits.h"
#include "bundle/waits/waits.h"

#define THREADS 20000u
#define MOST_SECONDS 2.0

static void must(struct fb_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "bench_waits: %s\n", fb_error_message(err));
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int report(const char *what, double seconds)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-48s %6.3f s  %5ld MiB at most\n", what, seconds, usage.ru_maxrss >> 10);
	return seconds > MOST_SECONDS;
}

/* The object that a thread waits for, and who owns object number i. */
struct shape {
	const char *name;
	uint64_t (*waits_for)(uint32_t thread);
	void (*own)(struct fb_wait_graph *graph, size_t object, uint64_t key);
};

static uint64_t one_lock(uint32_t thread)
{
	return thread ? 1 : 2;
}

static uint64_t previous(uint32_t thread)
{
	return thread;
}

static uint64_t ring(uint32_t thread)
{
	return thread ? thread : THREADS;
}

static void own_one(struct fb_wait_graph *graph, size_t object, uint64_t key)
{
	if (key)
		must(fb_wait_graph_owner(graph, object, (int32_t)key, false));
}

static void own_many(struct fb_wait_graph *graph, size_t object, uint64_t key)
{
	for (uint32_t i = 0; i < FB_MAX_WAIT_OWNERS; i++)
		must(fb_wait_graph_owner(graph, object,
					 (int32_t)((key * 7919 + i * 31) % THREADS + 1), i % 2));
}

static int run_shape(const struct shape *shape, const struct fb_wait_thread *threads)
{
	struct fb_wait_analysis analysis;
	struct fb_wait_graph graph;
	double start = now(), taken;

	fb_wait_graph_init(&graph);
	for (uint32_t i = 0; i < THREADS; i++) {
		struct fb_wait wait = {
			.tid = threads[i].tid,
			.pid = threads[i].pid,
			.kind = "mutex",
			.seconds = NAN,
		};
		uint64_t key = shape->waits_for(i);
		bool fresh;

		must(fb_wait_graph_object(&graph, "lock", key, 0, &wait.object, &fresh));
		if (fresh)
			shape->own(&graph, wait.object, key);
		must(fb_wait_graph_add(&graph, &wait));
	}
	must(fb_wait_analyse(&graph, threads, THREADS, &analysis));
	taken = now() - start;
	fb_wait_analysis_deinit(&analysis);
	fb_wait_graph_deinit(&graph);
	return report(shape->name, taken);
}

static int run_shapes(void)
{
	static const struct shape shapes[] = {
		{"20,000 threads at one lock", one_lock, own_one},
		{"20,000 threads in a chain", previous, own_one},
		{"20,000 threads in a ring", ring, own_one},
		{"20,000 objects with 256 owners each", previous, own_many},
	};
	static struct fb_wait_thread threads[THREADS];
	int slow = 0;

	for (uint32_t i = 0; i < THREADS; i++)
		threads[i] = (struct fb_wait_thread){.tid = (int32_t)i + 1, .pid = (int32_t)i + 1};
	for (size_t i = 0; i < FB_ARRAY_SIZE(shapes); i++)
		slow |= run_shape(&shapes[i], threads);
	return slow;
}

static int run_input(const char *path)
{
	const struct fb_input_options options = {.path = path};
	const struct fb_wait_options none = {0};
	struct fb_warnings *warnings = NULL;
	struct fb_input *input = NULL;
	const struct fb_tasks *tasks;
	size_t blocked = 0, looked_at = 0;
	double start, taken;

	must(fb_warnings_create(&warnings));
	must(fb_input_open(&options, warnings, &input));
	must(fb_input_tasks(input, &tasks));
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		blocked += strchr("SDTt", fb_tasks_get(tasks, i)->state) != NULL;
	start = now();
	while (blocked && looked_at < THREADS) {
		struct fb_waits *waits;

		must(fb_waits_find(input, &none, &waits));
		fb_waits_destroy(waits);
		looked_at += blocked;
	}
	taken = now() - start;
	printf("%zu blocked threads, %zu times\n", blocked, blocked ? looked_at / blocked : 0);
	fb_input_destroy(input);
	fb_warnings_destroy(warnings);
	return report("20,000 blocked threads of the input", taken);
}

int main(int argc, char **argv)
{
	return argc > 1 ? run_input(argv[1]) : run_shapes();
}
