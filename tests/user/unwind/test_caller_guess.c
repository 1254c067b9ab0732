// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers where there is no unwind table, and words that are no return addresses: over a stopped child
 * of this program that stands in functions of assembler without tables.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "user/unwind/unwind.h"

/* None has a frame pointer or a table. outer makes room in a way that is not read; what it calls jumps to
 * inner, which has saved two registers and made room, and calls what it is given. entry is where a program
 * might begin. */
void fb_test_bare_outer(void (*wait)(void));
void fb_test_bare_inner(void (*wait)(void));
void fb_test_bare_entry(void (*wait)(void));
__asm__(".text\n"
	".globl fb_test_bare_outer\n"
	".type fb_test_bare_outer, @function\n"
	"fb_test_bare_outer:\n"
	"	push %rbx\n"
	"	lea -0x40(%rsp), %rax\n" /* by a register, which is not followed */
	"	mov %rax, %rsp\n"
	"	call fb_test_bare_jump\n"
	"	lea 0x40(%rsp), %rsp\n"
	"	pop %rbx\n"
	"	ret\n"
	".size fb_test_bare_outer, . - fb_test_bare_outer\n"
	".type fb_test_bare_jump, @function\n"
	"fb_test_bare_jump:\n"
	"	jmp fb_test_bare_inner\n"
	".size fb_test_bare_jump, . - fb_test_bare_jump\n"
	".globl fb_test_bare_inner\n"
	".type fb_test_bare_inner, @function\n"
	"fb_test_bare_inner:\n"
	"	push %r12\n"
	"	push %rbp\n"
	"	sub $0x90, %rsp\n"
	"	mov $0x1234, %ebp\n"
	"	call *%rdi\n"
	"	add $0x90, %rsp\n"
	"	pop %rbp\n"
	"	pop %r12\n"
	"	ret\n"
	".size fb_test_bare_inner, . - fb_test_bare_inner\n"
	".globl fb_test_bare_entry\n"
	".type fb_test_bare_entry, @function\n"
	"fb_test_bare_entry:\n"
	"	xor %ebp, %ebp\n"
	"	call *%rdi\n"
	"	hlt\n"
	".size fb_test_bare_entry, . - fb_test_bare_entry\n");

static int ready_fd;

static void wait_here(void)
{
	char byte = 'r';

	if (write(ready_fd, &byte, 1) == 1)
		for (;;)
			pause();
}

static void child_in_bare_code(int ready)
{
	ready_fd = ready;
	fb_test_bare_outer(wait_here);
	__asm__ volatile("" : : : "memory");
}

static void child_in_entry(int ready)
{
	ready_fd = ready;
	fb_test_bare_entry(wait_here);
	__asm__ volatile("" : : : "memory");
}

struct result {
	struct fb_object_cache *cache;
	struct fb_string_pool pool;
	struct fb_user_stack stack;
};

static void unwind(struct fb_live_process *live, struct result *result)
{
	const struct fb_object_sources sources = {.find = fb_live_find_file};
	struct fb_user_process process = {
		.space = &live->space,
		.mappings = live->mappings,
		.mapping_count = live->mapping_count,
	};

	memset(result, 0, sizeof(*result));
	FB_OK_FATAL(fb_object_cache_create(&sources, &result->cache));
	process.objects = result->cache;
	FB_OK_FATAL(fb_user_stacks_unwind(&process, live->regs, 1, &result->pool, &result->stack));
}

static void done(struct result *result)
{
	fb_user_stack_deinit(&result->stack);
	fb_string_pool_deinit(&result->pool);
	fb_object_cache_destroy(result->cache);
}

static const struct fb_user_frame *frame_of(const struct fb_user_stack *stack, const char *name)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].symbol && !strcmp(stack->frames[i].symbol, name))
			return &stack->frames[i];
	CU_FAIL_FATAL("no such frame");
	return NULL;
}

/* Inner's by what it did to the stack, for nothing calls it; outer's by the call of it in the child's. */
static void finds_callers_by_prologues_and_calls(void)
{
	const struct fb_user_frame *inner, *outer, *child;
	struct fb_live_process live;
	struct result result;

	if (!fb_live_process_start(&live, child_in_bare_code, 1))
		return;
	unwind(&live, &result);
	inner = frame_of(&result.stack, "fb_test_bare_inner");
	outer = frame_of(&result.stack, "fb_test_bare_outer");
	child = frame_of(&result.stack, "child_in_bare_code");
	CU_ASSERT_EQUAL(inner->found, FB_FRAME_UNWIND_TABLE);
	CU_ASSERT_EQUAL(outer->found, FB_FRAME_PROLOGUE);
	CU_ASSERT_EQUAL(child->found, FB_FRAME_CALL_SITE);
	CU_ASSERT_PTR_EQUAL(outer, inner + 1);
	CU_ASSERT_PTR_EQUAL(child, outer + 1);
	CU_ASSERT_EQUAL(outer->sp - inner->sp, 0x90 + 8 + 8 + 8);
	CU_ASSERT_EQUAL(child->sp - outer->sp, 0x40 + 8 + 8);
	done(&result);
	fb_live_process_stop(&live);
}

/* Nobody calls what clears RBP first of all: it is how the psABI marks a stack's end. */
static void ends_where_a_program_begins(void)
{
	struct fb_live_process live;
	struct result result;

	if (!fb_live_process_start(&live, child_in_entry, 1))
		return;
	unwind(&live, &result);
	CU_ASSERT(result.stack.complete);
	CU_ASSERT_STRING_EQUAL(result.stack.end, "end of the stack: fb_test_bare_entry");
	done(&result);
	fb_live_process_stop(&live);
}

/* The word in place of the return address to inner. */
static void ends_with(struct fb_live_process *live, uint64_t at, uint64_t word,
		      const char *expected)
{
	struct result result;

	live->patch_at = at;
	live->patch = word;
	unwind(live, &result);
	CU_ASSERT(!result.stack.complete);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.stack.end, expected));
	for (size_t i = 0; i < result.stack.count; i++)
		CU_ASSERT(result.stack.frames[i].pc != word);
	done(&result);
}

/* What the table leads to is no return address: it is not shown as a frame. */
static void takes_no_word_for_a_return_address(void)
{
	const struct fb_user_frame *inner;
	struct fb_live_process live;
	struct result result;
	uint64_t at;

	if (!fb_live_process_start(&live, child_in_bare_code, 1))
		return;
	unwind(&live, &result);
	inner = frame_of(&result.stack, "fb_test_bare_inner");
	at = inner->sp - 8;
	ends_with(&live, at, inner->pc + 3, "no call stands before it");
	ends_with(&live, at, live.regs[0].rsp, "it is no code");
	done(&result);
	fb_live_process_stop(&live);
}

/* The kernel has just started the program: what lies on the stack are its arguments. */
static void ends_at_the_first_instruction(void)
{
	struct fb_live_process live;
	struct result result;

	if (!fb_live_process_start(&live, child_in_bare_code, 1))
		return;
	live.regs[0].rip = getauxval(AT_ENTRY); /* a forked child has it where we have */
	unwind(&live, &result);
	CU_ASSERT_EQUAL(result.stack.count, 1);
	CU_ASSERT(result.stack.complete);
	CU_ASSERT_STRING_EQUAL(result.stack.end, "end of the stack: _start");
	done(&result);
	fb_live_process_stop(&live);
}

FB_TEST_MAIN("user/caller_guess", FB_TEST(finds_callers_by_prologues_and_calls),
	     FB_TEST(ends_where_a_program_begins), FB_TEST(takes_no_word_for_a_return_address),
	     FB_TEST(ends_at_the_first_instruction))
