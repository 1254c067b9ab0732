// SPDX-License-Identifier: GPL-2.0-or-later
/* Single steps of a kernel stack by rows that the test gives: every register that ORC counts from, and all
 * that is known of the caller's frame. */
#include <string.h>

#include "kernel/stacks/unwind.h"
#include "tests/harness.h"
#include "tests/kernel/made_stack.h"

#define SP (MADE_TASK + 0x2000)
#define CALLER (MADE_TEXT + 0x40)
#define KERNEL_CS 0x10u
#define USER_CS 0x33u
#define IRET_AT 128u /* of rip in pt_regs */

/* The row in force everywhere. */
static struct fb_orc_row row;

static struct fb_error *find(void *context FB_UNUSED, uint64_t pc FB_UNUSED, bool exact FB_UNUSED,
			     struct fb_orc_row *row_ret)
{
	*row_ret = row;
	return NULL;
}

static bool nowhere(void *context FB_UNUSED, uint64_t address FB_UNUSED)
{
	return false;
}

static bool no_function(void *context FB_UNUSED, uint64_t address FB_UNUSED,
			uint64_t *start_ret FB_UNUSED)
{
	return false;
}

/* Stands at SP, with registers that are all known. */
static void make(struct made_stack *made)
{
	static const struct fb_unwind_ops ops = {find, nowhere, no_function};
	struct user_regs_struct regs = {.rip = CALLER,
					.rsp = SP,
					.cs = KERNEL_CS,
					.rbp = SP + 0x50,
					.rax = SP + 0x100,
					.rdx = SP + 0x200,
					.rdi = SP + 0x300,
					.r10 = SP + 0x400,
					.r13 = SP + 0x500};

	made_stack_init(made);
	made->unwind.ops = &ops;
	FB_OK_FATAL(fb_unwind_from_regs(&made->unwind, &regs, 0x77));
	CU_ASSERT_EQUAL(made->unwind.regs_address, 0x77);
	row = (struct fb_orc_row){.type = FB_ORC_TYPE_CALL};
}

static enum fb_unwind_end step(struct made_stack *made)
{
	enum fb_unwind_end end = FB_UNWIND_START;

	FB_OK_FATAL(fb_unwind_next(&made->unwind, &end));
	return end;
}

static void stacks_are_counted_from_any_register(void)
{
	static const struct {
		enum fb_orc_reg reg;
		int16_t offset;
		uint64_t sp; /* from SP on */
	} cases[] = {
		{FB_ORC_REG_SP, 0x18, 0x18},
		{FB_ORC_REG_BP, 0x20, 0x70},
		{FB_ORC_REG_BP, -0x20, 0x30},
		{FB_ORC_REG_AX, 0x20, 0x100}, /* these have no offset */
		{FB_ORC_REG_DX, 0x20, 0x200},
		{FB_ORC_REG_DI, 0x20, 0x300},
		{FB_ORC_REG_R10, 0x20, 0x400},
		{FB_ORC_REG_R13, 0x20, 0x500},
		{FB_ORC_REG_SP_INDIRECT, 0x28, 0x628},
		{FB_ORC_REG_SP_INDIRECT, -0x28, 0x5d8},
		{FB_ORC_REG_BP_INDIRECT, 0x10, 0x700},
		{FB_ORC_REG_BP_INDIRECT, -0x10, 0x800},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_stack made;

		make(&made);
		made_stack_put(&made, SP, SP + 0x600);
		made_stack_put(&made, SP + 0x60, SP + 0x700);
		made_stack_put(&made, SP + 0x40, SP + 0x800);
		made_stack_put(&made, SP + cases[i].sp - 8, CALLER + 1);
		row.sp_reg = cases[i].reg;
		row.sp_offset = cases[i].offset;
		CU_ASSERT_EQUAL(step(&made), FB_UNWIND_GOES_ON);
		CU_ASSERT_EQUAL(made.unwind.pc, CALLER + 1);
		CU_ASSERT_EQUAL(made.unwind.sp, SP + cases[i].sp);
		CU_ASSERT_EQUAL(made.unwind.bp, SP + 0x50);
		CU_ASSERT_TRUE(made.unwind.bp_known);
		CU_ASSERT_FALSE(made.unwind.exact || made.unwind.regs_known ||
				made.unwind.unreliable);
		CU_ASSERT_EQUAL(made.unwind.regs_address, 0);
	}
}

/* A step that counts from a guessed RBP is a guess itself; what the step before was says nothing. */
static void guesses_are_told_by_what_is_counted_from(void)
{
	static const struct {
		enum fb_orc_reg reg;
		bool from_bp;
	} cases[] = {
		{FB_ORC_REG_SP, false},          {FB_ORC_REG_AX, false},
		{FB_ORC_REG_SP_INDIRECT, false}, {FB_ORC_REG_BP, true},
		{FB_ORC_REG_BP_INDIRECT, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		for (unsigned bits = 0; bits < 4; bits++) {
			struct made_stack made;

			make(&made);
			for (uint64_t at = 0; at < 0x800; at += 8)
				made_stack_put(&made, SP + at,
					       at == 0x50 ? SP + 0x700 : CALLER + 1);
			made_stack_put(&made, SP, SP + 0x600);
			row.sp_reg = cases[i].reg;
			row.sp_offset = cases[i].reg == FB_ORC_REG_BP_INDIRECT ? 0 : 0x20;
			made.unwind.bp_guessed = bits & 1;
			made.unwind.unreliable = bits & 2;
			CU_ASSERT_EQUAL(step(&made), FB_UNWIND_GOES_ON);
			CU_ASSERT_EQUAL(made.unwind.pc, CALLER + 1);
			CU_ASSERT_EQUAL(made.unwind.unreliable, (bits & 1) && cases[i].from_bp);
		}
	}
}

/* The general registers are those of an interrupted frame alone; RBP may be known without them. */
static void unknown_registers_lead_nowhere(void)
{
	static const enum fb_orc_reg regs[] = {FB_ORC_REG_AX,         FB_ORC_REG_DX,  FB_ORC_REG_DI,
					       FB_ORC_REG_R10,        FB_ORC_REG_R13, FB_ORC_REG_BP,
					       FB_ORC_REG_BP_INDIRECT};

	for (size_t i = 0; i < FB_ARRAY_SIZE(regs); i++) {
		struct made_stack made;

		make(&made);
		row.sp_reg = regs[i];
		made.unwind.regs_known = false;
		made.unwind.bp_known =
			regs[i] != FB_ORC_REG_BP && regs[i] != FB_ORC_REG_BP_INDIRECT;
		CU_ASSERT_EQUAL(step(&made), FB_UNWIND_LOST);
		CU_ASSERT_STRING_EQUAL(made.unwind.reason,
				       "a register that ORC counts from was not saved");
	}
	for (unsigned i = 0; i < 3; i++) {
		static const enum fb_orc_reg wrong[] = {FB_ORC_REG_UNDEFINED, FB_ORC_REG_PREV_SP,
							FB_ORC_REG_INVALID};
		struct made_stack made;

		make(&made);
		row.sp_reg = wrong[i];
		CU_ASSERT_EQUAL(step(&made), FB_UNWIND_LOST);
		CU_ASSERT_PTR_NOT_NULL(strstr(made.unwind.reason, "'s stack from no register"));
	}
}

static void frame_pointers_are_found(void)
{
	for (unsigned i = 0; i < 5; i++) {
		struct made_stack made;

		make(&made);
		row.sp_reg = FB_ORC_REG_SP;
		row.sp_offset = 0x80;
		row.bp_offset = -0x10;
		row.signal = i == 1;
		row.bp_reg = i == 0  ? FB_ORC_REG_UNDEFINED
			     : i < 3 ? FB_ORC_REG_PREV_SP
				     : FB_ORC_REG_BP;
		made.unwind.bp_guessed = i != 2;
		made.unwind.bp_known = i != 4 && i != 2;
		made_stack_put(&made, SP + 0x78, CALLER);
		made_stack_put(&made, SP + 0x70, 0x1234); /* below the caller's stack pointer */
		made_stack_put(&made, SP + 0x40, 0x5678); /* below RBP */
		if (i == 4) {
			CU_ASSERT_EQUAL(step(&made), FB_UNWIND_LOST);
			CU_ASSERT_PTR_NOT_NULL(strstr(made.unwind.reason, "frame pointer"));
			continue;
		}
		CU_ASSERT_EQUAL(step(&made), FB_UNWIND_GOES_ON);
		CU_ASSERT_EQUAL(made.unwind.bp, i == 0 ? SP + 0x50 : i < 3 ? 0x1234 : 0x5678);
		CU_ASSERT_TRUE(made.unwind.bp_known);
		CU_ASSERT_EQUAL(made.unwind.bp_guessed, i == 0);
		CU_ASSERT_EQUAL(made.unwind.exact, i == 1);
	}
}

/* The lowest address that may be the kernel's, and one below. */
static void return_addresses_are_the_kernels(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct made_stack made;

		make(&made);
		row.sp_reg = FB_ORC_REG_SP;
		row.sp_offset = 0x80;
		made_stack_put(&made, SP + 0x78, 0xff00000000000000ull - i);
		CU_ASSERT_EQUAL(step(&made), i ? FB_UNWIND_LOST : FB_UNWIND_GOES_ON);
		if (i)
			CU_ASSERT_STRING_EQUAL(
				made.unwind.reason,
				"return address 0xfeffffffffffffff is not the kernel's");
	}
}

/* Registers at the caller's stack pointer: the kernel's are stood at, user mode's end the walk. */
static void registers_are_taken_whole(void)
{
	for (unsigned user = 0; user < 2; user++) {
		struct user_regs_struct regs = {.rip = CALLER + 7,
						.rsp = user ? 0x7ffd1000 : SP + 0x900,
						.cs = user ? USER_CS : KERNEL_CS,
						.rbp = 0x99,
						.r15 = 0x15};
		struct made_stack made;

		make(&made);
		row.type = FB_ORC_TYPE_REGS;
		row.sp_reg = FB_ORC_REG_SP;
		row.sp_offset = 0x40;
		made_stack_regs(&made, SP + 0x40, &regs);
		made.unwind.regs_known = false;
		CU_ASSERT_EQUAL(step(&made), user ? FB_UNWIND_USER : FB_UNWIND_GOES_ON);
		CU_ASSERT_TRUE(made.unwind.regs_known);
		CU_ASSERT_EQUAL(made.unwind.regs_address, SP + 0x40);
		CU_ASSERT_EQUAL(made.unwind.regs.r15, 0x15);
		CU_ASSERT_EQUAL(made.unwind.regs.rip, CALLER + 7);
		CU_ASSERT_EQUAL(made.unwind.pc, user ? CALLER : CALLER + 7);
		CU_ASSERT_EQUAL(made.unwind.sp, user ? SP : SP + 0x900);
		CU_ASSERT_EQUAL(made.unwind.bp, user ? SP + 0x50 : 0x99);
		CU_ASSERT_TRUE(made.unwind.exact);
	}
}

/* What the CPU pushes alone: the general registers stay as known as they were. */
static void an_iret_frame_keeps_the_other_registers(void)
{
	for (unsigned i = 0; i < 4; i++) {
		bool user = i / 2, known = i % 2;
		struct made_stack made;

		make(&made);
		row.type = FB_ORC_TYPE_REGS_PARTIAL;
		row.sp_reg = FB_ORC_REG_SP;
		row.sp_offset = 0x200;
		made_stack_put(&made, SP + 0x200, user ? 0x401000 : CALLER + 9);
		made_stack_put(&made, SP + 0x208, user ? USER_CS : KERNEL_CS);
		made_stack_put(&made, SP + 0x218, user ? 0x7ffd1000 : SP + 0x300);
		made.unwind.regs_known = known;
		made.unwind.bp_known = known;
		made.unwind.bp_guessed = !known;
		CU_ASSERT_EQUAL(step(&made), user ? FB_UNWIND_USER : FB_UNWIND_GOES_ON);
		CU_ASSERT_EQUAL(made.unwind.regs_address,
				user && !known ? 0 : SP + 0x200 - IRET_AT);
		CU_ASSERT_EQUAL(made.unwind.regs_known, known);
		CU_ASSERT_EQUAL(made.unwind.bp_known, known);
		CU_ASSERT_EQUAL(made.unwind.bp_guessed, !known);
		CU_ASSERT_EQUAL(made.unwind.bp, SP + 0x50);
		CU_ASSERT_EQUAL(made.unwind.sp, user ? SP : SP + 0x300);
		if (known || !user) {
			CU_ASSERT_EQUAL(made.unwind.regs.rip, user ? 0x401000 : CALLER + 9);
			CU_ASSERT_EQUAL(made.unwind.regs.r13, SP + 0x500);
		}
	}
}

static void rows_without_a_way_end_the_walk(void)
{
	struct made_stack made;

	make(&made);
	row.type = FB_ORC_TYPE_END;
	CU_ASSERT_EQUAL(step(&made), FB_UNWIND_START);
	make(&made);
	row.type = FB_ORC_TYPE_UNDEFINED;
	CU_ASSERT_EQUAL(step(&made), FB_UNWIND_LOST);
	CU_ASSERT_PTR_NOT_NULL(strstr(made.unwind.reason, "ORC says nothing of 0x"));
}

/* It only grows; the end of a stack is still of it. */
static void stack_pointers_grow(void)
{
	static const struct {
		int16_t offset;
		enum fb_unwind_end end;
		const char *reason;
	} cases[] = {
		{8, FB_UNWIND_GOES_ON, NULL},
		{0, FB_UNWIND_LOST, "does not lie above 0x"},
		{12, FB_UNWIND_LOST, "is on no stack of this thread"},
		{MADE_STACK_BYTES - 0x2000, FB_UNWIND_GOES_ON, NULL},
		{MADE_STACK_BYTES - 0x2000 + 8, FB_UNWIND_LOST, "is on no stack of this thread"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_stack made;

		make(&made);
		row.sp_reg = FB_ORC_REG_SP;
		row.sp_offset = cases[i].offset;
		made_stack_put(&made, SP - 8, CALLER);
		made_stack_put(&made, SP, CALLER);
		made_stack_put(&made, MADE_TASK + MADE_STACK_BYTES - 8, CALLER);
		CU_ASSERT_EQUAL(step(&made), cases[i].end);
		if (cases[i].reason)
			CU_ASSERT_PTR_NOT_NULL(strstr(made.unwind.reason, cases[i].reason));
	}
}

/* Registers of a stack that overflowed have an sp in the guard page below it: its frames lie above. */
static void an_overflowed_stack_has_its_frames(void)
{
	static const struct {
		uint64_t below;
		bool stands;
	} cases[] = {{8, true},  {0x170, true},   {0xff8, true},
		     {4, false}, {0x1000, false}, {0x1008, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_stack made;
		struct user_regs_struct regs = {
			.rip = CALLER, .rsp = MADE_TASK - cases[i].below, .cs = KERNEL_CS};

		make(&made);
		made_stack_put(&made, MADE_TASK + 0x20, CALLER + 1);
		if (!cases[i].stands) {
			FB_FAILS_WITH(fb_unwind_from_regs(&made.unwind, &regs, 0), FB_CORRUPT,
				      "is on no stack of this thread");
			continue;
		}
		FB_OK_FATAL(fb_unwind_from_regs(&made.unwind, &regs, 0));
		row.sp_reg = FB_ORC_REG_SP;
		row.sp_offset = (int16_t)(cases[i].below + 0x28);
		CU_ASSERT_EQUAL(step(&made), FB_UNWIND_GOES_ON);
		CU_ASSERT_EQUAL(made.unwind.pc, CALLER + 1);
		CU_ASSERT_EQUAL(made.unwind.sp, MADE_TASK + 0x28);
	}
}

/* Only registers do so: a caller's frame below the stack is none. */
static void callers_lie_on_the_stack(void)
{
	struct made_stack made;
	struct user_regs_struct regs = {.rip = CALLER, .rsp = MADE_TASK - 0x170, .cs = KERNEL_CS};

	make(&made);
	FB_OK_FATAL(fb_unwind_from_regs(&made.unwind, &regs, 0));
	row.sp_reg = FB_ORC_REG_SP;
	row.sp_offset = 0x10;
	CU_ASSERT_EQUAL(step(&made), FB_UNWIND_LOST);
	CU_ASSERT_PTR_NOT_NULL(strstr(made.unwind.reason, "is on no stack of this thread"));
	FB_FAILS_WITH(fb_unwind_from_frame(&made.unwind, CALLER, MADE_TASK - 8, 0, false),
		      FB_CORRUPT, "is on no stack of this thread");
}

FB_TEST_MAIN("kernel/unwind_steps", FB_TEST(stacks_are_counted_from_any_register),
	     FB_TEST(guesses_are_told_by_what_is_counted_from),
	     FB_TEST(unknown_registers_lead_nowhere), FB_TEST(frame_pointers_are_found),
	     FB_TEST(return_addresses_are_the_kernels), FB_TEST(registers_are_taken_whole),
	     FB_TEST(an_iret_frame_keeps_the_other_registers),
	     FB_TEST(rows_without_a_way_end_the_walk), FB_TEST(stack_pointers_grow),
	     FB_TEST(an_overflowed_stack_has_its_frames), FB_TEST(callers_lie_on_the_stack))
