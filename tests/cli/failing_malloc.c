// SPDX-License-Identifier: GPL-2.0-or-later
/* For LD_PRELOAD (test_memory.sh): allocation number $FAIL_AT of the process fails, and those of the $FAIL_COUNT
 * behind it. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);

static atomic_ulong made;
static unsigned long first, last;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAIL_AT"), *count = getenv("FAIL_COUNT");

	first = at ? strtoul(at, NULL, 10) : 0;
	last = first + (count ? strtoul(count, NULL, 10) : 1);
	atomic_store(&made, 0);
}

static bool fails(void)
{
	unsigned long number = atomic_fetch_add(&made, 1) + 1;

	return first && number >= first && number < last;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return fails() ? NULL : __libc_realloc(block, size);
}
