// SPDX-License-Identifier: GPL-2.0-or-later
/* Which control groups are reported: those at their limits. */
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define MIB (1ull << 20)
#define KNOWN(number) ((struct fb_number){number, true})

static void expect(const struct fb_cgroup_values *values, const char *expected)
{
	char path[] = "/a\x1b";
	const struct fb_cgroup group = {.path = path, .values = *values};
	const struct fb_cgroups groups = {0};
	struct checked c;

	checked_begin(&c);
	FB_OK(fb_check_group(&c.check, &groups, &group));
	checked_expect(&c, expected);
	checked_end(&c);
}

#define FULL "serious group-memory-full cgroups: control group /a\\x1b has "

/* The processes in it are those of the dumps (test_check.sh of the lab's). */
static void one_that_has_all_memory_it_may_have(void)
{
	struct fb_cgroup_values values = {
		.has_memory = true,
		.memory_current = KNOWN(95 * MIB),
		.memory_max = KNOWN(100 * MIB),
	};

	/* It reads files, which fill what there is, and can be reclaimed. */
	values.memory_events[FB_MEMORY_MAX] = KNOWN(1000);
	expect(&values, "");
	values.memory_events[FB_MEMORY_OOM] = KNOWN(0);
	expect(&values, "");
	values.memory_events[FB_MEMORY_OOM] = KNOWN(3);
	expect(&values, FULL
	       "95.0 MiB of the 100 MiB of memory that it may have\n"
	       "\tnothing could be reclaimed 3 times (memory.events: oom); processes that were killed for "
	       "it: 0\n");
	values.memory_events[FB_MEMORY_OOM_KILL] = KNOWN(2);
	values.memory_current = KNOWN(100 * MIB);
	expect(&values, FULL
	       "100 MiB of the 100 MiB of memory that it may have\n"
	       "\tnothing could be reclaimed 3 times (memory.events: oom); processes that were killed for "
	       "it: 2\n");
	values.memory_current = KNOWN(94 * MIB); /* it was full once */
	expect(&values, "");
	values.memory_current = (struct fb_number){0};
	expect(&values, "");
	values.memory_current = KNOWN(UINT64_MAX);
	values.memory_max = KNOWN(FB_NO_LIMIT);
	expect(&values, "");
	values.memory_max = KNOWN(0);
	expect(&values, "");
}

static void one_that_has_all_threads_it_may_have(void)
{
	struct fb_cgroup_values values = {
		.has_pids = true, .pids_current = KNOWN(9), .pids_max = KNOWN(10)};

	expect(&values, "");
	values.pids_current = KNOWN(10);
	expect(&values,
	       "serious group-pids-full cgroups: control group /a\\x1b has 10 threads, as many as it may have\n"
	       "\tpids.max is 10; forks that failed: 0\n");
	values.pids_refused = KNOWN(4);
	expect(&values,
	       "serious group-pids-full cgroups: control group /a\\x1b has 10 threads, as many as it may have\n"
	       "\tpids.max is 10; forks that failed: 4\n");
	values.pids_max = KNOWN(FB_NO_LIMIT);
	expect(&values, "");
	values.has_pids = false;
	values.pids_max = KNOWN(10);
	expect(&values, "");
}

FB_TEST_MAIN("bundle/check_cgroups", FB_TEST(one_that_has_all_memory_it_may_have),
	     FB_TEST(one_that_has_all_threads_it_may_have))
