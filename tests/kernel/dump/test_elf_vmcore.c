// SPDX-License-Identifier: GPL-2.0-or-later
/* ELF vmcores: pages, excluded tails, overlapping and broken segments, what is no vmcore. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

static const struct mk_recipe recipe = {
	.max_pfn = 400, .dumped = mk_runs, .cpus = 3, .vmcoreinfo = "OSRELEASE=6.1.0\n"};

static Elf64_Ehdr *ehdr(struct mk_bytes *bytes)
{
	return (Elf64_Ehdr *)bytes->data;
}

/* 0 is the PT_NOTE. */
static Elf64_Phdr *phdr(struct mk_bytes *bytes, size_t index)
{
	return (Elf64_Phdr *)(bytes->data + sizeof(Elf64_Ehdr)) + index;
}

static void reads_pages_and_notes(void)
{
	const struct fb_dump_info *info;
	struct mk_bytes bytes, gzip;
	struct fb_dump *dump;
	char *path;
	size_t size;

	mk_elf(&recipe, &bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	info = fb_dump_info(dump);
	CU_ASSERT_STRING_EQUAL(info->format, "ELF");
	CU_ASSERT_EQUAL(info->max_pfn, recipe.max_pfn);
	CU_ASSERT_FALSE(info->incomplete);
	CU_ASSERT_EQUAL(info->pages_existing, 0);
	CU_ASSERT_EQUAL(info->dump_level, -1);
	CU_ASSERT_EQUAL(mk_check(dump, &recipe, NULL), bytes.pages);
	CU_ASSERT_STRING_EQUAL(fb_dump_vmcoreinfo(dump), "OSRELEASE=6.1.0\n");
	CU_ASSERT_PTR_NOT_NULL(fb_dump_prstatus(dump, 2, &size));
	CU_ASSERT_EQUAL(fb_dump_parts(dump), 0);
	CU_ASSERT_PTR_NULL(fb_dump_kdump_header(dump, &size));
	FB_FAILS(fb_dump_stored(dump, 0, NULL, 0, &size), FB_UNSUPPORTED);
	fb_dump_destroy(dump);
	mk_gzip(&bytes, &gzip);
	path = mk_file("vmcore.gz", &gzip);
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, NULL, &dump));
	CU_ASSERT_EQUAL(mk_check(dump, &recipe, NULL), bytes.pages);
	fb_dump_destroy(dump);
	free(path);
	free(gzip.data);
	free(bytes.data);
}

/* A vmcore of one segment: frames 16 to 31 are data; it ends inside frame 1055, the hole behind it later. */
static void knows_pages_in_holes_unread(void)
{
	const uint64_t start = 16, data_end = 32, last = 1055;
	struct mk_bytes bytes;
	struct fb_dump *dump;
	char *path;
	uint64_t end;
	size_t i;

	mk_elf(&recipe, &bytes);
	for (i = 1; i < ehdr(&bytes)->e_phnum; i++)
		phdr(&bytes, i)->p_type = i == 1 ? PT_LOAD : PT_NULL;
	phdr(&bytes, 1)->p_paddr = start << FB_PAGE_SHIFT;
	phdr(&bytes, 1)->p_offset = bytes.pages_start;
	phdr(&bytes, 1)->p_filesz = ((last - start) << FB_PAGE_SHIFT) + 100;
	phdr(&bytes, 1)->p_memsz = phdr(&bytes, 1)->p_filesz;
	bytes.size = bytes.pages_start + ((data_end - start) << FB_PAGE_SHIFT);
	path = mk_file("sparse", &bytes);
	CU_ASSERT_EQUAL_FATAL(truncate(path, (off_t)(bytes.pages_start + phdr(&bytes, 1)->p_filesz +
						     2 * FB_PAGE_SIZE)),
			      0);
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, NULL, &dump));
	CU_ASSERT_FALSE(fb_dump_in_hole(dump, start, &end));
	CU_ASSERT_EQUAL(end, data_end);
	CU_ASSERT_FALSE(fb_dump_in_hole(dump, data_end - 1, &end));
	CU_ASSERT_EQUAL(end, data_end);
	CU_ASSERT_TRUE(fb_dump_in_hole(dump, data_end, &end));
	CU_ASSERT_EQUAL(end, last);
	CU_ASSERT_TRUE(fb_dump_in_hole(dump, last - 1, &end));
	CU_ASSERT_EQUAL(end, last);
	/* What no segment holds whole, and what is not there. */
	CU_ASSERT_FALSE(fb_dump_in_hole(dump, last, &end));
	CU_ASSERT_EQUAL(end, last + 1);
	CU_ASSERT_FALSE(fb_dump_in_hole(dump, start - 1, &end));
	CU_ASSERT_EQUAL(end, start);
	fb_dump_destroy(dump);
	free(path);
	free(bytes.data);
}

/* Each segment is all of the file: what is claimed beyond its size is not there. */
static void no_more_is_there_than_the_file_holds(void)
{
	struct mk_bytes bytes;
	struct fb_warnings *warnings;
	struct fb_dump *dump;

	mk_elf(&recipe, &bytes);
	for (size_t i = 1; i < ehdr(&bytes)->e_phnum; i++) {
		phdr(&bytes, i)->p_paddr = i << 30;
		phdr(&bytes, i)->p_offset = 0;
		phdr(&bytes, i)->p_filesz = phdr(&bytes, i)->p_memsz = bytes.size;
	}
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped,
			(bytes.size + FB_PAGE_SIZE - 1) / FB_PAGE_SIZE);
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(bytes.data);
}

/* /proc/vmcore has the kernel's text in a segment of its own too, and memory may end in a page. */
static void segments_may_overlap_and_end_anywhere(void)
{
	uint8_t page[FB_PAGE_SIZE], expected[FB_PAGE_SIZE], zeros[FB_PAGE_SIZE] = {0};
	struct mk_bytes bytes;
	struct fb_dump *dump;
	Elf64_Phdr *last;

	mk_elf(&recipe, &bytes);
	/* The second run (58..94) is also in the third segment, from 60 to 70. */
	*phdr(&bytes, 3) = *phdr(&bytes, 2);
	phdr(&bytes, 3)->p_paddr += 2 * FB_PAGE_SIZE;
	phdr(&bytes, 3)->p_offset += 2 * FB_PAGE_SIZE;
	phdr(&bytes, 3)->p_filesz = 10 * FB_PAGE_SIZE;
	last = phdr(&bytes, 7);
	CU_ASSERT_EQUAL_FATAL(last->p_paddr, 348 * FB_PAGE_SIZE);
	last->p_filesz = 5 * FB_PAGE_SIZE + 100;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, bytes.pages - 37 - 37 + 6);
	CU_ASSERT_EQUAL(fb_dump_next_page(dump, 95), 174);
	mk_page(65, expected);
	FB_OK(fb_dump_read_page(dump, 65, page));
	CU_ASSERT_EQUAL(memcmp(page, expected, sizeof(page)), 0);
	mk_page(353, expected);
	FB_OK(fb_dump_read_page(dump, 353, page));
	CU_ASSERT_EQUAL(memcmp(page, expected, 100), 0);
	CU_ASSERT_EQUAL(memcmp(page + 100, zeros, sizeof(page) - 100), 0);
	FB_FAILS(fb_dump_read_page(dump, 354, page), FB_ABSENT);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void counts_segments_beyond_65535(void)
{
	Elf64_Shdr section = {0};
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_elf(&recipe, &bytes);
	section.sh_info = ehdr(&bytes)->e_phnum;
	ehdr(&bytes)->e_phnum = PN_XNUM;
	ehdr(&bytes)->e_shoff = bytes.size;
	bytes.data = realloc(bytes.data, bytes.size + sizeof(section));
	memcpy(bytes.data + bytes.size, &section, sizeof(section));
	bytes.size += sizeof(section);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	(void)mk_check(dump, &recipe, NULL);
	fb_dump_destroy(dump);
	bytes.size -= 8;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_TRUNCATED, "section header 0");
	free(bytes.data);
}

static bool behind_300(uint64_t pfn)
{
	return pfn >= 300;
}

static void reads_a_cut_vmcore_as_far_as_it_goes(void)
{
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	mk_elf(&recipe, &bytes);
	bytes.size = phdr(&bytes, 6)->p_offset + (300 - 290) * FB_PAGE_SIZE;
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_TRUE(fb_dump_info(dump)->incomplete);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, 27 + 37);
	(void)mk_check(dump, &recipe, behind_300);
	fb_dump_destroy(dump);
	for (bytes.size = bytes.pages_start; bytes.size > 5; bytes.size -= bytes.size / 9 + 1)
		FB_FAILS(mk_open(&bytes, NULL, &dump), FB_TRUNCATED);
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

static void corrupt_segments_cost_only_themselves(void)
{
	struct fb_warnings *warnings;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	mk_elf(&recipe, &bytes);
	phdr(&bytes, 1)->p_memsz = UINT64_MAX;
	phdr(&bytes, 2)->p_paddr = UINT64_MAX - 5;
	phdr(&bytes, 3)->p_paddr = UINT64_MAX; /* no physical address: not corrupt */
	phdr(&bytes, 4)->p_offset = UINT64_MAX;
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 3);
	CU_ASSERT_EQUAL(fb_dump_next_page(dump, 0), 4 * 58);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, 3 * 37);
	fb_dump_destroy(dump);
	free(bytes.data);
	fb_warnings_destroy(warnings);
}

static void to_user(struct mk_bytes *bytes)
{
	size_t i;

	for (i = 1; i < ehdr(bytes)->e_phnum; i++) {
		phdr(bytes, i)->p_paddr = 0;
		phdr(bytes, i)->p_vaddr = 0x400000 * i;
	}
}

static void refuses_process_cores(void)
{
	struct mk_recipe user = recipe;
	struct mk_bytes bytes;
	struct fb_dump *dump;

	user.vmcoreinfo = NULL;
	mk_elf(&user, &bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump)); /* qemu's has no VMCOREINFO either */
	fb_dump_destroy(dump);
	to_user(&bytes);
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_INVALID,
		      "is a process core, not a kernel dump");
	free(bytes.data);
}

/* /proc/kcore: VMCOREINFO beside notes of a process, and mappings without a physical address. */
static void knows_the_running_kernel(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;
	Elf64_Nhdr *note;
	size_t size, count;

	mk_elf(&recipe, &bytes);
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_FALSE(fb_dump_info(dump)->live);
	fb_dump_destroy(dump);

	note = (Elf64_Nhdr *)(bytes.data + phdr(&bytes, 0)->p_offset);
	CU_ASSERT_EQUAL_FATAL(note->n_type, NT_PRSTATUS);
	note->n_type = NT_PRPSINFO;
	count = ehdr(&bytes)->e_phnum;
	phdr(&bytes, count - 1)->p_paddr = UINT64_MAX;
	FB_OK_FATAL(mk_open(&bytes, NULL, &dump));
	CU_ASSERT_TRUE(fb_dump_info(dump)->live);
	CU_ASSERT_PTR_NULL(fb_dump_prstatus(dump, 0, &size));
	CU_ASSERT(fb_dump_info(dump)->pages_dumped > 0);
	CU_ASSERT(fb_dump_info(dump)->pages_dumped < bytes.pages);
	fb_dump_destroy(dump);
	free(bytes.data);
}

static void refuses_other_elf_files(void)
{
	struct mk_bytes bytes;
	struct fb_dump *dump;
	size_t i;

	mk_elf(&recipe, &bytes);
	ehdr(&bytes)->e_type = ET_DYN;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_INVALID, "program, library");
	ehdr(&bytes)->e_type = ET_CORE;
	ehdr(&bytes)->e_machine = EM_AARCH64;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_UNSUPPORTED, "only x86-64");
	ehdr(&bytes)->e_machine = EM_X86_64;
	ehdr(&bytes)->e_phentsize = 1;
	FB_FAILS(mk_open(&bytes, NULL, &dump), FB_CORRUPT);
	ehdr(&bytes)->e_phentsize = sizeof(Elf64_Phdr);
	ehdr(&bytes)->e_phoff = UINT64_MAX;
	FB_FAILS(mk_open(&bytes, NULL, &dump), FB_TRUNCATED);
	ehdr(&bytes)->e_phoff = sizeof(Elf64_Ehdr);
	for (i = 1; i < ehdr(&bytes)->e_phnum; i++)
		phdr(&bytes, i)->p_type = PT_NULL;
	FB_FAILS_WITH(mk_open(&bytes, NULL, &dump), FB_INVALID, "without one page");
	free(bytes.data);
}

FB_TEST_MAIN("kernel/elf_vmcore", FB_TEST(reads_pages_and_notes),
	     FB_TEST(knows_pages_in_holes_unread), FB_TEST(segments_may_overlap_and_end_anywhere),
	     FB_TEST(no_more_is_there_than_the_file_holds), FB_TEST(counts_segments_beyond_65535),
	     FB_TEST(reads_a_cut_vmcore_as_far_as_it_goes),
	     FB_TEST(corrupt_segments_cost_only_themselves), FB_TEST(refuses_process_cores),
	     FB_TEST(knows_the_running_kernel), FB_TEST(refuses_other_elf_files))
