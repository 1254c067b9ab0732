// SPDX-License-Identifier: GPL-2.0-or-later
/* What a core tells of itself besides its memory: who wrote it, its threads by TID, what it lost, its name. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "user/core/core.h"

#define BASE 0x10000ull

static struct fb_core *open_made(struct make_core *make)
{
	struct fb_core *core = NULL;

	FB_OK_FATAL(fb_core_open_file(make_file(make, "core"), NULL, &core));
	return core;
}

enum { NO_INFO, INFO_FIRST, INFO_BEHIND };

/* sections: of gcore's layout one for each segment, of the kernel's none, or one for PN_XNUM. */
static enum fb_core_kind kind_of(enum make_layout layout, bool xnum, int info, bool gdb_note,
				 bool thread)
{
	struct make_core make = {.layout = layout, .xnum = xnum};
	enum fb_core_kind kind;
	struct fb_core *core;

	if (info == INFO_FIRST)
		make_psinfo(&make, 17, "made", "made");
	if (thread)
		make_thread(&make, 17, 0, 0);
	if (info == INFO_BEHIND)
		make_psinfo(&make, 17, "made", "made");
	if (gdb_note)
		make_note(&make, "GDB", 0xff000000, "<target/>", 10);
	make_segment(&make, BASE, 0x1000, NULL, 0x1000, PF_R);
	core = open_made(&make);
	kind = fb_core_info(core)->kind;
	fb_core_destroy(core);
	return kind;
}

static void tells_who_wrote_it(void)
{
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, false, INFO_BEHIND, false, true), FB_CORE_KERNEL);
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, true, INFO_BEHIND, false, true), FB_CORE_KERNEL);
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, false, INFO_FIRST, false, true), FB_CORE_UNKNOWN);
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, false, NO_INFO, false, true), FB_CORE_UNKNOWN);
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, false, INFO_BEHIND, false, false), FB_CORE_UNKNOWN);
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, false, NO_INFO, false, false), FB_CORE_UNKNOWN);
	CU_ASSERT_EQUAL(kind_of(MAKE_KERNEL, false, INFO_BEHIND, true, true), FB_CORE_GCORE);
	CU_ASSERT_EQUAL(kind_of(MAKE_GCORE, false, INFO_FIRST, false, true), FB_CORE_GCORE);
	CU_ASSERT_EQUAL(kind_of(MAKE_GCORE, false, NO_INFO, false, true), FB_CORE_GCORE);
	CU_ASSERT_EQUAL(kind_of(MAKE_GCORE, false, INFO_BEHIND, false, true), FB_CORE_UNKNOWN);
	CU_ASSERT_EQUAL(kind_of(MAKE_GCORE, false, INFO_BEHIND, true, true), FB_CORE_GCORE);
}

/* In any order, and twice: then the first in the file. */
static void finds_threads_by_tid(void)
{
	static const int tids[] = {50, 7, 90, 7, 20, 8};
	struct make_core make = {.layout = MAKE_KERNEL};
	const struct fb_core_info *info;
	struct fb_core *core;

	for (size_t i = 0; i < FB_ARRAY_SIZE(tids); i++)
		make_thread(&make, tids[i], (int)i, 0x1000 * i);
	core = open_made(&make);
	info = fb_core_info(core);
	CU_ASSERT_EQUAL_FATAL(info->thread_count, FB_ARRAY_SIZE(tids));
	CU_ASSERT_EQUAL(info->pid, 50);
	CU_ASSERT_FALSE(info->has_psinfo);
	for (size_t i = 0; i < FB_ARRAY_SIZE(tids); i++) {
		CU_ASSERT_EQUAL(info->threads[i].tid, tids[i]);
		CU_ASSERT_EQUAL(info->threads[i].signal, (int)i);
		CU_ASSERT_EQUAL(info->threads[i].regs.rip, 0x1000 * i);
		CU_ASSERT_PTR_EQUAL(fb_core_thread_of(core, tids[i]),
				    &info->threads[i == 3 ? 1 : i]);
		CU_ASSERT_PTR_NULL(fb_core_thread_of(core, tids[i] + 2));
	}
	CU_ASSERT_PTR_NULL(fb_core_thread_of(core, 6));
	CU_ASSERT_PTR_NULL(fb_core_thread_of(core, -1));
	fb_core_destroy(core);
}

/* All that NT_PRPSINFO and NT_PRSTATUS say of a process. */
static void takes_what_the_notes_say(void)
{
	const struct elf_prpsinfo psinfo = {.pr_pid = 17,
					    .pr_ppid = 2,
					    .pr_pgrp = 3,
					    .pr_sid = 4,
					    .pr_uid = 5,
					    .pr_gid = 6,
					    /* All of its room, without a NUL. */
					    .pr_fname = {'s', 'i', 'x', 't', 'e', 'e', 'n', ' ',
							 'l', 'e', 't', 't', 'e', 'r', 's', '!'},
					    .pr_psargs = "made by a test"};
	const struct elf_prstatus status = {.pr_pid = 18,
					    .pr_cursig = 11,
					    .pr_utime = {.tv_sec = 2, .tv_usec = 3},
					    .pr_stime = {.tv_sec = 4, .tv_usec = 999999}};
	struct make_core make = {.layout = MAKE_KERNEL};
	const struct fb_core_info *info;
	struct fb_core *core;

	make_note(&make, "CORE", NT_PRSTATUS, &status, sizeof(status));
	make_note(&make, "CORE", NT_PRPSINFO, &psinfo, sizeof(psinfo));
	make_note(&make, "CORE", NT_SIGINFO, "a signal", 9);
	make_note(&make, "CORE", NT_SIGINFO, "another", 8);
	core = open_made(&make);
	info = fb_core_info(core);
	CU_ASSERT(info->pid == 17 && info->ppid == 2 && info->pgrp == 3 && info->sid == 4);
	CU_ASSERT(info->uid == 5 && info->gid == 6 && info->has_psinfo);
	CU_ASSERT_STRING_EQUAL(info->comm, "sixteen letters!");
	CU_ASSERT_STRING_EQUAL(info->args, "made by a test");
	CU_ASSERT_STRING_EQUAL(info->path, "core");
	CU_ASSERT_EQUAL_FATAL(info->siginfo_size, 9);
	CU_ASSERT_STRING_EQUAL((const char *)info->siginfo, "a signal");
	CU_ASSERT(info->thread_count == 1 && info->threads[0].tid == 18);
	CU_ASSERT_EQUAL(info->threads[0].signal, 11);
	CU_ASSERT_EQUAL(info->threads[0].utime_us, 2000003);
	CU_ASSERT_EQUAL(info->threads[0].stime_us, 4999999);
	CU_ASSERT(!info->auxv && !info->auxv_pairs && !info->mapping_count && !info->segment_count);
	CU_ASSERT(!info->stream && !info->apport && !info->truncated);
	fb_core_destroy(core);
}

/* The bytes of a core whose first segment holds two threads' notes, and says that it does. */
static uint8_t *make_two_notes(size_t *size_ret)
{
	struct make_core make = {.layout = MAKE_KERNEL}, inner = {.layout = MAKE_KERNEL};
	Elf64_Phdr *headers;
	uint8_t *bytes;

	make_thread(&inner, 2, 0, 0);
	make_thread(&inner, 3, 0, 0);
	make_thread(&make, 1, 0, 0);
	make_segment(&make, BASE, inner.notes_size, inner.notes, inner.notes_size, PF_R);
	free(inner.notes);
	bytes = make_finish(&make, size_ret);
	headers = (Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));
	headers[1].p_type = PT_NOTE;
	return bytes;
}

static void takes_the_notes_of_all_segments(void)
{
	size_t size;
	uint8_t *bytes = make_two_notes(&size);
	const struct fb_core_info *info;
	struct fb_core *core = NULL;
	const size_t note = sizeof(Elf64_Nhdr) + 8 + sizeof(struct elf_prstatus);

	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size), NULL, &core));
	info = fb_core_info(core);
	CU_ASSERT_EQUAL_FATAL(info->thread_count, 3);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(info->threads[i].tid, (int)i + 1);
	CU_ASSERT_EQUAL(fb_core_held(core), 3 * note + 3 * sizeof(struct fb_core_thread));
	fb_core_destroy(core);
	/* The last one is cut off, then both of the second segment. */
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size - 1), NULL, &core));
	CU_ASSERT_EQUAL(fb_core_info(core)->thread_count, 2);
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	fb_core_destroy(core);
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size - 2 * note), NULL, &core));
	CU_ASSERT_EQUAL(fb_core_info(core)->thread_count, 1);
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	fb_core_destroy(core);
	free(bytes);
}

static void counts_what_it_holds(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);
	const Elf64_Phdr *headers = (const Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));
	struct fb_core *core = NULL;

	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size), NULL, &core));
	CU_ASSERT_EQUAL(fb_core_held(core), headers[0].p_filesz + sizeof(struct fb_core_thread) +
						    3 * sizeof(struct fb_core_segment) +
						    2 * sizeof(struct fb_core_mapping));
	CU_ASSERT_EQUAL(fb_core_file(core)->size, size);
	fb_core_destroy(core);
	free(bytes);
}

/* One warning, and it is this. */
static void expect_warning(const void *bytes, size_t size, bool truncated, const char *text)
{
	struct fb_warnings *warnings = NULL;
	struct fb_core *core = NULL;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size), warnings, &core));
	CU_ASSERT_EQUAL(fb_core_info(core)->truncated, truncated);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), text ? 1 : 0);
	if (text && fb_warnings_count(warnings))
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(warnings, 0), text);
	fb_core_destroy(core);
	fb_warnings_destroy(warnings);
}

/* The usual core's last segment, of 12 KiB, is the last in the file; before it there are 4 KiB. */
static void says_what_a_cut_took(void)
{
	size_t size;
	uint8_t *bytes = make_usual(MAKE_KERNEL, &size);

	expect_warning(bytes, size, false, NULL);
	expect_warning(bytes, size - 1, true,
		       "core: cut off: 1 B of its 16.0 KiB of memory lie behind the end of the "
		       "file; copy it again, or raise the size limit of cores");
	expect_warning(
		bytes, size - 0x3000, true,
		"core: cut off: 12.0 KiB of its 16.0 KiB of memory lie behind the end of the "
		"file; copy it again, or raise the size limit of cores");
	expect_warning(
		bytes, size - 0x3800, true,
		"core: cut off: 14.0 KiB of its 16.0 KiB of memory lie behind the end of the "
		"file; copy it again, or raise the size limit of cores");
	free(bytes);
}

/* Of few bytes each one is told. */
static void says_so_of_single_bytes(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	size_t size;
	uint8_t *bytes;

	make_thread(&make, 17, 0, 0);
	make_segment(&make, BASE, 0x1000, NULL, 40, PF_R);
	make_segment(&make, BASE + 0x1000, 0x1000, NULL, 24, PF_R);
	bytes = make_finish(&make, &size);
	expect_warning(bytes, size - 25, true,
		       "core: cut off: 25 B of its 64 B of memory lie behind the end of the file; "
		       "copy it again, or raise the size limit of cores");
	free(bytes);
}

/* Of segments that begin at one place the first in the file is used. */
static void the_first_of_equal_segments_is_used(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core;
	uint64_t word = 0;

	make_thread(&make, 17, 0, 0);
	for (uint64_t i = 1; i <= 7; i++)
		make_segment(&make, BASE, 0x1000, &i, sizeof(i), PF_R);
	core = open_made(&make);
	CU_ASSERT_PTR_EQUAL(fb_core_segment_at(core, BASE), &fb_core_info(core)->segments[0]);
	FB_OK(fb_space_u64(fb_core_space(core), BASE, &word));
	CU_ASSERT_EQUAL(word, 1);
	fb_core_destroy(core);
}

static void says_why_there_are_no_threads(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	size_t size;
	uint8_t *bytes;

	make_segment(&make, BASE, 0x1000, NULL, 0x1000, PF_R);
	bytes = make_finish(&make, &size);
	expect_warning(bytes, size, false, "core: no threads: it has no NT_PRSTATUS note");
	free(bytes);
}

static void a_core_of_another_system_is_refused(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core = NULL;

	make_note(&make, "FreeBSD", 1, "status", 7);
	make_segment(&make, BASE, 0x1000, NULL, 0x1000, PF_R);
	FB_FAILS_WITH(fb_core_open_file(make_file(&make, "core"), NULL, &core), FB_UNSUPPORTED,
		      "core: is a core of a FreeBSD process: only those of Linux are read");
	/* One of Linux that has a note of theirs. */
	make_note(&make, "FreeBSD", 1, "status", 7);
	make_thread(&make, 17, 0, 0);
	core = open_made(&make);
	CU_ASSERT_EQUAL(fb_core_info(core)->pid, 17);
	fb_core_destroy(core);
}

/* Notes of zeros, as a file has them where it has a hole, are read up to a bound; a core of noise is not
 * held to it. */
static void notes_in_a_hole_are_bounded(void)
{
	const uint64_t claimed = 64u << 20;
	struct make_core make = {.layout = MAKE_KERNEL};
	char *path;
	size_t size;
	uint8_t *bytes;
	Elf64_Phdr *note;
	struct fb_core *core = NULL;
	FILE *file;

	make_thread(&make, 17, 0, 0);
	make_segment(&make, BASE, 0x1000, NULL, 0, PF_R);
	bytes = make_finish(&make, &size);
	note = (Elf64_Phdr *)(bytes + sizeof(Elf64_Ehdr));
	note->p_filesz = claimed;
	path = fb_test_file("core.hole", bytes, size);
	file = fopen(path, "r+b");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fseek(file, (long)claimed * 2, SEEK_SET), 0);
	CU_ASSERT_EQUAL(fputc(0, file), 0);
	CU_ASSERT_EQUAL(fclose(file), 0);
	FB_OK_FATAL(fb_core_open(path, NULL, &core));
	CU_ASSERT_EQUAL(fb_core_info(core)->thread_count, 1);
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	/* One page of data and the one at the end, or whatever the file system takes for them. */
	CU_ASSERT(fb_core_held(core) >= FB_MIN_NOTES);
	CU_ASSERT(fb_core_held(core) < 2 * FB_MIN_NOTES);
	fb_core_destroy(core);
	free(path);
	free(bytes);
}

static void has_a_name_for_answers(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core = NULL;

	make_thread(&make, 17, 0, 0);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "/var/crash/core.17"), NULL, &core));
	CU_ASSERT_STRING_EQUAL(fb_core_name(core), "core.17");
	FB_OK(fb_core_rename(core, "another"));
	CU_ASSERT_STRING_EQUAL(fb_core_name(core), "another");
	FB_OK(fb_core_rename(core, "folder/a third"));
	CU_ASSERT_STRING_EQUAL(fb_core_name(core), "a third");
	CU_ASSERT_STRING_EQUAL(fb_core_info(core)->path, "/var/crash/core.17");
	fb_core_destroy(core);
	fb_core_destroy(NULL);
}

FB_TEST_MAIN("user/core, its facts", FB_TEST(tells_who_wrote_it), FB_TEST(finds_threads_by_tid),
	     FB_TEST(takes_what_the_notes_say), FB_TEST(takes_the_notes_of_all_segments),
	     FB_TEST(counts_what_it_holds), FB_TEST(says_what_a_cut_took),
	     FB_TEST(says_so_of_single_bytes), FB_TEST(the_first_of_equal_segments_is_used),
	     FB_TEST(says_why_there_are_no_threads), FB_TEST(a_core_of_another_system_is_refused),
	     FB_TEST(notes_in_a_hole_are_bounded), FB_TEST(has_a_name_for_answers))
