// SPDX-License-Identifier: GPL-2.0-or-later
/* What bounds a core that is built, and how its bytes are counted; test_built_cores.c and tests/cli/test_extract.sh
 * hold its contents against gcore's. */
#include "bundle/process/core_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include <unistd.h>

#include "base/attr.h"
#include "kernel/image/kernel_private.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

#define PT 132
#define PRIVATE "region actor=PT pid=132 kind=private"
#define SWAPPED "region actor=PT pid=132 kind=swapped"
#define PAGE ((uint64_t)FB_PAGE_SIZE)
#define CHUNK_PAGES 64u

/* Physical memory of which a page cannot be read. */
struct bad_page {
	struct fb_space space; /* first */
	struct fb_space *whole;
	uint64_t physical; /* of the page; UINT64_MAX: none */
	enum fb_code code;
};

static struct fb_error *read_bad(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct bad_page *bad = (const struct bad_page *)space;

	if (address < bad->physical + PAGE && bad->physical < address + length)
		return fb_error_create(bad->code, "made to fail");
	return fb_space_read(bad->whole, address, to, length);
}

static struct fb_error *locate_bad(struct fb_space *space, uint64_t address, uint64_t length,
				   struct fb_run *run_ret)
{
	return fb_space_locate(((struct bad_page *)space)->whole, address, length, run_ret);
}

static const struct fb_space_ops bad_ops = {.read = read_bad, .locate = locate_bad};

struct built {
	struct sample_input sample;
	struct bad_page bad;
	struct fb_joined *joined;
	uint64_t most;
	struct fb_built_core core;
	uint64_t file_size; /* of what was written last */
};

/* Of the dump, or of a bundle of it and the core: then of nothing but what frames of the bundle have. */
static void open_joined(struct built *built, const char *core, bool bundle)
{
	const struct fb_joined_options options = {.no_core = bundle};
	struct fb_kernel *kernel;

	memset(built, 0, sizeof(*built));
	if (bundle)
		sample_open_bundle(&built->sample, (const char *const[]){core, NULL});
	else
		sample_open(&built->sample, (const char *const[]){core, NULL});
	kernel = fb_input_kernel(built->sample.input);
	built->bad = (struct bad_page){
		.space = {.ops = &bad_ops, .name = kernel->tables.physical->name},
		.whole = kernel->tables.physical,
		.physical = UINT64_MAX - PAGE,
	};
	kernel->tables.physical = &built->bad.space;
	FB_OK_FATAL(fb_joined_create(built->sample.input, sample_task(&built->sample, PT), &options,
				     &built->joined));
}

static void open_built(struct built *built, const char *core)
{
	open_joined(built, core, false);
}

static void close_built(struct built *built)
{
	fb_input_kernel(built->sample.input)->tables.physical = built->bad.whole;
	fb_joined_destroy(built->joined);
	sample_close(&built->sample);
}

/* Its mappings, for a test that changes them. */
static struct fb_vmas *vmas_of(struct built *built)
{
	return (struct fb_vmas *)fb_joined_vmas(built->joined);
}

static struct fb_error *build(struct built *built)
{
	const struct fb_core_build_options options = {.most_of_dump = built->most};
	struct fb_outfile *outfile = NULL;
	struct fb_error *err;
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/core", fb_test_folder());
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	err = fb_core_build(built->sample.input, sample_task(&built->sample, PT), built->joined,
			    &options, outfile, &built->core);
	built->file_size = fb_outfile_size(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

/* Builds it of nothing but pages pages at start, mapped with these flags. */
static struct fb_error *build_pages(struct built *built, uint64_t start, uint64_t pages,
				    uint64_t flags)
{
	struct fb_vmas *vmas = vmas_of(built);

	vmas->count = 1;
	vmas->vma[0] = (struct fb_vma){.start = start, .end = start + pages * PAGE, .flags = flags};
	return build(built);
}

/* Bytes of each kind. */
struct expected {
	uint64_t vmcore, core, zero, filtered, swapped, untouched, cut, damaged, unreadable;
	bool complete;
};

static void check(const struct fb_built_core *core, struct expected expected)
{
	CU_ASSERT_EQUAL(core->vmcore, expected.vmcore);
	CU_ASSERT_EQUAL(core->core, expected.core);
	CU_ASSERT_EQUAL(core->file, 0);
	CU_ASSERT_EQUAL(core->zero, expected.zero);
	CU_ASSERT_EQUAL(core->filtered, expected.filtered);
	CU_ASSERT_EQUAL(core->swapped, expected.swapped);
	CU_ASSERT_EQUAL(core->untouched, expected.untouched);
	CU_ASSERT_EQUAL(core->cut, expected.cut);
	CU_ASSERT_EQUAL(core->damaged, expected.damaged);
	CU_ASSERT_EQUAL(core->unreadable, expected.unreadable);
	CU_ASSERT_EQUAL(core->complete, expected.complete);
}

static void takes_no_more_of_the_dump_than_allowed(void)
{
	struct built built;
	uint64_t vmcore;

	open_built(&built, NULL);
	FB_OK_FATAL(build(&built));
	vmcore = built.core.vmcore;
	CU_ASSERT_TRUE(vmcore > 16 * PAGE);
	built.most = vmcore;
	FB_OK(build(&built));
	CU_ASSERT_EQUAL(built.core.vmcore, vmcore);
	built.core.vmcore = 99;
	built.most = vmcore - 1;
	FB_FAILS_WITH(build(&built), FB_LIMIT, "they are damaged");
	built.most = 1;
	FB_FAILS(build(&built), FB_LIMIT);
	CU_ASSERT_EQUAL(built.core.vmcore, 99);
	close_built(&built);
}

/* A core of the process as the kernel writes it: eight pages at start of which it has six, four of them cut off. */
static char *cut_core(uint64_t start)
{
	const struct elf_prstatus status = {.pr_pid = PT};
	struct make_core make = {.layout = MAKE_KERNEL};
	const struct fb_input_core *cores;
	const struct fb_core_info *info;
	struct sample_input sample;
	size_t size, count;
	uint8_t *bytes;
	char *path;

	sample_open(&sample, (const char *const[]){"core.132.xz", NULL});
	FB_OK_FATAL(fb_input_cores(sample.input, &cores, &count));
	info = fb_core_info(cores[0].core);
	make_note(&make, "CORE", NT_PRSTATUS, &status, sizeof(status));
	make_psinfo(&make, PT, "actors", "");
	make_auxv(&make, info->auxv, info->auxv_pairs);
	make_segment(&make, start, 8 * PAGE, NULL, 6 * PAGE, PF_R | PF_W);
	bytes = make_finish(&make, &size);
	path = fb_test_file("core.cut", bytes, size - 4 * PAGE);
	free(bytes);
	sample_close(&sample);
	return path;
}

/* What a core lacks it lacks for one reason at a time, and any one makes it incomplete. */
static void each_reason_is_counted(void)
{
	uint64_t start = sample_number(PRIVATE, "start="), swapped;
	char *cut = cut_core(start);
	struct built built;

	swapped = sample_number(SWAPPED, "start=");
	open_built(&built, cut);
	FB_OK_FATAL(build_pages(&built, start, 2, FB_VM_READ | FB_VM_WRITE));
	check(&built.core, (struct expected){.core = 2 * PAGE, .complete = true});
	FB_OK_FATAL(build_pages(&built, start, 6, FB_VM_READ | FB_VM_WRITE));
	check(&built.core, (struct expected){.core = 2 * PAGE, .cut = 4 * PAGE});
	FB_OK_FATAL(build_pages(&built, start + 2 * PAGE, 3, FB_VM_READ));
	check(&built.core, (struct expected){.cut = 3 * PAGE});
	FB_OK_FATAL(build_pages(&built, start + 6 * PAGE, 2, FB_VM_READ | FB_VM_WRITE));
	check(&built.core, (struct expected){.filtered = 2 * PAGE});
	FB_OK_FATAL(build_pages(&built, swapped, 1, FB_VM_READ | FB_VM_WRITE));
	check(&built.core, (struct expected){.swapped = PAGE});
	/* Where nothing is mapped in the tables: zeros, or what a device or a file would have. */
	FB_OK_FATAL(build_pages(&built, 0x10000, 5, FB_VM_READ));
	check(&built.core, (struct expected){.zero = 5 * PAGE, .complete = true});
	vmas_of(&built)->vma[0].path = "/file";
	FB_OK_FATAL(build(&built));
	check(&built.core, (struct expected){.untouched = 5 * PAGE});
	close_built(&built);
	free(cut);
}

/* Nobody misses what the process itself cannot read. */
static void what_cannot_be_read_is_not_missed(void)
{
	static const uint64_t flags[] = {
		0,
		FB_VM_WRITE | FB_VM_EXEC,
		FB_VM_READ | FB_VM_IO,
		FB_VM_READ | FB_VM_PFNMAP,
	};
	uint64_t start = sample_number(PRIVATE, "start=");
	struct built built;

	open_built(&built, NULL);
	for (size_t i = 0; i < FB_ARRAY_SIZE(flags); i++) {
		FB_OK_FATAL(build_pages(&built, start, 3, flags[i]));
		check(&built.core, (struct expected){.unreadable = 3 * PAGE, .complete = true});
	}
	FB_OK_FATAL(build_pages(&built, start, 3, FB_VM_READ));
	check(&built.core, (struct expected){.filtered = 3 * PAGE});
	close_built(&built);
}

static void threads_and_mappings_that_are_missing_make_it_incomplete(void)
{
	uint64_t start = sample_number(PRIVATE, "start=");
	struct fb_task *task;
	struct built built;
	char *cut = cut_core(start);

	open_built(&built, cut);
	FB_OK_FATAL(build_pages(&built, start, 2, FB_VM_READ));
	CU_ASSERT_TRUE(built.core.complete);
	vmas_of(&built)->lost = 1;
	FB_OK_FATAL(build(&built));
	CU_ASSERT_FALSE(built.core.complete);
	vmas_of(&built)->lost = 0;
	task = (struct fb_task *)sample_task(&built.sample, PT);
	task->state = 'Z';
	FB_OK_FATAL(build(&built));
	CU_ASSERT(!built.core.complete && !built.core.notes.threads);
	task->state = 'S';
	close_built(&built);
	free(cut);
	open_built(&built, NULL);
	((struct fb_task *)sample_task(&built.sample, PT))->stack = 0;
	FB_OK_FATAL(build_pages(&built, 0x10000, 1, FB_VM_READ));
	CU_ASSERT(!built.core.complete && built.core.notes.without_regs == 1);
	close_built(&built);
}

static uint64_t physical_of(struct built *built, uint64_t address)
{
	struct fb_run run;

	FB_OK_FATAL(fb_space_locate(fb_joined_space(built->joined), address, PAGE, &run));
	CU_ASSERT_FATAL(run.origin.has_physical);
	return run.origin.physical;
}

/* So many pages behind each other in the process, of which the bundle has frames. */
static uint64_t find_frames(struct built *built, uint64_t pages)
{
	const struct fb_vmas *vmas = vmas_of(built);
	struct fb_run run;

	for (size_t i = 0; i < vmas->count; i++)
		for (uint64_t at = vmas->vma[i].start; at < vmas->vma[i].end; at += run.length) {
			FB_OK_FATAL(fb_space_locate(fb_joined_space(built->joined), at,
						    vmas->vma[i].end - at, &run));
			if (run.origin.source == FB_SOURCE_CORE && run.origin.has_physical &&
			    run.length >= pages * PAGE)
				return at;
		}
	CU_FAIL_FATAL("no such pages");
	return 0;
}

/* Of a run of pages each that can be read is taken; one that cannot costs itself. */
static void a_damaged_page_costs_itself(void)
{
	static const uint64_t places[] = {0, 2, 4};
	struct built built;
	uint64_t start, whole;

	open_joined(&built, "core.132.xz", true);
	start = find_frames(&built, 5);
	FB_OK_FATAL(build_pages(&built, start, 5, FB_VM_READ));
	check(&built.core, (struct expected){.core = 5 * PAGE, .complete = true});
	whole = built.file_size;
	for (size_t i = 0; i < FB_ARRAY_SIZE(places); i++) {
		built.bad.physical = physical_of(&built, start + places[i] * PAGE);
		built.bad.code = FB_CORRUPT;
		FB_OK_FATAL(build_pages(&built, start, 5, FB_VM_READ));
		check(&built.core, (struct expected){.core = 4 * PAGE, .damaged = PAGE});
		CU_ASSERT(built.file_size < whole && built.file_size + 2 * PAGE > whole);
		CU_ASSERT_EQUAL(sample_warnings(&built.sample, "a page is left out"), 1);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(built.sample.warnings),
			1); /* that is the same each time */
	close_built(&built);
}

/* What says nothing of the dump ends it. */
static void an_error_of_the_machine_passes(void)
{
	static const enum fb_code codes[] = {FB_NOMEM, FB_OS, FB_EXHAUSTED};
	struct built built;
	uint64_t start;

	open_joined(&built, "core.132.xz", true);
	start = find_frames(&built, 5);
	built.bad.physical = physical_of(&built, start + 2 * PAGE);
	built.core.core = 99;
	for (size_t i = 0; i < FB_ARRAY_SIZE(codes); i++) {
		built.bad.code = codes[i];
		FB_FAILS(build_pages(&built, start, 5, FB_VM_READ), codes[i]);
	}
	CU_ASSERT_EQUAL(built.core.core, 99);
	CU_ASSERT_EQUAL(fb_warnings_count(built.sample.warnings), 0);
	close_built(&built);
}

/* A run is copied in pieces of 64 pages: one less, as many, one more. */
static void runs_are_as_long_as_they_are(void)
{
	uint64_t start = sample_number(PRIVATE, "start=");
	struct built built;

	open_built(&built, "core.132.xz");
	for (uint64_t pages = CHUNK_PAGES - 1; pages <= CHUNK_PAGES + 1; pages++) {
		FB_OK_FATAL(build_pages(&built, start, pages, FB_VM_READ));
		check(&built.core, (struct expected){.core = pages * PAGE, .complete = true});
		CU_ASSERT(built.file_size > pages * PAGE && built.file_size < (pages + 4) * PAGE);
	}
	close_built(&built);
}

FB_TEST_MAIN("bundle/core_builder", FB_TEST(takes_no_more_of_the_dump_than_allowed),
	     FB_TEST(each_reason_is_counted), FB_TEST(what_cannot_be_read_is_not_missed),
	     FB_TEST(threads_and_mappings_that_are_missing_make_it_incomplete),
	     FB_TEST(a_damaged_page_costs_itself), FB_TEST(an_error_of_the_machine_passes),
	     FB_TEST(runs_are_as_long_as_they_are))
