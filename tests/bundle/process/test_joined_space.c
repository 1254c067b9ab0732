// SPDX-License-Identifier: GPL-2.0-or-later
/* The joined space of the sample's processes: every source, and every absence. */
#include "bundle/process/joined_space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include <sys/stat.h>

#include "tests/bundle/sample_input.h"
#include "tests/bundle/unmapped_frame.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

#define PT 132
#define NO_CORE 328 /* a process that no core was taken of */
#define PRIVATE "region actor=PT pid=132 kind=private"
#define SWAPPED "region actor=PT pid=132 kind=swapped"
#define REWRITTEN 0x5a /* its first page, before it was swapped out */

struct joined {
	struct sample_input sample;
	struct fb_host_files *files;
	struct fb_swap *swap;
	struct fb_joined *joined;
	struct fb_space *space;
};

/* core NULL: none. */
static void open_process(struct joined *joined, int32_t pid, const char *core, const char *sysroot,
			 struct fb_joined_options options)
{
	memset(joined, 0, sizeof(*joined));
	sample_open(&joined->sample, (const char *const[]){core, NULL});
	FB_OK_FATAL(fb_host_files_create(sysroot, &joined->files));
	FB_OK_FATAL(fb_swap_create(fb_input_kernel(joined->sample.input), &joined->swap));
	options.files = joined->files;
	if (options.swap)
		options.swap = joined->swap;
	FB_OK_FATAL(fb_joined_create(joined->sample.input, sample_task(&joined->sample, pid),
				     &options, &joined->joined));
	joined->space = fb_joined_space(joined->joined);
}

static void open_joined(struct joined *joined, const char *core, const char *sysroot,
			struct fb_joined_options options)
{
	open_process(joined, PT, core, sysroot, options);
}

static void close_joined(struct joined *joined)
{
	fb_joined_destroy(joined->joined);
	fb_swap_destroy(joined->swap);
	fb_host_files_destroy(joined->files);
	sample_close(&joined->sample);
}

/* Stands for "the one of this input" in options. */
#define WITH_SWAP ((struct fb_swap *)1)

static struct fb_origin origin_at(struct joined *joined, uint64_t address)
{
	struct fb_run run;

	memset(&run, 0xaa, sizeof(run));
	FB_OK(fb_space_locate(joined->space, address, 1, &run));
	CU_ASSERT(run.start == address && run.length == 1);
	return run.origin;
}

static void reads_the_core(void)
{
	uint64_t start = sample_number(PRIVATE, "start="), tag = sample_number(PRIVATE, "tag=");
	struct joined joined;
	struct fb_run run;
	uint64_t first = 0, word = 0;

	open_joined(&joined, "core.132.xz", NULL, (struct fb_joined_options){0});
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_CORE);
	FB_OK(fb_space_locate(joined.space, start + 5, 0x10000, &run));
	CU_ASSERT_EQUAL(run.length, 0x10000);
	FB_OK(fb_space_u64(joined.space, start, &first));
	CU_ASSERT_EQUAL(first >> 40, tag);
	/* Over the end of a page. */
	FB_OK(fb_space_u64(joined.space, start + 0x2000, &word));
	CU_ASSERT_EQUAL(word, first + 0x2000);
	CU_ASSERT_PTR_NOT_NULL(fb_joined_core(joined.joined));
	close_joined(&joined);
	open_joined(&joined, "core.132.xz", NULL, (struct fb_joined_options){.no_core = true});
	CU_ASSERT_EQUAL(origin_at(&joined, start).absence, FB_ABSENCE_FILTERED);
	CU_ASSERT(origin_at(&joined, start).has_physical);
	close_joined(&joined);
	open_joined(&joined, NULL, NULL, (struct fb_joined_options){0});
	FB_FAILS_WITH(fb_space_u64(joined.space, start, &word), FB_ABSENT, "dump filter");
	CU_ASSERT_PTR_NULL(fb_joined_core(joined.joined));
	close_joined(&joined);
}

/* What was swapped out to zram is in the dump. */
static void reads_swapped_pages(void)
{
	uint64_t start = sample_number(SWAPPED, "start="), tag = sample_number(SWAPPED, "tag=");
	struct joined joined;
	uint64_t word = 0;
	uint8_t byte = 0;

	open_joined(&joined, NULL, NULL, (struct fb_joined_options){.swap = WITH_SWAP});
	CU_ASSERT_EQUAL(origin_at(&joined, start + 0x3000).source, FB_SOURCE_VMCORE);
	FB_OK(fb_space_u64(joined.space, start + 0x3008, &word));
	CU_ASSERT_EQUAL(word >> 40, tag);
	close_joined(&joined);
	open_joined(&joined, NULL, NULL, (struct fb_joined_options){0});
	CU_ASSERT_EQUAL(origin_at(&joined, start + 0x3000).absence, FB_ABSENCE_SWAPPED);
	FB_FAILS_WITH(fb_space_u64(joined.space, start + 0x3000, &word), FB_ABSENT, "swapped out");
	close_joined(&joined);
	/* With a core both have it. */
	for (int prefer_core = 0; prefer_core < 2; prefer_core++) {
		open_joined(
			&joined, "core.132.xz", NULL,
			(struct fb_joined_options){.swap = WITH_SWAP, .prefer_core = prefer_core});
		CU_ASSERT_EQUAL(origin_at(&joined, start).source,
				prefer_core ? FB_SOURCE_CORE : FB_SOURCE_VMCORE);
		FB_OK(fb_space_u8(joined.space, start + 77, &byte));
		CU_ASSERT_EQUAL(byte, REWRITTEN);
		close_joined(&joined);
	}
}

static const struct fb_vma *find_vma(struct joined *joined, uint64_t flags, bool file)
{
	const struct fb_vmas *vmas = fb_joined_vmas(joined->joined);

	for (size_t i = 0; i < vmas->count; i++)
		if ((vmas->vma[i].flags & 7) == flags && !vmas->vma[i].file == !file)
			return &vmas->vma[i];
	CU_FAIL_FATAL("no such mapping");
	return NULL;
}

/* The program's code, which the dump leaves out. */
static void reads_mapped_files(void)
{
	char *sysroot = sample_path("sysroot"), wrong[4096];
	const struct fb_vma *code;
	struct joined joined;
	uint8_t byte;

	open_joined(&joined, NULL, sysroot, (struct fb_joined_options){0});
	code = find_vma(&joined, FB_VM_READ | FB_VM_EXEC, true);
	CU_ASSERT_EQUAL(origin_at(&joined, code->start).source, FB_SOURCE_FILE);
	CU_ASSERT_EQUAL(origin_at(&joined, code->start + 5).file_offset,
			code->pgoff * FB_PAGE_SIZE + 5);
	FB_OK(fb_space_u8(joined.space, code->start, &byte));
	close_joined(&joined);
	/* A file of another size is another file. */
	snprintf(wrong, sizeof(wrong), "%s/lab", fb_test_folder());
	CU_ASSERT_EQUAL_FATAL(mkdir(wrong, 0700), 0);
	free(fb_test_file("lab/actors", "another", 7));
	open_joined(&joined, NULL, fb_test_folder(), (struct fb_joined_options){0});
	code = find_vma(&joined, FB_VM_READ | FB_VM_EXEC, true);
	CU_ASSERT_EQUAL(origin_at(&joined, code->start).source, FB_SOURCE_ABSENT);
	FB_FAILS(fb_space_u8(joined.space, code->start, &byte), FB_ABSENT);
	close_joined(&joined);
	free(sysroot);
}

static void tells_holes_apart(void)
{
	const struct fb_vmas *vmas;
	bool zero = false;
	struct joined joined;
	struct fb_run run;
	uint8_t byte = 1;

	open_joined(&joined, NULL, NULL, (struct fb_joined_options){0});
	FB_FAILS_WITH(fb_space_u8(joined.space, 0x1000, &byte), FB_FAULT, "in no mapping");
	vmas = fb_joined_vmas(joined.joined);
	/* All up to the first mapping is one hole. */
	FB_OK(fb_space_locate(joined.space, 0x1000, vmas->vma[0].start, &run));
	CU_ASSERT_EQUAL(run.length, vmas->vma[0].start - 0x1000);
	CU_ASSERT_EQUAL(run.origin.absence, FB_ABSENCE_UNMAPPED);
	/* So is what no process can have. */
	FB_OK(fb_space_locate(joined.space, 1ull << 60, 1ull << 60, &run));
	CU_ASSERT_EQUAL(run.length, 1ull << 60);
	close_joined(&joined);
	/* Memory that was asked for and never touched, not by gcore either. */
	open_process(&joined, NO_CORE, NULL, NULL, (struct fb_joined_options){0});
	vmas = fb_joined_vmas(joined.joined);
	for (size_t i = 0; i < vmas->count && !zero; i++) {
		const struct fb_vma *vma = &vmas->vma[i];

		for (uint64_t at = vma->start; at < vma->end && !zero; at += run.length) {
			FB_OK_FATAL(fb_space_locate(joined.space, at, vma->end - at, &run));
			zero = run.origin.source == FB_SOURCE_ZERO;
			CU_ASSERT(!zero || !vma->file);
		}
	}
	if (zero)
		FB_OK(fb_space_u8(joined.space, run.start, &byte));
	CU_ASSERT(zero && byte == 0);
	close_joined(&joined);
}

/* The mapping at address, for a test that changes its flags. */
static struct fb_vma *vma_at(struct joined *joined, uint64_t address)
{
	const struct fb_vma *vma = fb_vmas_find(fb_joined_vmas(joined->joined), address);

	CU_ASSERT_PTR_NOT_NULL_FATAL(vma);
	return (struct fb_vma *)vma;
}

/* What a program may have written is not what its file has. */
static void no_page_of_a_writable_mapping_is_the_files(void)
{
	char *sysroot = sample_path("sysroot");
	struct joined joined;
	struct fb_vma *code;
	uint64_t start;

	open_joined(&joined, NULL, sysroot, (struct fb_joined_options){0});
	start = find_vma(&joined, FB_VM_READ | FB_VM_EXEC, true)->start;
	code = vma_at(&joined, start);
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_FILE);
	code->flags |= FB_VM_WRITE;
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_ABSENT);
	CU_ASSERT_EQUAL(origin_at(&joined, start).absence, FB_ABSENCE_FILTERED);
	code->flags &= ~(uint64_t)FB_VM_WRITE;
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_FILE);
	/* Nor has the file what lies behind its end. */
	code->pgoff = 1000;
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_ABSENT);
	close_joined(&joined);
	free(sysroot);
}

/* An address of anonymous memory that was never touched. */
static uint64_t find_zeros(struct joined *joined)
{
	const struct fb_vmas *vmas = fb_joined_vmas(joined->joined);
	struct fb_run run;

	for (size_t i = 0; i < vmas->count; i++) {
		const struct fb_vma *vma = &vmas->vma[i];

		for (uint64_t at = vma->start; at < vma->end; at += run.length) {
			FB_OK_FATAL(fb_space_locate(joined->space, at, vma->end - at, &run));
			if (run.origin.source == FB_SOURCE_ZERO)
				return at;
		}
	}
	CU_FAIL_FATAL("no such memory");
	return 0;
}

/* A device's memory is not zero where no page-table entry leads to it. */
static void no_page_of_a_device_is_zero(void)
{
	static const uint64_t of_devices[] = {FB_VM_PFNMAP, FB_VM_IO};
	struct joined joined;
	uint64_t zeros;

	open_process(&joined, NO_CORE, NULL, NULL, (struct fb_joined_options){0});
	zeros = find_zeros(&joined);
	for (size_t i = 0; i < FB_ARRAY_SIZE(of_devices); i++) {
		vma_at(&joined, zeros)->flags |= of_devices[i];
		CU_ASSERT_EQUAL(origin_at(&joined, zeros).source, FB_SOURCE_ABSENT);
		CU_ASSERT_EQUAL(origin_at(&joined, zeros).absence, FB_ABSENCE_UNTOUCHED);
		vma_at(&joined, zeros)->flags &= ~of_devices[i];
	}
	CU_ASSERT_EQUAL(origin_at(&joined, zeros).source, FB_SOURCE_ZERO);
	close_joined(&joined);
}

/* Writes a core of the process as the kernel does, with the vector of the sample's: count pages at
 * start, the last two not dumped, and of the others all behind the second cut off. */
static char *cut_core(uint64_t start, uint64_t count)
{
	const struct elf_prstatus status = {.pr_pid = PT};
	struct make_core make = {.layout = MAKE_KERNEL};
	const struct fb_core_info *info;
	const struct fb_input_core *cores;
	struct sample_input sample;
	size_t size, cores_count;
	uint8_t *bytes;
	char *path;

	sample_open(&sample, (const char *const[]){"core.132.xz", NULL});
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &cores_count));
	info = fb_core_info(cores[0].core);
	make_note(&make, "CORE", NT_PRSTATUS, &status, sizeof(status));
	make_psinfo(&make, PT, "actors", "");
	make_auxv(&make, info->auxv, info->auxv_pairs);
	make_segment(&make, start, count * FB_PAGE_SIZE, NULL, (count - 2) * FB_PAGE_SIZE,
		     PF_R | PF_W);
	bytes = make_finish(&make, &size);
	path = fb_test_file("core.cut", bytes, size - (count - 4) * FB_PAGE_SIZE);
	free(bytes);
	sample_close(&sample);
	return path;
}

static void says_where_a_core_is_cut(void)
{
	uint64_t start = sample_number(PRIVATE, "start="), word = 0;
	char *cut = cut_core(start, 8);
	struct joined joined;
	struct fb_run run;

	open_joined(&joined, cut, NULL, (struct fb_joined_options){0});
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_joined_core(joined.joined));
	FB_OK(fb_space_u64(joined.space, start + 0x1ff8, &word));
	CU_ASSERT_EQUAL(word, start + 0x1ff8);
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_CORE);
	/* Behind the cut. */
	FB_FAILS(fb_space_u64(joined.space, start + 0x2000, &word), FB_TRUNCATED);
	FB_OK(fb_space_locate(joined.space, start + 0x2000, 0x4000, &run));
	CU_ASSERT_EQUAL(run.length, 0x4000);
	CU_ASSERT_EQUAL(run.origin.absence, FB_ABSENCE_TRUNCATED);
	CU_ASSERT_PTR_NOT_NULL_FATAL(run.origin.detail);
	CU_ASSERT_STRING_EQUAL(run.origin.detail, cut);
	/* What it never held, the cut did not take. */
	CU_ASSERT_EQUAL(origin_at(&joined, start + 0x6000).absence, FB_ABSENCE_FILTERED);
	CU_ASSERT_EQUAL(origin_at(&joined, start + 0x8000).absence, FB_ABSENCE_FILTERED);
	close_joined(&joined);
	free(cut);
	/* Nor did it take what the dump has, though the core goes before it. */
	start = sample_number(SWAPPED, "start=");
	cut = cut_core(start, 8);
	open_joined(&joined, cut, NULL,
		    (struct fb_joined_options){.swap = WITH_SWAP, .prefer_core = true});
	CU_ASSERT_EQUAL(origin_at(&joined, start).source, FB_SOURCE_CORE);
	CU_ASSERT_EQUAL(origin_at(&joined, start + 0x2000).source, FB_SOURCE_VMCORE);
	CU_ASSERT_EQUAL(origin_at(&joined, start + 0x2000).absence, FB_ABSENCE_NONE);
	close_joined(&joined);
	free(cut);
}

static void needs_memory(void)
{
	struct fb_joined_options options = {0};
	struct fb_joined *joined = NULL;
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	FB_FAILS_WITH(fb_joined_create(sample.input, sample_task(&sample, 2), &options, &joined),
		      FB_INVALID, "kernel thread");
	CU_ASSERT_PTR_NULL(joined);
	fb_joined_destroy(NULL);
	sample_close(&sample);
}

/* Opens a process of a bundle of that core, as joined. */
static void open_merged(struct joined *joined, const char *core)
{
	memset(joined, 0, sizeof(*joined));
	sample_open_bundle(&joined->sample, (const char *const[]){core, NULL});
	FB_OK_FATAL(fb_joined_create(joined->sample.input, sample_task(&joined->sample, PT),
				     &(struct fb_joined_options){.no_core = true},
				     &joined->joined));
	joined->space = fb_joined_space(joined->joined);
}

/* The first page of a mapped file that the bundle has a frame of. */
static uint64_t find_file_page(struct joined *joined)
{
	const struct fb_vmas *vmas = fb_joined_vmas(joined->joined);

	for (size_t i = 0; i < vmas->count; i++)
		if (vmas->vma[i].file && !(vmas->vma[i].flags & FB_VM_WRITE) &&
		    origin_at(joined, vmas->vma[i].start).source == FB_SOURCE_CORE)
			return vmas->vma[i].start;
	CU_FAIL_FATAL("no such page");
	return 0;
}

/* A page of a file that is not mapped any more is the page cache's, which the dump has all the same. */
static void finds_unmapped_pages_of_files(void)
{
	uint8_t before[FB_PAGE_SIZE], after[FB_PAGE_SIZE] = {0};
	struct unmapped_frame unmapped;
	struct fb_joined *again = NULL;
	struct fb_origin origin;
	struct joined joined;
	struct fb_run run;
	uint64_t page;

	open_merged(&joined, "core.132.xz");
	page = find_file_page(&joined);
	origin = origin_at(&joined, page);
	FB_OK(fb_space_read(joined.space, page, before, sizeof(before)));
	unmapped_frame_begin(&unmapped, joined.sample.input, origin.physical >> FB_PAGE_SHIFT);
	FB_OK_FATAL(fb_joined_create(joined.sample.input, sample_task(&joined.sample, PT),
				     &(struct fb_joined_options){.no_core = true}, &again));
	FB_OK(fb_space_locate(fb_joined_space(again), page, 2 * FB_PAGE_SIZE, &run));
	CU_ASSERT_EQUAL(run.origin.source, FB_SOURCE_CORE);
	CU_ASSERT(run.origin.has_physical && run.origin.physical == origin.physical);
	FB_OK(fb_space_read(fb_joined_space(again), page, after, sizeof(after)));
	CU_ASSERT_EQUAL(memcmp(before, after, sizeof(after)), 0);
	FB_OK(fb_space_locate(fb_joined_space(again), page + 5, 1, &run));
	CU_ASSERT_EQUAL(run.origin.physical, origin.physical + 5);
	/* hugetlbfs counts its indexes in huge pages. */
	((struct fb_vma *)fb_vmas_find(fb_joined_vmas(again), page))->flags |= FB_VM_HUGETLB;
	FB_FAILS_WITH(fb_space_read(fb_joined_space(again), page, after, sizeof(after)), FB_ABSENT,
		      "was not in use");
	CU_ASSERT_EQUAL(fb_warnings_count(joined.sample.warnings), 0);
	fb_joined_destroy(again);
	unmapped_frame_end(&unmapped);
	close_joined(&joined);
}

FB_TEST_MAIN("bundle/joined_space", FB_TEST(reads_the_core), FB_TEST(reads_swapped_pages),
	     FB_TEST(reads_mapped_files), FB_TEST(tells_holes_apart),
	     FB_TEST(no_page_of_a_writable_mapping_is_the_files),
	     FB_TEST(no_page_of_a_device_is_zero), FB_TEST(says_where_a_core_is_cut),
	     FB_TEST(needs_memory), FB_TEST(finds_unmapped_pages_of_files))
