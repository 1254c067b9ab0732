/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system call that pt_regs stand for: its number's name and its arguments
 * (x86-64: arch/x86/entry/syscalls/syscall_64.tbl).
 */
#ifndef FB_KERNEL_SYSCALL_NAMES_H
#define FB_KERNEL_SYSCALL_NAMES_H

#include <stdint.h>
#include <sys/user.h>

#define FB_SYSCALL_ARGUMENTS 6u

/* "openat"; NULL where there is none of that number. Static. */
const char *fb_syscall_name(int64_t number);

/* rdi, rsi, rdx, r10, r8, r9; of a 32-bit process (regs->cs says so) ebx, ecx, edx, esi, edi, ebp.
 * How many of them the call takes is not known here. */
void fb_syscall_arguments(const struct user_regs_struct *regs,
			  uint64_t arguments_ret[FB_SYSCALL_ARGUMENTS]);

#endif
