/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls through functions that are inlined into each other, in a unit of debug
 * information of its own: what a stack has of them is known, line by line.
 */
#ifndef FB_TESTS_USER_INLINED_CALLS_H
#define FB_TESTS_USER_INLINED_CALLS_H

/* Lines of inlined_calls.c. */
struct inlined_lines {
	unsigned inner;  /* in inlined_inner(): where it calls what it is given */
	unsigned middle; /* in inlined_middle(): where inlined_inner() is */
	unsigned outer;  /* in inlined_outer(): where inlined_middle() is */
};

/* Calls call(context) by inlined_middle() and by inlined_inner(), which is inlined into that. A linker
 * knows it and inlined_middle() as lab::outer(int) and lab::middle(int). Returns what call does. */
int inlined_outer(int (*call)(void *context), void *context,
		  struct inlined_lines *lines_ret) __asm__("_ZN3lab5outerEi");

#endif
