// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of system calls, and which register has which argument. Called for stacks and
 * waits.
 */
#include "kernel/stacks/syscall_names.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/stacks/stack_entry.h"

#define FB_SYSCALL(number, name) [number] = #name,
static const char *const names_64[] = {
#include "kernel/stacks/syscall_table.h"
};
static const char *const names_32[] = {
#include "kernel/stacks/syscall_table_32.h"
};
#undef FB_SYSCALL

const char *fb_syscall_name(int64_t number, bool is_32bit)
{
	const char *const *names = is_32bit ? names_32 : names_64;
	size_t count = is_32bit ? FB_ARRAY_SIZE(names_32) : FB_ARRAY_SIZE(names_64);

	return number < 0 || (uint64_t)number >= count ? NULL : names[number];
}

void fb_syscall_arguments(const struct user_regs_struct *regs,
			  uint64_t arguments_ret[FB_SYSCALL_ARGUMENTS])
{
	const uint64_t native[] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
	const uint64_t compat[] = {regs->rbx, regs->rcx, regs->rdx,
				   regs->rsi, regs->rdi, regs->rbp};

	if (!fb_user_regs_are_32bit(regs)) {
		memcpy(arguments_ret, native, sizeof(native));
		return;
	}
	for (size_t i = 0; i < FB_SYSCALL_ARGUMENTS; i++)
		arguments_ret[i] = (uint32_t)compat[i];
}
