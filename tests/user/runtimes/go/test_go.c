// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Goroutines of a made-up program, of every version that is read, and of one that runs on this host, against what Go
 * says of itself (runtime.Stack()). With memory that is left out or damaged there is less, and a reason.
 */
#include "user/runtimes/go/go.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "tests/user/made_go.h"
#include "user/runtimes/go/go_layout.h"
#include "user/runtimes/runtimes.h"

static const unsigned minors[] = {19, 21, 22, 23, 24, 25, 26, 27};

struct opened {
	struct fb_string_pool pool;
	struct fb_go *go;
	struct fb_goroutine *list;
	size_t count;
	char why[FB_GO_WHY];
};

static void open_made(struct made_go *made, struct opened *opened)
{
	memset(opened, 0, sizeof(*opened));
	FB_OK_FATAL(fb_go_open(&made->process, &opened->pool, &opened->go));
	FB_OK_FATAL(fb_go_routines(opened->go, &opened->list, &opened->count, opened->why));
}

static void close_made(struct opened *opened)
{
	free(opened->list);
	fb_go_destroy(opened->go);
	fb_string_pool_deinit(&opened->pool);
}

/* The frames as "main.inner main.go:101 inlined; main.work main.go:101; END". */
static void describe(const struct fb_user_stack *stack, char *to, size_t size)
{
	size_t length = 0;

	*to = '\0';
	for (size_t i = 0; i < stack->count && length < size; i++) {
		const struct fb_user_frame *frame = &stack->frames[i];
		const char *slash = frame->file ? strrchr(frame->file, '/') : NULL;

		CU_ASSERT_EQUAL(frame->language, FB_LANGUAGE_GO);
		length += (size_t)snprintf(to + length, size - length, "%s %s:%u%s; ",
					   frame->symbol ? frame->symbol : "?",
					   slash ? slash + 1 : "?", frame->line,
					   frame->inlined ? " inlined" : "");
	}
	if (length < size)
		snprintf(to + length, size - length, "%s", stack->end);
}

static void check_frames(struct opened *opened, size_t index, const char *expected)
{
	struct fb_user_stack stack = {.frames = NULL};
	char text[1024];

	FB_OK_FATAL(fb_go_frames(opened->go, &opened->list[index], &stack));
	describe(&stack, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, expected);
	if (strcmp(text, expected) != 0)
		fprintf(stderr, "%s\n", text);
	free(stack.frames);
}

static void goroutines_have_state_and_frames(void)
{
	struct made_go made;
	struct opened opened;
	char version[FB_GO_VERSION_SIZE], expected[32];

	for (size_t i = 0; i < FB_ARRAY_SIZE(minors); i++) {
		made_go(&made, minors[i]);
		open_made(&made, &opened);
		snprintf(expected, sizeof(expected), "1.%u", minors[i]);
		CU_ASSERT_STRING_EQUAL(fb_go_version(opened.go, version), expected);
		CU_ASSERT_STRING_EQUAL(opened.why, "");
		CU_ASSERT_EQUAL_FATAL(opened.count, 5);
		CU_ASSERT_EQUAL(opened.list[0].id, 1);
		CU_ASSERT_STRING_EQUAL(opened.list[0].state, "waiting");
		CU_ASSERT_STRING_EQUAL(opened.list[0].reason, "chan receive");
		CU_ASSERT_EQUAL(opened.list[0].since, 1000000000);
		CU_ASSERT_EQUAL(opened.list[0].creator, 0);
		CU_ASSERT_STRING_EQUAL(opened.list[1].reason, "chan send");
		CU_ASSERT_EQUAL(opened.list[1].creator_id, minors[i] > 20 ? 1 : 0);
		CU_ASSERT_STRING_EQUAL(opened.list[2].state, "runnable");
		CU_ASSERT_PTR_NULL(opened.list[2].reason);
		CU_ASSERT_STRING_EQUAL(opened.list[3].state, "running");
		CU_ASSERT_EQUAL(opened.list[3].thread, 4711);
		CU_ASSERT_EQUAL(opened.list[3].m_id, 3);
		CU_ASSERT_EQUAL(opened.list[3].p_id, 2);
		CU_ASSERT_EQUAL(opened.list[4].p_id, -1);
		CU_ASSERT_STRING_EQUAL(opened.list[4].reason,
				       minors[i] < 21 ? "semacquire" : "sync.Mutex.Lock");
		check_frames(
			&opened, 0,
			minors[i] == 19
				? "runtime.gopark main.go:102; main.inner main.go:101 inlined; "
				  "main.work main.go:77; main.main main.go:100; runtime.goexit "
				  "main.go:103; end of the stack: runtime.goexit"
				: "runtime.gopark main.go:102; main.inner main.go:101 inlined; "
				  "main.work main.go:101; main.main main.go:100; "
				  "runtime.goexit main.go:103; end of the stack: "
				  "runtime.goexit");
		check_frames(&opened, 4,
			     "runtime.gopark main.go:102; runtime.semacquire1 main.go:106; "
			     "sync.(*Mutex).Lock main.go:107; main.main main.go:100; "
			     "runtime.goexit main.go:103; end of the stack: runtime.goexit");
		close_made(&opened);
	}
}

static void other_versions_and_programs_are_not_read(void)
{
	struct fb_string_pool pool = {0};
	struct fb_go *go = NULL;
	struct made_go made;

	made_go(&made, 17);
	FB_FAILS_WITH(fb_go_open(&made.process, &pool, &go), FB_UNSUPPORTED,
		      "version 1.17 is not read");
	made_go(&made, 99);
	FB_FAILS_WITH(fb_go_open(&made.process, &pool, &go), FB_UNSUPPORTED,
		      "version 1.99 is not read");
	made_go(&made, 24);
	made.bytes[MADE_GO_INFO + 3] ^= 1;
	FB_FAILS(fb_go_open(&made.process, &pool, &go), FB_NOT_FOUND);
	made_go(&made, 24);
	made.bytes[0] = 0;
	FB_FAILS(fb_go_open(&made.process, &pool, &go), FB_NOT_FOUND);
	made_go(&made, 24);
	made.process.mapping_count = 0;
	FB_FAILS(fb_go_open(&made.process, &pool, &go), FB_NOT_FOUND);
	made_go(&made, 24);
	made.bytes[MADE_GO_TABLES] ^= 0x80;
	FB_FAILS_WITH(fb_go_open(&made.process, &pool, &go), FB_CORRUPT, "tables");
	fb_string_pool_deinit(&pool);
}

static void a_thread_is_followed_to_its_goroutine(void)
{
	struct made_go made;
	struct opened opened;
	struct fb_user_frame *native = calloc(2, sizeof(*native));
	struct fb_user_stack stack = {.frames = native, .count = 2, .room = 2};
	uint64_t routine = 0;
	char text[1024];

	CU_ASSERT_PTR_NOT_NULL_FATAL(native);
	made_go(&made, 24);
	open_made(&made, &opened);
	native[0] = (struct fb_user_frame){
		.pc = made.regs.rip, .sp = made.regs.rsp, .symbol = "guessed", .build_id = "ab"};
	native[1].pc = 0x1234;
	FB_OK_FATAL(fb_go_replace_frames(opened.go, &made.regs, &stack, &routine));
	CU_ASSERT_EQUAL(routine, opened.list[3].address);
	describe(&stack, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "runtime.futex main.go:105; runtime.systemstack main.go:108; "
				     "main.main main.go:100; runtime.goexit main.go:103; end of "
				     "the stack: runtime.goexit");
	CU_ASSERT_EQUAL(stack.frames[0].found, FB_FRAME_REGISTERS);
	CU_ASSERT_STRING_EQUAL(stack.frames[1].build_id, "ab");
	CU_ASSERT(stack.complete);
	free(stack.frames);
	close_made(&opened);
}

static void missing_tables_leave_the_thread_as_it_is(void)
{
	struct made_go made;
	struct opened opened;
	struct fb_user_frame *native = calloc(1, sizeof(*native));
	struct fb_user_stack stack = {.frames = native, .count = 1, .room = 1, .end = "lost"};

	CU_ASSERT_PTR_NOT_NULL_FATAL(native);
	made_go(&made, 24);
	made.absent = MADE_GO_BASE + MADE_GO_TABLES;
	open_made(&made, &opened);
	CU_ASSERT_EQUAL(opened.count, 5);
	check_frames(&opened, 0, "page 0x403000 is left out");
	*native = (struct fb_user_frame){
		.pc = made.regs.rip, .sp = made.regs.rsp, .symbol = "guessed"};
	FB_OK_FATAL(fb_go_replace_frames(opened.go, &made.regs, &stack, NULL));
	CU_ASSERT_EQUAL(stack.count, 1);
	CU_ASSERT_STRING_EQUAL(stack.end, "lost; Go: page 0x403000 is left out");
	free(stack.frames);
	close_made(&opened);
}

static void missing_pages_are_named(void)
{
	struct fb_string_pool pool = {0};
	struct fb_go *go = NULL;
	struct made_go made;
	struct opened opened;

	made_go(&made, 24);
	made.absent = MADE_GO_BASE + MADE_GO_STRUCTS;
	FB_FAILS_WITH(fb_go_open(&made.process, &pool, &go), FB_ABSENT, "0x404000");
	made.absent = MADE_GO_BASE + MADE_GO_STACKS;
	open_made(&made, &opened);
	CU_ASSERT_EQUAL(opened.count, 5);
	check_frames(&opened, 0, "runtime.gopark main.go:102; page 0x405000 is left out");
	close_made(&opened);
	fb_string_pool_deinit(&pool);
}

static uint32_t random_of(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Reads all that there is, in memory that is damaged: it ends, with whatever. */
static void read_all(struct made_go *made)
{
	struct fb_string_pool pool = {0};
	struct fb_goroutine *list = NULL;
	struct fb_go *go = NULL;
	size_t count = 0;
	char why[FB_GO_WHY];
	struct fb_error *err = fb_go_open(&made->process, &pool, &go);

	if (!err)
		err = fb_go_routines(go, &list, &count, why);
	for (size_t i = 0; i < count && !err; i++) {
		struct fb_user_stack stack = {.frames = NULL};

		err = fb_go_frames(go, &list[i], &stack);
		free(stack.frames);
	}
	CU_ASSERT(!fb_error_is_fatal(err));
	fb_error_destroy(err);
	free(list);
	fb_go_destroy(go);
	fb_string_pool_deinit(&pool);
}

static void damaged_memory_ends_the_reading(void)
{
	struct made_go made;

	for (uint64_t i = 0; i < 3000; i++) {
		uint64_t seed = i;

		made_go(&made, minors[i % FB_ARRAY_SIZE(minors)]);
		for (unsigned j = 0; j < 1 + i % 20; j++)
			made.bytes[random_of(&seed) % MADE_GO_SIZE] = (uint8_t)random_of(&seed);
		read_all(&made);
	}
}

static void a_stack_that_leads_back_ends(void)
{
	struct made_go made;
	struct opened opened;
	struct fb_user_stack stack = {.frames = NULL};

	made_go(&made, 24);
	/* All of the stack are return addresses. */
	for (uint64_t at = MADE_GO_STACKS; at < MADE_GO_STACKS + 0x200; at += 8) {
		uint64_t pc = MADE_GO_BASE + MADE_GO_TEXT + 5 * 0x100 + 0x40;

		memcpy(made.bytes + at, &pc, sizeof(pc));
	}
	open_made(&made, &opened);
	FB_OK_FATAL(fb_go_frames(opened.go, &opened.list[0], &stack));
	CU_ASSERT_STRING_EQUAL(stack.end, "the return address of the next frame is not known");
	CU_ASSERT(stack.count > 40 && stack.count < 64);
	CU_ASSERT(!stack.complete);
	free(stack.frames);
	close_made(&opened);
}

/* Many goroutines may have the same deep stack: what all of them have together is bounded. */
static void frames_of_all_goroutines_are_bounded(void)
{
	struct made_go made;
	struct opened opened;
	size_t frames = 0, last = 1;

	made_go(&made, 24);
	open_made(&made, &opened);
	while (last && frames <= FB_MAX_GO_ALL_FRAMES) {
		struct fb_user_stack stack = {.frames = NULL};

		FB_OK_FATAL(fb_go_frames(opened.go, &opened.list[0], &stack));
		last = stack.count;
		frames += last;
		if (!last)
			CU_ASSERT_STRING_EQUAL(stack.end,
					       "all goroutines have more than 4194304 frames");
		free(stack.frames);
	}
	CU_ASSERT_EQUAL(last, 0);
	CU_ASSERT(frames >= FB_MAX_GO_ALL_FRAMES);
	close_made(&opened);
}

static void reasons_are_those_of_the_version(void)
{
	uint32_t version;

	CU_ASSERT_STRING_EQUAL(fb_go_wait_reason(FB_GO_VERSION(1, 19), 21),
			       "timer goroutine (idle)");
	CU_ASSERT_STRING_EQUAL(fb_go_wait_reason(FB_GO_VERSION(1, 21), 21), "sync.Mutex.Lock");
	CU_ASSERT_STRING_EQUAL(fb_go_wait_reason(FB_GO_VERSION(1, 24), 24), "sync.WaitGroup.Wait");
	CU_ASSERT_STRING_EQUAL(fb_go_wait_reason(FB_GO_VERSION(1, 25), 46), "cleanup wait");
	CU_ASSERT_STRING_EQUAL(fb_go_wait_reason(FB_GO_VERSION(1, 27), 18), "select");
	CU_ASSERT_PTR_NULL(fb_go_wait_reason(FB_GO_VERSION(1, 24), 0));
	CU_ASSERT_PTR_NULL(fb_go_wait_reason(FB_GO_VERSION(1, 19), 27));
	CU_ASSERT(fb_go_version_parse("devel go1.25-1b2c3d", &version));
	CU_ASSERT_EQUAL(version, FB_GO_VERSION(1, 25));
	CU_ASSERT(!fb_go_version_parse("go1.", &version));
	CU_ASSERT(!fb_go_version_parse("go2.0", &version));
	CU_ASSERT(!fb_go_version_parse("go1.1000", &version));
}

FB_TEST_MAIN("user/runtimes/go/go", FB_TEST(goroutines_have_state_and_frames),
	     FB_TEST(other_versions_and_programs_are_not_read),
	     FB_TEST(a_thread_is_followed_to_its_goroutine),
	     FB_TEST(missing_tables_leave_the_thread_as_it_is), FB_TEST(missing_pages_are_named),
	     FB_TEST(damaged_memory_ends_the_reading), FB_TEST(a_stack_that_leads_back_ends),
	     FB_TEST(frames_of_all_goroutines_are_bounded),
	     FB_TEST(reasons_are_those_of_the_version))
