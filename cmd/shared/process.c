// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prepares the program's own process: memory is taken from the system in large pieces, enough descriptors for a
 * thousand cores are allowed, and failures that would end the program silently are reported instead. Called by main().
 */
#include "cmd/shared/process.h"

#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/shared/command.h"

/* A fresh block of memory costs a page fault for each 4 KiB, and by default glibc maps each block of 128 KiB or more
 * afresh and gives it back when it is freed. Symbols, types and tables are many such blocks: a quarter of the time of
 * `ps` went into faults. This is what `ps` takes of a small host's dump. Memory that is not used is not taken. */
#define PREPARED_BYTES ((size_t)24 << 20)
#define HUGE_PAGE ((uintptr_t)2 << 20)
/* Larger blocks are still mapped, and given back. */
#define LARGEST_IN_HEAP (64 << 20)

/* A descriptor for each core, its pages' scratch, and some for the rest. */
#define DESCRIPTORS (2u * FB_MAX_CORES + 4096u)

static void keep_large_blocks(void)
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

/* The usual limit of 1,024 is for programs that use select(). */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* jansson drops a member or an element where memory is out, and who builds an answer of a hundred members
 * does not ask after each. An answer or a manifest that lacks one must not pass for whole: so nothing is
 * written then. Output files that are not complete have no name yet. */
static void *allocate_for_json(size_t size)
{
	static const char message[] = "fbundle: out of memory\n";
	void *block = malloc(size);

	if (block || !size)
		return block;
	(void)!write(STDERR_FILENO, message, strlen(message));
	_exit(FB_EXIT_FAILURE);
}

void fb_process_prepare(void)
{
	keep_large_blocks();
	raise_descriptors();
	json_set_alloc_funcs(allocate_for_json, free);
	/* A file that grows past `ulimit -f`: the write fails, and the message says which. */
	(void)signal(SIGXFSZ, SIG_IGN);
}
