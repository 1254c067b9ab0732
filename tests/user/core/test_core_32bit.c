// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cores of i386: what is written is read back, and its notes are what they are in a core of x86-64.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/user.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "user/core/core.h"
#include "user/core/core_headers.h"
#include "user/core/core_output.h"
#include "user/core/notes_32bit.h"

#define BASE 0x08048000u

/* A core of so many segments of a page, a gap of one between them. */
static void write_and_read(size_t segments)
{
	char path[4200];
	struct fb_outfile *outfile = NULL;
	struct fb_core_output output;
	const struct fb_core_info *info;
	struct fb_core *core = NULL;
	struct fb_buf notes;
	uint32_t word = 0x76543210, got = 0;

	(void)snprintf(path, sizeof(path), "%s/core", fb_test_folder());
	fb_buf_init(&notes, 1000);
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	FB_OK_FATAL(fb_core_output_init(&output, outfile, true));
	FB_OK(fb_core_output_bytes(&output, BASE, PF_R, BASE, &word, sizeof(word)));
	for (size_t i = 1; i < segments; i++)
		FB_OK(fb_core_output_gap(&output, BASE + 0x2000 * i, PF_W, BASE + 0x2000 * i,
					 FB_PAGE_SIZE));
	FB_OK_FATAL(fb_core_output_finish(&output, &notes));
	FB_OK_FATAL(fb_outfile_commit(outfile));
	fb_core_output_deinit(&output);
	fb_outfile_destroy(outfile);
	fb_buf_deinit(&notes);
	FB_OK_FATAL(fb_core_open(path, NULL, &core));
	info = fb_core_info(core);
	CU_ASSERT_TRUE(info->is_32bit);
	CU_ASSERT_EQUAL_FATAL(info->segment_count, segments);
	for (size_t i = 1; i < segments; i++)
		if (info->segments[i].address != BASE + 0x2000 * i ||
		    info->segments[i].memory_size != FB_PAGE_SIZE || info->segments[i].file_size ||
		    info->segments[i].flags != PF_W)
			CU_FAIL("a segment is not what was written");
	CU_ASSERT_EQUAL(info->segments[0].flags, PF_R);
	FB_OK(fb_space_read(fb_core_space(core), BASE, &got, sizeof(got)));
	CU_ASSERT_EQUAL(got, word);
	fb_core_destroy(core);
}

/* One; more than are read at a time; more than 16 bits count, for which there is a section. */
static void segments_are_read_back(void)
{
	write_and_read(1);
	write_and_read(1023);
	write_and_read(1024);
	write_and_read(2500);
	write_and_read(PN_XNUM - 2);
	write_and_read(PN_XNUM + 3);
}

static struct fb_error *throw_away(void *context FB_UNUSED, uint64_t offset FB_UNUSED,
				   const void *bytes FB_UNUSED, size_t length FB_UNUSED)
{
	return NULL;
}

/* Offsets have 32 bits. */
static void one_of_4_gib_is_refused(void)
{
	struct fb_outfile *outfile = NULL;
	struct fb_core_output output;
	struct fb_buf notes;

	fb_buf_init(&notes, 1000);
	for (int is_32bit = 0; is_32bit < 2; is_32bit++) {
		FB_OK_FATAL(fb_outfile_create_sink("nowhere", throw_away, NULL, &outfile));
		FB_OK_FATAL(fb_core_output_init(&output, outfile, is_32bit));
		FB_OK_FATAL(fb_outfile_align(outfile, 1ull << 32));
		if (is_32bit)
			FB_FAILS_WITH(fb_core_output_finish(&output, &notes), FB_LIMIT, "4 GiB");
		else
			FB_OK(fb_core_output_finish(&output, &notes));
		fb_core_output_deinit(&output);
		fb_outfile_destroy(outfile);
	}
	fb_buf_deinit(&notes);
}

/* Addresses too: the last byte below 4 GiB is written, the first one above is not. */
static void memory_above_4_gib_is_refused(void)
{
	const uint64_t end = 1ull << 32;

	for (int above = 0; above < 2; above++) {
		struct fb_outfile *outfile = NULL;
		struct fb_core_output output;
		struct fb_buf notes;

		fb_buf_init(&notes, 1000);
		FB_OK_FATAL(fb_outfile_create_sink("nowhere", throw_away, NULL, &outfile));
		FB_OK_FATAL(fb_core_output_init(&output, outfile, true));
		FB_OK_FATAL(fb_core_output_gap(&output, end - 4096, PF_R, end - 4096, 4096));
		if (above)
			FB_OK_FATAL(fb_core_output_gap(&output, end, PF_R, end, 1));
		if (above)
			FB_FAILS_WITH(fb_core_output_finish(&output, &notes), FB_LIMIT,
				      "above 4 GiB");
		else
			FB_OK(fb_core_output_finish(&output, &notes));
		fb_core_output_deinit(&output);
		fb_outfile_destroy(outfile);
		fb_buf_deinit(&notes);
	}
}

struct headers {
	Elf32_Ehdr elf;
	Elf32_Phdr segments[3];
	uint8_t memory[64];
	Elf32_Shdr section;
};

/* As the kernel lays them out: headers first, section 0 last. */
static void make_headers(struct headers *headers)
{
	memset(headers, 0, sizeof(*headers));
	headers->elf = (Elf32_Ehdr){
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_phoff = offsetof(struct headers, segments),
		.e_shoff = offsetof(struct headers, section),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = PN_XNUM,
		.e_shentsize = sizeof(Elf32_Shdr),
		.e_shnum = 1,
	};
	headers->section.sh_info = 3;
	for (unsigned i = 0; i < 3; i++)
		headers->segments[i] = (Elf32_Phdr){
			.p_type = i ? PT_LOAD : PT_NOTE,
			.p_offset = offsetof(struct headers, memory) + i,
			.p_vaddr = 0xfffff000u - 0x1000 * i,
			.p_filesz = 4,
			.p_memsz = i ? 0x1000 : 0,
			.p_flags = PF_X,
		};
}

static struct fb_error *read_headers(const struct headers *made, size_t size,
				     struct fb_core_headers *headers)
{
	char path[4200];
	struct fb_outfile *outfile = NULL;
	struct fb_file *file = NULL;
	struct fb_error *err;

	(void)snprintf(path, sizeof(path), "%s/headers", fb_test_folder());
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	FB_OK_FATAL(fb_outfile_write(outfile, made, size));
	FB_OK_FATAL(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	FB_OK_FATAL(fb_file_open(path, &file));
	err = fb_core_headers_read(file, NULL, headers);
	fb_file_destroy(file);
	return err;
}

static void expect_headers(const struct fb_core_headers *headers)
{
	CU_ASSERT_PTR_EQUAL(headers->form, &fb_elf_32);
	CU_ASSERT_EQUAL_FATAL(headers->note_count, 1);
	CU_ASSERT_EQUAL(headers->notes[0].offset, offsetof(struct headers, memory));
	CU_ASSERT_EQUAL(headers->notes[0].size, 4);
	CU_ASSERT_EQUAL_FATAL(headers->segment_count, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct fb_core_segment *segment = &headers->segments[i];

		CU_ASSERT_EQUAL(segment->address, 0xffffe000u - 0x1000 * i);
		CU_ASSERT(segment->memory_size == 0x1000 && segment->file_size == 4);
		CU_ASSERT_EQUAL(segment->file_offset, offsetof(struct headers, memory) + i + 1);
		CU_ASSERT_EQUAL(segment->flags, PF_X);
	}
}

static void headers_are_those_of_i386(void)
{
	struct fb_core_headers headers = {0};
	struct headers made;

	make_headers(&made);
	FB_OK_FATAL(read_headers(&made, sizeof(made), &headers));
	expect_headers(&headers);
	CU_ASSERT_EQUAL(headers.section_count, 1);
	fb_core_headers_deinit(&headers);
	/* Without section 0 they are counted by what they point to. */
	FB_OK_FATAL(read_headers(&made, offsetof(struct headers, section), &headers));
	expect_headers(&headers);
	fb_core_headers_deinit(&headers);
	made.elf.e_shnum = 0;
	made.section.sh_size = 77;
	FB_OK_FATAL(read_headers(&made, sizeof(made), &headers));
	CU_ASSERT_EQUAL(headers.section_count, 77);
	fb_core_headers_deinit(&headers);
	made.elf.e_phentsize = sizeof(Elf64_Phdr);
	FB_FAILS_WITH(read_headers(&made, sizeof(made), &headers), FB_CORRUPT,
		      "program headers of 56 bytes, not 32");
	make_headers(&made);
	made.elf.e_ident[EI_CLASS] = ELFCLASS64;
	FB_FAILS_WITH(read_headers(&made, sizeof(made), &headers), FB_CORRUPT, "class 2");
}

/* All bytes of a note differ, so that no field can be mistaken for another. */
static void notes_are_the_same_in_both(void)
{
	struct fb_prstatus_32bit status, status_again;
	struct fb_prpsinfo_32bit info, info_again;
	struct elf_prstatus wide_status;
	struct elf_prpsinfo wide_info;

	for (size_t i = 0; i < sizeof(status); i++)
		((uint8_t *)&status)[i] = (uint8_t)(i + 1);
	status.padding = 0;
	fb_prstatus_widen(&status, &wide_status);
	fb_prstatus_narrow(&wide_status, &status_again);
	CU_ASSERT_EQUAL(memcmp(&status, &status_again, sizeof(status)), 0);
	for (size_t i = 0; i < sizeof(info); i++)
		((uint8_t *)&info)[i] = (uint8_t)(i + 1);
	fb_prpsinfo_widen(&info, &wide_info);
	fb_prpsinfo_narrow(&wide_info, &info_again);
	CU_ASSERT_EQUAL(memcmp(&info, &info_again, sizeof(info)), 0);
}

static void what_is_negative_stays_so(void)
{
	struct user_regs_struct regs;
	struct fb_prstatus_32bit status = {
		.regs = {.eax = (uint32_t)-38, .orig_eax = (uint32_t)-1, .ebx = 0x91223344}};
	struct elf_prstatus wide;
	struct elf_prpsinfo info = {.pr_uid = 65535, .pr_gid = 65536};
	struct fb_prpsinfo_32bit narrow;

	fb_prstatus_widen(&status, &wide);
	memcpy(&regs, &wide.pr_reg, sizeof(regs));
	CU_ASSERT_EQUAL(regs.rax, (uint64_t)-38);
	CU_ASSERT_EQUAL(regs.orig_rax, UINT64_MAX);
	CU_ASSERT_EQUAL(regs.rbx, 0x91223344);
	fb_prpsinfo_narrow(&info, &narrow);
	CU_ASSERT(narrow.uid == 65535 && narrow.gid == 65534);
}

FB_TEST_MAIN("user/core, of 32 bits", FB_TEST(segments_are_read_back),
	     FB_TEST(one_of_4_gib_is_refused), FB_TEST(memory_above_4_gib_is_refused),
	     FB_TEST(headers_are_those_of_i386), FB_TEST(notes_are_the_same_in_both),
	     FB_TEST(what_is_negative_stays_so))
