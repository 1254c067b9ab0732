// SPDX-License-Identifier: GPL-2.0-or-later
/* The registers that the kernel has of code of 32 bits. */
#include <string.h>

#include "kernel/stacks/stack_entry.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

/* FS of a thread is read from its task; what the kernel saved of R8 to R15 is no part of code of 32 bits. */
static void completes_registers(void)
{
	struct made_kernel *made = made_kernel_create();
	const struct fb_task task = {.address = made_alloc(made, 64)};

	MADE_FIELD(made, task_thread_fsbase, 8, 8);
	MADE_FIELD(made, task_thread_gsbase, 16, 8);
	MADE_SET(made, task.address, task_thread_fsbase, 0x7f0000001000);
	MADE_SET(made, task.address, task_thread_gsbase, 0xf7700740);
	for (int is_32bit = 0; is_32bit < 2; is_32bit++) {
		struct user_regs_struct regs;
		const unsigned long long *high[] = {&regs.r8,  &regs.r9,  &regs.r10, &regs.r11,
						    &regs.r12, &regs.r13, &regs.r14, &regs.r15};

		memset(&regs, 0x5a, sizeof(regs));
		regs.cs = is_32bit ? 0x5a0023 : 0x5a0033;
		FB_OK(fb_user_regs_complete(&made->kernel, &task, &regs));
		CU_ASSERT(regs.cs == (is_32bit ? 0x23 : 0x33) && regs.ss == 0x5a5a);
		CU_ASSERT(regs.fs_base == 0x7f0000001000 && regs.gs_base == 0xf7700740);
		CU_ASSERT_EQUAL(regs.rcx, 0x5a5a5a5a5a5a5a5a);
		for (size_t i = 0; i < FB_ARRAY_SIZE(high); i++)
			CU_ASSERT_EQUAL(*high[i], is_32bit ? 0 : 0x5a5a5a5a5a5a5a5a);
	}
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/narrow_registers", FB_TEST(completes_registers))
