// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the stacks of a CPU, the kind of entry that saved pt_regs on them, and the registers that a CPU saved at the
 * crash. Called by stack.c, by waits for the arguments of system calls, and for the notes of a core that is built.
 */
#include "kernel/stacks/stack_entry.h"

#include <inttypes.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/part.h"
#include "kernel/image/thread_size.h"

_Static_assert(sizeof(elf_gregset_t) == sizeof(struct user_regs_struct), "pr_reg");

/* IRQ_STACK_SIZE and struct entry_stack where the kernel's types have neither. */
#define IRQ_STACK_BYTES (16u << 10)
#define ENTRY_STACK_BYTES 512u
/* TOP_OF_KERNEL_STACK_PADDING with CONFIG_X86_FRED (65c9cc9e2c14, 6.9). */
#define FRED_PADDING 16u

/* Bits of EFLAGS: one that is always set, and interrupts, which user mode cannot turn off. */
#define EFLAGS_FIXED 0x002u
#define EFLAGS_IF 0x200u
#define USER32_CS 0x23u
/* The last user address with five levels. */
#define USER_END (1ull << 56)

const char *fb_entry_kind_name(enum fb_entry_kind kind)
{
	static const char *const names[] = {
		[FB_ENTRY_NONE] = "",
		[FB_ENTRY_SYSCALL] = "system call",
		[FB_ENTRY_INTERRUPT] = "interrupt",
		[FB_ENTRY_EXCEPTION] = "exception",
		[FB_ENTRY_NMI] = "NMI",
	};

	return (size_t)kind < FB_ARRAY_SIZE(names) ? names[kind] : "";
}

/* How the names of the functions of the entry code begin or end, by their kind, from 5.4 to 7.x.
 * The first row that fits counts. */
static const struct entry_name {
	const char *text;
	enum fb_entry_kind kind;
	bool at_end;
} entry_names[] = {
	{"entry_SYS", FB_ENTRY_SYSCALL, false},
	{"entry_INT80", FB_ENTRY_SYSCALL, false},
	{"asm_int80", FB_ENTRY_SYSCALL, false},
	{"int80_", FB_ENTRY_SYSCALL, false},
	{"asm_exc_nmi", FB_ENTRY_NMI, false},
	{"asm_exc_xen_nmi", FB_ENTRY_NMI, false},
	{"nmi", FB_ENTRY_NMI, false},
	{"end_repeat_nmi", FB_ENTRY_NMI, false},
	{"asm_exc_", FB_ENTRY_EXCEPTION, false},
	{"asm_common_interrupt", FB_ENTRY_INTERRUPT, false},
	{"asm_spurious_interrupt", FB_ENTRY_INTERRUPT, false},
	{"asm_sysvec_", FB_ENTRY_INTERRUPT, false},
	{"common_interrupt", FB_ENTRY_INTERRUPT, false},
	{"ret_from_intr", FB_ENTRY_INTERRUPT, false},
	{"_interrupt", FB_ENTRY_INTERRUPT, true},
	{"_ipi", FB_ENTRY_INTERRUPT, true},
};

static bool name_fits(const struct entry_name *entry, const char *symbol)
{
	size_t length = strlen(entry->text), symbol_length = strlen(symbol);

	if (symbol_length < length)
		return false;
	if (entry->at_end)
		symbol += symbol_length - length;
	return strncmp(symbol, entry->text, length) == 0;
}

/* FRED has one entry for all events, and puts the kind into bits 48-51 of ss (Intel's FRED
 * specification, 5.2.1). */
static enum fb_entry_kind fred_kind(uint64_t ss)
{
	switch (ss >> 48 & 0xf) {
	case 0:
		return FB_ENTRY_INTERRUPT;
	case 2:
		return FB_ENTRY_NMI;
	case 7:
		return FB_ENTRY_SYSCALL;
	default:
		return FB_ENTRY_EXCEPTION;
	}
}

enum fb_entry_kind fb_entry_kind(const char *symbol, const struct user_regs_struct *regs)
{
	if (symbol && strncmp(symbol, "asm_fred_", 9) == 0)
		return fred_kind(regs->ss);
	for (size_t i = 0; symbol && i < FB_ARRAY_SIZE(entry_names); i++)
		if (name_fits(&entry_names[i], symbol))
			return entry_names[i].kind;
	/* A system call's number stays in orig_ax; all others leave -1, or before 5.8 the
	 * vector's complement. */
	if ((int64_t)regs->orig_rax >= 0 && fb_user_regs_are_user(regs))
		return FB_ENTRY_SYSCALL;
	return (int64_t)regs->orig_rax < -1 ? FB_ENTRY_INTERRUPT : FB_ENTRY_EXCEPTION;
}

void fb_stack_area_add(struct fb_unwind *unwind, uint64_t start, uint64_t size, const char *name)
{
	struct fb_stack_area *area = &unwind->areas[unwind->area_count];

	if (unwind->area_count == FB_MAX_STACK_AREAS || size > FB_THREAD_BYTES_MAX ||
	    start % sizeof(uint64_t) || size % sizeof(uint64_t) || !size ||
	    !fb_kernel_address_ok(start) || !fb_kernel_address_ok(start + size))
		return;
	*area = (struct fb_stack_area){.start = start, .end = start + size, .name = name};
	unwind->area_count++;
}

/* hardirq_stack_ptr: its top, or 8 below (951c2a51ae75, 5.12); in pcpu_hot from 6.2 to 6.14. */
static struct fb_error *add_irq_stack(const struct fb_kernel *kernel, uint32_t cpu,
				      struct fb_unwind *unwind)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t size = layout->irq_stack.size ? layout->irq_stack.size : IRQ_STACK_BYTES;
	uint64_t variable, top;
	struct fb_error *err;

	err = fb_kernel_percpu_hot(kernel, cpu, "hardirq_stack_ptr",
				   &layout->pcpu_hot_hardirq_stack, &variable);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), variable, &top);
	if (err)
		return err;
	top = (top + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	fb_stack_area_add(unwind, top - size, size, "IRQ");
	return NULL;
}

static struct fb_error *add_exception_stacks(const struct fb_kernel *kernel, uint32_t cpu,
					     struct fb_unwind *unwind)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct {
		const struct fb_field *field;
		const char *name;
	} stacks[] = {
		{&layout->estack_nmi, "NMI"},  {&layout->estack_df, "double fault"},
		{&layout->estack_db, "debug"}, {&layout->estack_db1, "debug"},
		{&layout->estack_mce, "MCE"},  {&layout->estack_vc, "VC"},
		{&layout->estack_vc2, "VC"},
	};
	uint64_t variable, base;
	struct fb_error *err;

	err = fb_kernel_percpu_symbol(kernel, cpu, "cea_exception_stacks", &variable);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), variable, &base);
	if (err)
		return err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(stacks); i++)
		if (stacks[i].field->found)
			fb_stack_area_add(unwind, base + stacks[i].field->offset,
					  stacks[i].field->size, stacks[i].name);
	return NULL;
}

/* Where an entry from user mode stands before it changes to the task's stack. */
static struct fb_error *add_entry_stack(const struct fb_kernel *kernel, uint32_t cpu,
					struct fb_unwind *unwind)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t size = layout->entry_stack.size ? layout->entry_stack.size : ENTRY_STACK_BYTES;
	uint64_t tss, top;
	struct fb_error *err;

	err = fb_kernel_percpu_symbol(kernel, cpu, "cpu_tss_rw", &tss);
	if (!err)
		err = fb_kernel_field(kernel, tss, &layout->tss_sp0, &top);
	if (!err)
		fb_stack_area_add(unwind, top - size, size, "entry");
	return err;
}

struct fb_error *fb_cpu_stack_areas(const struct fb_kernel *kernel, uint32_t cpu,
				    struct fb_unwind *unwind)
{
	static struct fb_error *(*const adders[])(const struct fb_kernel *, uint32_t,
						  struct fb_unwind *) = {
		add_irq_stack,
		add_exception_stacks,
		add_entry_stack,
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(adders); i++) {
		struct fb_error *err = adders[i](kernel, cpu, unwind);

		err = fb_part_skip(err);
		if (err)
			return err;
	}
	return NULL;
}

bool fb_user_regs_are_user(const struct user_regs_struct *regs)
{
	return regs->cs & 3;
}

bool fb_user_regs_are_32bit(const struct user_regs_struct *regs)
{
	return (regs->cs & 0xffff) == USER32_CS;
}

/* No more than a guess that keeps noise out: code of user mode, interrupts on. */
static bool look_like_user_regs(const struct user_regs_struct *regs)
{
	return (regs->cs & 3) == 3 && (regs->ss & 3) == 3 && regs->rip < USER_END &&
	       regs->rsp < USER_END && (regs->eflags & EFLAGS_FIXED) && (regs->eflags & EFLAGS_IF);
}

struct fb_error *fb_user_regs_at_top(const struct fb_kernel *kernel, uint64_t stack,
				     struct user_regs_struct *regs_ret)
{
	uint64_t top = stack + fb_thread_size(kernel), padding = 0, unused;
	struct fb_error *err = NULL;

	/* fred_rsp0 (6.12) is there where the kernel was built with FRED, in use or not. */
	if (fb_kernel_find_symbol(kernel, "fred_rsp0", &unused))
		padding = FRED_PADDING;
	for (unsigned i = 0; i < 2; i++) {
		struct user_regs_struct regs = {0};

		err = fb_space_read(fb_kernel_space(kernel), top - padding - FB_PT_REGS_BYTES,
				    &regs, FB_PT_REGS_BYTES);
		if (err)
			return fb_error_prefix(err, "the top of the stack");
		if (look_like_user_regs(&regs)) {
			*regs_ret = regs;
			return NULL;
		}
		padding = FRED_PADDING - padding;
	}
	return fb_error_create(FB_NOT_FOUND,
			       "no user registers at the top of the stack (0x%" PRIx64 ")", top);
}

struct fb_error *fb_user_regs_complete(const struct fb_kernel *kernel, const struct fb_task *task,
				       struct user_regs_struct *regs)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct {
		const struct fb_field *field;
		unsigned long long *value;
	} members[] = {
		{&layout->task_thread_fsbase, &regs->fs_base},
		{&layout->task_thread_gsbase, &regs->gs_base},
		{&layout->task_thread_ds, &regs->ds},
		{&layout->task_thread_es, &regs->es},
		{&layout->task_thread_fsindex, &regs->fs},
		{&layout->task_thread_gsindex, &regs->gs},
	};

	regs->cs &= 0xffff;
	regs->ss &= 0xffff;
	/* The kernel saves R8 to R15 for code of 32 bits too, which has no such registers. */
	if (fb_user_regs_are_32bit(regs))
		regs->r8 = regs->r9 = regs->r10 = regs->r11 = regs->r12 = regs->r13 = regs->r14 =
			regs->r15 = 0;
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		uint64_t value = 0;
		struct fb_error *err;

		err = fb_kernel_field(kernel, task->address, members[i].field, &value);
		err = fb_part_skip(err);
		if (err)
			return err;
		*members[i].value = value;
	}
	return NULL;
}

struct fb_error *fb_cpu_regs(const struct fb_kernel *kernel, uint32_t cpu,
			     struct user_regs_struct *regs_ret)
{
	const size_t offset = offsetof(struct elf_prstatus, pr_reg);
	size_t size = 0;
	const char *prstatus = fb_kernel_cpu_prstatus(kernel, cpu, &size);

	if (!prstatus)
		return fb_error_create(FB_NOT_FOUND, "CPU %u left no registers in the dump", cpu);
	if (size < offset + sizeof(*regs_ret))
		return fb_error_create(FB_TRUNCATED, "CPU %u: NT_PRSTATUS of %zu bytes", cpu, size);
	memcpy(regs_ret, prstatus + offset, sizeof(*regs_ret));
	return NULL;
}
