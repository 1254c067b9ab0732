// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The user unwinder over stopped children of this program, whose stacks are
 * known because this file makes them.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "tests/user/unwound.h"
#include "user/unwind/unwind.h"
#include "user/unwind/unwind_private.h"

#define DEPTH 25
#define THREADS 5

/* What each child does. This and the barriers keep every call a frame under its own name. */
#ifdef __clang__
#define OWN_FRAME __attribute__((noinline))
#else
#define OWN_FRAME __attribute__((noinline, noclone))
#endif

static int ready_fd;

static OWN_FRAME void wait_here(void)
{
	char byte = 'r';

	if (write(ready_fd, &byte, 1) == 1)
		for (;;)
			pause();
}

static OWN_FRAME int recurse(int depth)
{
	if (depth > 1)
		recurse(depth - 1);
	else
		wait_here();
	__asm__ volatile("" : : : "memory"); /* no tail call */
	return depth;
}

static void child_recurses(int ready)
{
	ready_fd = ready;
	recurse(DEPTH);
	__asm__ volatile("" : : : "memory");
}

static void *thread_main(void *argument)
{
	recurse((int)(intptr_t)argument);
	return argument;
}

static void child_has_threads(int ready)
{
	pthread_t thread;

	ready_fd = ready;
	for (intptr_t i = 1; i < THREADS; i++)
		if (pthread_create(&thread, NULL, thread_main, (void *)i) != 0)
			_exit(1);
	recurse(THREADS);
	__asm__ volatile("" : : : "memory");
}

static void on_signal(int number)
{
	recurse(number > 0 ? 3 : 0);
	__asm__ volatile("" : : : "memory");
}

static OWN_FRAME void interrupted(void)
{
	raise(SIGUSR1);
	__asm__ volatile("" : : : "memory");
}

static void child_in_handler(int ready)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};

	ready_fd = ready;
	sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &action, NULL);
	interrupted();
	__asm__ volatile("" : : : "memory");
}

/* push rbp; mov rbp, rsp; call rdi; pop rbp; ret: code of no file, without tables. */
static const uint8_t made_code[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};

static void child_in_made_code(int ready)
{
	void (*made)(void (*)(void)) = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ready_fd = ready;
	memcpy((void *)made, made_code, sizeof(made_code));
	made(wait_here);
	__asm__ volatile("" : : : "memory");
}

/* A function whose table says that its caller's stack pointer cannot be had. */
void lose_stack_pointer(void (*call)(void));

__asm__(".pushsection .text\n"
	".type lose_stack_pointer, @function\n"
	"lose_stack_pointer:\n"
	"	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_undefined rsp\n"
	"	call *%rdi\n"
	"	pop %rbx\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size lose_stack_pointer, .-lose_stack_pointer\n"
	".popsection\n");

static void child_loses_stack_pointer(int ready)
{
	ready_fd = ready;
	lose_stack_pointer(wait_here);
	__asm__ volatile("" : : : "memory");
}

static size_t count_symbol(const struct fb_user_stack *stack, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].symbol && strcmp(stack->frames[i].symbol, name) == 0 &&
		    !stack->frames[i].inlined)
			count++;
	return count;
}

static size_t index_of(const struct fb_user_stack *stack, const char *name)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].symbol && strcmp(stack->frames[i].symbol, name) == 0)
			return i;
	return SIZE_MAX;
}

static void finds_every_call(void)
{
	struct fb_live_process live;
	struct unwound result;
	const struct fb_user_stack *stack;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	unwound_of(&live, true, &result);
	stack = &result.stacks[0];
	CU_ASSERT_EQUAL(count_symbol(stack, "recurse"), DEPTH);
	CU_ASSERT_EQUAL(count_symbol(stack, "wait_here"), 1);
	CU_ASSERT_EQUAL(count_symbol(stack, "child_recurses"), 1);
	CU_ASSERT_EQUAL(count_symbol(stack, "fb_test_run"), 1);
	CU_ASSERT(index_of(stack, "wait_here") < index_of(stack, "recurse"));
	CU_ASSERT(index_of(stack, "recurse") < index_of(stack, "child_recurses"));
	CU_ASSERT(index_of(stack, "child_recurses") < index_of(stack, "fb_test_run"));
	CU_ASSERT(stack->complete);
	CU_ASSERT_STRING_EQUAL(stack->end, "end of the stack: _start");
	CU_ASSERT_EQUAL(stack->frames[0].found, FB_FRAME_REGISTERS);
	for (size_t i = 1; i < stack->count; i++)
		CU_ASSERT_EQUAL(stack->frames[i].found, FB_FRAME_UNWIND_TABLE);
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void finds_lines_where_there_is_dwarf(void)
{
	struct fb_live_process live;
	struct unwound result;
	size_t at;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	unwound_of(&live, true, &result);
	at = index_of(&result.stacks[0], "recurse");
	CU_ASSERT_FATAL(at != SIZE_MAX);
	/* A build without -g has none. */
	if (result.stacks[0].frames[at].file) {
		CU_ASSERT_PTR_NOT_NULL(strstr(result.stacks[0].frames[at].file, "test_unwind.c"));
		CU_ASSERT(result.stacks[0].frames[at].line > 20);
	}
	unwound_done(&result);
	fb_live_process_stop(&live);
}

/* From memory the same way is found; the names of static functions are in no mapped page. */
static void finds_the_same_without_files(void)
{
	struct fb_live_process live;
	struct unwound with, without;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	unwound_of(&live, true, &with);
	unwound_of(&live, false, &without);
	CU_ASSERT(without.stacks[0].complete);
	for (size_t i = 0, j = 0; i < with.stacks[0].count; i++) {
		if (with.stacks[0].frames[i].inlined)
			continue;
		CU_ASSERT_FATAL(j < without.stacks[0].count);
		CU_ASSERT_EQUAL(with.stacks[0].frames[i].pc, without.stacks[0].frames[j].pc);
		j++;
	}
	CU_ASSERT_EQUAL(count_symbol(&without.stacks[0], "recurse"), 0);
	/* libc's own table names what it exports. The system call itself may be in a function that
	 * it does not: __syscall_cancel_arch(), since glibc 2.41. */
	CU_ASSERT_EQUAL(count_symbol(&without.stacks[0], "pause"), 1);
	CU_ASSERT_PTR_NOT_NULL(without.stacks[0].frames[0].build_id);
	unwound_done(&with);
	unwound_done(&without);
	fb_live_process_stop(&live);
}

static void unwinds_each_thread(void)
{
	struct fb_live_process live;
	struct unwound result;
	unsigned seen = 0;

	if (!fb_live_process_start(&live, child_has_threads, THREADS))
		return;
	CU_ASSERT_EQUAL(live.thread_count, THREADS);
	unwound_of(&live, true, &result);
	CU_ASSERT_EQUAL(count_symbol(&result.stacks[0], "recurse"), THREADS);
	for (size_t i = 1; i < live.thread_count; i++) {
		CU_ASSERT(result.stacks[i].complete);
		CU_ASSERT_EQUAL(count_symbol(&result.stacks[i], "thread_main"), 1);
		CU_ASSERT_EQUAL(count_symbol(&result.stacks[i], "fb_test_run"), 0);
		seen |= 1u << count_symbol(&result.stacks[i], "recurse");
	}
	CU_ASSERT_EQUAL(seen, (1u << THREADS) - 2); /* depths 1 to THREADS - 1, once each */
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void crosses_a_signal_frame(void)
{
	struct fb_live_process live;
	struct unwound result;
	const struct fb_user_stack *stack;
	size_t signals = 0;

	if (!fb_live_process_start(&live, child_in_handler, 1))
		return;
	unwound_of(&live, true, &result);
	stack = &result.stacks[0];
	for (size_t i = 0; i < stack->count; i++)
		signals += stack->frames[i].signal;
	CU_ASSERT_EQUAL(signals, 1);
	CU_ASSERT(index_of(stack, "on_signal") < index_of(stack, "interrupted"));
	CU_ASSERT(index_of(stack, "interrupted") < index_of(stack, "fb_test_run"));
	CU_ASSERT(index_of(stack, "fb_test_run") != SIZE_MAX);
	CU_ASSERT(stack->complete);
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void marks_what_frame_pointers_give(void)
{
	struct fb_live_process live;
	struct unwound result;
	const struct fb_user_stack *stack;
	size_t at;

	if (!fb_live_process_start(&live, child_in_made_code, 1))
		return;
	unwound_of(&live, true, &result);
	stack = &result.stacks[0];
	at = index_of(stack, "child_in_made_code");
	CU_ASSERT_FATAL(at != SIZE_MAX && at > 0);
	CU_ASSERT_EQUAL(stack->frames[at].found, FB_FRAME_FRAME_POINTER);
	CU_ASSERT_EQUAL(stack->frames[at - 1].found, FB_FRAME_UNWIND_TABLE);
	CU_ASSERT_PTR_NULL(stack->frames[at - 1].object);
	CU_ASSERT(index_of(stack, "fb_test_run") != SIZE_MAX);
	CU_ASSERT(stack->complete);
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void names_the_missing_page(void)
{
	struct fb_live_process live;
	struct unwound result;
	char expected[64];
	size_t before;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	unwound_of(&live, true, &result);
	before = result.stacks[0].count;
	live.absent_start = result.stacks[0].frames[before / 2].sp & FB_PAGE_MASK;
	live.absent_end = live.absent_start + FB_PAGE_SIZE;
	unwound_done(&result);
	unwound_of(&live, true, &result);
	snprintf(expected, sizeof(expected), "stack page 0x%" PRIx64 " is not in dump or core",
		 live.absent_start);
	CU_ASSERT(!result.stacks[0].complete);
	CU_ASSERT(result.stacks[0].count < before);
	CU_ASSERT_STRING_EQUAL(result.stacks[0].end, expected);
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void names_the_missing_table(void)
{
	struct fb_live_process live;
	struct unwound result;
	const struct fb_user_mapping *code;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	/* Of the object that the thread stands in nothing is there. */
	code = fb_live_mapping(&live, live.regs[0].rip);
	CU_ASSERT_PTR_NOT_NULL_FATAL(code);
	for (size_t i = 0; i < live.mapping_count; i++)
		if (live.mappings[i].file == code->file && live.mappings[i].offset == 0)
			live.absent_start = live.mappings[i].start;
	live.absent_end = code->end;
	live.regs[0].rbp = 0;
	live.regs[0].rsp &= FB_PAGE_MASK; /* no return address to guess */
	live.patch_at = live.regs[0].rsp;
	live.patch = 1;
	unwound_of(&live, false, &result);
	CU_ASSERT_EQUAL(result.stacks[0].count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.stacks[0].end, "no unwind table (page 0x"));
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void returns_from_a_call_to_nowhere(void)
{
	struct fb_live_process live;
	struct unwound plain, wild;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	unwound_of(&live, true, &plain);
	/* As if the caller of the innermost function had called address 16. */
	live.regs[0].rip = 16;
	live.regs[0].rsp = plain.stacks[0].frames[1].sp - 8;
	unwound_of(&live, true, &wild);
	CU_ASSERT_EQUAL(wild.stacks[0].frames[0].pc, 16);
	CU_ASSERT_FATAL(wild.stacks[0].count > 1);
	CU_ASSERT_EQUAL(wild.stacks[0].frames[1].pc, plain.stacks[0].frames[1].pc);
	CU_ASSERT_EQUAL(wild.stacks[0].frames[1].found, FB_FRAME_STACK_TOP);
	unwound_done(&plain);
	unwound_done(&wild);
	fb_live_process_stop(&live);
}

static void does_not_unwind_segments_of_their_own(void)
{
	struct fb_live_process live;
	struct unwound result;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	live.regs[0].cs = 0x7;
	unwound_of(&live, true, &result);
	CU_ASSERT_EQUAL(result.stacks[0].count, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.stacks[0].end, "cs 0x7"));
	unwound_done(&result);
	fb_live_process_stop(&live);
}

static void ends_without_a_stack_pointer(void)
{
	struct fb_live_process live;
	struct unwound result;

	if (!fb_live_process_start(&live, child_loses_stack_pointer, 1))
		return;
	unwound_of(&live, true, &result);
	CU_ASSERT_FALSE(result.stacks[0].complete);
	CU_ASSERT_STRING_EQUAL(result.stacks[0].end,
			       "the stack pointer of the next frame is not known");
	CU_ASSERT_FATAL(result.stacks[0].count > 1);
	CU_ASSERT_STRING_EQUAL(result.stacks[0].frames[result.stacks[0].count - 1].symbol,
			       "lose_stack_pointer");
	unwound_done(&result);
	fb_live_process_stop(&live);
}

/* Memory at 0, of which nothing was read yet, is as little there as any other. */
static void no_stack_is_at_address_0(void)
{
	struct fb_live_process live;
	struct unwound result;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	live.regs[0].rip = (uint64_t)(uintptr_t)wait_here; /* the return address is on top */
	live.regs[0].rsp = 0x10;
	unwound_of(&live, true, &result);
	CU_ASSERT_EQUAL(result.stacks[0].count, 1);
	CU_ASSERT_FALSE(result.stacks[0].complete);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.stacks[0].end, "0x10"));
	unwound_done(&result);
	fb_live_process_stop(&live);
}

/* A chain of frame pointers that leads back to itself. */
static void ends_a_loop(void)
{
	struct fb_live_process live;
	struct unwound result;
	const struct fb_user_mapping *made = NULL;

	if (!fb_live_process_start(&live, child_in_made_code, 1))
		return;
	for (size_t i = 0; i < live.mapping_count; i++)
		if (live.mappings[i].executable && !live.mappings[i].file &&
		    live.mappings[i].end - live.mappings[i].start == 4096)
			made = &live.mappings[i];
	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	live.regs[0].rip = made->start + 6;
	live.regs[0].rsp = (live.regs[0].rsp & ~15ull) + 64;
	live.regs[0].rbp = live.regs[0].rsp + 8;
	live.patch_at = live.regs[0].rbp;
	live.patch = live.regs[0].rbp;
	unwound_of(&live, true, &result);
	CU_ASSERT(result.stacks[0].count < 10);
	CU_ASSERT(!result.stacks[0].complete);
	CU_ASSERT(result.stacks[0].end[0] != '\0');
	unwound_done(&result);
	fb_live_process_stop(&live);
}

/* Stacks, tables, headers and symbols of an object, all a little wrong, in many ways. */
static void survives_damage(void)
{
	struct fb_live_process live;

	if (!fb_live_process_start(&live, child_has_threads, THREADS))
		return;
	for (unsigned damage = 8; damage <= 8192; damage *= 4) {
		for (uint64_t seed = 1; seed <= 12; seed++) {
			struct unwound result;

			live.damage = damage;
			live.seed = seed;
			unwound_of(&live, seed % 2 == 0, &result);
			for (size_t i = 0; i < result.count; i++) {
				CU_ASSERT(result.stacks[i].end[0] != '\0');
				CU_ASSERT(result.stacks[i].count <=
					  FB_MAX_USER_FRAMES + FB_MAX_INLINED);
			}
			unwound_done(&result);
		}
	}
	fb_live_process_stop(&live);
}

static void takes_a_process_without_mappings(void)
{
	struct fb_live_process live;
	struct unwound result;
	size_t count;

	if (!fb_live_process_start(&live, child_recurses, 1))
		return;
	count = live.mapping_count;
	live.mapping_count = 0;
	unwound_of(&live, true, &result);
	live.mapping_count = count;
	CU_ASSERT_EQUAL(result.stacks[0].count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.stacks[0].end, "is no code"));
	unwound_done(&result);
	fb_live_process_stop(&live);
}

FB_TEST_MAIN("user/unwind", FB_TEST(finds_every_call), FB_TEST(finds_lines_where_there_is_dwarf),
	     FB_TEST(finds_the_same_without_files), FB_TEST(unwinds_each_thread),
	     FB_TEST(crosses_a_signal_frame), FB_TEST(marks_what_frame_pointers_give),
	     FB_TEST(names_the_missing_page), FB_TEST(names_the_missing_table),
	     FB_TEST(returns_from_a_call_to_nowhere),
	     FB_TEST(does_not_unwind_segments_of_their_own), FB_TEST(ends_a_loop),
	     FB_TEST(ends_without_a_stack_pointer), FB_TEST(no_stack_is_at_address_0),
	     FB_TEST(survives_damage), FB_TEST(takes_a_process_without_mappings))
