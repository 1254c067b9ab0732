// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fresh block of memory costs a page fault for each 4 KiB, and by default glibc maps each block of
 * 128 KiB or more afresh and gives it back when it is freed. Symbols, types and tables are many such
 * blocks: a quarter of the time of `ps` went into faults.
 */
#include "cmd/shared/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* What `ps` takes of a small host's dump. Memory that is not used is not taken. */
#define PREPARED_BYTES ((size_t)24 << 20)
#define HUGE_PAGE ((uintptr_t)2 << 20)
/* Larger blocks are still mapped, and given back. */
#define LARGEST_IN_HEAP (64 << 20)

void fb_heap_prepare(void)
{
	uintptr_t start, end;
	void *block;

	(void)mallopt(M_MMAP_THRESHOLD, LARGEST_IN_HEAP);
	(void)mallopt(M_TRIM_THRESHOLD, 2 * LARGEST_IN_HEAP);
	block = malloc(PREPARED_BYTES);
	if (!block)
		return;
	start = ((uintptr_t)block + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	end = ((uintptr_t)block + PREPARED_BYTES) & ~(HUGE_PAGE - 1);
	(void)madvise((void *)start, end - start, MADV_HUGEPAGE);
	free(block);
}
