/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which methods a place in a compiled method's code belongs to: the method itself and those that the compiler put into
 * it. For each place where a thread can be seen there is a PcDesc with the offset of a scope, a few compressed numbers,
 * which leads to that of its caller. Called by java_stack.c.
 *
 * Source of the format: OpenJDK's src/hotspot/share/code/scopeDesc.cpp, code/pcDesc.hpp, code/debugInfo.hpp.
 */
#ifndef FB_USER_JAVA_SCOPES_H
#define FB_USER_JAVA_SCOPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "user/runtimes/java/java_code.h"

struct fb_java_scope {
	uint64_t method; /* address of its Method */
	int32_t index;   /* of the bytecode; negative: before the first */
};

/* Writes the scopes of an address in a compiled method, innermost first. is_return: it is a return address, which has a
 * PcDesc of its own; else the next one is taken. FB_NOT_FOUND: nothing is known of the address; FB_UNSUPPORTED,
 * FB_CORRUPT; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *
fb_java_scopes(const struct fb_java *java, const struct fb_java_blob *blob, uint64_t pc,
	       bool is_return, struct fb_java_scope scopes[FB_MAX_INLINED], size_t *count_ret);

#endif
