// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel stacks of the sample: each kind of end, and the registers of user mode. */
#include <string.h>

#include "kernel/stacks/orc.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/stack_entry.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

struct host {
	struct sample_kernel sample;
	struct fb_modules *modules;
	struct fb_orc *orc;
};

static void open_host(struct host *host)
{
	sample_kernel_open(&host->sample);
	FB_OK_FATAL(fb_modules_load(host->sample.kernel, &host->modules));
	FB_OK_FATAL(fb_orc_open(host->sample.kernel, host->modules, &host->orc));
}

static void close_host(struct host *host)
{
	CU_ASSERT_EQUAL(fb_warnings_count(host->sample.warnings), 0);
	fb_orc_destroy(host->orc);
	fb_modules_destroy(host->modules);
	sample_kernel_close(&host->sample);
}

struct frame {
	const char *symbol;
	uint64_t offset;
};

static void expect_frames(const struct fb_kernel_stack *stack, const struct frame *frames,
			  size_t count)
{
	CU_ASSERT_EQUAL_FATAL(stack->count, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(stack->frames[i].symbol);
		CU_ASSERT_STRING_EQUAL(stack->frames[i].symbol, frames[i].symbol);
		CU_ASSERT_EQUAL(stack->frames[i].offset, frames[i].offset);
		CU_ASSERT(!i || stack->frames[i].sp > stack->frames[i - 1].sp);
		CU_ASSERT_STRING_EQUAL(stack->frames[i].stack, "task");
	}
}

static struct fb_kernel_stack unwind(struct host *host, int32_t tid)
{
	const struct fb_task *task = fb_tasks_by_tid(host->sample.tasks, tid);
	struct fb_kernel_stack stack;

	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	memset(&stack, 0xaa, sizeof(stack));
	FB_OK_FATAL(fb_kernel_stack_unwind(host->sample.kernel, host->orc, task, &stack));
	return stack;
}

static void a_sleeping_thread_ends_in_user_mode(void)
{
	static const struct frame frames[] = {
		{"__schedule", 845},        {"schedule", 90},
		{"percpu_rwsem_wait", 278}, {"__percpu_down_read", 100},
		{"vfs_write", 928},         {"ksys_write", 107},
		{"do_syscall_64", 93},      {"entry_SYSCALL_64_after_hwframe", 110},
	};
	struct fb_kernel_stack stack;
	struct host host;

	open_host(&host);
	stack = unwind(&host, 332);
	expect_frames(&stack, frames, FB_ARRAY_SIZE(frames));
	for (size_t i = 0; i < stack.count; i++)
		CU_ASSERT(!stack.frames[i].exact && !stack.frames[i].unreliable);
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_USER);
	CU_ASSERT_STRING_EQUAL(stack.end, "end of the stack (user mode)");
	CU_ASSERT_EQUAL(stack.syscall, 1);
	CU_ASSERT_EQUAL(stack.frames[7].entry, FB_ENTRY_SYSCALL);
	CU_ASSERT_STRING_EQUAL(fb_entry_kind_name(stack.frames[7].entry), "system call");
	CU_ASSERT_EQUAL(stack.frames[6].entry, FB_ENTRY_NONE);
	CU_ASSERT(stack.has_user_regs && stack.user_regs_from == FB_USER_REGS_STACK);
	CU_ASSERT_EQUAL(stack.user_regs.rip, 0x7f815c9d8350);
	CU_ASSERT_EQUAL(stack.user_regs.rsp, 0x7ffc204c4338);
	CU_ASSERT_EQUAL(stack.user_regs.rdi, 3);
	CU_ASSERT_EQUAL(stack.user_regs.orig_rax, 1);
	CU_ASSERT(stack.user_regs.cs == 0x33 && stack.user_regs.ss == 0x2b);
	CU_ASSERT_EQUAL(stack.user_regs.fs_base, 0x7f815c8dd740);
	fb_kernel_stack_deinit(&stack);
	close_host(&host);
}

static void kernel_threads_end_where_they_began(void)
{
	static const struct frame frames[] = {
		{"__schedule", 845}, {"schedule", 90}, {"kthreadd", 700}, {"ret_from_fork", 34}};
	struct fb_kernel_stack stack;
	struct host host;

	open_host(&host);
	stack = unwind(&host, 2);
	expect_frames(&stack, frames, FB_ARRAY_SIZE(frames));
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_START);
	CU_ASSERT_FALSE(stack.has_user_regs);
	CU_ASSERT_EQUAL(stack.syscall, -1);
	fb_kernel_stack_deinit(&stack);
	close_host(&host);
}

static const struct frame panicked[] = {
	{"__crash_kexec", 282},      {"panic", 317},
	{"sysrq_handle_crash", 22},  {"__handle_sysrq.cold", 68},
	{"write_sysrq_trigger", 36}, {"proc_reg_write", 86},
	{"vfs_write", 199},          {"ksys_write", 107},
	{"do_syscall_64", 93},       {"entry_SYSCALL_64_after_hwframe", 110},
};

/* What a CPU ran begins with the CPU's registers, whether its task is known or not. */
static void running_threads_begin_with_their_cpus_registers(void)
{
	struct fb_kernel_stack stack;
	struct host host;

	open_host(&host);
	stack = unwind(&host, 1);
	expect_frames(&stack, panicked, FB_ARRAY_SIZE(panicked));
	CU_ASSERT(stack.frames[0].exact && !stack.frames[1].exact);
	CU_ASSERT(stack.frames[1].unreliable && !stack.frames[2].unreliable);
	CU_ASSERT(stack.has_user_regs && stack.syscall == 1);
	fb_kernel_stack_deinit(&stack);

	FB_OK_FATAL(fb_kernel_stack_of_cpu(host.sample.kernel, host.orc, 1, &stack));
	expect_frames(&stack, panicked, FB_ARRAY_SIZE(panicked));
	CU_ASSERT(stack.has_user_regs && stack.syscall == 1);
	fb_kernel_stack_deinit(&stack);
	close_host(&host);
}

static void a_cpu_in_user_mode_has_no_kernel_half(void)
{
	struct fb_kernel_stack stack;
	struct host host;

	open_host(&host);
	for (int by_cpu = 0; by_cpu < 2; by_cpu++) {
		if (by_cpu)
			FB_OK_FATAL(
				fb_kernel_stack_of_cpu(host.sample.kernel, host.orc, 0, &stack));
		else
			stack = unwind(&host, 210);
		CU_ASSERT_EQUAL(stack.count, 0);
		CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_USER);
		CU_ASSERT_STRING_EQUAL(stack.end, "CPU 0 was in user mode");
		CU_ASSERT(stack.has_user_regs && stack.user_regs_from == FB_USER_REGS_PRSTATUS);
		CU_ASSERT_EQUAL(stack.user_regs.rip, 0x55e74fb57c90);
		CU_ASSERT_EQUAL(stack.user_regs.rsp, 0x7ffeb9f4e778);
		CU_ASSERT_EQUAL(stack.syscall, -1);
		fb_kernel_stack_deinit(&stack);
	}
	FB_OK_FATAL(fb_kernel_stack_of_cpu(host.sample.kernel, host.orc, 7, &stack));
	CU_ASSERT(stack.count == 0 && !stack.has_user_regs && stack.end[0]);
	fb_kernel_stack_deinit(&stack);
	close_host(&host);
}

/* Without unwind tables the registers of user mode are where every stack keeps them. */
static void user_registers_need_no_tables(void)
{
	struct sample_kernel sample;
	struct fb_kernel_stack stack;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_kernel_stack_unwind(sample.kernel, NULL, fb_tasks_by_tid(sample.tasks, 332),
					   &stack));
	CU_ASSERT_EQUAL(stack.count, 0);
	CU_ASSERT_STRING_EQUAL(stack.end, "the kernel's unwind tables are not in the dump");
	CU_ASSERT(stack.has_user_regs && stack.user_regs_from == FB_USER_REGS_STACK);
	CU_ASSERT_EQUAL(stack.user_regs.rip, 0x7f815c9d8350);
	CU_ASSERT_EQUAL(stack.user_regs.fs_base, 0x7f815c8dd740);
	fb_kernel_stack_deinit(&stack);
	FB_OK_FATAL(fb_kernel_stack_unwind(sample.kernel, NULL, fb_tasks_by_tid(sample.tasks, 2),
					   &stack));
	CU_ASSERT_FALSE(stack.has_user_regs);
	fb_kernel_stack_deinit(&stack);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/sample_kernel_stack", FB_TEST(a_sleeping_thread_ends_in_user_mode),
	     FB_TEST(kernel_threads_end_where_they_began),
	     FB_TEST(running_threads_begin_with_their_cpus_registers),
	     FB_TEST(a_cpu_in_user_mode_has_no_kernel_half), FB_TEST(user_registers_need_no_tables))
