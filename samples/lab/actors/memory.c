// SPDX-License-Identifier: GPL-2.0-or-later
// PT, SX and SK: memory of every kind with known contents. Every 8 bytes are TAG << 40 | offset in the region.
#include "actor.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define HUGE (2u << 20)
#define REWRITTEN_PAGES 16u
#define REWRITTEN_FIRST 32u
#define SHARED_TAG 7777u
#define SHARED_PATH "/tmp/shared.bin"

static char *private, *swapped;
static size_t swapped_length;

static void fill(char *start, size_t length, uint64_t tag)
{
	for (size_t offset = 0; offset < length; offset += 8) {
		uint64_t word = tag << 40 | offset;
		memcpy(start + offset, &word, 8);
	}
}

static char *map_private(size_t length)
{
	char *start =
		mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(start != MAP_FAILED, "mmap");
	return start;
}

static void region(const char *kind, const char *start, size_t length, uint64_t tag)
{
	note("region actor=PT pid=%d kind=%s start=%p length=%zu tag=%" PRIu64, host_tid(), kind,
	     (const void *)start, length, tag);
}

// Sent when the core has been taken: 16 pages change, and what the debugger read back in goes out again.
static void after_core(int signal)
{
	(void)signal;
	memset(private + (size_t)REWRITTEN_FIRST * PAGE, 0xa5, (size_t)REWRITTEN_PAGES * PAGE);
	madvise(swapped, swapped_length, MADV_PAGEOUT);
	ready("PT-rewritten");
}

static char *map_shared(size_t length)
{
	int fd = open(SHARED_PATH, O_RDWR | O_CREAT, 0644);

	need(fd >= 0 && ftruncate(fd, (off_t)length) == 0, SHARED_PATH);
	char *start = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(start != MAP_FAILED, "mmap " SHARED_PATH);
	return start;
}

static void pattern(const char *name)
{
	const char *scale = getenv("LAB_SCALE");
	size_t pages = scale != NULL ? strtoul(scale, NULL, 10) : 256;
	uint64_t tag = (uint64_t)host_tid();

	private = map_private(pages * PAGE);
	fill(private, pages * PAGE, tag);
	char *huge = map_private(2 * HUGE);
	huge += HUGE - (uintptr_t)huge % HUGE;
	madvise(huge, HUGE, MADV_HUGEPAGE);
	fill(huge, HUGE, tag + 1000);
	char *none = map_private((size_t)16 * PAGE);
	fill(none, (size_t)16 * PAGE, tag + 2000);
	need(mprotect(none, (size_t)16 * PAGE, PROT_NONE) == 0, "mprotect");
	swapped_length = pages * PAGE;
	swapped = map_private(swapped_length);
	fill(swapped, swapped_length, tag + 3000);
	// The zram device meets both pages of one value and pages it cannot compress away.
	memset(swapped, 0x5a, PAGE);
	need(madvise(swapped, swapped_length, MADV_PAGEOUT) == 0, "MADV_PAGEOUT");
	char *shared = map_shared(pages * PAGE);
	fill(shared, pages * PAGE, SHARED_TAG);

	region("private", private, pages * PAGE, tag);
	note("rewritten actor=PT start=%p length=%u byte=0xa5",
	     (void *)(private + (size_t)REWRITTEN_FIRST * PAGE), REWRITTEN_PAGES * PAGE);
	region("huge", huge, HUGE, tag + 1000);
	region("none", none, (size_t)16 * PAGE, tag + 2000);
	region("swapped", swapped, swapped_length, tag + 3000);
	note("rewritten actor=PT start=%p length=%u byte=0x5a", (void *)swapped, PAGE);
	region("shared", shared, pages * PAGE, SHARED_TAG);
	note("idle actor=PT tid=%d depth=6", host_tid());
	signal(SIGUSR1, after_core);
	ready(name);
	wait_forever(5);
}

struct pages {
	char *start;
	size_t length;
};

static void read_pages(void *argument)
{
	const struct pages *pages = argument;

	for (size_t offset = 0; offset < pages->length; offset += PAGE)
		(void)*(volatile char *)(pages->start + offset);
	ready("SX-read");
}

// SX: pages that were swapped out, before a child was forked, which then read them. The child has them mapped; to the
// parent they are swapped still, and in the swap cache.
static void swap_cache(const char *name)
{
	struct pages pages = {.length = (size_t)16 * PAGE};
	uint64_t tag = (uint64_t)host_tid();

	pages.start = map_private(pages.length);
	fill(pages.start, pages.length, tag);
	need(madvise(pages.start, pages.length, MADV_PAGEOUT) == 0, "MADV_PAGEOUT");
	note("cached actor=SX pid=%d start=%p length=%zu tag=%" PRIu64, host_tid(),
	     (void *)pages.start, pages.length, tag);
	fork_child("SX-reader", read_pages, &pages);
	ready(name);
}

static volatile sig_atomic_t on_file;

static void now_to_file(int signal)
{
	(void)signal;
	on_file = 1;
}

static void page_out(char *start, size_t length)
{
	need(madvise(start, length, MADV_PAGEOUT) == 0, "MADV_PAGEOUT");
	settle(1000);
}

// A page that is being written to a disk stays in the swap cache. When it has been written it is read from there, and
// goes out again for good: but for the first quarter, which stays in the cache.
static void swap_out(const char *kind, size_t pages)
{
	size_t length = pages * PAGE;
	uint64_t tag = (uint64_t)host_tid();
	char *start = map_private(length);

	fill(start, length, tag);
	page_out(start, length);
	for (size_t offset = length / 4; offset < length; offset += PAGE)
		(void)*(volatile char *)(start + offset);
	page_out(start + length / 4, length - length / 4);
	note("slots actor=SK pid=%d kind=%s start=%p length=%zu tag=%" PRIu64, host_tid(), kind,
	     (void *)start, length, tag);
}

// SK: pages on the swap area that was there first, a disk, and when the signal has come on another, a file.
static void swapped_to_disk(const char *name)
{
	signal(SIGUSR1, now_to_file);
	swap_out("partition", 64);
	ready("SK-disk");
	while (!on_file)
		settle(100);
	swap_out("file", 16);
	note("idle actor=SK tid=%d", host_tid());
	ready(name);
	wait_forever(1);
}

const struct actor memory_actors[] = {
	{"PT", pattern},
	{"SX", swap_cache},
	{"SK", swapped_to_disk},
	{NULL, NULL},
};
