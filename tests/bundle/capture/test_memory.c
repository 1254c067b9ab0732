// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a process is estimated. */
#include "bundle/capture/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"

#define TOUCHED 1024u
#define MAPPED 4096u
/* Pages by which the heap may grow besides, a sanitizer's quarantine with it. */
#define OTHERS 256u

/* A sanitizer's shadow is terabytes of mapping, and grows as it likes: it is not what is measured. */
#define LARGEST_MAPPING (1ull << 30)

static void forget_large(struct fb_proc_maps *maps)
{
	size_t kept = 0;

	for (size_t i = 0; i < maps->count; i++) {
		if (maps->list[i].end - maps->list[i].start > LARGEST_MAPPING)
			free(maps->list[i].path);
		else
			maps->list[kept++] = maps->list[i];
	}
	maps->count = kept;
}

/* Bytes that a core of this process would have. */
static uint64_t estimate(void)
{
	struct fb_proc_maps maps;
	uint64_t bytes = 0;

	FB_OK_FATAL(fb_proc_maps_read(getpid(), &maps));
	forget_large(&maps);
	FB_OK_FATAL(fb_memory_estimate(getpid(), &maps, &bytes));
	fb_proc_maps_deinit(&maps);
	return bytes;
}

/* Pages by which a mapping of MAPPED pages, TOUCHED of them written, makes a core larger. */
static uint64_t grown_by(int flags, int fd)
{
	const uint64_t before = estimate();
	uint8_t *memory = mmap(NULL, MAPPED * FB_PAGE_SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);
	uint64_t after;

	CU_ASSERT_NOT_EQUAL_FATAL(memory, MAP_FAILED);
	(void)madvise(memory, MAPPED * FB_PAGE_SIZE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < TOUCHED; i++)
		memory[(MAPPED - 1 - i) * FB_PAGE_SIZE] = 1;
	after = estimate();
	(void)munmap(memory, MAPPED * FB_PAGE_SIZE);
	return (after - before) / FB_PAGE_SIZE;
}

static void what_was_touched_counts(void)
{
	const uint64_t pages = grown_by(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	CU_ASSERT_TRUE(pages >= TOUCHED && pages < TOUCHED + OTHERS);
}

/* As a runtime's heap or a sanitizer's shadow: what stands far apart in much that was never touched. */
static void finds_few_pages_in_a_large_mapping(void)
{
	const uint64_t size = LARGEST_MAPPING / 2;
	const uint64_t before = estimate();
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t pages;

	CU_ASSERT_NOT_EQUAL_FATAL(memory, MAP_FAILED);
	(void)madvise(memory, size, MADV_NOHUGEPAGE);
	for (uint64_t at = 0; at < size; at += size / TOUCHED)
		memory[at] = 1;
	memory[size - 1] = 1;
	pages = (estimate() - before) / FB_PAGE_SIZE;
	(void)munmap(memory, size);
	CU_ASSERT_TRUE(pages > TOUCHED && pages < TOUCHED + OTHERS);
}

static void shared_memory_counts(void)
{
	const uint64_t pages = grown_by(MAP_SHARED | MAP_ANONYMOUS, -1);

	CU_ASSERT_TRUE(pages >= TOUCHED && pages < TOUCHED + OTHERS);
}

static void a_files_own_pages_do_not(void)
{
	FILE *file = tmpfile();
	uint64_t shared, own;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(ftruncate(fileno(file), (off_t)MAPPED * FB_PAGE_SIZE), 0);
	shared = grown_by(MAP_SHARED, fileno(file));
	own = grown_by(MAP_PRIVATE, fileno(file));
	CU_ASSERT_TRUE(shared < OTHERS);
	CU_ASSERT_TRUE(own >= TOUCHED && own < TOUCHED + OTHERS);
	(void)fclose(file);
}

static void room_is_for_all_at_once(void)
{
	struct fb_memory_room one = {0}, many = {0};

	FB_OK_FATAL(fb_memory_room_create(UINT64_MAX / 4, 1024, &one));
	FB_OK_FATAL(fb_memory_room_create(UINT64_MAX / 4, 4096, &many));
	CU_ASSERT_TRUE(many.size > 0 && many.size <= one.size);
	CU_ASSERT_EQUAL(one.size % FB_PAGE_SIZE, 0);
	fb_memory_room_destroy(&one);
	fb_memory_room_destroy(&many);
	FB_OK_FATAL(fb_memory_room_create(1, 1, &one));
	CU_ASSERT_TRUE(one.size >= FB_PAGE_SIZE && one.size <= 64u << 20);
	fb_memory_room_destroy(&one);
}

FB_TEST_MAIN("bundle/capture/memory", FB_TEST(what_was_touched_counts),
	     FB_TEST(finds_few_pages_in_a_large_mapping), FB_TEST(shared_memory_counts),
	     FB_TEST(a_files_own_pages_do_not), FB_TEST(room_is_for_all_at_once))
