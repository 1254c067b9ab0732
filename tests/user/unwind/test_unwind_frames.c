// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stack that the test itself stands on, every field of every frame against what the compiler, the
 * C library's own unwinder and the symbols' addresses say.
 */
#include <execinfo.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/inlined_calls.h"
#include "tests/user/live_process.h"
#include "user/elf/build_id.h"
#include "user/elf/stored_object.h"
#include "user/unwind/unwind.h"

#ifdef __clang__
#define OWN_FRAME __attribute__((noinline))
#else
#define OWN_FRAME __attribute__((noinline, noclone))
#endif
#define INLINED static inline __attribute__((always_inline))

#define MOST 64

/* What stands on the stack: filled on the way in, compared where it ends. */
struct seen {
	unsigned near_inner, near, far; /* lines of this file */
	struct inlined_lines lines;
	uint64_t near_cfa, deepest_cfa; /* where the stack pointer is behind their calls */
	void *callers[MOST];            /* return addresses, that into near() first */
	int caller_count;

	void (*spoil)(struct seen *seen); /* changes what is read, before the stack is unwound */
	uint64_t patched;

	struct fb_live_process self;
	struct fb_object_cache *cache;
	struct fb_string_pool pool;
	struct fb_user_stack stack;
};

static void take_registers(struct user_regs_struct *regs)
{
	memset(regs, 0, sizeof(*regs));
	regs->cs = 0x33;
}

/* Those from the first on; before it stand calls on the way to the C library's unwinder. */
static void find_callers(struct seen *seen, const void *first)
{
	void *all[MOST];
	int count = backtrace(all, MOST), from = 0;

	while (from < count && all[from] != first)
		from++;
	seen->caller_count = count - from;
	memcpy(seen->callers, all + from, (size_t)seen->caller_count * sizeof(*all));
}

#define STORE(reg) "movq %%" #reg ", %c[" #reg "](%[regs])\n"
#define PLACE(reg) [reg] "i"(offsetof(struct user_regs_struct, reg))

static OWN_FRAME int deepest(void *context)
{
	struct seen *seen = context;
	struct user_regs_struct *regs = &seen->self.regs[0];
	const struct fb_object_sources sources = {.find = fb_live_find_file};
	struct fb_user_process process = {
		.space = &seen->self.space,
		.mappings = seen->self.mappings,
		.mapping_count = seen->self.mapping_count,
		.fetch_fd = -1,
	};

	take_registers(regs);
	__asm__ volatile("leaq 0f(%%rip), %%rax\n0:\n"
			 "movq %%rax, %c[rip](%[regs])\n" STORE(rsp) STORE(rbp) STORE(rbx)
				 STORE(r12) STORE(r13) STORE(r14) STORE(r15)
			 :
			 : [regs] "c"(regs), PLACE(rip), PLACE(rsp), PLACE(rbp), PLACE(rbx),
			   PLACE(r12), PLACE(r13), PLACE(r14), PLACE(r15)
			 : "rax", "memory");
	seen->deepest_cfa = (uint64_t)(uintptr_t)__builtin_dwarf_cfa();
	find_callers(seen, __builtin_return_address(0));
	if (seen->spoil)
		seen->spoil(seen);
	FB_OK_FATAL(fb_object_cache_create(&sources, &seen->cache));
	process.objects = seen->cache;
	FB_OK_FATAL(fb_user_stacks_unwind(&process, regs, 1, &seen->pool, &seen->stack));
	return 1;
}

/* clang-format off */
INLINED int near_inner(struct seen *seen)
{
	seen->near_inner = __LINE__; int result = deepest(seen);

	__asm__ volatile("" : : : "memory");
	return result + 1;
}

static OWN_FRAME int near(void *context)
{
	struct seen *seen = context;

	seen->near_cfa = (uint64_t)(uintptr_t)__builtin_dwarf_cfa();
	seen->near = __LINE__; return near_inner(seen) + 1;
}

static OWN_FRAME int far(struct seen *seen)
{
	seen->far = __LINE__; return inlined_outer(near, seen, &seen->lines) + 1;
}
/* clang-format on */

static void open_spoiled(struct seen *seen, void (*spoil)(struct seen *))
{
	memset(seen, 0, sizeof(*seen));
	fb_live_process_self(&seen->self);
	seen->self.source = FB_SOURCE_CORE;
	seen->spoil = spoil;
	CU_ASSERT_EQUAL(far(seen), 7);
}

static void open_seen(struct seen *seen)
{
	open_spoiled(seen, NULL);
	CU_ASSERT_FATAL(seen->stack.count > 8);
	CU_ASSERT_FATAL(seen->caller_count > 4 && seen->caller_count < MOST);
}

static void close_seen(struct seen *seen)
{
	fb_user_stack_deinit(&seen->stack);
	fb_string_pool_deinit(&seen->pool);
	fb_object_cache_destroy(seen->cache);
	fb_live_process_stop(&seen->self);
}

/* One frame as it is to be; file: the end of its path, of which a build makes its own. */
struct expected {
	const char *symbol, *demangled, *file;
	const void *function; /* NULL: it is inlined */
	unsigned line;        /* 0: not compared */
};

static void same_text(const char *text, const char *expected)
{
	CU_ASSERT_EQUAL(!text, !expected);
	if (text && expected)
		CU_ASSERT_STRING_EQUAL(text, expected);
}

static void check_frame(const struct fb_user_frame *frame, const struct expected *expected)
{
	size_t length = frame->file ? strlen(frame->file) : 0, tail = strlen(expected->file);

	same_text(frame->symbol, expected->symbol);
	same_text(frame->demangled, expected->demangled);
	CU_ASSERT_EQUAL(frame->inlined, !expected->function);
	CU_ASSERT_EQUAL(frame->offset,
			expected->function ? frame->pc - (uintptr_t)expected->function : 0);
	CU_ASSERT(length > tail && strcmp(frame->file + length - tail, expected->file) == 0);
	if (expected->line)
		CU_ASSERT_EQUAL(frame->line, expected->line);
}

/* An object's own name and number. */
static void check_object(const struct fb_user_frame *frame)
{
	char path[4096] = "", build_id[FB_BUILD_ID_TEXT];
	struct fb_file *file = NULL;

	CU_ASSERT_FATAL(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	FB_OK_FATAL(fb_file_open(path, &file));
	FB_OK(fb_file_build_id(file, build_id));
	same_text(frame->object, path);
	same_text(frame->build_id, *build_id ? build_id : NULL);
	fb_file_destroy(file);
}

static void frames_have_their_functions_and_lines(void)
{
	struct seen seen;

	open_seen(&seen);
	{
		const struct expected frames[] = {
			{"deepest", NULL, "test_unwind_frames.c", deepest, 0},
			{"near_inner", NULL, "test_unwind_frames.c", NULL, seen.near_inner},
			{"near", NULL, "test_unwind_frames.c", near, seen.near},
			{"inlined_inner", NULL, "inlined_calls.c", NULL, seen.lines.inner},
			{"inlined_middle", "lab::middle(int)", "inlined_calls.c", NULL,
			 seen.lines.middle},
			{"_ZN3lab5outerEi", "lab::outer(int)", "inlined_calls.c", inlined_outer,
			 seen.lines.outer},
			{"far", NULL, "test_unwind_frames.c", far, seen.far},
		};

		for (size_t i = 0; i < FB_ARRAY_SIZE(frames); i++) {
			check_frame(&seen.stack.frames[i], &frames[i]);
			check_object(&seen.stack.frames[i]);
		}
	}
	close_seen(&seen);
}

/* The same calls as the C library finds; those inlined have the address of what they are in. */
static void frames_are_where_the_calls_are(void)
{
	const struct fb_user_stack *stack;
	struct seen seen;
	int at = 0;

	open_seen(&seen);
	stack = &seen.stack;
	CU_ASSERT_EQUAL(stack->frames[0].pc, seen.self.regs[0].rip);
	CU_ASSERT_EQUAL(stack->frames[0].sp, seen.self.regs[0].rsp);
	CU_ASSERT_EQUAL(stack->frames[0].found, FB_FRAME_REGISTERS);
	CU_ASSERT_EQUAL(stack->frames[0].from, FB_SOURCE_ABSENT);
	for (size_t i = 1; i < stack->count; i++) {
		const struct fb_user_frame *frame = &stack->frames[i];

		CU_ASSERT_FATAL(at < seen.caller_count);
		CU_ASSERT_EQUAL(frame->pc, (uintptr_t)seen.callers[at]);
		CU_ASSERT_EQUAL(frame->found, FB_FRAME_UNWIND_TABLE);
		CU_ASSERT_EQUAL(frame->from, FB_SOURCE_CORE);
		CU_ASSERT_FALSE(frame->signal);
		at += !frame->inlined;
	}
	CU_ASSERT_EQUAL(at, seen.caller_count);
	CU_ASSERT_EQUAL(stack->frames[1].sp, seen.deepest_cfa);
	CU_ASSERT_EQUAL(stack->frames[2].sp, seen.deepest_cfa);
	CU_ASSERT_EQUAL(stack->frames[3].sp, seen.near_cfa);
	CU_ASSERT_EQUAL(stack->frames[5].sp, seen.near_cfa);
	CU_ASSERT(stack->frames[6].sp > seen.near_cfa);
	CU_ASSERT(stack->complete && !stack->lacks_file);
	CU_ASSERT_STRING_EQUAL(stack->end, "end of the stack: _start");
	close_seen(&seen);
}

/* The C library has symbols but no debug information, and its frames one name for their object. */
static void frames_without_debug_information_have_no_lines(void)
{
	const struct fb_user_frame *first = NULL;
	struct seen seen;

	open_seen(&seen);
	for (size_t i = 0; i < seen.stack.count; i++) {
		const struct fb_user_frame *frame = &seen.stack.frames[i];

		if (!frame->object || !strstr(frame->object, "libc.so.6"))
			continue;
		CU_ASSERT_PTR_NULL(frame->file);
		CU_ASSERT_EQUAL(frame->line, 0);
		CU_ASSERT_FALSE(frame->inlined);
		CU_ASSERT_PTR_NOT_NULL_FATAL(frame->build_id);
		if (first) {
			CU_ASSERT_PTR_EQUAL(frame->object, first->object);
			CU_ASSERT_PTR_EQUAL(frame->build_id, first->build_id);
		} else {
			first = frame;
		}
		CU_ASSERT_PTR_NOT_EQUAL(frame->build_id, seen.stack.frames[0].build_id);
	}
	CU_ASSERT_PTR_NOT_NULL(first);
	close_seen(&seen);
}

/* The address that deepest() returns to reads as another word. */
static void patch(struct seen *seen, uint64_t word)
{
	seen->self.patch_at = seen->deepest_cfa - 8;
	seen->self.patch = seen->patched = word;
}

static void return_to_no_code(struct seen *seen)
{
	patch(seen, (uintptr_t)seen);
}

static void return_to_no_code_of_the_dump(struct seen *seen)
{
	seen->self.source = FB_SOURCE_VMCORE;
	return_to_no_code(seen);
}

/* Into the middle of an instruction of deepest() itself. */
static void return_behind_no_call(struct seen *seen)
{
	patch(seen, seen->self.regs[0].rip);
}

static void return_to_zero(struct seen *seen)
{
	patch(seen, 0);
}

static void lose_the_stack(struct seen *seen)
{
	seen->self.absent_start = seen->patched = (seen->deepest_cfa - 8) & FB_PAGE_MASK;
	seen->self.absent_end = seen->self.absent_start + FB_PAGE_SIZE;
	seen->self.absence = FB_ABSENCE_SWAPPED;
}

static void stand_nowhere(struct seen *seen)
{
	seen->self.regs[0].rsp = 0x100000;
	seen->self.regs[0].rbp = 0x100000;
	seen->patched = 0x100000;
}

static void stand_in_no_code(struct seen *seen)
{
	seen->self.regs[0].rip = seen->patched = 0x1234;
	seen->self.regs[0].rsp = seen->self.regs[0].rbp = 0x100000;
}

static void run_in_own_segment(struct seen *seen)
{
	seen->self.regs[0].cs = 0x27;
}

/* How stacks end that are not what they should be: with how many frames, and saying what before and behind the
 * word or page that is wrong. */
static void ends_say_why(void)
{
	static const struct {
		void (*spoil)(struct seen *seen);
		const char *before, *behind;
		size_t frames;
		bool complete;
	} rows[] = {
		{return_to_no_code, "0x",
		 " is no return address: it is no code (a word of the core, which is older)", 1,
		 false},
		{return_to_no_code_of_the_dump, "0x", " is no return address: it is no code", 1,
		 false},
		{return_behind_no_call, "0x",
		 " is no return address: no call stands before it (a word of the core, which is "
		 "older)",
		 1, false},
		{return_to_zero, "end of the stack: deepest", "", 1, true},
		{lose_the_stack, "stack page 0x", " is not in dump or core (swapped)", 1, false},
		{stand_in_no_code, "0x", " is no code; no frame pointer", 1, false},
		{run_in_own_segment, "it runs in a code segment of its own (cs 0x27)", "", 0,
		 false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++) {
		char word[24], end[224];
		struct seen seen;

		open_spoiled(&seen, rows[i].spoil);
		(void)snprintf(word, sizeof(word), "%" PRIx64, seen.patched);
		(void)snprintf(end, sizeof(end), "%s%s%s", rows[i].before,
			       *rows[i].behind ? word : "", rows[i].behind);
		CU_ASSERT_STRING_EQUAL(seen.stack.end, end);
		CU_ASSERT_EQUAL(seen.stack.count, rows[i].frames);
		CU_ASSERT_EQUAL(seen.stack.complete, rows[i].complete);
		CU_ASSERT_FALSE(seen.stack.lacks_file);
		close_seen(&seen);
	}
}

/* Where registers lead to what is not mapped, that is said. */
static void an_end_names_what_is_not_mapped(void)
{
	struct seen seen;

	open_spoiled(&seen, stand_nowhere);
	CU_ASSERT_EQUAL(seen.stack.count, 1);
	CU_ASSERT(strncmp(seen.stack.end, "it leads to 0x10", 16) == 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(seen.stack.end, ", where nothing is mapped"));
	close_seen(&seen);
}

FB_TEST_MAIN("user/unwind_frames", FB_TEST(frames_have_their_functions_and_lines),
	     FB_TEST(frames_are_where_the_calls_are),
	     FB_TEST(frames_without_debug_information_have_no_lines), FB_TEST(ends_say_why),
	     FB_TEST(an_end_names_what_is_not_mapped))
