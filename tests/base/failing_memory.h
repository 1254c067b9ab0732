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

/* Asks twice, the second time counting allocations; then again and again with one of them failing each time: each of the first `first`
 * and the last `last`. Asserts that the question fails with FB_NOMEM, or as a system call that lacks memory, or that its answer is right. Returns the number of
 * allocations. */
size_t failing_memory_must_pass(struct fb_error *(*ask)(void *context), void *context,
				failing_memory_check *right, size_t first, size_t last);

#endif
