// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stacks/stack_entry.h"

#include <stddef.h>
#include <sys/procfs.h>

#include "kernel/dump/dump_private.h"
#include "kernel/image/thread_size.h"
#include "kernel/stacks/syscall_names.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

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
		{"int80_emulation", FB_ENTRY_SYSCALL},
		{"asm_exc_xen_nmi", FB_ENTRY_NMI},
		{"asm_exc_nm", FB_ENTRY_EXCEPTION},
		{"asm_spurious_interrupt", FB_ENTRY_INTERRUPT},
		{"common_interrupt_return", FB_ENTRY_INTERRUPT},
		{"call_function_ipi", FB_ENTRY_INTERRUPT},
		{"_ipi", FB_ENTRY_INTERRUPT},
		{"ipi", FB_ENTRY_EXCEPTION},
		{"x_ipi_y", FB_ENTRY_EXCEPTION},
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
	regs.orig_rax = NONE - 1;
	CU_ASSERT_EQUAL(fb_entry_kind(NULL, &regs), FB_ENTRY_INTERRUPT);
	regs.orig_rax = 0; /* the system call of number 0, from user mode alone */
	CU_ASSERT_EQUAL(fb_entry_kind(NULL, &regs), FB_ENTRY_EXCEPTION);
	regs.cs = 0x33;
	CU_ASSERT_EQUAL(fb_entry_kind(NULL, &regs), FB_ENTRY_SYSCALL);
	regs.cs = 0x10;
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
	fb_stack_area_add(&unwind, 0xffffc90000010000, 0x4004, "odd");
	fb_stack_area_add(&unwind, 0xffffc90000010000, FB_THREAD_BYTES_MAX + 8, "too large");
	fb_stack_area_add(&unwind, 0xfffffffffffec008, 0x13000, "at the very end");
	CU_ASSERT_EQUAL(unwind.area_count, 1);
	fb_stack_area_add(&unwind, 0xffffc90000020000, FB_THREAD_BYTES_MAX, "the largest");
	CU_ASSERT_EQUAL(unwind.area_count, 2);
	CU_ASSERT_EQUAL(unwind.areas[1].start, 0xffffc90000020000);
	CU_ASSERT_EQUAL(unwind.areas[1].end, 0xffffc90000020000 + FB_THREAD_BYTES_MAX);
	for (unsigned i = 0; i < 2 * FB_MAX_STACK_AREAS; i++)
		fb_stack_area_add(&unwind, 0xffffc90000100000 + i * 0x10000ull, 0x4000, "many");
	CU_ASSERT_EQUAL(unwind.area_count, FB_MAX_STACK_AREAS);
	CU_ASSERT_EQUAL(fb_unwind_area(&unwind, 0xffffc90000010000, 0x4000), 0);
	CU_ASSERT_EQUAL(fb_unwind_area(&unwind, 0xffffc90000010008, 0x4000), SIZE_MAX);
	CU_ASSERT_EQUAL(fb_unwind_area(&unwind, 0xffffc90000010008, UINT64_MAX), SIZE_MAX);
}

static void names_system_calls(void)
{
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(0, false), "read");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(34, false), "pause");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(257, false), "openat");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(435, false), "clone3");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(471, false), "rseq_slice_yield");
	CU_ASSERT_PTR_NULL(fb_syscall_name(380, false)); /* a hole */
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(3, true), "read");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(240, true), "futex");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(422, true), "futex_time64");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(435, true), "clone3");
	CU_ASSERT_STRING_EQUAL(fb_syscall_name(471, true), "rseq_slice_yield");
	CU_ASSERT_PTR_NULL(fb_syscall_name(222, true)); /* a hole */
	CU_ASSERT_PTR_NULL(fb_syscall_name(472, true));
	CU_ASSERT_PTR_NULL(fb_syscall_name(-1, true));
	CU_ASSERT_PTR_NULL(fb_syscall_name(472, false));
	CU_ASSERT_PTR_NULL(fb_syscall_name(-1, false));
	CU_ASSERT_PTR_NULL(fb_syscall_name(INT64_MIN, false));
	CU_ASSERT_PTR_NULL(fb_syscall_name(INT64_MAX, false));
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

static uint64_t thread_size(const char *start, const char *end, uint64_t size, uint32_t union_size)
{
	const char *const names[] = {start, end, NULL};
	const uint64_t addresses[] = {MADE_BASE, MADE_BASE + size};
	struct made_kernel *made = made_kernel_create();
	uint64_t result;

	made_symbols(made, names, addresses);
	made->kernel.layout.thread_union.size = union_size;
	result = fb_thread_size(&made->kernel);
	made_kernel_destroy(made);
	return result;
}

static void finds_the_thread_size(void)
{
	CU_ASSERT_EQUAL(thread_size("__start_init_task", "__end_init_task", 0x4000, 0), 0x4000);
	CU_ASSERT_EQUAL(thread_size("__start_init_stack", "__end_init_stack", 0x8000, 0), 0x8000);
	/* Not believable: neither a power of two, nor too large, nor empty. */
	CU_ASSERT_EQUAL(thread_size("__start_init_task", "__end_init_task", 0x4100, 0x8000),
			0x8000);
	CU_ASSERT_EQUAL(thread_size("__start_init_task", "__end_init_task", 1 << 20, 0), 0x4000);
	CU_ASSERT_EQUAL(thread_size("a", "b", 0, 0x1234), 0x4000);
}

/* pt_regs of user mode `padding` bytes below the top of a stack, in a kernel with or without
 * fred_rsp0. */
static struct fb_error *regs_at_top(uint64_t padding, bool fred, uint64_t cs, bool lost,
				    struct user_regs_struct *regs_ret)
{
	const char *const names[] = {fred ? "fred_rsp0" : "other", NULL};
	const uint64_t addresses[] = {MADE_BASE};
	struct made_kernel *made = made_kernel_create();
	uint64_t stack = made_alloc_pages(made, 0x4000);
	struct user_regs_struct *regs = made_at(made, stack + 0x4000 - padding - FB_PT_REGS_BYTES);
	struct fb_error *err;

	made_symbols(made, names, addresses);
	regs->rip = 0x401000;
	regs->rsp = 0x7ffd00001000;
	regs->cs = cs;
	regs->eflags = 0x246;
	((uint64_t *)regs)[20] = 0x2b;
	if (lost)
		made_lose(made, stack + 0x3000);
	err = fb_user_regs_at_top(&made->kernel, stack, regs_ret);
	made_kernel_destroy(made);
	return err;
}

static void finds_user_registers_at_the_top(void)
{
	struct user_regs_struct regs;

	FB_OK(regs_at_top(0, false, 0x33, false, &regs));
	CU_ASSERT_EQUAL(regs.rip, 0x401000);
	FB_OK(regs_at_top(16, true, 0x33, false, &regs));
	CU_ASSERT_EQUAL(regs.rsp, 0x7ffd00001000);
	/* 6.9 to 6.11 have the padding, and no fred_rsp0. */
	FB_OK(regs_at_top(16, false, 0x33, false, &regs));
	FB_FAILS(regs_at_top(0, false, 0x10, false, &regs), FB_NOT_FOUND);
	FB_FAILS(regs_at_top(64, false, 0x33, false, &regs), FB_NOT_FOUND);
	FB_FAILS_WITH(regs_at_top(0, false, 0x33, true, &regs), FB_ABSENT, "top of the stack");
}

static void finds_the_stacks_of_a_cpu(void)
{
	static const char *const names[] = {"hardirq_stack_ptr", "cea_exception_stacks",
					    "cpu_tss_rw", NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t addresses[] = {made_alloc(made, 8), made_alloc(made, 8), made_alloc(made, 64)};
	const uint64_t irq = MADE_BASE + 0x100000, estacks = 0xfffffe0000000000;
	struct fb_unwind unwind = {0};

	made_symbols(made, names, addresses);
	made_put(made, addresses[0], irq + 0x4000 - 8, 8);
	made_put(made, addresses[1], estacks, 8);
	MADE_FIELD(made, estack_nmi, 0x3000, 0x2000);
	MADE_FIELD(made, tss_sp0, 4, 8);
	made_put(made, addresses[2] + 4, estacks + 0x20000, 8);
	FB_OK(fb_cpu_stack_areas(&made->kernel, 0, &unwind));
	CU_ASSERT_EQUAL_FATAL(unwind.area_count, 3);
	CU_ASSERT_EQUAL(unwind.areas[0].start, irq);
	CU_ASSERT_EQUAL(unwind.areas[0].end, irq + 0x4000);
	CU_ASSERT_STRING_EQUAL(unwind.areas[1].name, "NMI");
	CU_ASSERT_EQUAL(unwind.areas[1].start, estacks + 0x3000);
	CU_ASSERT_EQUAL(unwind.areas[2].end, estacks + 0x20000);

	/* Pointers to nowhere, and a CPU that is not there, give no areas and no error. */
	made_put(made, addresses[0], 8, 8);
	made_put(made, addresses[1], UINT64_MAX - 7, 8);
	made_put(made, addresses[2] + 4, 0, 8);
	unwind.area_count = 0;
	FB_OK(fb_cpu_stack_areas(&made->kernel, 0, &unwind));
	FB_OK(fb_cpu_stack_areas(&made->kernel, 77, &unwind));
	CU_ASSERT_EQUAL(unwind.area_count, 0);
	made_kernel_destroy(made);
}

/* What user registers at the top have to look like: each thing that they lack rules them out. */
static void user_registers_look_like_such(void)
{
	static const struct {
		uint64_t cs, ss, rip, rsp, eflags;
		bool good;
	} cases[] = {
		{0x33, 0x2b, 0, 0, 0x202, true},
		{0x23, 0x2b, (1ull << 56) - 1, (1ull << 56) - 1, 0x202, true},
		{0x32, 0x2b, 0, 0, 0x202, false},
		{0x31, 0x2b, 0, 0, 0x202, false},
		{0x33, 0x2a, 0, 0, 0x202, false},
		{0x33, 0x29, 0, 0, 0x202, false},
		{0x33, 0x2b, 1ull << 56, 0, 0x202, false},
		{0x33, 0x2b, 0, 1ull << 56, 0x202, false},
		{0x33, 0x2b, 0, 0, 0x200, false},
		{0x33, 0x2b, 0, 0, 0x002, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_kernel *made = made_kernel_create();
		uint64_t stack = made_alloc_pages(made, 0x4000);
		struct user_regs_struct *regs = made_at(made, stack + 0x4000 - FB_PT_REGS_BYTES);
		struct user_regs_struct found;
		struct fb_error *err;

		regs->cs = cases[i].cs;
		((uint64_t *)regs)[20] = cases[i].ss;
		regs->rip = cases[i].rip;
		regs->rsp = cases[i].rsp;
		regs->eflags = cases[i].eflags;
		err = fb_user_regs_at_top(&made->kernel, stack, &found);
		CU_ASSERT_EQUAL(err == NULL, cases[i].good);
		fb_error_destroy(err);
		made_kernel_destroy(made);
	}
}

/* Where registers might stand at both places, those where this kernel has them count. */
static void fred_decides_between_two_places(void)
{
	for (unsigned fred = 0; fred < 2; fred++) {
		struct made_kernel *made = made_kernel_create();
		uint64_t stack = made_alloc_pages(made, 0x4000);
		struct user_regs_struct found;

		if (fred)
			made_symbols(made, (const char *const[]){"fred_rsp0", NULL}, &stack);
		/* A word that is good as any register, so that both places look like such. */
		for (uint64_t at = 0; at < 0x100; at += 8)
			made_put(made, stack + 0x4000 - 0x100 + at, 0x203, 8);
		/* rip of those that end right at the top. */
		made_put(made, stack + 0x4000 - 8 * 5, 0x401203, 8);
		FB_OK_FATAL(fb_user_regs_at_top(&made->kernel, stack, &found));
		CU_ASSERT_EQUAL(found.rip, fred ? 0x203 : 0x401203);
		made_kernel_destroy(made);
	}
}

struct question {
	struct made_kernel *made;
	struct fb_task task;
	uint64_t stack;
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct user_regs_struct regs = {0};
	struct fb_unwind unwind = {0};
	struct fb_error *err = fb_cpu_stack_areas(&question->made->kernel, 0, &unwind);

	if (!err)
		err = fb_user_regs_at_top(&question->made->kernel, question->stack, &regs);
	return err ? err : fb_user_regs_complete(&question->made->kernel, &question->task, &regs);
}

static void completes_user_registers(void)
{
	struct question question = {.made = made_kernel_create()};
	struct made_kernel *made = question.made;
	struct user_regs_struct regs = {.cs = 0x10033, .ss = 0x7002b, .fs = 7, .gs = 8};
	uint64_t addresses[] = {made_alloc(made, 8), made_alloc(made, 8), made_alloc(made, 64)};

	question.task.address = made_alloc_pages(made, 64);
	question.stack = made_alloc_pages(made, 0x4000);
	MADE_FIELD(made, task_thread_fsbase, 0, 8);
	MADE_FIELD(made, task_thread_gsbase, 8, 8);
	MADE_FIELD(made, task_thread_ds, 16, 2);
	MADE_FIELD(made, task_thread_es, 18, 2);
	MADE_FIELD(made, task_thread_fsindex, 20, 2);
	MADE_SET(made, question.task.address, task_thread_fsbase, 0x7f0000001000);
	MADE_SET(made, question.task.address, task_thread_gsbase, 0x2000);
	MADE_SET(made, question.task.address, task_thread_ds, 3);
	MADE_SET(made, question.task.address, task_thread_es, 4);
	MADE_SET(made, question.task.address, task_thread_fsindex, 5);
	FB_OK(fb_user_regs_complete(&made->kernel, &question.task, &regs));
	CU_ASSERT_EQUAL(regs.cs, 0x33);
	CU_ASSERT_EQUAL(regs.ss, 0x2b);
	CU_ASSERT_EQUAL(regs.fs_base, 0x7f0000001000);
	CU_ASSERT_EQUAL(regs.gs_base, 0x2000);
	CU_ASSERT_EQUAL(regs.ds, 3);
	CU_ASSERT_EQUAL(regs.es, 4);
	CU_ASSERT_EQUAL(regs.fs, 5);
	CU_ASSERT_EQUAL(regs.gs, 0); /* of which nothing is known */
	/* All that is read of a CPU's stacks, of a thread's top and of its registers. */
	made_symbols(made,
		     (const char *const[]){"hardirq_stack_ptr", "cea_exception_stacks",
					   "cpu_tss_rw", NULL},
		     addresses);
	MADE_FIELD(made, tss_sp0, 4, 8);
	((uint64_t *)made_at(made, question.stack + 0x4000 - FB_PT_REGS_BYTES))[17] = 0x33;
	((uint64_t *)made_at(made, question.stack + 0x4000 - FB_PT_REGS_BYTES))[18] = 0x202;
	((uint64_t *)made_at(made, question.stack + 0x4000 - FB_PT_REGS_BYTES))[20] = 0x2b;
	CU_ASSERT_EQUAL(failing_made_must_pass(made, ask, &question), 3 + 1 + 5);
	made_kernel_destroy(made);
}

/* Each of the exception stacks where the kernel's types have it, and sizes that are not the usual ones. */
static void stacks_of_a_cpu_have_names_and_sizes(void)
{
	static const char *const names[] = {"NMI", "double fault", "debug", "debug",
					    "MCE", "VC",           "VC"};
	struct made_kernel *made = made_kernel_create();
	uint64_t addresses[] = {made_alloc(made, 64), made_alloc(made, 8), made_alloc(made, 64)};
	const uint64_t irq = MADE_BASE + 0x100000, estacks = 0xfffffe0000000000;
	struct fb_layout *layout = &made->kernel.layout;
	struct fb_field *const fields[] = {
		&layout->estack_nmi, &layout->estack_df, &layout->estack_db, &layout->estack_db1,
		&layout->estack_mce, &layout->estack_vc, &layout->estack_vc2};
	struct fb_unwind unwind = {0};

	made_symbols(made,
		     (const char *const[]){"pcpu_hot", "cea_exception_stacks", "cpu_tss_rw", NULL},
		     addresses);
	MADE_FIELD(made, pcpu_hot_hardirq_stack, 24, 8);
	made_put(made, addresses[0] + 24, irq + 0x8000, 8); /* its very top */
	made_put(made, addresses[1], estacks, 8);
	layout->irq_stack.size = 0x8000;
	layout->entry_stack.size = 0x1000;
	MADE_FIELD(made, tss_sp0, 4, 8);
	made_put(made, addresses[2] + 4, estacks + 0x20000, 8);
	for (uint32_t i = 0; i < FB_ARRAY_SIZE(fields); i++)
		*fields[i] = (struct fb_field){
			.offset = i * 0x2000, .size = 0x1000, .found = true, .name = "estack"};
	FB_OK(fb_cpu_stack_areas(&made->kernel, 0, &unwind));
	CU_ASSERT_EQUAL_FATAL(unwind.area_count, 9);
	CU_ASSERT_STRING_EQUAL(unwind.areas[0].name, "IRQ");
	CU_ASSERT_EQUAL(unwind.areas[0].start, irq);
	CU_ASSERT_EQUAL(unwind.areas[0].end, irq + 0x8000);
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		CU_ASSERT_STRING_EQUAL(unwind.areas[1 + i].name, names[i]);
		CU_ASSERT_EQUAL(unwind.areas[1 + i].start, estacks + i * 0x2000);
		CU_ASSERT_EQUAL(unwind.areas[1 + i].end, estacks + i * 0x2000 + 0x1000);
	}
	CU_ASSERT_STRING_EQUAL(unwind.areas[8].name, "entry");
	CU_ASSERT_EQUAL(unwind.areas[8].start, estacks + 0x20000 - 0x1000);
	made_kernel_destroy(made);
}

/* Registers are whole where the note has all of them; what stands behind them is not needed. */
static void notes_have_all_registers(void)
{
	const size_t needed = offsetof(struct elf_prstatus, pr_reg) + sizeof(elf_gregset_t);
	struct made_kernel *made = made_kernel_create();
	struct elf_prstatus status = {0};
	struct fb_dump_note note = {.desc = &status};
	uint32_t index = 0;
	struct fb_dump dump = {.notes = {.prstatus = &note, .prstatus_count = 1}};
	struct user_regs_struct regs;

	made->kernel.dump = &dump;
	made->kernel.prstatus_index = &index;
	status.pr_reg[16] = 0x1234; /* rip */
	for (size_t size = needed - 1; size <= needed; size++) {
		note.size = size;
		if (size < needed) {
			FB_FAILS_WITH(fb_cpu_regs(&made->kernel, 0, &regs), FB_TRUNCATED,
				      "CPU 0: NT_PRSTATUS of 327 bytes");
			continue;
		}
		FB_OK(fb_cpu_regs(&made->kernel, 0, &regs));
		CU_ASSERT_EQUAL(regs.rip, 0x1234);
	}
	index = UINT32_MAX;
	FB_FAILS_WITH(fb_cpu_regs(&made->kernel, 0, &regs), FB_NOT_FOUND,
		      "CPU 0 left no registers");
	made->kernel.prstatus_index = NULL;
	made_kernel_destroy(made);
}

static void kinds_have_names(void)
{
	static const char *const names[] = {
		[FB_ENTRY_NONE] = "",
		[FB_ENTRY_SYSCALL] = "system call",
		[FB_ENTRY_INTERRUPT] = "interrupt",
		[FB_ENTRY_EXCEPTION] = "exception",
		[FB_ENTRY_NMI] = "NMI",
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		CU_ASSERT_STRING_EQUAL(fb_entry_kind_name((enum fb_entry_kind)i), names[i]);
	CU_ASSERT_STRING_EQUAL(fb_entry_kind_name((enum fb_entry_kind)FB_ARRAY_SIZE(names)), "");
}

FB_TEST_MAIN("kernel/stack_entry", FB_TEST(finds_the_thread_size),
	     FB_TEST(finds_user_registers_at_the_top), FB_TEST(finds_the_stacks_of_a_cpu),
	     FB_TEST(tells_kinds_by_name), FB_TEST(tells_kinds_by_registers),
	     FB_TEST(tells_kinds_of_fred), FB_TEST(tells_user_mode),
	     FB_TEST(takes_only_possible_areas), FB_TEST(names_system_calls),
	     FB_TEST(finds_the_arguments), FB_TEST(user_registers_look_like_such),
	     FB_TEST(fred_decides_between_two_places), FB_TEST(completes_user_registers),
	     FB_TEST(stacks_of_a_cpu_have_names_and_sizes), FB_TEST(notes_have_all_registers),
	     FB_TEST(kinds_have_names))
