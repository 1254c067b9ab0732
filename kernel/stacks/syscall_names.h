/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of system calls, and their arguments in the registers (x86-64:
 * arch/x86/entry/syscalls/syscall_64.tbl; i386: syscall_32.tbl). Called for stacks and the analysis of waits.
 */
#ifndef FB_KERNEL_SYSCALL_NAMES_H
#define FB_KERNEL_SYSCALL_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#define FB_SYSCALL_ARGUMENTS 6u

/* The name of the system call with this number, such as "openat"; NULL where there is none. is_32bit: of a 32-bit
 * process. Static. */
const char *fb_syscall_name(int64_t number, bool is_32bit);

/* The registers that can hold arguments: rdi, rsi, rdx, r10, r8, r9; for a 32-bit process, by regs->cs, ebx, ecx, edx,
 * esi, edi, ebp. How many of them the call takes is not known here. */
void fb_syscall_arguments(const struct user_regs_struct *regs,
			  uint64_t arguments_ret[FB_SYSCALL_ARGUMENTS]);

#endif
