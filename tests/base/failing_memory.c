// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See failing_memory.h. A program's malloc() is the one that its libraries call too. Those of AddressSanitizer are
 * called where it is built in, so that it sees every block.
 */
#include "tests/base/failing_memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/harness.h"

#define WEAK __attribute__((weak))
/* They are called before the sanitizer has made what its checks of memory look at. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))
/* Libraries call them too, although what the project is built from is hidden from these. */
#define OF_LIBRARIES __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
WEAK void *__interceptor_malloc(size_t size);
WEAK void *__interceptor_calloc(size_t count, size_t size);
WEAK void *__interceptor_realloc(void *block, size_t size);

static atomic_size_t made;
static size_t failing_at; /* from 1; 0: none */

UNCHECKED static bool fails(void)
{
	return atomic_fetch_add(&made, 1) + 1 == failing_at;
}

OF_LIBRARIES UNCHECKED void *malloc(size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

OF_LIBRARIES UNCHECKED void *calloc(size_t count, size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_calloc ? __interceptor_calloc(count, size)
				    : __libc_calloc(count, size);
}

OF_LIBRARIES UNCHECKED void *realloc(void *block, size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_realloc ? __interceptor_realloc(block, size)
				     : __libc_realloc(block, size);
}

/* Asks with allocation number `at` failing; *made_ret: how many there were. */
static struct fb_error *ask_failing(struct fb_error *(*ask)(void *context), void *context,
				    size_t at, size_t *made_ret)
{
	struct fb_error *err;

	atomic_store(&made, 0);
	failing_at = at;
	err = ask(context);
	failing_at = 0;
	*made_ret = atomic_load(&made);
	return err;
}

size_t failing_memory_must_pass(struct fb_error *(*ask)(void *context), void *context,
				failing_memory_check *right, size_t first, size_t last)
{
	size_t count, made_now;

	/* Twice: what is kept of the first answer is not allocated again. */
	FB_OK_FATAL(ask_failing(ask, context, 0, &count));
	FB_OK_FATAL(ask_failing(ask, context, 0, &count));
	CU_ASSERT(count > 0);
	for (size_t at = 1; at <= count; at++) {
		struct fb_error *err;
		bool good;

		if (at > first && at + last <= count)
			continue;
		err = ask_failing(ask, context, at, &made_now);
		good = err ? fb_error_is_fatal(err) : right && right(context);
		if (!good)
			printf("\n    allocation %zu of %zu failed, and the answer %s", at, count,
			       err ? fb_error_message(err) : "does not");
		CU_ASSERT(good);
		fb_error_destroy(err);
	}
	return count;
}
