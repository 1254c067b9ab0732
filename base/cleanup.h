/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locals that free themselves where they leave their scope, for functions that return at several places:
 *
 *     FB_CLEANUP(fb_free_at) char *path = NULL;
 *     FB_CLEANUP(fb_file_destroy_at) struct fb_file *file = NULL;
 *     FB_CLEANUP(fb_buf_deinit) struct fb_buf buf = {0};
 *
 * FB_CLEANUP (base/attr.h) names a function that takes the address of the local. A _deinit function does so
 * already. free() and a _destroy function take the pointer itself; for these, this file has forms whose
 * names end in _at. The local must be initialised in its declaration. Where its value is handed on to the
 * caller, it is set to NULL (fb_take()), so that nothing is freed.
 */
#ifndef FB_BASE_CLEANUP_H
#define FB_BASE_CLEANUP_H

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

/* place is the address of a pointer of any type; frees the memory that this pointer points to. */
static inline void fb_free_at(void *place)
{
	void *memory;

	memcpy(&memory, place, sizeof(memory));
	free(memory);
}

/* Written behind the declaration of destroy(type *), this defines destroy_at(type **). A type in a
 * declaration takes no parentheses: NOLINTBEGIN(bugprone-macro-parentheses) */
#define FB_DESTROY_AT(type, destroy)                  \
	static inline void destroy##_at(type **place) \
	{                                             \
		destroy(*place);                      \
	}                                             \
	_Static_assert(1, "for the semicolon")
/* NOLINTEND(bugprone-macro-parentheses) */

/* Gives the pointer's value and sets the pointer to NULL, so that its cleanup frees nothing. */
#define fb_take(pointer)                                \
	__extension__({                                 \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})

#endif
