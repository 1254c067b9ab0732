// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts that end well, fail, crash, loop, take too much memory or say too much: each costs only itself. */
#include "base/isolation/apart.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

enum {
	GOOD,
	FAILS,
	CRASHES,
	SLEEPS,
	LEAVES,
	TALKS,
	GOOD_TOO,
	PARTS,
};

struct world {
	char outcome[PARTS][128];
	unsigned calls;
	size_t stop_after; /* parts that ended; SIZE_MAX: never */
	size_t ended;
};

static struct fb_error *work(void *context, size_t index, struct fb_buf *result)
{
	static const char large[70000];

	(void)context;
	switch (index) {
	case FAILS:
		return fb_error_create(FB_TRUNCATED, "too short");
	case CRASHES:
		(void)signal(SIGABRT, SIG_DFL);
		abort();
	case SLEEPS:
		for (;;)
			(void)pause();
	case LEAVES:
		_exit(7);
	case TALKS:
		return fb_buf_append(result, large, sizeof(large));
	default:
		return fb_buf_printf(result, "part %zu", index);
	}
}

static struct fb_error *take(void *context, size_t index, const uint8_t *bytes, size_t size)
{
	struct world *world = context;

	snprintf(world->outcome[index], sizeof(world->outcome[index]), "%.*s", (int)size,
		 (const char *)bytes);
	world->ended++;
	return NULL;
}

static struct fb_error *lost(void *context, size_t index, struct fb_error *why)
{
	struct world *world = context;

	snprintf(world->outcome[index], sizeof(world->outcome[index]), "%d %s",
		 (int)fb_error_code(why), fb_error_message(why));
	world->ended++;
	fb_error_destroy(why);
	return NULL;
}

static struct fb_error *goes_on(void *context, bool *goes_on_ret)
{
	struct world *world = context;

	world->calls++;
	*goes_on_ret = world->ended < world->stop_after;
	return NULL;
}

static const struct fb_apart_ops ops = {work, take, lost, goes_on};
static const struct fb_apart_limits limits = {
	.children = 2, .cpu_seconds = 20, .seconds = 1, .memory = 64u << 20, .result = 1000};

static void each_for_itself(void)
{
	struct world world = {.stop_after = SIZE_MAX};

	FB_OK_FATAL(fb_apart_for(&limits, PARTS, &ops, &world));
	CU_ASSERT_EQUAL(world.ended, PARTS);
	CU_ASSERT_STRING_EQUAL(world.outcome[GOOD], "part 0");
	CU_ASSERT_STRING_EQUAL(world.outcome[GOOD_TOO], "part 6");
	CU_ASSERT_EQUAL(strtol(world.outcome[FAILS], NULL, 10), FB_TRUNCATED);
	CU_ASSERT_PTR_NOT_NULL(strstr(world.outcome[FAILS], "too short"));
	CU_ASSERT_PTR_NOT_NULL(strstr(world.outcome[CRASHES], "ended by signal 6"));
	CU_ASSERT_PTR_NOT_NULL(strstr(world.outcome[SLEEPS], "longer than 1 s"));
	CU_ASSERT_PTR_NOT_NULL(strstr(world.outcome[LEAVES], "status 7"));
	CU_ASSERT_EQUAL(strtol(world.outcome[TALKS], NULL, 10), FB_LIMIT);
	CU_ASSERT_TRUE(world.calls >= 3);
}

/* No part is begun after that, and those that run are ended. */
static void stops(void)
{
	struct world world = {.stop_after = 1};

	FB_OK_FATAL(fb_apart_for(&limits, PARTS, &ops, &world));
	CU_ASSERT_TRUE(world.ended >= 1 && world.ended < PARTS);
	CU_ASSERT_STRING_EQUAL(world.outcome[GOOD_TOO], "");
}

static void nothing_to_do(void)
{
	struct world world = {.stop_after = SIZE_MAX};

	FB_OK_FATAL(fb_apart_for(&limits, 0, &ops, &world));
	CU_ASSERT_EQUAL(world.ended, 0);
}

FB_TEST_MAIN("isolation/apart", FB_TEST(each_for_itself), FB_TEST(stops), FB_TEST(nothing_to_do))
