// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/core/core.h"

#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/user/make_core.h"

#define BASE 0x10000ull

static struct fb_core *open_file(struct fb_file *file)
{
	struct fb_core *core = NULL;

	FB_OK_FATAL(fb_core_open_file(file, NULL, &core));
	return core;
}

static struct fb_core *open_usual(enum make_layout layout)
{
	size_t size;
	uint8_t *bytes = make_usual(layout, &size);
	struct fb_file *file = make_file_of("core", bytes, size);

	free(bytes);
	return open_file(file);
}

static bool warns(const struct fb_warnings *warnings, const char *text)
{
	for (size_t i = 0; i < fb_warnings_count(warnings); i++) {
		if (strstr(fb_warnings_get(warnings, i), text))
			return true;
	}
	return false;
}

static void check_usual(enum make_layout layout, enum fb_core_kind kind)
{
	struct fb_core *core = open_usual(layout);
	const struct fb_core_info *info = fb_core_info(core);

	CU_ASSERT_EQUAL(info->kind, kind);
	CU_ASSERT_FALSE(info->truncated);
	CU_ASSERT_EQUAL(info->pid, 17);
	CU_ASSERT_EQUAL(info->ppid, 1);
	CU_ASSERT_EQUAL(info->uid, 1000);
	CU_ASSERT_EQUAL(info->gid, 100);
	CU_ASSERT_STRING_EQUAL(info->comm, "victim");
	CU_ASSERT_STRING_EQUAL(info->args, "victim --slow");
	CU_ASSERT_EQUAL(info->siginfo_size, sizeof(siginfo_t));
	CU_ASSERT_EQUAL_FATAL(info->thread_count, 1);
	CU_ASSERT_EQUAL(info->threads[0].tid, 17);
	CU_ASSERT_EQUAL(info->threads[0].regs.rip, MAKE_PROGRAM + 0x1234);
	CU_ASSERT_EQUAL(info->threads[0].regs.rsp, MAKE_PROGRAM + 0x1235);
	CU_ASSERT_EQUAL(info->threads[0].utime_us, 1000017);
	for (size_t i = 0; i < info->thread_count; i++)
		CU_ASSERT_PTR_EQUAL(fb_core_thread_of(core, info->threads[i].tid),
				    &info->threads[i]);
	CU_ASSERT_PTR_NULL(fb_core_thread_of(core, 0));
	CU_ASSERT_PTR_NULL(fb_core_thread_of(core, INT32_MAX));
	CU_ASSERT_EQUAL(info->threads[0].fpregs_size, 512);
	CU_ASSERT_EQUAL(info->threads[0].xstate_size, 832);
	CU_ASSERT_EQUAL_FATAL(info->mapping_count, 2);
	CU_ASSERT_EQUAL(info->mappings[1].start, MAKE_PROGRAM + 0x1000);
	CU_ASSERT_EQUAL(info->mappings[1].offset, 0x1000);
	CU_ASSERT_STRING_EQUAL(info->mappings[1].path, "/usr/bin/victim");
	CU_ASSERT_EQUAL(info->segment_count, 3);
	CU_ASSERT_TRUE_FATAL(info->auxv_pairs > 0);
	CU_ASSERT_EQUAL(info->auxv[0], AT_PHDR);
	CU_ASSERT_EQUAL(info->auxv[1], MAKE_PROGRAM + 64);
	fb_core_destroy(core);
}

static void reads_a_core_of_the_kernel(void)
{
	check_usual(MAKE_KERNEL, FB_CORE_KERNEL);
}

static void reads_a_core_of_gcore(void)
{
	check_usual(MAKE_GCORE, FB_CORE_GCORE);
}

static void says_unknown_of_another_writer(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core;

	make_thread(&make, 5, 0, 0);
	core = open_file(make_file(&make, "core"));
	CU_ASSERT_EQUAL(fb_core_info(core)->kind, FB_CORE_UNKNOWN);
	CU_ASSERT_EQUAL(fb_core_info(core)->pid, 5);
	fb_core_destroy(core);
}

/* Two that touch; then one with 0x800 of 0x2000 bytes in the file; a gap; one with none. */
static struct fb_core *open_patchwork(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};

	make_segment(&make, BASE + 0x1000, 0x1000, NULL, 0x1000, PF_R);
	make_segment(&make, BASE, 0x1000, NULL, 0x1000, PF_R);
	make_segment(&make, BASE + 0x2000, 0x2000, NULL, 0x800, PF_R);
	make_segment(&make, BASE + 0x8000, 0x1000, NULL, 0, PF_R);
	return open_file(make_file(&make, "core"));
}

static void reads_memory_wherever_it_lies(void)
{
	struct fb_core *core = open_patchwork();
	struct fb_space *space = fb_core_space(core);
	uint64_t words[0x2800 / 8], word = 0;

	FB_OK_FATAL(fb_space_read(space, BASE, words, sizeof(words)));
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		CU_ASSERT_EQUAL(words[i], BASE + 8 * i);
	FB_FAILS(fb_space_u64(space, BASE + 0x27fc, &word), FB_ABSENT);
	FB_FAILS(fb_space_u64(space, BASE + 0x2800, &word), FB_ABSENT);
	FB_FAILS(fb_space_u64(space, BASE + 0x4000, &word), FB_FAULT);
	FB_FAILS(fb_space_u64(space, BASE - 8, &word), FB_FAULT);
	FB_FAILS(fb_space_u64(space, BASE + 0x8000, &word), FB_ABSENT);
	FB_FAILS(fb_space_u64(space, BASE + 0x9000, &word), FB_FAULT);
	FB_FAILS(fb_space_u64(space, UINT64_MAX - 7, &word), FB_FAULT);
	CU_ASSERT_EQUAL(word, 0);
	fb_core_destroy(core);
}

static void keeps_the_order_of_the_file(void)
{
	struct fb_core *core = open_patchwork();
	const struct fb_core_info *info = fb_core_info(core);

	CU_ASSERT_EQUAL(info->segments[0].address, BASE + 0x1000);
	CU_ASSERT_EQUAL(info->segments[1].address, BASE);
	CU_ASSERT_PTR_EQUAL(fb_core_segment_at(core, BASE + 0xfff), &info->segments[1]);
	CU_ASSERT_PTR_EQUAL(fb_core_segment_at(core, BASE + 0x1000), &info->segments[0]);
	CU_ASSERT_PTR_EQUAL(fb_core_segment_at(core, BASE + 0x8fff), &info->segments[3]);
	CU_ASSERT_PTR_NULL(fb_core_segment_at(core, BASE + 0x4000));
	CU_ASSERT_PTR_NULL(fb_core_segment_at(core, BASE - 1));
	fb_core_destroy(core);
}

/* The run from address on, and parts of it; of bytes of the file also where they are. */
static void check_run(struct fb_core *core, uint64_t address, uint64_t length,
		      enum fb_source source, enum fb_absence absence)
{
	const struct fb_core_segment *segment = fb_core_segment_at(core, address);
	const uint64_t asked[] = {0x10000, length, length - 1, 1};

	for (size_t i = 0; i < FB_ARRAY_SIZE(asked); i++) {
		struct fb_run run = {0};

		FB_OK(fb_space_locate(fb_core_space(core), address, asked[i], &run));
		CU_ASSERT_EQUAL(run.start, address);
		CU_ASSERT_EQUAL(run.length, asked[i] < length ? asked[i] : length);
		CU_ASSERT_EQUAL(run.origin.source, source);
		CU_ASSERT_EQUAL(run.origin.absence, absence);
		CU_ASSERT_PTR_EQUAL(run.origin.detail,
				    source == FB_SOURCE_CORE || absence == FB_ABSENCE_TRUNCATED
					    ? fb_core_info(core)->path
					    : NULL);
		CU_ASSERT_EQUAL(run.origin.file_offset,
				source == FB_SOURCE_CORE
					? segment->file_offset + (address - segment->address)
					: 0);
	}
}

static void tells_where_bytes_are(void)
{
	struct fb_core *core = open_patchwork();

	/* Neighbours in memory, but not in the file: two runs. */
	check_run(core, BASE, 0x1000, FB_SOURCE_CORE, FB_ABSENCE_NONE);
	check_run(core, BASE + 0x1100, 0xf00, FB_SOURCE_CORE, FB_ABSENCE_NONE);
	check_run(core, BASE + 0x2000, 0x800, FB_SOURCE_CORE, FB_ABSENCE_NONE);
	check_run(core, BASE + 0x2800, 0x1800, FB_SOURCE_ABSENT, FB_ABSENCE_FILTERED);
	check_run(core, BASE + 0x4000, 0x4000, FB_SOURCE_ABSENT, FB_ABSENCE_UNMAPPED);
	check_run(core, BASE + 0x8000, 0x1000, FB_SOURCE_ABSENT, FB_ABSENCE_FILTERED);
	check_run(core, BASE + 0x9000, 0x10000, FB_SOURCE_ABSENT, FB_ABSENCE_UNMAPPED);
	check_run(core, BASE - 0x800, 0x800, FB_SOURCE_ABSENT, FB_ABSENCE_UNMAPPED);
	fb_core_destroy(core);
}

/* Pages that are as the first one is: whole in the file, one behind the other. */
static void tells_how_far_pages_are_alike(void)
{
	struct fb_core *core = open_patchwork();

	CU_ASSERT_EQUAL(fb_core_alike(core, BASE, 0x10000), 0x1000);
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x1000, 0x10000), 0x1000);
	/* Of which the file has half. */
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x2000, 0x10000), 0x1000);
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x3000, 0x10000), 0x1000);
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x4000, 0x10000), 0x4000);
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x4000, 0x3000), 0x3000);
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x4000, 0x2fff), 0x2000);
	CU_ASSERT_EQUAL(fb_core_alike(core, BASE + 0x4000, 0x10), 0x1000);
	fb_core_destroy(core);
}

static void joins_runs_that_the_file_joins(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core;

	make_segment(&make, BASE, 0x1000, NULL, 0x1000, PF_R);
	make_segment(&make, BASE + 0x1000, 0x1000, NULL, 0x1000, PF_R | PF_W);
	core = open_file(make_file(&make, "core"));
	check_run(core, BASE, 0x2000, FB_SOURCE_CORE, FB_ABSENCE_NONE);
	fb_core_destroy(core);
}

static void finds_only_whole_pages(void)
{
	struct fb_core *core = open_patchwork();
	const struct fb_core_segment *segments = fb_core_info(core)->segments;
	uint64_t offset = 0;

	CU_ASSERT_TRUE(fb_core_page(core, BASE, &offset));
	CU_ASSERT_EQUAL(offset, segments[1].file_offset);
	CU_ASSERT_TRUE(fb_core_page(core, BASE + 0x1000, &offset));
	CU_ASSERT_EQUAL(offset, segments[0].file_offset);
	CU_ASSERT_FALSE(fb_core_page(core, BASE + 0x2000, &offset));
	CU_ASSERT_FALSE(fb_core_page(core, BASE + 0x3000, &offset));
	CU_ASSERT_FALSE(fb_core_page(core, BASE + 0x4000, &offset));
	CU_ASSERT_FALSE(fb_core_page(core, BASE + 0x8000, &offset));
	fb_core_destroy(core);
}

static void resolves_overlapping_segments(void)
{
	struct fb_warnings *warnings;
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core = NULL;
	uint64_t words[0x4000 / 8];

	FB_OK_FATAL(fb_warnings_create(&warnings));
	make_segment(&make, BASE + 0x1000, 0x3000, NULL, 0x3000, PF_R);
	make_segment(&make, BASE, 0x2000, NULL, 0x2000, PF_R);
	make_segment(&make, BASE + 0x1000, 0x1000, "", 0, PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "core"), warnings, &core));
	FB_OK_FATAL(fb_space_read(fb_core_space(core), BASE, words, sizeof(words)));
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		CU_ASSERT_EQUAL(words[i], BASE + 8 * i);
	CU_ASSERT_PTR_EQUAL(fb_core_segment_at(core, BASE + 0x1800),
			    &fb_core_info(core)->segments[1]);
	CU_ASSERT_PTR_EQUAL(fb_core_segment_at(core, BASE + 0x2000),
			    &fb_core_info(core)->segments[0]);
	CU_ASSERT_TRUE(
		warns(warnings, "core: 2 segments overlap others: the first to begin is used"));
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
}

static void says_how_much_a_cut_took(void)
{
	struct fb_warnings *warnings;
	struct fb_core *core = NULL;
	uint64_t word, offset;
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size - 0x1800), warnings, &core));
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	CU_ASSERT_EQUAL(fb_core_info(core)->thread_count, 1);
	CU_ASSERT_TRUE(warns(warnings, "6.00 KiB of its 16.0 KiB"));
	FB_OK(fb_space_u64(fb_core_space(core), MAKE_STACK + 0x17f8, &word));
	CU_ASSERT_EQUAL(word, MAKE_STACK + 0x17f8);
	FB_FAILS(fb_space_u64(fb_core_space(core), MAKE_STACK + 0x1800, &word), FB_TRUNCATED);
	CU_ASSERT_TRUE(fb_core_page(core, MAKE_STACK, &offset));
	CU_ASSERT_FALSE(fb_core_page(core, MAKE_STACK + 0x1000, &offset));
	check_run(core, MAKE_STACK, 0x1800, FB_SOURCE_CORE, FB_ABSENCE_NONE);
	check_run(core, MAKE_STACK + 0x1800, 0x1800, FB_SOURCE_ABSENT, FB_ABSENCE_TRUNCATED);
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
	free(bytes);
}

static void knows_a_gcore_that_lost_its_notes(void)
{
	struct fb_warnings *warnings;
	struct fb_core *core = NULL;
	size_t size;
	uint8_t *bytes = make_usual(MAKE_GCORE, &size);

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, 0x2000), warnings, &core));
	CU_ASSERT_EQUAL(fb_core_info(core)->kind, FB_CORE_GCORE);
	CU_ASSERT_EQUAL(fb_core_info(core)->thread_count, 0);
	CU_ASSERT_EQUAL(fb_core_info(core)->pid, 0);
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	CU_ASSERT_TRUE(warns(warnings, "no threads: its notes lie behind the end"));
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
	free(bytes);
}

/* Wherever the file ends: an error, or a core that says it is cut and can be read. content: the
 * bytes that anything is read from. */
static void survive_every_cut(const uint8_t *bytes, size_t content)
{
	const size_t headers = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);

	for (size_t cut = 0; cut < content; cut += cut < 0x1200 ? 1 : 97) {
		struct fb_core *core = NULL;
		struct fb_error *err;
		uint64_t word = 0;

		err = fb_core_open_file(make_file_of("core", bytes, cut), NULL, &core);
		if (err) {
			CU_ASSERT_TRUE(cut < headers);
			CU_ASSERT_FALSE(fb_error_is(err, FB_OS));
			fb_error_destroy(err);
			continue;
		}
		CU_ASSERT_TRUE(cut >= headers);
		CU_ASSERT_TRUE(fb_core_info(core)->truncated);
		err = fb_space_u64(fb_core_space(core), MAKE_STACK + 0x2ff8, &word);
		CU_ASSERT_TRUE(err || word == MAKE_STACK + 0x2ff8);
		fb_error_destroy(err);
		fb_core_destroy(core);
	}
}

static void survives_every_cut_of_the_kernel(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);

	survive_every_cut(bytes, size);
	free(bytes);
}

static void survives_every_cut_of_gcore(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_GCORE, &size);
	const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)bytes;

	/* Losing only the section table loses nothing. */
	survive_every_cut(bytes, ehdr->e_shoff);
	free(bytes);
}

static void refuses_a_core_of_nothing(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core;

	FB_FAILS_WITH(fb_core_open_file(make_file(&make, "core"), NULL, &core), FB_CORRUPT,
		      "core: holds neither memory nor threads");
}

static void refuses_a_kernel_dump(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core;

	make_thread(&make, 0, 0, 0);
	make_note(&make, "VMCOREINFO", 0, "OSRELEASE=6.1\n", 14);
	make_segment(&make, BASE, 0x1000, NULL, 0x1000, PF_R);
	FB_FAILS_WITH(fb_core_open_file(make_file(&make, "vmcore"), NULL, &core), FB_INVALID,
		      "vmcore: is a kernel dump");
}

FB_TEST_MAIN("user/core", FB_TEST(reads_a_core_of_the_kernel), FB_TEST(reads_a_core_of_gcore),
	     FB_TEST(says_unknown_of_another_writer), FB_TEST(reads_memory_wherever_it_lies),
	     FB_TEST(keeps_the_order_of_the_file), FB_TEST(tells_where_bytes_are),
	     FB_TEST(tells_how_far_pages_are_alike), FB_TEST(joins_runs_that_the_file_joins),
	     FB_TEST(finds_only_whole_pages), FB_TEST(resolves_overlapping_segments),
	     FB_TEST(says_how_much_a_cut_took), FB_TEST(knows_a_gcore_that_lost_its_notes),
	     FB_TEST(survives_every_cut_of_the_kernel), FB_TEST(survives_every_cut_of_gcore),
	     FB_TEST(refuses_a_core_of_nothing), FB_TEST(refuses_a_kernel_dump))
