/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code that the kernel generated at run time: BPF programs and their trampolines,
 * ftrace's trampolines, and pages with the instructions that kprobes copied. The names
 * are those of /proc/kallsyms. Called for addresses that stacks and symbols need.
 */
#ifndef FB_KERNEL_GENERATED_CODE_H
#define FB_KERNEL_GENERATED_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

enum fb_generated_kind {
	FB_GENERATED_BPF,    /* a program or a trampoline: it keeps a frame pointer */
	FB_GENERATED_FTRACE, /* a copy of ftrace_caller() or ftrace_regs_caller() */
	FB_GENERATED_KPROBE,
};

struct fb_generated {
	uint64_t start, end; /* end exclusive */
	enum fb_generated_kind kind;
	uint64_t copied_from; /* for FB_GENERATED_FTRACE: address of the original; 0: unknown */
	const char *module;   /* static: "bpf", "__builtin__ftrace", "__builtin__kprobes" */
	char *name;           /* owned by the table; raw bytes */
};

struct fb_generated_code;

/* Reads the kernel's lists of such code. A list that this kernel does not have is empty; what lies behind a broken link
 * is missing, with a warning. Fatal errors, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_generated_code_load(struct fb_kernel *kernel,
						      struct fb_generated_code **code_ret);
void fb_generated_code_destroy(struct fb_generated_code *code);

size_t fb_generated_code_count(const struct fb_generated_code *code);
/* In order of address. */
const struct fb_generated *fb_generated_code_get(const struct fb_generated_code *code,
						 size_t index);
/* The code that holds address, or NULL. */
const struct fb_generated *fb_generated_code_find(const struct fb_generated_code *code,
						  uint64_t address);

#endif
