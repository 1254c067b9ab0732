// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stored stacks from a manifest: a good one, and the same with one thing wrong.
 */
#include "bundle/stacks/stored_stack.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "bundle/stacks/stack_words.h"
#include "tests/harness.h"

#define FRAME                                                                               \
	"{\"pc\":\"0x7f00001234\",\"symbol\":\"pause\",\"offset\":16,\"object\":"           \
	"\"/lib/a\\\\\\\\b\\\\x0a\",\"build_id\":\"0aff\",\"file\":\"pause.c\",\"line\":7," \
	"\"inlined\":false,\"signal\":true,\"found\":\"frame-pointer\"}"
/* As an older version writes it. */
#define BARE                                                                              \
	"{\"pc\":\"0xffffffffffffffff\",\"symbol\":null,\"offset\":null,\"object\":null," \
	"\"build_id\":null,\"file\":null,\"line\":null,\"inlined\":false}"

/* A thread with all that is asked for; the caller owns it. */
static json_t *make_thread(int tid)
{
	json_t *regs = json_object();
	json_t *thread;

	for (size_t i = 0; i < fb_user_reg_count(); i++)
		json_object_set_new(regs, fb_user_reg_name(i), fb_json_hex(0x1000 + i));
	json_object_set_new(regs, "rip", json_string("0x7f00001234"));
	json_object_set_new(regs, "core", json_null());
	thread = json_pack("{s:i, s:i, s:o, s:o, s:s, s:o, s:b, s:s, s:s}", "pid", 130, "tid", tid,
			   "user", json_loads("[" FRAME "," BARE "]", 0, NULL), "kernel",
			   json_loads("[{\"pc\":\"0x1\",\"inlined\":true},"
				      "{\"pc\":\"0xffffffff81000000\",\"inlined\":false},"
				      "{\"pc\":\"0xffffffff81000010\",\"inlined\":null}]",
				      0, NULL),
			   "user_regs_from", "kernel-stack", "user_regs", regs, "user_complete", 1,
			   "waits_for", "mutex A, by 7 x", "end", "end of the stack: \\x1b_start");
	CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
	return thread;
}

/* Opens a manifest of these threads (taken). */
static struct fb_stored_stacks *open_threads(json_t *threads, size_t warning_count)
{
	json_t *manifest = json_pack("{s:b, s:o}", "redacted", 1, "threads", threads);
	char *text = json_dumps(manifest, 0);
	struct fb_stored_stacks *stacks = NULL;
	struct fb_warnings *warnings;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_stored_stacks_open(text, warnings, &stacks));
	CU_ASSERT_PTR_NOT_NULL_FATAL(stacks);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), warning_count);
	fb_warnings_destroy(warnings);
	free(text);
	json_decref(manifest);
	return stacks;
}

static void gives_back_what_was_stored(void)
{
	struct fb_stored_stacks *stacks = open_threads(json_pack("[o]", make_thread(131)), 0);
	struct fb_stored_stack stack;
	const struct fb_user_frame *frame;

	FB_OK_FATAL(fb_stored_stacks_decode(stacks, 131, &stack));
	CU_ASSERT_EQUAL(stack.pid, 130);
	CU_ASSERT_EQUAL(stack.user_regs_from, FB_USER_REGS_KERNEL_STACK);
	for (size_t i = 0; i < fb_user_reg_count(); i++)
		CU_ASSERT_EQUAL(fb_user_reg_get(&stack.user_regs, i),
				strcmp(fb_user_reg_name(i), "rip") ? 0x1000 + i : 0x7f00001234);
	CU_ASSERT_STRING_EQUAL(stack.waits_for, "mutex A, by 7 x");
	CU_ASSERT_EQUAL_FATAL(stack.kernel_count, 2);
	CU_ASSERT_EQUAL(stack.kernel_pcs[0], 0xffffffff81000000);
	CU_ASSERT_EQUAL(stack.kernel_pcs[1], 0xffffffff81000010);
	CU_ASSERT_TRUE(stack.user.complete);
	CU_ASSERT_STRING_EQUAL(stack.user.end, "end of the stack: \x1b_start");
	CU_ASSERT_EQUAL_FATAL(stack.user.count, 2);
	frame = &stack.user.frames[0];
	CU_ASSERT_EQUAL(frame->pc, 0x7f00001234);
	CU_ASSERT_STRING_EQUAL(frame->symbol, "pause");
	CU_ASSERT_EQUAL(frame->offset, 16);
	CU_ASSERT_STRING_EQUAL(frame->object, "/lib/a\\b\n");
	CU_ASSERT_STRING_EQUAL(frame->build_id, "0aff");
	CU_ASSERT_STRING_EQUAL(frame->file, "pause.c");
	CU_ASSERT_EQUAL(frame->line, 7);
	CU_ASSERT_FALSE(frame->inlined);
	CU_ASSERT_TRUE(frame->signal);
	CU_ASSERT_EQUAL(frame->found, FB_FRAME_FRAME_POINTER);
	frame = &stack.user.frames[1];
	CU_ASSERT_EQUAL(frame->pc, UINT64_MAX);
	CU_ASSERT_PTR_NULL(frame->symbol);
	CU_ASSERT_PTR_NULL(frame->object);
	CU_ASSERT(!frame->demangled && !frame->build_id && !frame->file);
	CU_ASSERT(frame->line == 0 && frame->offset == 0);
	CU_ASSERT(!frame->inlined && !frame->signal);
	CU_ASSERT_EQUAL(frame->from, FB_SOURCE_ABSENT);
	CU_ASSERT_EQUAL(frame->found, FB_FRAME_UNWIND_TABLE);
	fb_stored_stack_deinit(&stack);
	FB_FAILS(fb_stored_stacks_decode(stacks, 130, &stack), FB_NOT_FOUND);
	fb_stored_stacks_destroy(stacks);
}

/* Sets path[0].path[1]... of a thread (or removes it, for NULL), and expects an error. */
static void expect_wrong(const char *where, const char *name, const char *value)
{
	json_t *thread = make_thread(131), *object = thread;
	struct fb_stored_stacks *stacks;
	struct fb_stored_stack stack;

	if (strcmp(where, "frame") == 0)
		object = json_array_get(json_object_get(thread, "user"), 0);
	else if (strcmp(where, "kernel frame") == 0)
		object = json_array_get(json_object_get(thread, "kernel"), 1);
	else if (strcmp(where, "regs") == 0)
		object = json_object_get(thread, "user_regs");
	if (value)
		json_object_set_new(object, name, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(object, name);
	stacks = open_threads(json_pack("[o]", thread), 0);
	FB_FAILS_WITH(fb_stored_stacks_decode(stacks, 131, &stack), FB_CORRUPT, name);
	fb_stored_stacks_destroy(stacks);
}

static void each_wrong_field_is_refused(void)
{
	static const char *const cases[][3] = {
		{"thread", "pid", NULL},
		{"thread", "pid", "0"},
		{"thread", "pid", "-1"},
		{"thread", "pid", "4294967426"},
		{"thread", "pid", "\"130\""},
		{"thread", "pid", "130.0"},
		{"thread", "user", NULL},
		{"thread", "user", "{}"},
		{"thread", "user", "[1]"},
		{"thread", "user", "[[]]"},
		{"thread", "user", "[null]"},
		{"thread", "kernel", "\"x\""},
		{"thread", "kernel", "[{}]"},
		{"thread", "user_complete", "1"},
		{"thread", "end", "7"},
		{"thread", "end", NULL},
		{"thread", "end", "\"\\\\\""},
		{"thread", "user_regs_from", "\"guess\""},
		{"thread", "user_regs_from", "null"},
		{"thread", "user_regs", "null"},
		{"thread", "user_regs", "[]"},
		{"regs", "rip", NULL},
		{"regs", "fs_base", "4096"},
		{"regs", "rsp", "\"0x\""},
		{"frame", "pc", NULL},
		{"frame", "pc", "1"},
		{"frame", "pc", "\"7f\""},
		{"frame", "pc", "\"0x10000000000000000\""},
		{"frame", "pc", "\"0x12 \""},
		{"frame", "pc", "\"0x-1\""},
		{"frame", "symbol", NULL},
		{"frame", "symbol", "[]"},
		{"frame", "symbol", "\"a\\\\x0\""},
		{"frame", "symbol", "\"a\\\\x00b\""},
		{"frame", "offset", "-1"},
		{"frame", "offset", "1e9"},
		{"frame", "object", "true"},
		{"frame", "build_id", "\"../x\""},
		{"frame", "build_id", "\"\""},
		{"frame", "file", "{}"},
		{"frame", "line", "0"},
		{"frame", "line", "4294967296"},
		{"frame", "inlined", "0"},
		{"frame", "signal", "null"},
		{"frame", "language", "\"cobol\""},
		{"frame", "found", "\"by luck\""},
		{"frame", "found", "2"},
		{"kernel frame", "pc", "null"},
		{"thread", "pid", "4194304"},
		{"frame", "pc", "\"0x1234ABCD\""},
		{"frame", "pc", "\"0x\""},
		{"frame", "build_id", "\"0af \""},
		{"frame", "demangled", "7"},
		{"frame", "offset", "\"1\""},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		expect_wrong(cases[i][0], cases[i][1], cases[i][2]);
}

/* It is there for reading only. */
static void a_wrong_wait_costs_only_itself(void)
{
	static const char *const wrong[] = {"[]", "null", "\"mutex \\\\x4\""};

	for (size_t i = 0; i < FB_ARRAY_SIZE(wrong); i++) {
		json_t *thread = make_thread(131);
		struct fb_stored_stacks *stacks;
		struct fb_stored_stack stack;

		json_object_set_new(thread, "waits_for",
				    json_loads(wrong[i], JSON_DECODE_ANY, NULL));
		stacks = open_threads(json_pack("[o]", thread), 0);
		FB_OK_FATAL(fb_stored_stacks_decode(stacks, 131, &stack));
		CU_ASSERT_PTR_NULL(stack.waits_for);
		CU_ASSERT_EQUAL(stack.user.count, 2);
		fb_stored_stack_deinit(&stack);
		fb_stored_stacks_destroy(stacks);
	}
}

/* name: a member of a frame, or "end". */
static void expect_length(const char *name, size_t length, bool good)
{
	json_t *thread = make_thread(131), *object = thread;
	char *text = calloc(1, length + 1);
	struct fb_stored_stacks *stacks;
	struct fb_stored_stack stack;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'a', length);
	if (strcmp(name, "end") != 0)
		object = json_array_get(json_object_get(thread, "user"), 0);
	json_object_set_new(object, name, json_string(text));
	stacks = open_threads(json_pack("[o]", thread), 0);
	if (good) {
		FB_OK_FATAL(fb_stored_stacks_decode(stacks, 131, &stack));
		fb_stored_stack_deinit(&stack);
	} else {
		FB_FAILS_WITH(fb_stored_stacks_decode(stacks, 131, &stack), FB_CORRUPT, name);
	}
	fb_stored_stacks_destroy(stacks);
	free(text);
}

static void texts_are_bounded(void)
{
	expect_length("symbol", FB_MAX_STRING, true);
	expect_length("symbol", FB_MAX_STRING + 1, false);
	expect_length("object", FB_MAX_STRING + 1, false);
	expect_length("file", 100000, false);
	expect_length("build_id", 100000, false);
	expect_length("end", 223, true);
	expect_length("end", 224, false);
}

/* So many frames in the half, none of which is one: whether their number is refused, or the first of them. */
static void expect_count(const char *half, size_t count, enum fb_code code, const char *what)
{
	json_t *thread = make_thread(131), *frames = json_object_get(thread, half);
	struct fb_stored_stacks *stacks;
	struct fb_stored_stack stack;

	json_array_clear(frames);
	while (json_array_size(frames) < count)
		json_array_append_new(frames, json_null());
	stacks = open_threads(json_pack("[o]", thread), 0);
	FB_FAILS_WITH(fb_stored_stacks_decode(stacks, 131, &stack), code, what);
	fb_stored_stacks_destroy(stacks);
}

static void counts_are_bounded(void)
{
	const size_t users = FB_MAX_STACK_FRAMES;
	const size_t kernels = (size_t)FB_MAX_KERNEL_FRAMES * (FB_MAX_INLINED + 1);

	expect_count("user", users, FB_CORRUPT, "user frame 0: pc");
	expect_count("user", users + 1, FB_LIMIT, "user frames");
	expect_count("kernel", kernels, FB_CORRUPT, "kernel frame 0: pc");
	expect_count("kernel", kernels + 1, FB_LIMIT, "kernel frames");
}

/* The member of a frame, or of the thread, as it is decoded. */
static struct fb_stored_stack decode_with(const char *where, const char *name, const char *value,
					  struct fb_stored_stacks **stacks_ret)
{
	json_t *thread = make_thread(131), *object = thread;
	struct fb_stored_stack stack;

	if (strcmp(where, "frame") == 0)
		object = json_array_get(json_object_get(thread, "user"), 0);
	if (value)
		json_object_set_new(object, name, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(object, name);
	*stacks_ret = open_threads(json_pack("[o]", thread), 0);
	FB_OK_FATAL(fb_stored_stacks_decode(*stacks_ret, 131, &stack));
	return stack;
}

#define DECODED(where, name, value, condition)                                           \
	do {                                                                             \
		struct fb_stored_stacks *stacks;                                         \
		struct fb_stored_stack stack = decode_with(where, name, value, &stacks); \
		const struct fb_user_frame *frame = stack.user.frames;                   \
                                                                                         \
		CU_ASSERT(frame && (condition));                                         \
		fb_stored_stack_deinit(&stack);                                          \
		fb_stored_stacks_destroy(stacks);                                        \
	} while (0)

/* Each at its bounds, and as it is where an older version did not write it. */
static void members_of_all_kinds_are_decoded(void)
{
	DECODED("thread", "pid", "1", stack.pid == 1);
	DECODED("thread", "pid", "4194303", stack.pid == 4194303);
	DECODED("thread", "user_complete", NULL, !stack.user.complete);
	DECODED("thread", "user_complete", "false", !stack.user.complete);
	DECODED("thread", "end", "null", !stack.user.end[0]);
	DECODED("frame", "pc", "\"0xfedcba9876543210\"", frame->pc == 0xfedcba9876543210);
	DECODED("frame", "pc", "\"0x0\"", frame->pc == 0);
	DECODED("frame", "offset", "0", frame->offset == 0);
	DECODED("frame", "offset", "9223372036854775807", frame->offset == INT64_MAX);
	DECODED("frame", "line", "1", frame->line == 1);
	DECODED("frame", "line", "4294967295", frame->line == UINT32_MAX);
	DECODED("frame", "inlined", "true", frame->inlined);
	DECODED("frame", "inlined", NULL, !frame->inlined);
	DECODED("frame", "signal", NULL, !frame->signal);
	DECODED("frame", "language", NULL, frame->language == FB_LANGUAGE_NATIVE);
	DECODED("frame", "language", "null", frame->language == FB_LANGUAGE_NATIVE);
	DECODED("frame", "language", "\"python\"", frame->language == FB_LANGUAGE_PYTHON);
	DECODED("frame", "demangled", "\"a::b\"", !strcmp(frame->demangled, "a::b"));
	DECODED("frame", "from", "\"core\"", frame->from == FB_SOURCE_CORE);
	DECODED("frame", "from", "\"vmcore\"", frame->from == FB_SOURCE_VMCORE);
	DECODED("frame", "from", "\"nowhere\"", frame->from == FB_SOURCE_ABSENT);
	DECODED("frame", "found", NULL, frame->found == FB_FRAME_REGISTERS);
	DECODED("frame", "found", "\"prologue\"", frame->found == FB_FRAME_PROLOGUE);
}

static void no_registers_are_stored_where_there_are_none(void)
{
	json_t *thread = make_thread(131);
	struct fb_stored_stacks *stacks;
	struct fb_stored_stack stack;

	json_object_set_new(thread, "user_regs", json_null());
	json_object_set_new(thread, "user_regs_from", json_null());
	stacks = open_threads(json_pack("[o]", thread), 0);
	FB_OK_FATAL(fb_stored_stacks_decode(stacks, 131, &stack));
	CU_ASSERT(stack.user_regs_from == FB_USER_REGS_UNKNOWN && !stack.user_regs.rip);
	fb_stored_stack_deinit(&stack);
	fb_stored_stacks_destroy(stacks);
}

/* One that is wrong costs nobody else. */
static void the_others_stay(void)
{
	static const int32_t good[] = {1, 141, 4194303};
	json_t *bad = make_thread(140), *none = make_thread(150), *low = make_thread(160);
	json_t *first = make_thread(1), *last = make_thread(4194303), *high = make_thread(4194304);
	struct fb_stored_stacks *stacks;
	struct fb_stored_stack stack;

	json_object_set_new(bad, "user", json_null());
	json_object_del(none, "tid");
	json_object_set_new(low, "tid", json_integer(-5));
	stacks = open_threads(json_pack("[o,o,o,o,o,o,o,o,o,i]", make_thread(170), bad, none, low,
					last, high, make_thread(141), make_thread(170), first, 5),
			      2); /* no TID, of one text for all three; 170 twice */
	FB_FAILS(fb_stored_stacks_decode(stacks, 140, &stack), FB_CORRUPT);
	FB_FAILS(fb_stored_stacks_decode(stacks, 170, &stack), FB_NOT_FOUND);
	FB_FAILS(fb_stored_stacks_decode(stacks, -5, &stack), FB_NOT_FOUND);
	FB_FAILS(fb_stored_stacks_decode(stacks, 4194304, &stack), FB_NOT_FOUND);
	for (size_t i = 0; i < FB_ARRAY_SIZE(good); i++) {
		FB_OK_FATAL(fb_stored_stacks_decode(stacks, good[i], &stack));
		fb_stored_stack_deinit(&stack);
	}
	fb_stored_stacks_destroy(stacks);
}

static void manifests_without_stacks(void)
{
	static const char *const none[] = {"{}", "{\"redacted\":false,\"cores\":[]}"};
	static const char *const bad[] = {
		"", "{", "[]", "7", "{\"threads\":{}}", "{\"threads\":\"\\u0000\"}", "{\"a\":1}x",
	};
	struct fb_stored_stacks *stacks;
	char *deep = malloc(5001);

	for (size_t i = 0; i < FB_ARRAY_SIZE(none); i++) {
		FB_OK_FATAL(fb_stored_stacks_open(none[i], NULL, &stacks));
		CU_ASSERT_PTR_NULL(stacks);
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(bad); i++)
		FB_FAILS(fb_stored_stacks_open(bad[i], NULL, &stacks), FB_CORRUPT);
	CU_ASSERT_PTR_NOT_NULL_FATAL(deep);
	memset(deep, '[', 5000);
	deep[5000] = '\0';
	FB_FAILS(fb_stored_stacks_open(deep, NULL, &stacks), FB_CORRUPT);
	free(deep);
}

static void a_manifest_of_digits_is_not_parsed(void)
{
	size_t size = 2u * FB_MAX_MANIFEST_VALUES + 20;
	char *text = malloc(size + 1);
	struct fb_stored_stacks *stacks;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < size; i += 2)
		memcpy(text + i, "0,", 2);
	memcpy(text, "{\"a\":[", 6);
	memcpy(text + size - 3, "0]}", 4);
	FB_FAILS_WITH(fb_stored_stacks_open(text, NULL, &stacks), FB_LIMIT, "values");
	free(text);
}

FB_TEST_MAIN("bundle/stored_stack", FB_TEST(gives_back_what_was_stored),
	     FB_TEST(each_wrong_field_is_refused), FB_TEST(a_wrong_wait_costs_only_itself),
	     FB_TEST(texts_are_bounded), FB_TEST(counts_are_bounded),
	     FB_TEST(members_of_all_kinds_are_decoded),
	     FB_TEST(no_registers_are_stored_where_there_are_none), FB_TEST(the_others_stay),
	     FB_TEST(manifests_without_stacks), FB_TEST(a_manifest_of_digits_is_not_parsed))
