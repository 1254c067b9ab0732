// SPDX-License-Identifier: GPL-2.0-or-later
/* The small sample as an ELF vmcore, filtered again: whole, flattened, cut off, and on a disk that fails. */
#include "bundle/dump/filtered_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bundle/file/fiber.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

/* Stands before the C library's: the bytes [bad_start, bad_end) of bad_inode cannot be read. */
static uint64_t bad_start, bad_end;
static ino_t bad_inode;

ssize_t pread64(int fd, void *to, size_t length, off64_t offset)
{
	struct stat status;

	if (bad_end && !fstat(fd, &status) && status.st_ino == bad_inode &&
	    (uint64_t)offset < bad_end && (uint64_t)offset + length > bad_start) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pread64, fd, to, length, offset);
}

ssize_t pread(int fd, void *to, size_t length, off_t offset) __attribute__((alias("pread64")));

struct world {
	char folder[64];
	char vmcore[96], out[96];
	struct sample_input sample; /* the whole sample */
	struct fb_warnings *warnings;
	struct fb_input *input; /* of vmcore */
	struct fb_filtered_dump_options options;
	struct fb_filtered_dump_result result;
};

/* cut: bytes that the vmcore loses at its end. */
static void make(struct world *world, size_t cut)
{
	struct fb_input_options options = {.path = world->vmcore};
	struct mk_recipe recipe = {0};
	struct mk_bytes bytes;
	struct stat status;
	FILE *file;

	memset(world, 0, sizeof(*world));
	snprintf(world->folder, sizeof(world->folder), "/tmp/fbundle-dump.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(world->folder));
	snprintf(world->vmcore, sizeof(world->vmcore), "%s/vmcore", world->folder);
	snprintf(world->out, sizeof(world->out), "%s/out", world->folder);
	sample_open(&world->sample, (const char *const[]){NULL});
	recipe.source = fb_input_dump(world->sample.input);
	recipe.max_pfn = fb_dump_info(recipe.source)->max_pfn;
	mk_elf(&recipe, &bytes);
	file = fopen(world->vmcore, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(bytes.data, 1, bytes.size - cut, file), bytes.size - cut);
	fclose(file);
	free(bytes.data);
	FB_OK_FATAL(fb_warnings_create(&world->warnings));
	FB_OK_FATAL(fb_input_open(&options, world->warnings, &world->input));
	CU_ASSERT_EQUAL(stat(world->vmcore, &status), 0);
	bad_inode = status.st_ino;
	world->options = (struct fb_filtered_dump_options){
		.output = world->out, .level = FB_LEVEL_ALL, .keep.most_pages = UINT64_MAX};
}

static void destroy(struct world *world)
{
	bad_start = bad_end = 0;
	fb_input_destroy(world->input);
	fb_warnings_destroy(world->warnings);
	sample_close(&world->sample);
	unlink(world->out);
	unlink(world->vmcore);
	CU_ASSERT_EQUAL(rmdir(world->folder), 0); /* nothing else is left */
}

/* The pages that out has are the sample's, all but `missing` of them. */
static void check(struct world *world, uint64_t missing, bool incomplete)
{
	struct fb_dump *whole = fb_input_dump(world->sample.input), *dump;
	const char *path = world->out;
	uint64_t absent = 0;

	FB_OK_FATAL(fb_dump_open(&path, 1, world->warnings, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->dump_level, 31);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->incomplete, incomplete);
	for (uint64_t pfn = fb_dump_next_page(whole, 0); pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(whole, pfn + 1)) {
		uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];

		if (!fb_dump_has_page(dump, pfn)) {
			absent++;
			continue;
		}
		FB_OK_FATAL(fb_dump_read_page(whole, pfn, wanted));
		FB_OK_FATAL(fb_dump_read_page(dump, pfn, page));
		CU_ASSERT_EQUAL_FATAL(memcmp(page, wanted, FB_PAGE_SIZE), 0);
	}
	CU_ASSERT_EQUAL(absent, missing);
	fb_dump_destroy(dump);
}

static void writes_what_stays(void)
{
	for (unsigned flattened = 0; flattened < 2; flattened++) {
		struct world world;
		uint64_t pages;

		make(&world, 0);
		pages = fb_dump_info(fb_input_dump(world.input))->pages_dumped;
		world.options.flattened = flattened;
		FB_OK_FATAL(fb_filtered_dump_write(world.input, &world.options, &world.result));
		CU_ASSERT_EQUAL(world.result.written, pages);
		CU_ASSERT_EQUAL(world.result.unread, 0);
		CU_ASSERT(world.result.zeros > 0 && world.result.zeros < pages);
		check(&world, 0, false);
		/* What exists is not replaced unasked. */
		FB_FAILS(fb_filtered_dump_write(world.input, &world.options, &world.result),
			 FB_INVALID);
		world.options.output = world.vmcore;
		world.options.force = true;
		FB_FAILS(fb_filtered_dump_write(world.input, &world.options, &world.result),
			 FB_INVALID);
		destroy(&world);
	}
}

/* 30 pages near the end, which no table of the kernel's is in. */
static void goes_on_where_the_disk_fails(void)
{
	struct world world;
	struct stat status;

	make(&world, 0);
	CU_ASSERT_EQUAL(stat(world.vmcore, &status), 0);
	bad_end = (uint64_t)status.st_size & FB_PAGE_MASK;
	bad_start = bad_end - 30 * FB_PAGE_SIZE;
	FB_OK_FATAL(fb_filtered_dump_write(world.input, &world.options, &world.result));
	CU_ASSERT(world.result.unread >= 30 && world.result.unread <= 32);
	CU_ASSERT_EQUAL(world.result.written + world.result.unread,
			fb_dump_info(fb_input_dump(world.input))->pages_dumped);
	bad_start = bad_end = 0;
	check(&world, world.result.unread, true);
	destroy(&world);
}

/* The same pages as a hole: nothing of it is read, and all share the page of zeros. */
static void reads_nothing_of_a_hole(void)
{
	struct world world;
	struct stat status;
	uint64_t zeros;
	int fd;

	make(&world, 0);
	FB_OK_FATAL(fb_filtered_dump_write(world.input, &world.options, &world.result));
	zeros = world.result.zeros;
	CU_ASSERT_EQUAL(stat(world.vmcore, &status), 0);
	bad_end = (uint64_t)status.st_size & FB_PAGE_MASK;
	bad_start = bad_end - 30 * FB_PAGE_SIZE;
	fd = open(world.vmcore, O_WRONLY);
	CU_ASSERT_EQUAL_FATAL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					(off_t)bad_start, 30 * FB_PAGE_SIZE),
			      0);
	close(fd);
	world.options.force = true;
	FB_OK_FATAL(fb_filtered_dump_write(world.input, &world.options, &world.result));
	CU_ASSERT_EQUAL(world.result.unread, 0);
	CU_ASSERT(world.result.zeros > zeros && world.result.zeros <= zeros + 30);
	CU_ASSERT_EQUAL(world.result.written,
			fb_dump_info(fb_input_dump(world.input))->pages_dumped);
	destroy(&world);
}

static void takes_what_a_cut_vmcore_has(void)
{
	struct world world;

	make(&world, 40 * FB_PAGE_SIZE);
	FB_OK_FATAL(fb_filtered_dump_write(world.input, &world.options, &world.result));
	CU_ASSERT_EQUAL(world.result.unread, 0);
	check(&world, fb_dump_info(fb_input_dump(world.input))->pages_lost, true);
	destroy(&world);
}

static void knows_the_processes_that_are_named(void)
{
	static const char *const words[] = {"132", "cgroup:/", "blocked", "no such program"};
	struct world world;

	make(&world, 0);
	world.options.force = true;
	world.options.keep.process_count = 1;
	for (size_t i = 0; i < 3; i++) {
		world.options.keep.processes = &words[i];
		FB_OK_FATAL(fb_filtered_dump_write(world.input, &world.options, &world.result));
		CU_ASSERT(i == 0 ? world.result.keep.processes == 1
				 : world.result.keep.processes > 1);
	}
	world.options.keep.processes = &words[3];
	FB_FAILS_WITH(fb_filtered_dump_write(world.input, &world.options, &world.result),
		      FB_NOT_FOUND, "no such program");
	destroy(&world);
}

static const char *const cores[] = {"core.128.xz", "core.132.xz", "core.151.lz4", NULL};

static void same_bytes(struct fb_file *left, struct fb_file *right)
{
	uint8_t a[4096], b[4096];

	CU_ASSERT_EQUAL_FATAL(left->size, right->size);
	for (uint64_t at = 0; at < left->size; at += sizeof(a)) {
		size_t length = left->size - at < sizeof(a) ? (size_t)(left->size - at) : sizeof(a);

		FB_OK_FATAL(fb_file_read(left, at, a, length));
		FB_OK_FATAL(fb_file_read(right, at, b, length));
		CU_ASSERT_EQUAL_FATAL(memcmp(a, b, length), 0);
	}
}

/* How many cores out has, each bit for bit the bundle's; and that pages of theirs are told from the dump's. */
static size_t compare_cores(struct sample_input *bundle, const char *out)
{
	struct fb_input_options options = {.path = out};
	struct fb_fiber *before = fb_input_fiber(bundle->input), *after;
	struct fb_dump *dump = fb_input_dump(bundle->input);
	struct fb_input *input = NULL;
	size_t count;

	FB_OK_FATAL(fb_input_open(&options, bundle->warnings, &input));
	after = fb_input_fiber(input);
	CU_ASSERT_PTR_NOT_NULL_FATAL(after);
	count = fb_fiber_core_count(after);
	for (size_t i = 0; i < count; i++) {
		struct fb_file *left = NULL, *right = NULL;

		FB_OK_FATAL(fb_fiber_core_file(before, i, &left));
		FB_OK_FATAL(fb_fiber_core_file(after, i, &right));
		same_bytes(left, right);
		fb_file_destroy(left);
		fb_file_destroy(right);
	}
	for (uint64_t pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(dump, pfn + 1)) {
		bool was, is;

		FB_OK(fb_fiber_page_added(before, pfn, &was));
		FB_OK(fb_fiber_page_added(after, pfn, &is));
		CU_ASSERT_EQUAL(was, is);
	}
	fb_input_destroy(input);
	return count;
}

/* Filtering a bundle leaves its cores as they are; without process memory there are none. */
static void takes_over_the_cores_of_a_bundle(void)
{
	struct fb_filtered_dump_options options = {
		.level = FB_LEVEL_ALL, .keep.stacks = true, .keep.most_pages = UINT64_MAX};
	struct fb_filtered_dump_result result;
	struct sample_input bundle;
	char path[4200];

	sample_open_bundle(&bundle, cores);
	(void)snprintf(path, sizeof(path), "%s/filtered", fb_test_folder());
	options.output = path;
	for (unsigned flattened = 0; flattened < 2; flattened++) {
		options.flattened = flattened;
		options.force = true;
		FB_OK_FATAL(fb_filtered_dump_write(bundle.input, &options, &result));
		CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 0);
		CU_ASSERT_EQUAL(compare_cores(&bundle, path), 3);
		FB_OK(fb_fiber_verify(path, NULL, bundle.warnings));
		CU_ASSERT_EQUAL(fb_warnings_count(bundle.warnings), 0);
	}
	options.keep.stacks = false;
	FB_OK_FATAL(fb_filtered_dump_write(bundle.input, &options, &result));
	CU_ASSERT_EQUAL(sample_warnings(&bundle, "3 cores of"), 1);
	CU_ASSERT_EQUAL(compare_cores(&bundle, path), 0);
	sample_close(&bundle);
}

FB_TEST_MAIN("bundle/filtered_dump", FB_TEST(writes_what_stays),
	     FB_TEST(goes_on_where_the_disk_fails), FB_TEST(reads_nothing_of_a_hole),
	     FB_TEST(takes_what_a_cut_vmcore_has), FB_TEST(knows_the_processes_that_are_named),
	     FB_TEST(takes_over_the_cores_of_a_bundle))
