// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/merge/bundle_writer.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/file/fiber.h"
#include "kernel/dump/kdump_format.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

/* What a placed frame holds. */
static void placed_page(uint64_t pfn, uint8_t page[FB_PAGE_SIZE])
{
	static const unsigned pages[MADE_PLACED] = {2, 3, 8, 9, 10, 11, 15, 16, 17};

	made_core_page(MADE_A, pages[pfn - 95], page);
}

/* Every page of the input, and the placed ones; nothing else. */
static void check_pages(struct made_host *host, struct fb_dump *bundle)
{
	uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];

	for (uint64_t pfn = 0; pfn < MADE_MAX_PFN; pfn++) {
		bool placed = pfn >= 95 && pfn < 95 + MADE_PLACED;
		bool in_dump = fb_dump_has_page(host->dump, pfn);

		CU_ASSERT_EQUAL(fb_dump_has_page(bundle, pfn), placed || in_dump);
		if (placed)
			placed_page(pfn, wanted);
		else if (in_dump)
			FB_OK(fb_dump_read_page(host->dump, pfn, wanted));
		else
			continue;
		FB_OK_FATAL(fb_dump_read_page(bundle, pfn, page));
		CU_ASSERT_EQUAL(memcmp(page, wanted, FB_PAGE_SIZE), 0);
	}
}

static void check_cores(struct made_host *host, const char *path, struct fb_dump *bundle)
{
	struct fb_fiber *fiber;
	struct fb_file *file;
	bool present;

	FB_OK_FATAL(fb_file_open(path, &file));
	FB_OK_FATAL(fb_fiber_present(file, &present));
	CU_ASSERT_EQUAL(present, true);
	FB_OK_FATAL(fb_fiber_open(file, bundle, host->warnings, &fiber));
	CU_ASSERT_STRING_EQUAL(fb_fiber_manifest(fiber), MADE_MANIFEST);
	CU_ASSERT_EQUAL_FATAL(fb_fiber_core_count(fiber), MADE_CORES);
	for (size_t i = 0; i < MADE_CORES; i++) {
		struct fb_file *core;
		uint8_t *bytes;

		FB_OK_FATAL(fb_fiber_core_file(fiber, i, &core));
		CU_ASSERT_EQUAL_FATAL(core->size, host->core_sizes[i]);
		bytes = malloc(core->size);
		CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
		FB_OK(fb_file_read(core, 0, bytes, core->size));
		CU_ASSERT_EQUAL(memcmp(bytes, host->core_bytes[i], core->size), 0);
		/* Small reads go other ways. */
		for (size_t at = 0; at + 10 <= core->size; at += 509) {
			FB_OK(fb_file_read(core, at, bytes, 10));
			CU_ASSERT_EQUAL(memcmp(bytes, host->core_bytes[i] + at, 10), 0);
		}
		free(bytes);
		fb_file_destroy(core);
	}
	fb_fiber_destroy(fiber);
	fb_file_destroy(file);
}

static void check_bundle(enum made_format format, uint32_t method)
{
	struct fb_warnings *problems;
	struct made_host host;
	struct fb_dump *dump;
	const char *path;
	char *owned;

	made_host_open(&host, format, method);
	path = owned = made_bundle(&host, NULL, "bundle");
	FB_OK_FATAL(fb_dump_open(&path, 1, host.warnings, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "kdump-compressed");
	CU_ASSERT_FALSE(fb_dump_info(dump)->split || fb_dump_info(dump)->flattened);
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->release,
			       format == MADE_ELF ? "6.1.0-made" : "6.1.0-test");
	CU_ASSERT_EQUAL(fb_dump_info(dump)->max_pfn, MADE_MAX_PFN);
	CU_ASSERT_STRING_EQUAL(fb_dump_vmcoreinfo(dump), fb_dump_vmcoreinfo(host.dump));
	if (format != MADE_ELF) /* there frame 0 is placed too: test_place.c */
		check_pages(&host, dump);
	check_cores(&host, path, dump);
	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK(fb_fiber_verify(path, NULL, problems));
	CU_ASSERT_EQUAL(fb_warnings_count(problems), 0);
	fb_warnings_destroy(problems);
	fb_dump_destroy(dump);
	free(owned);
	made_host_close(&host);
}

static void bundles_of_kdump(void)
{
	check_bundle(MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	check_bundle(MADE_KDUMP, FB_KDUMP_PAGE_LZO);
	check_bundle(MADE_KDUMP, FB_KDUMP_PAGE_SNAPPY);
	check_bundle(MADE_KDUMP, FB_KDUMP_PAGE_ZSTD);
	check_bundle(MADE_KDUMP, 0);
}

static void bundle_of_a_flattened_dump(void)
{
	check_bundle(MADE_FLATTENED, FB_KDUMP_PAGE_ZLIB);
}

static void bundle_of_a_split_dump(void)
{
	check_bundle(MADE_SPLIT, FB_KDUMP_PAGE_LZO);
}

static void bundle_of_an_elf_dump(void)
{
	check_bundle(MADE_ELF, 0);
}

static uint8_t *slurp(const char *path, size_t *size_ret)
{
	struct fb_file *file;
	uint8_t *bytes;

	FB_OK_FATAL(fb_file_open(path, &file));
	bytes = malloc(file->size + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	FB_OK_FATAL(fb_file_read(file, 0, bytes, file->size));
	*size_ret = file->size;
	fb_file_destroy(file);
	return bytes;
}

/* The same input gives the same bytes, whatever the threads do. */
static void threads_change_no_byte(void)
{
	size_t one_size, many_size;
	struct made_host host;
	struct fb_pool *pool;
	uint8_t *one, *many;
	char *paths[2];

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	FB_OK_FATAL(fb_pool_create(4, &pool));
	paths[0] = made_bundle(&host, NULL, "one");
	paths[1] = made_bundle(&host, pool, "many");
	one = slurp(paths[0], &one_size);
	many = slurp(paths[1], &many_size);
	CU_ASSERT_EQUAL_FATAL(one_size, many_size);
	CU_ASSERT_EQUAL(memcmp(one, many, one_size), 0);
	free(one);
	free(many);
	free(paths[0]);
	free(paths[1]);
	fb_pool_destroy(pool);
	made_host_close(&host);
}

/* Stored pages keep their bytes and their method: nothing is decompressed on the way. */
static void stored_pages_are_copied_as_they_are(void)
{
	struct fb_dump_stored from[2], to[2];
	struct fb_dump_part in, out;
	uint8_t a[FB_PAGE_SIZE], b[FB_PAGE_SIZE];
	struct made_host host;
	struct fb_dump *dump;
	size_t count, other;
	const char *path;
	char *owned;

	made_host_open(&host, MADE_FLATTENED, FB_KDUMP_PAGE_LZO);
	path = owned = made_bundle(&host, NULL, "bundle");
	FB_OK_FATAL(fb_dump_open(&path, 1, host.warnings, &dump));
	FB_OK_FATAL(fb_dump_part(host.dump, 0, &in));
	FB_OK_FATAL(fb_dump_part(dump, 0, &out));
	FB_OK_FATAL(fb_dump_stored(host.dump, 118, from, 2, &count));
	FB_OK_FATAL(fb_dump_stored(dump, 118, to, 2, &other));
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_EQUAL_FATAL(other, 2);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(to[i].pfn, from[i].pfn);
		CU_ASSERT_EQUAL_FATAL(to[i].size, from[i].size);
		CU_ASSERT_EQUAL(to[i].flags, from[i].flags);
		FB_OK(fb_file_read(in.file, from[i].offset, a, from[i].size));
		FB_OK(fb_file_read(out.file, to[i].offset, b, to[i].size));
		CU_ASSERT_EQUAL(memcmp(a, b, to[i].size), 0);
	}
	CU_ASSERT_EQUAL(from[0].flags, FB_KDUMP_PAGE_LZO);
	fb_dump_destroy(dump);
	free(owned);
	made_host_close(&host);
}

static void zero_pages_share_their_bytes(void)
{
	struct fb_dump_stored stored[2];
	struct made_host host;
	struct fb_dump *dump;
	const char *path;
	size_t count;
	char *owned;

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	path = owned = made_bundle(&host, NULL, "bundle");
	FB_OK_FATAL(fb_dump_open(&path, 1, host.warnings, &dump));
	FB_OK_FATAL(fb_dump_stored(dump, MADE_ZERO_1, stored, 2, &count));
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_EQUAL(stored[1].pfn, MADE_ZERO_2);
	CU_ASSERT_EQUAL(stored[0].offset, stored[1].offset);
	fb_dump_destroy(dump);
	free(owned);
	made_host_close(&host);
}

/* It holds the memory of processes; and nothing else is left in the folder. */
static void is_private_and_refuses_to_overwrite(void)
{
	struct fb_placement placement;
	struct fb_bundle_plan plan = {.core_count = MADE_CORES, .manifest = MADE_MANIFEST};
	struct made_host host;
	struct stat stat_buf;
	char *path;

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	path = made_bundle(&host, NULL, "bundle");
	CU_ASSERT_EQUAL_FATAL(stat(path, &stat_buf), 0);
	CU_ASSERT_EQUAL(stat_buf.st_mode & 07777, 0600);
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	plan.kernel = host.kernel;
	plan.cores = host.place;
	plan.placement = &placement;
	FB_FAILS(fb_bundle_write(&plan, path, false), FB_INVALID);
	FB_OK(fb_bundle_write(&plan, path, true));
	fb_placement_deinit(&placement);
	free(path);
	made_host_close(&host);
}

/* A page said to be in the dump, but damaged: the core's copy takes its place. */
static void a_damaged_page_is_replaced(void)
{
	uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];
	struct fb_dump_stored stored;
	struct fb_placement placement;
	struct fb_bundle_plan plan = {.core_count = MADE_CORES, .manifest = MADE_MANIFEST};
	struct made_host host;
	struct fb_dump *dump;
	size_t count;
	FILE *file;
	char *path;

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	FB_OK_FATAL(fb_dump_stored(host.dump, 118, &stored, 1, &count));
	file = fopen(host.paths[0], "r+b");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fseek(file, (long)stored.offset, SEEK_SET), 0);
	CU_ASSERT_EQUAL(fwrite("\xff\xff\xff\xff", 1, 4, file), 4);
	CU_ASSERT_EQUAL(fclose(file), 0);
	FB_FAILS(fb_dump_read_page(host.dump, 118, page), FB_CORRUPT);
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	CU_ASSERT_EQUAL(placement.placed_count, MADE_PLACED + 1);
	plan.kernel = host.kernel;
	plan.cores = host.place;
	plan.placement = &placement;
	CU_ASSERT_TRUE_FATAL(asprintf(&path, "%s/repaired", fb_test_folder()) > 0);
	FB_OK_FATAL(fb_bundle_write(&plan, path, true));
	FB_OK_FATAL(fb_dump_open((const char *const *)&path, 1, host.warnings, &dump));
	FB_OK(fb_dump_read_page(dump, 118, page));
	made_core_page(MADE_A, 1, wanted);
	CU_ASSERT_EQUAL(memcmp(page, wanted, FB_PAGE_SIZE), 0);
	fb_dump_destroy(dump);
	fb_placement_deinit(&placement);
	free(path);
	made_host_close(&host);
}

static size_t entries(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count;
}

/* As a full disk does, a limit on the size of files stops it midway, at each stage. */
static void a_failed_write_leaves_nothing(void)
{
	static const rlim_t limits[] = {100, 20000, 100000, 250000};
	struct fb_placement placement;
	struct fb_bundle_plan plan = {.core_count = MADE_CORES, .manifest = MADE_MANIFEST};
	struct rlimit before, limit;
	struct made_host host;
	size_t count;
	char *path;

	made_host_open(&host, MADE_KDUMP, 0);
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	plan.kernel = host.kernel;
	plan.cores = host.place;
	plan.placement = &placement;
	CU_ASSERT_TRUE_FATAL(asprintf(&path, "%s/too-large", fb_test_folder()) > 0);
	count = entries(fb_test_folder());
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	limit = before;
	for (size_t i = 0; i < FB_ARRAY_SIZE(limits); i++) {
		limit.rlim_cur = limits[i];
		CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
		FB_FAILS(fb_bundle_write(&plan, path, false), FB_OS);
		CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &before), 0);
		CU_ASSERT_EQUAL(entries(fb_test_folder()), count);
	}
	FB_OK(fb_bundle_write(&plan, path, false));
	fb_placement_deinit(&placement);
	free(path);
	made_host_close(&host);
}

/* A dump that is cut shorter while it is read, as one that is still being copied over. */
static void check_shrinking(enum made_format format, uint32_t method)
{
	struct made_host host;
	struct fb_placement placement;
	struct fb_bundle_plan plan = {.cores = host.place,
				      .core_count = MADE_CORES,
				      .placement = &placement,
				      .manifest = MADE_MANIFEST};
	struct stat status;
	char *path = NULL;

	made_host_open(&host, format, method);
	plan.kernel = host.kernel;
	FB_OK_FATAL(fb_place(host.kernel, host.place, MADE_CORES, NULL, &placement));
	if (asprintf(&path, "%s/shrunk", fb_test_folder()) < 0)
		abort();
	CU_ASSERT_EQUAL_FATAL(stat(host.paths[0], &status), 0);
	CU_ASSERT_EQUAL_FATAL(truncate(host.paths[0], status.st_size / 2), 0);
	FB_FAILS_WITH(fb_bundle_write(&plan, path, false), FB_OS, "shorter while it was read");
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	fb_placement_deinit(&placement);
	free(path);
	made_host_close(&host);
}

static void a_dump_that_shrinks_gives_no_bundle(void)
{
	check_shrinking(MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	check_shrinking(MADE_KDUMP, 0);
	check_shrinking(MADE_FLATTENED, FB_KDUMP_PAGE_LZO);
	check_shrinking(MADE_SPLIT, FB_KDUMP_PAGE_ZLIB);
	check_shrinking(MADE_ELF, 0);
}

#define END 203u /* in the midst of a byte of the bitmaps */

static struct fb_error *next_below_end(void *context, uint64_t pfn, uint64_t *pfn_ret)
{
	struct made_host *host = context;

	*pfn_ret = fb_dump_next_page(host->dump, pfn);
	if (*pfn_ret >= END)
		*pfn_ret = UINT64_MAX;
	return NULL;
}

/* A dump may end before its input: no frame from there on exists in it. */
static void a_dump_of_fewer_frames(void)
{
	static const struct fb_placement nothing;
	struct made_host host;
	struct fb_page_choice choice = {.next = next_below_end, .context = &host, .end = END};
	struct fb_bundle_plan plan = {
		.placement = &nothing, .choice = &choice, .manifest = MADE_MANIFEST};
	uint8_t bits[MADE_MAX_PFN / 8] = {0}, before[sizeof(bits)] = {0};
	char path[4200];
	const char *paths[] = {path};
	struct fb_dump *dump;

	made_host_open(&host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	plan.kernel = host.kernel;
	snprintf(path, sizeof(path), "%s/fewer", fb_test_folder());
	FB_OK_FATAL(fb_bundle_write(&plan, path, true));
	FB_OK_FATAL(fb_dump_open(paths, 1, host.warnings, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->max_pfn, END);
	for (uint64_t pfn = 0; pfn < MADE_MAX_PFN; pfn++)
		CU_ASSERT_EQUAL(fb_dump_has_page(dump, pfn),
				pfn < END && fb_dump_has_page(host.dump, pfn));
	FB_OK(fb_dump_existing_bitmap(host.dump, 0, before, sizeof(before)));
	FB_OK(fb_dump_existing_bitmap(dump, 0, bits, sizeof(bits)));
	for (uint64_t pfn = 0; pfn < MADE_MAX_PFN; pfn++)
		CU_ASSERT_EQUAL(bits[pfn / 8] >> pfn % 8 & 1,
				pfn < END ? before[pfn / 8] >> pfn % 8 & 1 : 0);
	fb_dump_destroy(dump);
	made_host_close(&host);
}

FB_TEST_MAIN("bundle/bundle_writer", FB_TEST(bundles_of_kdump), FB_TEST(bundle_of_a_flattened_dump),
	     FB_TEST(bundle_of_a_split_dump), FB_TEST(bundle_of_an_elf_dump),
	     FB_TEST(threads_change_no_byte), FB_TEST(stored_pages_are_copied_as_they_are),
	     FB_TEST(zero_pages_share_their_bytes), FB_TEST(is_private_and_refuses_to_overwrite),
	     FB_TEST(a_damaged_page_is_replaced), FB_TEST(a_failed_write_leaves_nothing),
	     FB_TEST(a_dump_that_shrinks_gives_no_bundle), FB_TEST(a_dump_of_fewer_frames))
