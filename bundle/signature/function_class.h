/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of kernel functions as signatures have them: without what another compiler, or another build of the same
 * source, changes; and which functions of a stack tell nothing about the fault. Called by frames.c and wait_shape.c.
 */
#ifndef FB_BUNDLE_SIGNATURE_FUNCTION_CLASS_H
#define FB_BUNDLE_SIGNATURE_FUNCTION_CLASS_H

#include <stdbool.h>
#include <stddef.h>

/* Names of functions: the kernel's own limit is KSYM_NAME_LEN, 512. */
#define FB_SIGNATURE_NAME 128u

enum fb_function_class {
	FB_FUNCTION_CODE, /* what the kernel was doing */
	FB_FUNCTION_REPORT, /* what reports a fault and panics, and the exception or interrupt that leads there */
	FB_FUNCTION_WAIT, /* what every thread sleeps or spins in, and small helpers that fault on behalf of a caller */
	FB_FUNCTION_ENTRY, /* how the kernel was entered, or a kernel thread began */
};

/* Writes the name that a signature has for a symbol, cut to size bytes, and returns `to`:
 * - what follows the first dot is left out: .isra.0, .constprop.0, .part.0, .cold of gcc, .llvm.123 of clang. The
 *   kernel's functions have no dots in their names;
 * - the prefixes of wrappers of system calls (__x64_sys_, __ia32_sys_, __se_sys_, __do_sys_, ksys_) become sys_;
 * - a BPF program is bpf_prog: its name ends in a hash of its instructions. */
char *fb_signature_name(const char *symbol, char *to, size_t size);

/* The class of a function, by the name that fb_signature_name() gave. */
enum fb_function_class fb_function_class(const char *name);

#endif
