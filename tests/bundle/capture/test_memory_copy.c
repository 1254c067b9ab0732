// SPDX-License-Identifier: GPL-2.0-or-later
/* Which pages of mappings are copied, and as what segments: of this very process, of mappings that the test made. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "bundle/capture/memory.h"
#include "tests/harness.h"
#include "user/core/core.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* since 6.13 (662df3e5c376) */
#endif

#define PAGES 10u
#define SIZE (PAGES * FB_PAGE_SIZE)

/* Fresh pages of which none was touched. */
static uint8_t *map_pages(int flags, int fd)
{
	uint8_t *pages = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);

	CU_ASSERT_NOT_EQUAL_FATAL(pages, MAP_FAILED);
	(void)madvise(pages, SIZE, MADV_NOHUGEPAGE);
	return pages;
}

static void write_page(uint8_t *pages, unsigned page)
{
	memset(pages + page * FB_PAGE_SIZE, (int)(0x10 + page), FB_PAGE_SIZE);
}

/* A segment: in pages from the mapping's start on, of which so many have bytes. */
struct expected {
	unsigned start, end, with_bytes;
};

struct copied {
	char path[4200];
	uint64_t lost, estimate;
	struct fb_core *core;
};

/* Copies the mapping through a room of so many pages. */
static void copy(const uint8_t *pages, enum fb_proc_kind kind, uint64_t offset, size_t room_pages,
		 struct copied *copied)
{
	char path[] = "made";
	struct fb_proc_mapping list[] = {
		{.start = (uintptr_t)pages,
		 .end = (uintptr_t)pages + SIZE,
		 .offset = offset,
		 .flags = PF_R | PF_W,
		 .kind = kind,
		 .path = path},
		/* Behind the user's half. */
		{.start = 0xffffffffff600000,
		 .end = 0xffffffffff601000,
		 .kind = FB_PROC_VDSO,
		 .path = path},
	};
	const struct fb_proc_maps maps = {.list = list, .count = 2};
	struct fb_memory_room room = {.size = room_pages * FB_PAGE_SIZE};
	struct fb_outfile *outfile = NULL;
	struct fb_memory_copy *made = NULL;
	struct fb_core_output output;
	struct fb_buf notes;

	room.bytes = malloc(room.size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(room.bytes);
	(void)snprintf(copied->path, sizeof(copied->path), "%s/core", fb_test_folder());
	FB_OK_FATAL(fb_memory_estimate(getpid(), &maps, &copied->estimate));
	FB_OK_FATAL(fb_outfile_create(copied->path, true, &outfile));
	FB_OK_FATAL(fb_core_output_init(&output, outfile, false));
	FB_OK_FATAL(fb_memory_copy_create(getpid(), NULL, &maps, &room, &output, &made));
	FB_OK_FATAL(fb_memory_copy_write(made, &copied->lost));
	fb_buf_init(&notes, 100);
	FB_OK_FATAL(fb_core_output_finish(&output, &notes));
	FB_OK_FATAL(fb_outfile_commit(outfile));
	fb_buf_deinit(&notes);
	fb_memory_copy_destroy(made);
	fb_core_output_deinit(&output);
	fb_outfile_destroy(outfile);
	free(room.bytes);
	FB_OK_FATAL(fb_core_open(copied->path, NULL, &copied->core));
}

static void check(uint8_t *pages, enum fb_proc_kind kind, uint64_t offset,
		  const struct expected *expected, size_t count)
{
	static const size_t rooms[] = {64, 3, 1};

	for (size_t i = 0; i < FB_ARRAY_SIZE(rooms); i++) {
		const struct fb_core_info *info;
		struct copied copied;
		uint64_t with_bytes = 0;

		copy(pages, kind, offset, rooms[i], &copied);
		info = fb_core_info(copied.core);
		CU_ASSERT_EQUAL(copied.lost, 0);
		CU_ASSERT_EQUAL_FATAL(info->segment_count, count);
		for (size_t j = 0; j < count; j++) {
			const struct fb_core_segment *segment = &info->segments[j];
			const size_t size = expected[j].with_bytes * FB_PAGE_SIZE;
			uint8_t bytes[SIZE];

			CU_ASSERT_EQUAL(segment->address,
					(uintptr_t)pages + expected[j].start * FB_PAGE_SIZE);
			CU_ASSERT_EQUAL(segment->memory_size,
					(expected[j].end - expected[j].start) * FB_PAGE_SIZE);
			CU_ASSERT_EQUAL_FATAL(segment->file_size, size);
			CU_ASSERT_EQUAL(segment->flags, PF_R | PF_W);
			FB_OK(fb_file_read(fb_core_file(copied.core), segment->file_offset, bytes,
					   size));
			CU_ASSERT_EQUAL(
				memcmp(bytes, pages + expected[j].start * FB_PAGE_SIZE, size), 0);
			with_bytes += size;
		}
		CU_ASSERT_EQUAL(copied.estimate, with_bytes);
		fb_core_destroy(copied.core);
	}
}

/* Whether the entry of the page in pagemap says that it is a guard. */
static bool tells_guards(const uint8_t *page)
{
	FILE *file = fopen("/proc/self/pagemap", "re");
	uint64_t entry = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	setbuf(file, NULL);
	CU_ASSERT_EQUAL(fseeko(file, (off_t)((uintptr_t)page / FB_PAGE_SIZE * 8), SEEK_SET), 0);
	CU_ASSERT_EQUAL(fread(&entry, sizeof(entry), 1, file), 1);
	(void)fclose(file);
	return entry >> 58 & 1;
}

static void anonymous_pages_are_copied_once_touched(void)
{
	static const struct expected none[] = {{0, 10, 0}};
	static const struct expected some[] = {{0, 2, 0}, {2, 7, 2}, {7, 10, 1}};
	static const struct expected all[] = {{0, 10, 10}};
	uint8_t *pages = map_pages(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	check(pages, FB_PROC_ANONYMOUS, 0, none, 1);
	write_page(pages, 2);
	write_page(pages, 3);
	write_page(pages, 7);
	check(pages, FB_PROC_ANONYMOUS, 0, some, FB_ARRAY_SIZE(some));
	/* The same of shared memory that is no file's; nothing of a device. */
	check(pages, FB_PROC_SHMEM, 0, some, FB_ARRAY_SIZE(some));
	check(pages, FB_PROC_DEVICE, 0, none, 1);
	/* All of the vDSO, whatever pagemap says. */
	check(pages, FB_PROC_VDSO, 0, all, 1);
	for (unsigned i = 0; i < PAGES; i++)
		write_page(pages, i);
	check(pages, FB_PROC_ANONYMOUS, 0, all, 1);
	(void)munmap(pages, SIZE);
}

static void of_a_file_those_that_were_written_are(void)
{
	static const struct expected with_header[] = {{0, 2, 1}, {2, 10, 1}};
	static const struct expected without[] = {{0, 2, 0}, {2, 10, 1}};
	FILE *file = tmpfile();
	volatile uint8_t *read;
	uint8_t *pages;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(ftruncate(fileno(file), SIZE), 0);
	pages = map_pages(MAP_PRIVATE, fileno(file));
	read = pages;
	for (unsigned i = 0; i < PAGES; i++)
		(void)read[i * FB_PAGE_SIZE];
	write_page(pages, 2);
	/* And the first page of the file, which has an object's header. */
	check(pages, FB_PROC_FILE, 0, with_header, FB_ARRAY_SIZE(with_header));
	check(pages, FB_PROC_FILE, FB_PAGE_SIZE, without, FB_ARRAY_SIZE(without));
	(void)munmap(pages, SIZE);
	(void)fclose(file);
}

/* A guard region counts as swapped out, and cannot be read: it is left out, and is no loss. */
static void guards_are_left_out(void)
{
	static const struct expected some[] = {{0, 7, 0}, {7, 10, 1}};
	uint8_t *pages = map_pages(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	write_page(pages, 2);
	write_page(pages, 7);
	if (madvise(pages, 3 * FB_PAGE_SIZE, MADV_GUARD_INSTALL) == 0 && tells_guards(pages))
		check(pages, FB_PROC_ANONYMOUS, 0, some, FB_ARRAY_SIZE(some));
	else
		fb_test_skip("this kernel has no guard regions, or does not tell them");
	(void)munmap(pages, SIZE);
}

/* Not from 6.12 on where a kernel is set so that only a tracer reads what a process may not. */
static bool may_read_all(const uint8_t *page)
{
	const int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	uint8_t byte;
	const bool may = pread(fd, &byte, 1, (off_t)(uintptr_t)page) == 1;

	(void)close(fd);
	return may;
}

/* What the process may not read is read all the same; what is not there is lost, page by page. */
static void pages_that_cannot_be_read_are_counted(void)
{
	static const struct expected all[] = {{0, 10, 10}};
	uint8_t *pages = map_pages(MAP_PRIVATE | MAP_ANONYMOUS, -1), copy_of[SIZE];
	struct copied copied;

	for (unsigned i = 0; i < PAGES; i++)
		write_page(pages, i);
	memcpy(copy_of, pages, SIZE);
	CU_ASSERT_EQUAL(mprotect(pages, SIZE, PROT_NONE), 0);
	copy(pages, FB_PROC_ANONYMOUS, 0, 4, &copied);
	CU_ASSERT_EQUAL(copied.lost, may_read_all(pages) ? 0 : PAGES);
	fb_core_destroy(copied.core);
	CU_ASSERT_EQUAL(mprotect(pages, SIZE, PROT_READ), 0);
	CU_ASSERT_EQUAL(memcmp(pages, copy_of, SIZE), 0);
	check(pages, FB_PROC_ANONYMOUS, 0, all, 1);
	CU_ASSERT_EQUAL(munmap(pages + 4 * FB_PAGE_SIZE, 2 * FB_PAGE_SIZE), 0);
	copy(pages, FB_PROC_VDSO, 0, 64, &copied);
	CU_ASSERT_EQUAL(copied.lost, 2);
	CU_ASSERT_EQUAL_FATAL(fb_core_info(copied.core)->segment_count, 2);
	CU_ASSERT_EQUAL(fb_core_info(copied.core)->segments[0].file_size, 4 * FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(fb_core_info(copied.core)->segments[0].memory_size, 6 * FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(fb_core_info(copied.core)->segments[1].file_size, 4 * FB_PAGE_SIZE);
	fb_core_destroy(copied.core);
	(void)munmap(pages, SIZE);
}

static void there_is_no_memory_of_no_process(void)
{
	const struct fb_proc_maps maps = {.count = 0};
	uint64_t bytes = 7;

	FB_FAILS(fb_memory_estimate(FB_MAX_TASKS - 1, &maps, &bytes), FB_OS);
	CU_ASSERT_EQUAL(bytes, 7);
	FB_OK(fb_memory_estimate(getpid(), &maps, &bytes));
	CU_ASSERT_EQUAL(bytes, 0);
}

FB_TEST_MAIN("bundle/capture/memory, copied", FB_TEST(anonymous_pages_are_copied_once_touched),
	     FB_TEST(of_a_file_those_that_were_written_are), FB_TEST(guards_are_left_out),
	     FB_TEST(pages_that_cannot_be_read_are_counted),
	     FB_TEST(there_is_no_memory_of_no_process))
