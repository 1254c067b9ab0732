// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stack that the test itself stands on, every field of every frame against what the compiler, the
 * C library's own unwinder and the symbols' addresses say.
 */
#include <execinfo.h>
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

static void open_seen(struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	fb_live_process_self(&seen->self);
	seen->self.source = FB_SOURCE_CORE;
	CU_ASSERT_EQUAL(far(seen), 7);
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

FB_TEST_MAIN("user/unwind_frames", FB_TEST(frames_have_their_functions_and_lines),
	     FB_TEST(frames_are_where_the_calls_are),
	     FB_TEST(frames_without_debug_information_have_no_lines))
