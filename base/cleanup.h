/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locals that free themselves where they leave their scope, for functions that return at several places:
 *
 *     FB_CLEANUP(fb_free_at) char *path = NULL;
 *     FB_CLEANUP(fb_file_destroy_at) struct fb_file *file = NULL;
 *     FB_CLEANUP(fb_buf_deinit) struct fb_buf buf = {0};
 *
 * FB_CLEANUP (base/attr.h) names a function that takes the address of the local. That is what a _deinit
 * takes, which so needs nothing more; free() and a _destroy take the pointer itself, and get a form whose
 * name ends in _at from here. The local is set from its declaration on; where what it holds is handed on
 * to the caller, it is set to NULL (fb_take()).
 */
#ifndef FB_BASE_CLEANUP_H
#define FB_BASE_CLEANUP_H

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

/* free() of what the pointer at place, of any type, points to. */
static inline void fb_free_at(void *place)
{
	void *memory;

	memcpy(&memory, place, sizeof(memory));
	free(memory);
}

/* Beside the declaration of destroy(type *): makes destroy_at(type **). A type in a declaration takes no
 * parentheses: NOLINTBEGIN(bugprone-macro-parentheses) */
#define FB_DESTROY_AT(type, destroy)                  \
	static inline void destroy##_at(type **place) \
	{                                             \
		destroy(*place);                      \
	}                                             \
	_Static_assert(1, "for the semicolon")
/* NOLINTEND(bugprone-macro-parentheses) */

/* The pointer's value, which is NULL from then on: hands on what would be freed else. */
#define fb_take(pointer)                                \
	__extension__({                                 \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})

#endif
