// SPDX-License-Identifier: GPL-2.0-or-later
/* The counter, and the length of a tick by the clock source that consists of ticks. */
#include "kernel/time/jiffies.h"

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

struct clock {
	struct made_kernel *made;
	uint64_t counter, source;
};

static const char *const both[] = {"jiffies", "clocksource_jiffies", NULL};

static void build(struct clock *clock)
{
	clock->made = made_kernel_create();
	clock->counter = made_alloc_pages(clock->made, 8);
	clock->source = made_alloc_pages(clock->made, 64);
	made_symbols(clock->made, both, (const uint64_t[]){clock->counter, clock->source});
	MADE_FIELD(clock->made, clocksource_mult, 8, 4);
	MADE_FIELD(clock->made, clocksource_shift, 12, 4);
	made_put(clock->made, clock->counter, 0xffff1234, 8);
	MADE_SET(clock->made, clock->source, clocksource_mult, 4000000ull << 8);
	MADE_SET(clock->made, clock->source, clocksource_shift, 8);
}

static void tells_ticks_as_seconds(void)
{
	struct clock clock;
	struct fb_jiffies jiffies;

	build(&clock);
	FB_OK_FATAL(fb_jiffies_read(&clock.made->kernel, &jiffies));
	CU_ASSERT_EQUAL(jiffies.now, 0xffff1234);
	CU_ASSERT_DOUBLE_EQUAL(jiffies.tick_s, 0.004, 1e-9);
	CU_ASSERT_FALSE(jiffies.tick_assumed);
	CU_ASSERT_DOUBLE_EQUAL(fb_jiffies_since(&jiffies, 0xffff1234 - 250), 1, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(fb_jiffies_since(&jiffies, 0xffff1234 + 500), -2, 1e-9);
	/* The counter wraps around. */
	made_put(clock.made, clock.counter, 10, 8);
	FB_OK_FATAL(fb_jiffies_read(&clock.made->kernel, &jiffies));
	CU_ASSERT_DOUBLE_EQUAL(fb_jiffies_since(&jiffies, (uint64_t)-15), 0.1, 1e-9);
	made_kernel_destroy(clock.made);
}

static void assumes_what_cannot_be_true(void)
{
	struct clock clock;
	struct fb_jiffies jiffies;

	build(&clock);
	MADE_SET(clock.made, clock.source, clocksource_shift, 0);
	FB_OK_FATAL(fb_jiffies_read(&clock.made->kernel, &jiffies));
	CU_ASSERT_TRUE(jiffies.tick_assumed);
	CU_ASSERT_DOUBLE_EQUAL(jiffies.tick_s, 0.004, 1e-9);
	MADE_SET(clock.made, clock.source, clocksource_shift, 77);
	FB_OK_FATAL(fb_jiffies_read(&clock.made->kernel, &jiffies));
	CU_ASSERT_TRUE(jiffies.tick_assumed);
	MADE_SET(clock.made, clock.source, clocksource_mult, 1);
	MADE_SET(clock.made, clock.source, clocksource_shift, 8);
	FB_OK_FATAL(fb_jiffies_read(&clock.made->kernel, &jiffies));
	CU_ASSERT_TRUE(jiffies.tick_assumed);
	CU_ASSERT_EQUAL(fb_warnings_count(clock.made->warnings), 1); /* each text once */
	made_lose(clock.made, clock.source);
	FB_OK_FATAL(fb_jiffies_read(&clock.made->kernel, &jiffies));
	CU_ASSERT_TRUE(jiffies.tick_assumed);
	made_lose(clock.made, clock.counter);
	FB_FAILS(fb_jiffies_read(&clock.made->kernel, &jiffies), FB_ABSENT);
	made_kernel_destroy(clock.made);
}

static struct fb_error *read_jiffies(void *context)
{
	struct clock *clock = context;
	struct fb_jiffies jiffies;

	return fb_jiffies_read(&clock->made->kernel, &jiffies);
}

static void what_is_fatal_passes(void)
{
	struct clock clock;

	build(&clock);
	CU_ASSERT_EQUAL(failing_made_must_pass(clock.made, read_jiffies, &clock), 3);
	made_kernel_destroy(clock.made);
}

FB_TEST_MAIN("kernel/jiffies", FB_TEST(tells_ticks_as_seconds),
	     FB_TEST(assumes_what_cannot_be_true), FB_TEST(what_is_fatal_passes))
