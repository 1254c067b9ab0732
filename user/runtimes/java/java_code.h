/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The code cache: machine code that the virtual machine has made. It has heaps, which are divided into segments; a byte
 * for each tells how far before it its block begins. A block holds a CodeBlob: a compiled method (nmethod), or code of
 * the virtual machine's own. Called by java_scopes.c and java_stack.c.
 *
 * Source of the format: OpenJDK's src/hotspot/share/memory/heap.hpp, code/codeBlob.hpp, code/nmethod.hpp.
 */
#ifndef FB_USER_JAVA_CODE_H
#define FB_USER_JAVA_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/java/java_private.h"

#define FB_JAVA_BLOB_NAME_SIZE 64u
struct fb_java_blob {
	uint64_t start, end; /* end exclusive */
	uint64_t code;       /* its first instruction */
	uint32_t
		frame_size; /* bytes of a frame, the return address among them; 0: frames are of no fixed size */
	uint32_t
		complete; /* bytes of code after which the frame is there; UINT32_MAX: it never is */
	uint64_t method;  /* of a compiled method: its Method; 0: it is none */
	uint64_t
		deopt_handler; /* of a compiled method: the return address where it is to be interpreted; 0: none */
	uint32_t
		original_pc; /* then: bytes from the stack pointer to the address that stood there before */
	char name[FB_JAVA_BLOB_NAME_SIZE];
};

/* Finds the heaps, and the interpreter's code. FB_UNSUPPORTED, FB_CORRUPT; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_code_open(struct fb_java *java);

/* Whether the address is in the code cache; false where that was not found. */
bool fb_java_is_code(const struct fb_java *java, uint64_t pc);
/* Whether it is code of the interpreter's. */
bool fb_java_is_interpreter(const struct fb_java *java, uint64_t pc);

/* The CodeBlob that holds the address. FB_NOT_FOUND, FB_CORRUPT, FB_LIMIT; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_blob_at(struct fb_java *java, uint64_t pc,
					       struct fb_java_blob *blob_ret);

/* Counts steps that were made through tables of its code. FB_LIMIT: there were more than FB_MAX_JAVA_STEPS before. */
FB_MUST_CHECK struct fb_error *fb_java_count_steps(struct fb_java *java, uint64_t steps);

#endif
