/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel stack as a signature has it: a list of functions that is the same for the same fault on another host, with
 * another build of the kernel, or with another compiler. Called by signature.c.
 */
#ifndef FB_BUNDLE_SIGNATURE_FRAMES_H
#define FB_BUNDLE_SIGNATURE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "bundle/signature/function_class.h"
#include "kernel/stacks/stack.h"

/* Functions of one stack; what is further out is left out. */
#define FB_SIGNATURE_FRAMES 48u

struct fb_signature_frames {
	char names[FB_SIGNATURE_FRAMES]
		  [FB_SIGNATURE_NAME]; /* innermost first; as fb_signature_name() */
	/* Of each the module, "": the kernel itself, or unknown. It is for people: signatures leave it out, because the
	 * same code is a module of one distribution and part of another's kernel. */
	char modules[FB_SIGNATURE_FRAMES][64];
	size_t count;
	/* The first function that is not FB_FUNCTION_WAIT, at which the fault is looked for;
	 * count: there is none. */
	size_t place;
};

/* Left out are: frames that were not found by unwind tables; those without a symbol; what reports faults
 * (FB_FUNCTION_REPORT) or is how the kernel was entered (FB_FUNCTION_ENTRY); and a function that the one before it is
 * too (recursion, and wrappers of system calls). interrupted: a report of an exception or a lockup
 * led to the panic, so that the stack begins with the exception or interrupt in which it was reported; the code that it
 * interrupted is the first that counts. */
void fb_signature_frames(const struct fb_kernel_stack *stack, bool interrupted,
			 struct fb_signature_frames *frames_ret);

#endif
