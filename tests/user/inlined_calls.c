// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/user/inlined_calls.h"

#define INLINED inline __attribute__((always_inline))

/* Not static: only of others do compilers write down what the linker knows them as. */
INLINED int inlined_inner(int (*call)(void *), void *context, struct inlined_lines *lines);
INLINED int inlined_middle(int (*call)(void *), void *context,
			   struct inlined_lines *lines) __asm__("_ZN3lab6middleEi");

/* Each call and the note of its line stand in one line. */
/* clang-format off */
INLINED int inlined_middle(int (*call)(void *), void *context, struct inlined_lines *lines)
{
	lines->middle = __LINE__; return inlined_inner(call, context, lines) + 1;
}

__attribute__((noinline)) int inlined_outer(int (*call)(void *), void *context,
					    struct inlined_lines *lines)
{
	lines->outer = __LINE__; return inlined_middle(call, context, lines) + 1;
}

INLINED int inlined_inner(int (*call)(void *), void *context, struct inlined_lines *lines)
{
	int result;

/* The first line that there is. */
#line 1
	lines->inner = __LINE__; result = call(context);
	__asm__ volatile("" : : : "memory"); /* no tail call */
	return result + 1;
}
/* clang-format on */
