// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings of made cores between mappings that a dump has left. */
#include "bundle/process/core_mappings.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

#define USER_END (1ull << 47)
#define LIB 0x7f0000000000ull

static const struct make_mapping files[] = {
	{MAKE_PROGRAM, MAKE_PROGRAM + 0x2000, 0, "/bin/prog"},
	{MAKE_PROGRAM + 0x2000, MAKE_PROGRAM + 0x3000, 0x2000, "/bin/prog"},
	{LIB, LIB + 0x1000, 0, "/lib/lib.so"},
	{LIB + 0x1000, LIB + 0x4000, 0x1000, "/lib/lib.so"}, /* code that gcore left out */
};

/* A program of two segments, a library of whose two mappings one was written, a heap, a stack. */
static struct fb_core *make(struct fb_warnings *warnings, bool with_files)
{
	struct make_core recipe = {.layout = MAKE_GCORE};
	struct fb_core *core = NULL;

	make_thread(&recipe, 17, 0, MAKE_PROGRAM);
	if (with_files)
		make_files(&recipe, files, FB_ARRAY_SIZE(files), FB_PAGE_SIZE);
	make_segment(&recipe, LIB, 0x1000, NULL, 0x1000, PF_R);
	make_segment(&recipe, MAKE_PROGRAM, 0x2000, NULL, 0x1000, PF_R | PF_X);
	make_segment(&recipe, MAKE_PROGRAM + 0x2000, 0x1000, NULL, 0x1000, PF_R | PF_W);
	make_segment(&recipe, MAKE_PROGRAM + 0x10000, 0x5000, NULL, 0x1000, PF_R | PF_W);
	make_segment(&recipe, MAKE_STACK, 0x2000, NULL, 0x2000, PF_R | PF_W);
	FB_OK_FATAL(fb_core_open_file(make_file(&recipe, "core.17"), warnings, &core));
	return core;
}

/* start, end, flags, pgoff, file, path; the rest as of the core where file is 0. */
struct expected {
	uint64_t start, end, flags, pgoff;
	bool from_core, no_flags;
	const char *path;
};

static void check(const struct fb_vmas *vmas, const struct expected *expected, size_t count)
{
	CU_ASSERT_EQUAL_FATAL(vmas->count, count);
	for (size_t i = 0; i < count; i++) {
		const struct fb_vma *vma = &vmas->vma[i];

		CU_ASSERT_EQUAL(vma->start, expected[i].start);
		CU_ASSERT_EQUAL(vma->end, expected[i].end);
		CU_ASSERT_EQUAL(vma->flags, expected[i].flags);
		CU_ASSERT_EQUAL(vma->pgoff, expected[i].pgoff);
		CU_ASSERT_EQUAL(vma->from_core, expected[i].from_core);
		CU_ASSERT_EQUAL(vma->no_flags, expected[i].no_flags);
		CU_ASSERT_EQUAL(!vma->path, !expected[i].path);
		if (vma->path && expected[i].path)
			CU_ASSERT_STRING_EQUAL(vma->path, expected[i].path);
		CU_ASSERT_EQUAL(fb_vma_has_file(vma), vma->file || expected[i].path);
	}
}

/* The caller's own array, as fb_vmas_load() makes one. */
static struct fb_vmas known(const struct fb_vma *vma, size_t count, bool broken)
{
	struct fb_vmas vmas = {.count = count, .broken = broken};

	vmas.vma = calloc(count ? count : 1, sizeof(*vma));
	CU_ASSERT_PTR_NOT_NULL_FATAL(vmas.vma);
	for (size_t i = 0; i < count; i++)
		vmas.vma[i] = vma[i];
	return vmas;
}

static void run(const struct fb_vma *vma, size_t count, bool broken, bool with_files,
		const struct expected *expected, size_t expected_count)
{
	struct fb_vmas vmas = known(vma, count, broken);
	struct fb_warnings *warnings = NULL;
	struct fb_core *core;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	core = make(warnings, with_files);
	FB_OK(fb_core_mappings_add(core, USER_END, &vmas));
	check(&vmas, expected, expected_count);
	fb_vmas_deinit(&vmas);
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
}

#define RX (FB_VM_READ | FB_VM_EXEC)
#define RW (FB_VM_READ | FB_VM_WRITE)

static void stands_for_all_where_all_are_lost(void)
{
	const struct expected expected[] = {
		{MAKE_PROGRAM, MAKE_PROGRAM + 0x2000, RX, 0, true, false, "/bin/prog"},
		{MAKE_PROGRAM + 0x2000, MAKE_PROGRAM + 0x3000, RW, 2, true, false, "/bin/prog"},
		{MAKE_PROGRAM + 0x10000, MAKE_PROGRAM + 0x15000, RW, 0, true, false, NULL},
		{LIB, LIB + 0x1000, FB_VM_READ, 0, true, false, "/lib/lib.so"},
		{LIB + 0x1000, LIB + 0x4000, 0, 1, true, true, "/lib/lib.so"},
		{MAKE_STACK, MAKE_STACK + 0x2000, RW, 0, true, false, NULL},
	};

	run(NULL, 0, true, true, expected, FB_ARRAY_SIZE(expected));
}

/* What the dump has is the newer: it stays, and the core's is cut around it. */
static void fills_what_lies_between(void)
{
	const struct fb_vma left[] = {
		{.address = 1,
		 .start = MAKE_PROGRAM + 0x1000,
		 .end = MAKE_PROGRAM + 0x11000,
		 .flags = FB_VM_READ},
		{.address = 2,
		 .start = LIB + 0x2000,
		 .end = LIB + 0x3000,
		 .pgoff = 2,
		 .file = 0xffff888000001000,
		 .flags = RX},
	};
	const struct expected expected[] = {
		{MAKE_PROGRAM, MAKE_PROGRAM + 0x1000, RX, 0, true, false, "/bin/prog"},
		{MAKE_PROGRAM + 0x1000, MAKE_PROGRAM + 0x11000, FB_VM_READ, 0, false, false, NULL},
		{MAKE_PROGRAM + 0x11000, MAKE_PROGRAM + 0x15000, RW, 0, true, false, NULL},
		{LIB, LIB + 0x1000, FB_VM_READ, 0, true, false, "/lib/lib.so"},
		{LIB + 0x1000, LIB + 0x2000, 0, 1, true, true, "/lib/lib.so"},
		{LIB + 0x2000, LIB + 0x3000, RX, 2, false, false, "/lib/lib.so"},
		{LIB + 0x3000, LIB + 0x4000, 0, 3, true, true, "/lib/lib.so"},
		{MAKE_STACK, MAKE_STACK + 0x2000, RW, 0, true, false, NULL},
	};

	run(left, FB_ARRAY_SIZE(left), true, true, expected, FB_ARRAY_SIZE(expected));
}

/* What was unmapped since the core is no mapping. A path is only of use for the same place in a
 * file. */
static void adds_none_to_what_is_whole(void)
{
	const struct fb_vma whole[] = {
		{.address = 1,
		 .start = MAKE_PROGRAM,
		 .end = MAKE_PROGRAM + 0x2000,
		 .file = 0xffff888000001000,
		 .flags = RX},
		{.address = 2,
		 .start = LIB,
		 .end = LIB + 0x1000,
		 .pgoff = 7,
		 .file = 0xffff888000002000,
		 .flags = RX},
	};
	const struct expected expected[] = {
		{MAKE_PROGRAM, MAKE_PROGRAM + 0x2000, RX, 0, false, false, "/bin/prog"},
		{LIB, LIB + 0x1000, RX, 7, false, false, NULL},
	};

	run(whole, FB_ARRAY_SIZE(whole), false, true, expected, FB_ARRAY_SIZE(expected));
}

/* Of a core whose NT_FILE is cut off no mapping may be taken for memory that has no file. */
static void says_where_a_file_is_unknown(void)
{
	const struct expected expected[] = {
		{MAKE_PROGRAM, MAKE_PROGRAM + 0x2000, RX, 0, true, false, ""},
		{MAKE_PROGRAM + 0x2000, MAKE_PROGRAM + 0x3000, RW, 0, true, false, ""},
		{MAKE_PROGRAM + 0x10000, MAKE_PROGRAM + 0x15000, RW, 0, true, false, ""},
		{LIB, LIB + 0x1000, FB_VM_READ, 0, true, false, ""},
		{MAKE_STACK, MAKE_STACK + 0x2000, RW, 0, true, false, ""},
	};

	run(NULL, 0, true, false, expected, FB_ARRAY_SIZE(expected));
}

/* Overlapping segments, ends that wrap around or lie above user space, sizes that are no pages. */
static void takes_no_damaged_range(void)
{
	struct make_core recipe = {.layout = MAKE_KERNEL};
	struct fb_vmas vmas = known(NULL, 0, true);
	struct fb_warnings *warnings = NULL;
	struct fb_core *core = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	make_thread(&recipe, 17, 0, MAKE_PROGRAM);
	make_segment(&recipe, 0x10000, 0x4000, NULL, 0x1000, PF_R);
	make_segment(&recipe, 0x12000, 0x4000, NULL, 0x1000, PF_W);
	make_segment(&recipe, 0x20000, 0x800, NULL, 0x800, PF_R);
	make_segment(&recipe, USER_END - 0x1000, 0x10000, NULL, 0x1000, PF_R);
	make_segment(&recipe, USER_END + 0x1000, 0x1000, NULL, 0x1000, PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&recipe, "core.18"), warnings, &core));
	FB_OK(fb_core_mappings_add(core, USER_END, &vmas));
	CU_ASSERT_EQUAL_FATAL(vmas.count, 3);
	CU_ASSERT_EQUAL(vmas.vma[0].end, 0x14000);
	CU_ASSERT_EQUAL(vmas.vma[1].start, 0x14000);
	CU_ASSERT_EQUAL(vmas.vma[1].end, 0x16000);
	CU_ASSERT_EQUAL(vmas.vma[2].start, USER_END - 0x1000);
	CU_ASSERT_EQUAL(vmas.vma[2].end, USER_END);
	fb_vmas_deinit(&vmas);
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
}

static void run_core(struct make_core *recipe, const char *name, const struct fb_vma *vma,
		     size_t count, const struct expected *expected, size_t expected_count)
{
	struct fb_vmas vmas = known(vma, count, true);
	struct fb_warnings *warnings = NULL;
	struct fb_core *core = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_open_file(make_file(recipe, name), warnings, &core));
	FB_OK(fb_core_mappings_add(core, USER_END, &vmas));
	check(&vmas, expected, expected_count);
	fb_vmas_deinit(&vmas);
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
}

/* Files that are in no segment, before all of them, up to one of them, and behind all. */
static void files_need_no_segment(void)
{
	static const struct make_mapping mapped[] = {
		{0x1000, 0x3000, 0, "/before"},
		{0xf000, 0x11000, 0x5000, "/over"},
		{0x20000, 0x22000, 0x7000, "/behind"},
	};
	const struct expected expected[] = {
		{0x1000, 0x3000, 0, 0, true, true, "/before"},
		{0xf000, 0x10000, 0, 5, true, true, "/over"},
		{0x10000, 0x11000, RW, 6, true, false, "/over"},
		{0x20000, 0x22000, 0, 7, true, true, "/behind"},
	};
	struct make_core recipe = {.layout = MAKE_GCORE};

	make_thread(&recipe, 17, 0, 0x1000);
	make_files(&recipe, mapped, FB_ARRAY_SIZE(mapped), FB_PAGE_SIZE);
	make_segment(&recipe, 0x10000, 0x1000, NULL, 0x1000, PF_R | PF_W);
	run_core(&recipe, "core.19", NULL, 0, expected, FB_ARRAY_SIZE(expected));
}

/* Of what is left, a mapping has the core's name where it begins anywhere in the file as the core has it. */
static void a_name_is_of_the_same_place_in_the_file(void)
{
	static const struct make_mapping mapped[] = {{0x1000, 0x5000, 0x3000, "/file"}};
	const struct fb_vma left[] = {
		{.start = 0x1000, .end = 0x2000, .file = 1, .pgoff = 3},
		{.start = 0x2000, .end = 0x3000, .file = 1, .pgoff = 4},
		{.start = 0x3000, .end = 0x4000, .file = 1, .pgoff = 4},
		{.start = 0x4000, .end = 0x5000, .pgoff = 6}, /* of no file */
		{.start = 0x5000, .end = 0x6000, .file = 1, .pgoff = 7},
	};
	const struct expected expected[] = {
		{0x1000, 0x2000, 0, 3, false, false, "/file"},
		{0x2000, 0x3000, 0, 4, false, false, "/file"},
		{0x3000, 0x4000, 0, 4, false, false, NULL},
		{0x4000, 0x5000, 0, 6, false, false, NULL},
		{0x5000, 0x6000, 0, 7, false, false, NULL},
	};
	struct make_core recipe = {.layout = MAKE_GCORE};

	make_thread(&recipe, 17, 0, 0x1000);
	make_files(&recipe, mapped, FB_ARRAY_SIZE(mapped), FB_PAGE_SIZE);
	make_segment(&recipe, 0x1000, 0x4000, NULL, 0x1000, PF_R);
	run_core(&recipe, "core.20", left, FB_ARRAY_SIZE(left), expected, FB_ARRAY_SIZE(expected));
}

/* As many segments as a core may have are taken; more are an error, and change nothing that is known. */
static void ends_at_its_cap(void)
{
	const struct fb_vma left[] = {{.start = LIB, .end = LIB + 0x1000}};
	struct fb_vmas vmas = known(left, 1, true);
	struct fb_warnings *warnings = NULL;
	struct fb_core_info *info;
	struct fb_core *core;
	size_t count;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	core = make(warnings, true);
	info = (struct fb_core_info *)fb_core_info(core);
	count = info->segment_count;
	info->segment_count = FB_MAX_PHDRS + 1;
	FB_FAILS_WITH(fb_core_mappings_add(core, USER_END, &vmas), FB_LIMIT, "segments");
	CU_ASSERT(vmas.count == 1 && vmas.vma[0].start == LIB);
	vmas.broken = false; /* then none of them is asked for */
	FB_OK(fb_core_mappings_add(core, USER_END, &vmas));
	info->segment_count = count;
	fb_vmas_deinit(&vmas);
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
}

FB_TEST_MAIN("bundle/core_mappings", FB_TEST(stands_for_all_where_all_are_lost),
	     FB_TEST(fills_what_lies_between), FB_TEST(adds_none_to_what_is_whole),
	     FB_TEST(says_where_a_file_is_unknown), FB_TEST(takes_no_damaged_range),
	     FB_TEST(ends_at_its_cap), FB_TEST(files_need_no_segment),
	     FB_TEST(a_name_is_of_the_same_place_in_the_file))
