// SPDX-License-Identifier: GPL-2.0-or-later
/* A made counter, of which its CPU holds a part back. */
#include "kernel/memory/percpu_counter.h"

#include <stdlib.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

static void adds_what_a_cpu_holds_back(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t counter = made_alloc(made, 64), part = made_alloc_pages(made, 4096), at = 0;
	int64_t sum = 0;

	MADE_FIELD(made, percpu_counter_count, 8, 8);
	MADE_FIELD(made, percpu_counter_counters, 16, 8);
	FB_OK_FATAL(fb_kernel_percpu(&made->kernel, 0, part, &at));
	made_put(made, counter + 8, 1000, 8);
	made_put(made, counter + 16, part, 8);
	made_put(made, at, (uint32_t)-7, 4);
	FB_OK_FATAL(fb_percpu_counter_sum(&made->kernel, counter, &sum));
	CU_ASSERT_EQUAL(sum, 993);
	made_put(made, counter + 8, (uint64_t)-10, 8);
	FB_OK_FATAL(fb_percpu_counter_sum(&made->kernel, counter, &sum));
	CU_ASSERT_EQUAL(sum, -17);
	made_lose(made, at);
	FB_FAILS(fb_percpu_counter_sum(&made->kernel, counter, &sum), FB_ABSENT);
	CU_ASSERT_EQUAL(sum, -17);
	made_kernel_destroy(made);
}

/* Three CPUs, each with a part of its own; one without an area of its own costs the sum. */
static void adds_the_parts_of_all_cpus(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t counter = made_alloc(made, 64), part = made_alloc_pages(made, 4096);
	uint64_t offsets[] = {0, 64, 128};
	int64_t sum = 0;

	MADE_FIELD(made, percpu_counter_count, 8, 8);
	MADE_FIELD(made, percpu_counter_counters, 16, 8);
	free(made->kernel.percpu_offsets);
	made->kernel.percpu_offsets = offsets;
	made->kernel.cpu_limit = 3;
	made_put(made, counter + 8, 1000, 8);
	made_put(made, counter + 16, part, 8);
	made_put(made, part, 1, 4);
	made_put(made, part + 4, 0x1234, 4); /* not of the int */
	made_put(made, part + 64, (uint32_t)-20, 4);
	made_put(made, part + 128, 300, 4);
	FB_OK_FATAL(fb_percpu_counter_sum(&made->kernel, counter, &sum));
	CU_ASSERT_EQUAL(sum, 1281);
	made->kernel.cpu_limit = 2;
	FB_OK_FATAL(fb_percpu_counter_sum(&made->kernel, counter, &sum));
	CU_ASSERT_EQUAL(sum, 981);
	offsets[1] = -part;
	FB_FAILS_WITH(fb_percpu_counter_sum(&made->kernel, counter, &sum), FB_NOT_FOUND,
		      "CPU 1 has no per-CPU area");
	made_put(made, counter + 16, 0, 8);
	FB_FAILS(fb_percpu_counter_sum(&made->kernel, counter, &sum), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(sum, 981);
	made->kernel.layout.percpu_counter_counters.found = false;
	FB_FAILS_WITH(fb_percpu_counter_sum(&made->kernel, counter, &sum), FB_NOT_FOUND,
		      "percpu_counter_counters");
	made->kernel.percpu_offsets = NULL;
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/percpu_counter", FB_TEST(adds_what_a_cpu_holds_back),
	     FB_TEST(adds_the_parts_of_all_cpus))
