// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores of i386, whose structures are those of 32 bits. */
#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "user/core/core.h"
#include "user/core/notes_32bit.h"

#define PROGRAM 0x8048000u
#define STACK 0xffffd000u

static const uint64_t auxv[] = {AT_SYSINFO, 0xf7f00a10, AT_PHDR, PROGRAM + 52, AT_NULL, 0};

/* Descriptors of the GDT: GS 0x63 selects the first. */
static const uint32_t tls[] = {12, 0xf7c00740, 0xfffff, 0x51, 13, 0, 0, 0x28};

static struct fb_core *open_made(enum make_layout layout, bool xnum, size_t lost)
{
	static const struct make_mapping mappings[] = {
		{PROGRAM, PROGRAM + 0x1000, 0, "/lab/narrow"},
		{PROGRAM + 0x1000, PROGRAM + 0x3000, 0x1000, "/lab/narrow"},
	};
	struct make_core make = {.layout = layout, .narrow = true, .xnum = xnum};
	struct fb_warnings *warnings;
	struct fb_core *core = NULL;
	size_t size;
	uint8_t *bytes;

	if (layout == MAKE_GCORE)
		make_psinfo(&make, 17, "narrow", "narrow --deep");
	make_thread(&make, 17, SIGABRT, PROGRAM + 0x1234);
	if (layout == MAKE_KERNEL)
		make_psinfo(&make, 17, "narrow", "narrow --deep");
	make_note(&make, "LINUX", NT_386_TLS, tls, sizeof(tls));
	make_auxv(&make, auxv, FB_ARRAY_SIZE(auxv) / 2);
	make_files(&make, mappings, FB_ARRAY_SIZE(mappings), 4096);
	make_thread(&make, 18, 0, PROGRAM + 0x1300);
	make_segment(&make, PROGRAM, 0x1000, NULL, 0x1000, PF_R);
	make_segment(&make, PROGRAM + 0x1000, 0x2000, NULL, 0, PF_R | PF_X);
	make_segment(&make, STACK, 0x3000, NULL, 0x3000, PF_R | PF_W);
	bytes = make_finish(&make, &size);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_core_open_file(make_file_of("core", bytes, size - lost), warnings, &core));
	CU_ASSERT_EQUAL(fb_warnings_count(warnings) != 0, lost != 0);
	fb_warnings_destroy(warnings);
	free(bytes);
	return core;
}

static void check_process(const struct fb_core_info *info)
{
	CU_ASSERT_TRUE(info->is_32bit);
	CU_ASSERT(info->pid == 17 && info->ppid == 1 && info->has_psinfo);
	CU_ASSERT(info->uid == 1000 && info->gid == 100);
	CU_ASSERT_STRING_EQUAL(info->comm, "narrow");
	CU_ASSERT_STRING_EQUAL(info->args, "narrow --deep");
	CU_ASSERT_EQUAL_FATAL(info->auxv_pairs, FB_ARRAY_SIZE(auxv) / 2);
	CU_ASSERT_EQUAL(memcmp(info->auxv, auxv, sizeof(auxv)), 0);
	CU_ASSERT_EQUAL_FATAL(info->mapping_count, 2);
	CU_ASSERT_EQUAL(info->mappings[1].start, PROGRAM + 0x1000);
	CU_ASSERT_EQUAL(info->mappings[1].end, PROGRAM + 0x3000);
	CU_ASSERT_EQUAL(info->mappings[1].offset, 0x1000);
	CU_ASSERT_STRING_EQUAL(info->mappings[1].path, "/lab/narrow");
}

static void check_threads(const struct fb_core_info *info)
{
	const struct fb_core_thread *thread = info->threads;

	CU_ASSERT_EQUAL_FATAL(info->thread_count, 2);
	CU_ASSERT(thread->tid == 17 && thread->signal == SIGABRT);
	CU_ASSERT_EQUAL(thread->utime_us, 1000017);
	CU_ASSERT_EQUAL(thread->regs.rip, PROGRAM + 0x1234);
	CU_ASSERT_EQUAL(thread->regs.rsp, PROGRAM + 0x1235);
	CU_ASSERT_EQUAL(thread->regs.cs, 0x23);
	CU_ASSERT_EQUAL((long long)thread->regs.orig_rax, -1);
	CU_ASSERT_EQUAL(thread->regs.gs_base, 0xf7c00740);
	/* That of the first is not the second's. */
	CU_ASSERT(thread[1].tid == 18 && thread[1].regs.gs_base == 0);
}

static void reads_what_kernel_and_gcore_write(void)
{
	for (int way = 0; way < 3; way++) {
		enum make_layout layout = way == 2 ? MAKE_GCORE : MAKE_KERNEL;
		struct fb_core *core = open_made(layout, way == 1, 0);
		const struct fb_core_info *info = fb_core_info(core);
		uint64_t word = 0;

		CU_ASSERT_EQUAL(info->kind, layout == MAKE_GCORE ? FB_CORE_GCORE : FB_CORE_KERNEL);
		check_process(info);
		check_threads(info);
		CU_ASSERT_EQUAL_FATAL(info->segment_count, 3);
		CU_ASSERT_EQUAL(info->segments[2].address, STACK);
		CU_ASSERT_EQUAL(info->segments[2].memory_size, 0x3000);
		CU_ASSERT_EQUAL(info->segments[1].flags, PF_R | PF_X);
		FB_OK(fb_space_u64(fb_core_space(core), STACK + 0x2ff8, &word));
		CU_ASSERT_EQUAL(word, STACK + 0x2ff8);
		fb_core_destroy(core);
	}
}

/* Without section 0, which has their number, segments are counted by where they lie. */
static void counts_segments_of_a_cut_core(void)
{
	struct fb_core *core = open_made(MAKE_KERNEL, true, sizeof(Elf32_Shdr) + 1);

	CU_ASSERT_EQUAL(fb_core_info(core)->segment_count, 3);
	CU_ASSERT_TRUE(fb_core_info(core)->truncated);
	fb_core_destroy(core);
}

/* Each register is in the member of its 64-bit name. */
static void registers_have_their_places(void)
{
	struct fb_prstatus_32bit narrow = {0};
	struct user_regs_struct regs;
	struct elf_prstatus status;
	uint32_t words[17];

	for (uint32_t i = 0; i < 17; i++)
		words[i] = 0x100 + i;
	memcpy(&narrow.regs, words, sizeof(words));
	fb_prstatus_widen(&narrow, &status);
	memcpy(&regs, &status.pr_reg, sizeof(regs));
	CU_ASSERT(regs.rbx == 0x100 && regs.rcx == 0x101 && regs.rdx == 0x102);
	CU_ASSERT(regs.rsi == 0x103 && regs.rdi == 0x104 && regs.rbp == 0x105);
	CU_ASSERT(regs.rax == 0x106 && regs.ds == 0x107 && regs.es == 0x108);
	CU_ASSERT(regs.fs == 0x109 && regs.gs == 0x10a && regs.orig_rax == 0x10b);
	CU_ASSERT(regs.rip == 0x10c && regs.cs == 0x10d && regs.eflags == 0x10e);
	CU_ASSERT(regs.rsp == 0x10f && regs.ss == 0x110);
	CU_ASSERT(regs.gs_base == 0 && regs.r8 == 0 && regs.r15 == 0);
}

/* The kernel writes 65534 for what does not fit; it may be that very user too. */
static void large_ids_are_not_known(void)
{
	const struct fb_prpsinfo_32bit narrow = {.uid = 65534, .gid = 65533};
	struct elf_prpsinfo info;

	fb_prpsinfo_widen(&narrow, &info);
	CU_ASSERT_EQUAL(info.pr_uid, UINT32_MAX);
	CU_ASSERT_EQUAL(info.pr_gid, 65533);
}

/* A selector of another entry, of the LDT, or of none; an entry that is not used; half an entry. */
static void takes_the_selected_descriptor_only(void)
{
	static const struct {
		uint32_t gs;
		size_t size;
		uint64_t base;
	} rows[] = {{0x63, 16, 0xf7c00740}, {0x63, 15, 0}, {0x67, 32, 0}, {0x6b, 32, 0}, {0, 32, 0},
		    {0x73, 32, 0},          {0x63, 0, 0}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++) {
		struct user_regs_struct regs = {.gs = rows[i].gs};

		fb_386_tls_read(tls, rows[i].size, &regs);
		CU_ASSERT_EQUAL(regs.gs_base, rows[i].base);
	}
}

FB_TEST_MAIN("user/narrow_cores", FB_TEST(reads_what_kernel_and_gcore_write),
	     FB_TEST(counts_segments_of_a_cut_core), FB_TEST(registers_have_their_places),
	     FB_TEST(large_ids_are_not_known), FB_TEST(takes_the_selected_descriptor_only))
