// SPDX-License-Identifier: GPL-2.0-or-later
/* What goroutines of a made-up program wait on, and how they are sent as bytes. */
#include "user/runtimes/go/goroutines.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "tests/user/made_go.h"

#define MUTEX (MADE_GO_BASE + MADE_GO_STRUCTS + 0xff0)

static void check(const struct fb_goroutines *all)
{
	CU_ASSERT_STRING_EQUAL(all->why, "");
	CU_ASSERT_EQUAL_FATAL(all->count, 5);
	CU_ASSERT_EQUAL_FATAL(all->list[0].wait_count, 1);
	CU_ASSERT_EQUAL(all->list[0].waits[0].kind, FB_GO_WAIT_RECEIVE);
	CU_ASSERT_EQUAL(all->list[0].waits[0].room, 4);
	CU_ASSERT_EQUAL(all->list[0].waits[0].count, 3);
	CU_ASSERT(!all->list[0].waits[0].closed);
	CU_ASSERT_STRING_EQUAL(all->list[0].reason, "chan receive");
	CU_ASSERT_STRING_EQUAL(all->list[0].creator, "");
	CU_ASSERT_EQUAL(all->list[0].stack.count, 5);
	CU_ASSERT_EQUAL_FATAL(all->list[1].wait_count, 1);
	CU_ASSERT_EQUAL(all->list[1].waits[0].kind, FB_GO_WAIT_SEND);
	CU_ASSERT_EQUAL(all->list[1].waits[0].address, all->list[0].waits[0].address);
	CU_ASSERT_STRING_EQUAL(all->list[1].creator, "main.main");
	CU_ASSERT_STRING_EQUAL(all->list[1].creator_file, "/src/main.go");
	CU_ASSERT_EQUAL(all->list[1].creator_line, 100);
	CU_ASSERT_EQUAL(all->list[2].wait_count, 0);
	CU_ASSERT_EQUAL(all->list[3].thread, 4711);
	CU_ASSERT_EQUAL(all->list[3].stack.count, 0);
	CU_ASSERT_PTR_NULL(all->list[3].reason);
	CU_ASSERT_EQUAL_FATAL(all->list[4].wait_count, 1);
	CU_ASSERT_EQUAL(all->list[4].waits[0].kind, FB_GO_WAIT_MUTEX);
	CU_ASSERT_EQUAL(all->list[4].waits[0].address, MUTEX);
	CU_ASSERT_STRING_EQUAL(fb_go_wait_name(all->list[4].waits[0].kind), "mutex");
	CU_ASSERT(all->list[4].waits[0].locked);
}

static void what_they_wait_on_is_known(void)
{
	static const unsigned minors[] = {19, 21, 23, 24, 26, 27};

	for (size_t i = 0; i < FB_ARRAY_SIZE(minors); i++) {
		struct fb_string_pool pool = {0};
		struct fb_goroutines all = {.list = NULL};
		struct made_go made;

		made_go(&made, minors[i]);
		FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
		check(&all);
		fb_goroutines_deinit(&all);
		fb_string_pool_deinit(&pool);
	}
}

static void they_are_the_same_after_being_sent(void)
{
	struct fb_string_pool pool = {0};
	struct fb_goroutines all = {.list = NULL}, sent = {.list = NULL};
	struct fb_cursor cursor;
	struct fb_buf bytes;
	struct made_go made;

	made_go(&made, 24);
	fb_buf_init(&bytes, 1 << 20);
	FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
	FB_OK_FATAL(fb_goroutines_encode(&all, &bytes));
	fb_cursor_init(&cursor, bytes.data, bytes.size, "goroutines");
	FB_OK_FATAL(fb_goroutines_decode(&cursor, &pool, &sent));
	CU_ASSERT_EQUAL(fb_cursor_left(&cursor), 0);
	check(&sent);
	CU_ASSERT_STRING_EQUAL(sent.version, "1.24");
	fb_goroutines_deinit(&sent);
	/* Bytes that end early. */
	for (size_t size = 0; size < bytes.size; size++) {
		struct fb_error *err;

		fb_cursor_init(&cursor, bytes.data, size, "goroutines");
		err = fb_goroutines_decode(&cursor, &pool, &sent);
		CU_ASSERT_PTR_NOT_NULL(err);
		fb_error_destroy(err);
		fb_goroutines_deinit(&sent);
	}
	fb_goroutines_deinit(&all);
	fb_buf_deinit(&bytes);
	fb_string_pool_deinit(&pool);
}

static void programs_that_are_not_read_have_none(void)
{
	struct fb_string_pool pool = {0};
	struct fb_goroutines all = {.list = NULL};
	struct made_go made;

	made_go(&made, 17);
	FB_OK(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_EQUAL(all.count, 0);
	CU_ASSERT_STRING_EQUAL(all.why, "version 1.17 is not read");
	fb_goroutines_deinit(&all);
	made_go(&made, 24);
	made.bytes[MADE_GO_INFO] = 0;
	FB_OK(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_EQUAL(all.count, 0);
	CU_ASSERT_STRING_EQUAL(all.why, "");
	fb_goroutines_deinit(&all);
	fb_string_pool_deinit(&pool);
}

static const struct fb_go_reference *find(const struct fb_goroutines *all, uint64_t object,
					  uint32_t routine)
{
	for (size_t i = 0; i < all->reference_count; i++)
		if (all->references[i].object == object && all->references[i].routine == routine)
			return &all->references[i];
	return NULL;
}

static void those_whose_stacks_refer_to_it_are_found(void)
{
	struct fb_string_pool pool = {0};
	struct fb_goroutines all = {.list = NULL};
	struct made_go made;

	made_go(&made, 24);
	FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_PTR_NOT_NULL_FATAL(find(&all, MUTEX, 2));
	CU_ASSERT(!find(&all, MUTEX, 2)->near);
	CU_ASSERT_PTR_NULL(find(&all, MUTEX, 0));
	CU_ASSERT_PTR_NULL(find(&all, all.list[0].waits[0].address, 2));
	fb_goroutines_deinit(&all);
	/* The struct that has it begins 128 bytes before it; then farther. */
	made.bytes[MADE_GO_STACKS + 2 * 0x200 + 0x50] = 0x70;
	FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_PTR_NOT_NULL_FATAL(find(&all, MUTEX, 2));
	CU_ASSERT(find(&all, MUTEX, 2)->near);
	fb_goroutines_deinit(&all);
	made.bytes[MADE_GO_STACKS + 2 * 0x200 + 0x50] = 0x6f;
	FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_PTR_NULL(find(&all, MUTEX, 2));
	fb_goroutines_deinit(&all);
	/* Without their stacks nobody does. */
	made_go(&made, 24);
	made.absent = MADE_GO_BASE + MADE_GO_STACKS;
	FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_PTR_NULL(find(&all, MUTEX, 2));
	fb_goroutines_deinit(&all);
	fb_string_pool_deinit(&pool);
}

static void the_thread_that_runs_one_is_found(void)
{
	struct fb_string_pool pool = {0};
	struct fb_go_thread thread;
	struct fb_go *go = NULL;
	struct made_go made;
	bool is = false;

	made_go(&made, 24);
	FB_OK_FATAL(fb_go_open(&made.process, &pool, &go));
	FB_OK(fb_go_thread_find(go, made.regs.fs_base, &thread, &is));
	CU_ASSERT(is);
	CU_ASSERT_EQUAL(thread.m_id, 3);
	CU_ASSERT_EQUAL(thread.routine, MADE_GO_BASE + MADE_GO_STRUCTS + 4 * 0x180);
	FB_OK(fb_go_thread_find(go, made.regs.fs_base + 0x80, &thread, &is));
	CU_ASSERT(!is);
	CU_ASSERT_EQUAL(thread.m_id, -1);
	fb_go_destroy(go);
	fb_string_pool_deinit(&pool);
}

/* An entry of another goroutine is not taken for its own. */
static void entries_of_others_are_not_taken(void)
{
	struct fb_string_pool pool = {0};
	struct fb_goroutines all = {.list = NULL};
	struct made_go made;
	const size_t entries = MADE_GO_STRUCTS + 0xd00;

	made_go(&made, 24);
	made.bytes[entries] ^= 8;
	made.bytes[entries + 0x100] ^= 8;
	FB_OK_FATAL(fb_goroutines_read(&made.process, &pool, &all));
	CU_ASSERT_EQUAL_FATAL(all.count, 5);
	CU_ASSERT_EQUAL(all.list[0].wait_count, 0);
	CU_ASSERT_EQUAL(all.list[1].wait_count, 1);
	CU_ASSERT_EQUAL(all.list[4].wait_count, 0);
	fb_goroutines_deinit(&all);
	fb_string_pool_deinit(&pool);
}

FB_TEST_MAIN("user/runtimes/go/goroutines", FB_TEST(what_they_wait_on_is_known),
	     FB_TEST(they_are_the_same_after_being_sent),
	     FB_TEST(programs_that_are_not_read_have_none),
	     FB_TEST(those_whose_stacks_refer_to_it_are_found),
	     FB_TEST(the_thread_that_runs_one_is_found), FB_TEST(entries_of_others_are_not_taken))
