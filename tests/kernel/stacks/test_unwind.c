// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stacks/unwind.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_stack.h"

/* The functions of the made kernel: 0 ends a stack, 1 has 16 bytes of locals, 2 counts from RBP. */
#define FUNCTION(n) (MADE_TEXT + (n)*MADE_FUNCTION)
#define IN(n) (FUNCTION(n) + 0x20)
#define KERNEL_CS 0x10u
#define USER_CS 0x33u

#define END_FUNCTION 0
#define LOCALS 1
#define FRAMED 2
#define ENTRY 3
#define IRET_ENTRY 4
#define SWITCHES 5
#define REALIGNED 6
#define UNKNOWN 7
#define INDIRECT 8

static void make_functions(struct made_stack *made)
{
	made_stack_init(made);
	made_stack_row(made, FUNCTION(END_FUNCTION), 0, 0, MADE_END);
	made_stack_row(made, FUNCTION(LOCALS), 24, 0, MADE_FLAGS(MADE_SP, 0, MADE_CALL));
	made_stack_row(made, FUNCTION(FRAMED), 16, -16,
		       MADE_FLAGS(MADE_BP, MADE_PREV_SP, MADE_CALL));
	made_stack_row(made, FUNCTION(ENTRY), 0, 0, MADE_FLAGS(MADE_SP, 0, MADE_REGS));
	made_stack_row(made, FUNCTION(IRET_ENTRY), 8, 0, MADE_FLAGS(MADE_SP, 0, MADE_IRET));
	made_stack_row(made, FUNCTION(SWITCHES), 8, 0, MADE_FLAGS(MADE_SP_INDIRECT, 0, MADE_CALL));
	made_stack_row(made, FUNCTION(REALIGNED), 0, 0, MADE_FLAGS(MADE_R10, 0, MADE_CALL));
	made_stack_row(made, FUNCTION(UNKNOWN), 0, 0, 0);
	made_stack_row(made, FUNCTION(INDIRECT), -8, -16,
		       MADE_FLAGS(MADE_BP_INDIRECT, MADE_BP, MADE_CALL));
	made_stack_row(made, FUNCTION(INDIRECT + 1), 0, 0, 0);
}

static struct user_regs_struct kernel_regs(uint64_t pc, uint64_t sp)
{
	return (struct user_regs_struct){
		.rip = pc, .rsp = sp, .cs = KERNEL_CS, .ss = 0x18, .orig_rax = -1ull};
}

static void follows_calls_to_the_start(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	uint64_t pcs[8];
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, sp + 16, IN(LOCALS));
	made_stack_put(&made, sp + 24 + 16, IN(END_FUNCTION));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, IN(LOCALS), sp, 0, false));
	CU_ASSERT_EQUAL(made_stack_walk(&made, pcs, 8, &end), 3);
	CU_ASSERT_EQUAL(end, FB_UNWIND_START);
	CU_ASSERT_EQUAL(pcs[1], IN(LOCALS));
	CU_ASSERT_EQUAL(pcs[2], IN(END_FUNCTION));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 48);
	CU_ASSERT_FALSE(made.unwind.unreliable);
}

/* A return address behind the last byte of a function that does not return belongs to it; an
 * interrupted instruction at the first byte of the next one does not. */
static void looks_up_the_call_not_the_return(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, sp + 16, IN(END_FUNCTION));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, FUNCTION(LOCALS + 1), sp, 0, false));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(end, FB_UNWIND_GOES_ON);
	CU_ASSERT_EQUAL(made.unwind.pc, IN(END_FUNCTION));

	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, FUNCTION(LOCALS), sp, 0, true));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(END_FUNCTION));
}

static void restores_the_frame_pointer(void)
{
	const uint64_t outer = MADE_TASK + 0x3800, inner = MADE_TASK + 0x3700;
	uint64_t pcs[8];
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, inner, outer); /* the caller's RBP */
	made_stack_put(&made, inner + 8, IN(FRAMED));
	made_stack_put(&made, outer, 0x1234);
	made_stack_put(&made, outer + 8, IN(END_FUNCTION));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, IN(FRAMED), inner - 0x40, inner, false));
	CU_ASSERT_EQUAL(made_stack_walk(&made, pcs, 8, &end), 3);
	CU_ASSERT_EQUAL(end, FB_UNWIND_START);
	CU_ASSERT_EQUAL(made.unwind.sp, outer + 16);
	CU_ASSERT_EQUAL(made.unwind.bp, 0x1234);
}

/* (bp - 8) is the caller's stack pointer, (bp - 16) its RBP. */
static void follows_an_indirect_frame_pointer(void)
{
	const uint64_t sp = MADE_TASK + 0x3000, bp = sp + 0x40;
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, bp - 8, sp + 0x100);
	made_stack_put(&made, bp - 16, 0x5678);
	made_stack_put(&made, sp + 0x100 - 8, IN(END_FUNCTION));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, IN(INDIRECT), sp, bp, false));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(END_FUNCTION));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 0x100);
	CU_ASSERT_EQUAL(made.unwind.bp, 0x5678);
}

/* IRQ stack, a switch back to the task's stack, an interrupt's pt_regs there, user mode. */
static void crosses_stacks_and_registers(void)
{
	const uint64_t irq = MADE_IRQ + 0x3f00, task = MADE_TASK + 0x3000;
	const uint64_t top = MADE_TASK + MADE_STACK_BYTES - FB_PT_REGS_BYTES;
	struct user_regs_struct regs = kernel_regs(IN(LOCALS), task + 0x400);
	struct user_regs_struct user = {
		.rip = 0x401000, .rsp = 0x7ffd0000, .cs = USER_CS, .rax = 7};
	uint64_t pcs[8];
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, irq + 16, IN(SWITCHES));
	made_stack_put(&made, irq + 24,
		       task); /* where call_on_stack saved the task's stack pointer */
	made_stack_put(&made, task, IN(ENTRY));
	made_stack_regs(&made, task + 8, &regs);
	made_stack_put(&made, task + 0x400 + 16, IN(ENTRY));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, IN(LOCALS), irq, 0, false));
	CU_ASSERT_EQUAL(made.unwind.area, 1);
	FB_OK(fb_unwind_next(&made.unwind, &end));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(ENTRY));
	CU_ASSERT_EQUAL(made.unwind.area, 0);
	CU_ASSERT_EQUAL(made.unwind.regs_address, 0);
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(LOCALS));
	CU_ASSERT_EQUAL(made.unwind.regs_address, task + 8);
	CU_ASSERT_TRUE(made.unwind.exact);

	/* ... and that frame's caller is an entry whose registers are user mode's. */
	made_stack_regs(&made, task + 0x400 + 24, &user);
	CU_ASSERT_EQUAL(made_stack_walk(&made, pcs, 8, &end), 2);
	CU_ASSERT_EQUAL(end, FB_UNWIND_USER);
	CU_ASSERT_EQUAL(made.unwind.regs.rip, 0x401000);
	CU_ASSERT_EQUAL(made.unwind.regs.rax, 7);
	CU_ASSERT_EQUAL(made.unwind.regs_address, task + 0x400 + 24);
	CU_ASSERT_TRUE(task + 0x400 + 24 < top);
}

/* An NMI in entry code that has only pushed the IRET frame: the general registers stay known. */
static void keeps_registers_over_an_iret_frame(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	struct user_regs_struct regs = kernel_regs(IN(IRET_ENTRY), sp);
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	regs.r10 = sp + 0x200;
	regs.rbp = 0xb0;
	made_stack_put(&made, sp + 8, IN(REALIGNED));
	made_stack_put(&made, sp + 16, KERNEL_CS);
	made_stack_put(&made, sp + 32, sp + 0x100);
	made_stack_put(&made, sp + 0x200 - 8, IN(END_FUNCTION));
	FB_OK_FATAL(fb_unwind_from_regs(&made.unwind, &regs, 0));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(REALIGNED));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 0x100);
	CU_ASSERT_EQUAL(made.unwind.bp, 0xb0);
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(END_FUNCTION));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 0x200);
}

/* Walks from a frame of `function` at sp, and expects to be lost for a reason that holds text. */
static void expect_lost(struct made_stack *made, int function, uint64_t sp, const char *text)
{
	uint64_t pcs[8];
	enum fb_unwind_end end;

	FB_OK_FATAL(fb_unwind_from_frame(&made->unwind, IN(function), sp, 0, false));
	made_stack_walk(made, pcs, 8, &end);
	CU_ASSERT_EQUAL(end, FB_UNWIND_LOST);
	if (!strstr(made->unwind.reason, text))
		CU_FAIL(made->unwind.reason);
}

static void refuses_impossible_stack_pointers(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, sp, sp - 0x800); /* the switch leads downwards */
	made_stack_put(&made, sp - 0x800, IN(LOCALS));
	expect_lost(&made, SWITCHES, sp, "does not lie above");
	made_stack_put(&made, sp, MADE_IRQ + 0x101); /* unaligned */
	expect_lost(&made, SWITCHES, sp, "on no stack");
	made_stack_put(&made, sp, 0xffffc90000050000); /* elsewhere */
	expect_lost(&made, SWITCHES, sp, "on no stack");
	made_stack_put(&made, sp, UINT64_MAX - 7); /* wraps */
	expect_lost(&made, SWITCHES, sp, "on no stack");
	FB_FAILS(fb_unwind_from_frame(&made.unwind, IN(LOCALS), sp + 1, 0, false), FB_CORRUPT);
	FB_FAILS(fb_unwind_from_frame(&made.unwind, IN(LOCALS), MADE_TASK - 8, 0, false),
		 FB_CORRUPT);
	made_stack_put(&made, sp + 16, 0x400000); /* a user address */
	expect_lost(&made, LOCALS, sp, "is not the kernel's");
}

static void does_not_go_round_between_stacks(void)
{
	const uint64_t task = MADE_TASK + 0x3000, irq = MADE_IRQ + 0x3000;
	struct made_stack made;

	make_functions(&made);
	made_stack_put(&made, task, irq);
	made_stack_put(&made, irq, IN(SWITCHES));
	made_stack_put(&made, irq + 8, task + 0x100);
	made_stack_put(&made, task + 0x100, IN(SWITCHES));
	expect_lost(&made, SWITCHES, task, "goes back to the task stack");
}

static void says_which_page_is_missing(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	struct made_stack made;

	make_functions(&made);
	made.missing_start = MADE_TASK + 0x3000;
	made.missing_end = MADE_TASK + 0x4000;
	expect_lost(&made, LOCALS, sp - 8, "0xffffc90000013008 is not in the dump");
}

/* Code without ORC: the word that a call to this function pushed, not the stale ones before. */
static void guesses_by_the_call(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_call(&made, IN(LOCALS), FUNCTION(FRAMED));
	made_stack_call(&made, IN(FRAMED), FUNCTION(UNKNOWN));
	made_stack_put(&made, sp + 0x10, IN(LOCALS)); /* stale: a call to another function */
	made_stack_put(&made, sp + 0x40, IN(FRAMED));
	made_stack_put(&made, sp + 0x60,
		       sp + 0x80); /* RBP of the caller, untouched by the function */
	made_stack_put(&made, sp + 0x60 + 8, IN(END_FUNCTION));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, IN(UNKNOWN), sp, sp + 0x60, false));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(end, FB_UNWIND_GOES_ON);
	CU_ASSERT_EQUAL(made.unwind.pc, IN(FRAMED));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 0x48);
	CU_ASSERT_TRUE(made.unwind.unreliable);

	/* The guessed RBP leads on, but only a call to the callee proves it. */
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(END_FUNCTION));
	CU_ASSERT_TRUE(made.unwind.unreliable);
	made_stack_call(&made, IN(END_FUNCTION), FUNCTION(FRAMED));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, IN(UNKNOWN), sp, sp + 0x60, false));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(END_FUNCTION));
	CU_ASSERT_FALSE(made.unwind.unreliable);
}

/* A BPF program: no function known, RBP as frame pointer. */
static void guesses_by_frame_pointer(void)
{
	const uint64_t sp = MADE_TASK + 0x3000, program = 0xffffffffc0001000;
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_call(&made, IN(LOCALS), FUNCTION(ENTRY));
	made_stack_call(&made, IN(FRAMED), FUNCTION(ENTRY));
	made_stack_put(&made, sp + 0x10, IN(LOCALS)); /* stale */
	made_stack_put(&made, sp + 0x80, 0x77);
	made_stack_put(&made, sp + 0x88, IN(FRAMED));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, program, sp, sp + 0x80, false));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(FRAMED));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 0x90);
	CU_ASSERT_EQUAL(made.unwind.bp, 0x77);
	CU_ASSERT_TRUE(made.unwind.unreliable);
}

static void guesses_by_scan(void)
{
	const uint64_t sp = MADE_TASK + 0x3000, program = 0xffffffffc0001000;
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_call(&made, IN(FRAMED), FUNCTION(ENTRY));
	made.text[IN(LOCALS) - MADE_TEXT - 2] = 0xff; /* call *%rax */
	made.text[IN(LOCALS) - MADE_TEXT - 1] = 0xd0;
	made_stack_put(&made, sp + 0x10, IN(ENTRY)); /* code, but behind no call */
	made_stack_put(&made, sp + 0x30, IN(LOCALS));
	made_stack_put(&made, sp + 0x38, IN(FRAMED));
	FB_OK_FATAL(fb_unwind_from_frame(&made.unwind, program, sp, 1, false));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(LOCALS));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 0x38);
	CU_ASSERT_TRUE(made.unwind.unreliable);
	CU_ASSERT_FALSE(made.unwind.bp_known);
}

/* A call of a NULL function pointer: the last word on the stack is the caller, whatever RBP. */
static void finds_the_caller_of_nothing(void)
{
	const uint64_t sp = MADE_TASK + 0x3000;
	struct user_regs_struct regs = kernel_regs(0, sp);
	enum fb_unwind_end end;
	struct made_stack made;

	make_functions(&made);
	made_stack_call(&made, IN(LOCALS), FUNCTION(ENTRY));
	made_stack_call(&made, IN(FRAMED), FUNCTION(ENTRY));
	regs.rbp = sp + 0x80;
	made_stack_put(&made, sp, IN(LOCALS));
	made_stack_put(&made, sp + 0x88, IN(FRAMED));
	FB_OK_FATAL(fb_unwind_from_regs(&made.unwind, &regs, 0));
	FB_OK(fb_unwind_next(&made.unwind, &end));
	CU_ASSERT_EQUAL(made.unwind.pc, IN(LOCALS));
	CU_ASSERT_EQUAL(made.unwind.sp, sp + 8);
	CU_ASSERT_EQUAL(made.unwind.bp, sp + 0x80);
}

static void gives_up_on_an_empty_stack(void)
{
	struct made_stack made;

	make_functions(&made);
	expect_lost(&made, UNKNOWN, MADE_TASK + 0x3000, "ORC says nothing of");
	/* R10 is not known behind a call. */
	expect_lost(&made, REALIGNED, MADE_TASK + 0x3000, "not saved");
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Words that lead somewhere: code, both stacks, selectors. */
static uint64_t random_word(uint64_t *state)
{
	uint64_t value = random_next(state);

	switch (value & 15) {
	case 0:
		return value;
	case 1:
		return value >> 60 ? KERNEL_CS : USER_CS;
	case 2:
		return MADE_IRQ + (value >> 3) % MADE_STACK_BYTES;
	case 3:
	case 4:
		return MADE_TASK + ((value >> 3) % MADE_STACK_BYTES & ~7ull);
	default:
		return MADE_TEXT + ((value >> 4) % MADE_TEXT_BYTES | (value >> 60 & 1) << 11);
	}
}

static void make_many_functions(struct made_stack *made)
{
	make_functions(made);
	for (unsigned i = INDIRECT + 2; i < MADE_TEXT_BYTES / MADE_FUNCTION; i++)
		made_stack_row(made, FUNCTION(i), 24, -16,
			       MADE_FLAGS(MADE_SP, MADE_PREV_SP, MADE_CALL));
}

/* Whatever tables, stacks and registers hold, a walk ends within its stacks. */
static void survives_any_contents(void)
{
	uint64_t state = 88172645463325252ull, pcs[1];
	enum fb_unwind_end end;
	struct made_stack made;
	size_t longest = 0;

	make_many_functions(&made);
	for (int round = 0; round < 3000; round++) {
		struct user_regs_struct regs =
			kernel_regs(random_word(&state), MADE_TASK + (random_next(&state) & 0xff8));
		size_t count;

		for (unsigned i = 0; i < 4000; i++)
			made_stack_put(&made, (i & 1 ? MADE_TASK : MADE_IRQ) + i / 2 * 8,
				       random_word(&state));
		for (unsigned i = 0; i < 16; i++) {
			made.entries[random_next(&state) % (FB_ORC_ENTRY_BYTES * 10)] =
				(uint8_t)random_next(&state);
			made.text[random_next(&state) % sizeof(made.text)] =
				(uint8_t)random_next(&state);
		}
		made.table.version = FB_ORC_V1 + random_next(&state) % 4;
		regs.rbp = random_word(&state);
		regs.r10 = random_word(&state);
		FB_OK_FATAL(fb_unwind_from_regs(&made.unwind, &regs, 0));
		count = made_stack_walk(&made, pcs, 1, &end);
		CU_ASSERT_NOT_EQUAL(end, FB_UNWIND_GOES_ON);
		if (count > longest)
			longest = count;
		if (round % 64 == 63)
			make_many_functions(&made);
	}
	CU_ASSERT_TRUE(longest > 5); /* it went somewhere */
}

FB_TEST_MAIN("kernel/unwind", FB_TEST(follows_calls_to_the_start),
	     FB_TEST(looks_up_the_call_not_the_return), FB_TEST(restores_the_frame_pointer),
	     FB_TEST(follows_an_indirect_frame_pointer), FB_TEST(crosses_stacks_and_registers),
	     FB_TEST(keeps_registers_over_an_iret_frame),
	     FB_TEST(refuses_impossible_stack_pointers), FB_TEST(does_not_go_round_between_stacks),
	     FB_TEST(says_which_page_is_missing), FB_TEST(guesses_by_the_call),
	     FB_TEST(guesses_by_frame_pointer), FB_TEST(guesses_by_scan),
	     FB_TEST(finds_the_caller_of_nothing), FB_TEST(gives_up_on_an_empty_stack),
	     FB_TEST(survives_any_contents))
