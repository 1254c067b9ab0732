/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that runs out: one allocation of a question fails, by whatever code it is made, libraries included.
 */
#ifndef FB_TESTS_BASE_FAILING_MEMORY_H
#define FB_TESTS_BASE_FAILING_MEMORY_H

#include <stddef.h>

#include "base/error.h"

/* Whether what a question has answered is right, where it came to an answer without that allocation. NULL: it never
 * is. */
typedef bool failing_memory_check(void *context);

/* Asks twice and counts the allocations of the second time. Then asks once for each of the first `first` and the last
 * `last` of them, which fails. Asserts that the error is FB_NOMEM or another fatal one, such as that of a system call
 * without memory, or that there is none and the answer is right. Returns the number of allocations. */
size_t failing_memory_must_pass(struct fb_error *(*ask)(void *context), void *context,
				failing_memory_check *right, size_t first, size_t last);

#endif
