// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stack_entry.h"

#include "kernel/syscall_names.h"
#include "tests/harness.h"

#define NONE (-1ull)

static void tells_kinds_by_name(void)
{
	static const struct {
		const char *symbol;
		enum fb_entry_kind kind;
	} cases[] = {
		{"entry_SYSCALL_64_after_hwframe", FB_ENTRY_SYSCALL},
		{"entry_SYSENTER_compat_after_hwframe", FB_ENTRY_SYSCALL},
		{"entry_INT80_compat", FB_ENTRY_SYSCALL},
		{"asm_int80_emulation", FB_ENTRY_SYSCALL},
		{"asm_exc_page_fault", FB_ENTRY_EXCEPTION},
		{"asm_exc_int3", FB_ENTRY_EXCEPTION},
		{"asm_exc_nmi", FB_ENTRY_NMI},
		{"end_repeat_nmi", FB_ENTRY_NMI},
		{"nmi", FB_ENTRY_NMI},
		{"asm_common_interrupt", FB_ENTRY_INTERRUPT},
		{"asm_sysvec_apic_timer_interrupt", FB_ENTRY_INTERRUPT},
		{"asm_sysvec_reschedule_ipi", FB_ENTRY_INTERRUPT},
		{"apic_timer_interrupt", FB_ENTRY_INTERRUPT}, /* 5.4 */
		{"ret_from_intr", FB_ENTRY_INTERRUPT},
		{"page_fault", FB_ENTRY_EXCEPTION}, /* 5.4 */
	};
	const struct user_regs_struct regs = {.cs = 0x10, .orig_rax = NONE};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(fb_entry_kind(cases[i].symbol, &regs), cases[i].kind);
}

static void tells_kinds_by_registers(void)
{
	struct user_regs_struct regs = {.cs = 0x33, .orig_rax = 257};

	CU_ASSERT_EQUAL(fb_entry_kind(NULL, &regs), FB_ENTRY_SYSCALL);
	regs.cs = 0x10;
	CU_ASSERT_EQUAL(fb_entry_kind(NULL, &regs), FB_ENTRY_EXCEPTION);
	regs.orig_rax = NONE;
	CU_ASSERT_EQUAL(fb_entry_kind("", &regs), FB_ENTRY_EXCEPTION);
	regs.orig_rax = ~0xecull; /* before 5.8: the complement of the vector */
	CU_ASSERT_EQUAL(fb_entry_kind("?", &regs), FB_ENTRY_INTERRUPT);
}

/* FRED's event type is in bits 48-51 of ss. */
static void tells_kinds_of_fred(void)
{
	static const enum fb_entry_kind kinds[] = {
		FB_ENTRY_INTERRUPT, FB_ENTRY_EXCEPTION, FB_ENTRY_NMI,       FB_ENTRY_EXCEPTION,
		FB_ENTRY_EXCEPTION, FB_ENTRY_EXCEPTION, FB_ENTRY_EXCEPTION, FB_ENTRY_SYSCALL,
	};

	for (uint64_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		struct user_regs_struct regs = {.cs = 0x33, .ss = 0x2b | i << 48 | 14ull << 32};

		CU_ASSERT_EQUAL(fb_entry_kind("asm_fred_entrypoint_user", &regs), kinds[i]);
	}
}

static void tells_user_mode(void)
{
	struct user_regs_struct regs = {.cs = 0x33};

	CU_ASSERT_TRUE(fb_user_regs_are_user(&regs));
	CU_ASSERT_FALSE(fb_user_regs_are_32bit(&regs));
	regs.cs = 0x23 | 1ull << 20; /* with a bit of FRED's */
	CU_ASSERT_TRUE(fb_user_regs_are_user(&regs));
	CU_ASSERT_TRUE(fb_user_regs_are_32bit(&regs));
	regs.cs = 0x10;
	CU_ASSERT_FALSE(fb_user_regs_are_user(&regs));
}

static void takes_only_possible_areas(void)
{
	struct fb_unwind unwind = {0};

	fb_stack_area_add(&unwind, 0xffffc90000010000, 0x4000, "task");
	CU_ASSERT_EQUAL(unwind.area_count, 1);
	fb_stack_area_add(&unwind, 0xffffc90000010004, 0x4000, "unaligned");
	fb_stack_area_add(&unwind, 0xffffc90000010000, 0, "empty");
	fb_stack_area_add(&unwind, 0xffffc90000010000, 1ull << 30, "large");
	fb_stack_area_add(&unwind, 0x7fff00000000, 0x4000, "user");
	fb_stack_area_add(&unwind, 0xfffffffffffff000, 0x4000, "wraps");
	CU_ASSERT_EQUAL(unwind.area_count, 1);
	for (unsigned i = 0; i < 2 * FB_MAX_STACK_AREAS; i++)
		fb_stack_area_add(&unwind, 0xffffc90000100000 + i * 0x10000ull, 0x4000, "many");
	CU_ASSERT_EQUAL(unwind.area_count, FB_MAX_STACK_AREAS);
	CU_ASSERT_EQUAL(fb_unwind_area(&unwind, 0xffffc90000010000, 0x4000), 0);
	CU_ASSERT_EQUAL(fb_unwind_area(&unwind, 0xffffc90000010008, 0x4000), SIZE_MAX);
	CU_ASSERT_EQUAL(fb_unwind_area(&unwind, 0xffffc90000010008, UINT64_MAX), SIZE_MAX);
}

static void names_system_calls(void)
{
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(0), "read");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(34), "pause");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(257), "openat");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(435), "clone3");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(471), "rseq_slice_yield");
	CU_ASSERT_PTR_NULL(fb_syscall_name(380)); /* a hole */
	CU_ASSERT_PTR_NULL(fb_syscall_name(472));
	CU_ASSERT_PTR_NULL(fb_syscall_name(-1));
	CU_ASSERT_PTR_NULL(fb_syscall_name(INT64_MIN));
	CU_ASSERT_PTR_NULL(fb_syscall_name(INT64_MAX));
}

static void finds_the_arguments(void)
{
	struct user_regs_struct regs = {.cs = 0x33,
					.rdi = 1,
					.rsi = 2,
					.rdx = 3,
					.r10 = 4,
					.r8 = 5,
					.r9 = 6,
					.rbx = 0xf00000007,
					.rcx = 8,
					.rbp = 9};
	static const uint64_t native[] = {1, 2, 3, 4, 5, 6}, compat[] = {7, 8, 3, 2, 1, 9};
	uint64_t arguments[FB_SYSCALL_ARGUMENTS];

	fb_syscall_arguments(&regs, arguments);
	for (size_t i = 0; i < FB_SYSCALL_ARGUMENTS; i++)
		CU_ASSERT_EQUAL(arguments[i], native[i]);
	regs.cs = 0x23;
	fb_syscall_arguments(&regs, arguments);
	for (size_t i = 0; i < FB_SYSCALL_ARGUMENTS; i++)
		CU_ASSERT_EQUAL(arguments[i], compat[i]);
}

FB_TEST_MAIN("kernel/stack_entry", FB_TEST(tells_kinds_by_name), FB_TEST(tells_kinds_by_registers),
	     FB_TEST(tells_kinds_of_fred), FB_TEST(tells_user_mode),
	     FB_TEST(takes_only_possible_areas), FB_TEST(names_system_calls),
	     FB_TEST(finds_the_arguments))
