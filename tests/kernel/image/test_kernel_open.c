// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a made dump's kernel: VMCOREINFO, page tables and the direct map, whole and with each part missing
 * or damaged. */
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_boot.h"

static void expect_warnings(const struct made_boot *boot, size_t count, const char *first)
{
	CU_ASSERT_EQUAL(fb_warnings_count(boot->warnings), count);
	if (count && fb_warnings_count(boot->warnings))
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot->warnings, 0), first);
}

static void opens_what_is_whole(void)
{
	for (unsigned levels = 4; levels <= 5; levels++) {
		const struct boot_recipe recipe = {
			.levels = levels,
			.vmcoreinfo = BOOT_ID_LINE
			"KERNELOFFSET=1000000\nNUMBER(sme_mask)=0x800000000000\n"
			"CRASHTIME=1234\n"};
		const struct fb_kernel_info *info;
		struct made_boot boot;
		struct fb_page_tables tables;
		struct fb_symbol symbol;
		uint64_t address;

		boot_make_whole(&boot, &recipe);
		boot.dump.info.pages_existing = 1000;
		FB_OK_FATAL(boot_open(&boot, NULL));
		info = fb_kernel_info(boot.kernel);
		CU_ASSERT_STRING_EQUAL(info->release, "6.1.0-made");
		CU_ASSERT_STRING_EQUAL(info->build_id, BOOT_ID);
		CU_ASSERT_STRING_EQUAL(info->version, "");
		CU_ASSERT_STRING_EQUAL(info->node, "");
		CU_ASSERT_EQUAL(info->kaslr_offset, 0x1000000);
		CU_ASSERT_EQUAL(info->phys_base, BOOT_PHYS_BASE);
		CU_ASSERT_EQUAL(info->levels, levels);
		CU_ASSERT_EQUAL(info->cpus, 0);
		CU_ASSERT_EQUAL(info->memory_bytes, 1000 * FB_PAGE_SIZE);
		CU_ASSERT_EQUAL(info->crash_time, 1234);
		CU_ASSERT_EQUAL(fb_kernel_panic_cpu(boot.kernel), -1);
		CU_ASSERT_PTR_EQUAL(fb_kernel_dump(boot.kernel), &boot.dump);
		CU_ASSERT_PTR_EQUAL(fb_kernel_warnings(boot.kernel), boot.warnings);
		CU_ASSERT_PTR_EQUAL(fb_kernel_physical(boot.kernel), &boot.dump.physical);
		CU_ASSERT_PTR_NULL(fb_kernel_vmlinux(boot.kernel));
		CU_ASSERT_PTR_NULL(fb_kernel_lost(boot.kernel));
		boot_expect_types(&boot);
		fb_kernel_page_tables(boot.kernel, &tables);
		CU_ASSERT_PTR_EQUAL(tables.physical, &boot.dump.physical);
		CU_ASSERT_EQUAL(tables.root, FB_PAGE_SIZE);
		CU_ASSERT_EQUAL(tables.levels, levels);
		CU_ASSERT_EQUAL(tables.encryption_mask, 0x800000000000);
		CU_ASSERT_FALSE(tables.zeros_excluded);
		CU_ASSERT_PTR_EQUAL_FATAL(tables.linear, &boot.kernel->linear);
		CU_ASSERT_TRUE(tables.linear->image);
		CU_ASSERT_EQUAL(tables.linear->phys_base, BOOT_PHYS_BASE);
		CU_ASSERT_EQUAL(tables.linear->direct_size, BOOT_FRAMES * FB_PAGE_SIZE);
		/* All of kallsyms, by its scan. */
		CU_ASSERT_EQUAL(fb_symtab_count(fb_kernel_symbols(boot.kernel)), 303);
		CU_ASSERT_TRUE(
			fb_symtab_by_name(fb_kernel_symbols(boot.kernel), "_stext", &symbol));
		CU_ASSERT_EQUAL(symbol.address, STEXT_ADDRESS);
		FB_OK(fb_kernel_symbol(boot.kernel, "__stop_BTF", &address));
		CU_ASSERT_EQUAL(address, boot.symbols[1].address);
		boot_destroy(&boot);
	}
}

/* VMCOREINFO in some page is as good as a note, and told. */
static void finds_vmcoreinfo_without_a_note(void)
{
	struct made_boot boot;

	boot_make_whole(&boot,
			&(struct boot_recipe){.text_in_page = true, .vmcoreinfo = "BEHIND=it\n"});
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_STRING_EQUAL(
		fb_warnings_get(boot.warnings, 0),
		"the dump has no VMCOREINFO note; the kernel's own copy was found in "
		"its memory");
	CU_ASSERT_STRING_EQUAL(fb_vmcoreinfo_get(fb_kernel_vmcoreinfo(boot.kernel), "BEHIND"),
			       "it");
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(boot.kernel)->release, "6.1.0-made");
	boot_destroy(&boot);
}

/* A dump of level 1 has left pages of zeros out, tables too. */
static void knows_whether_zeros_were_left_out(void)
{
	static const struct {
		int level;
		bool zeros;
	} levels[] = {{-1, false}, {0, false}, {1, true}, {2, false}, {30, false}, {31, true}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(levels); i++) {
		struct made_boot boot;
		struct fb_page_tables tables;

		boot_make_whole(&boot, &(struct boot_recipe){0});
		boot.dump.info.dump_level = levels[i].level;
		FB_OK_FATAL(boot_open(&boot, NULL));
		fb_kernel_page_tables(boot.kernel, &tables);
		CU_ASSERT_EQUAL(tables.zeros_excluded, levels[i].zeros);
		boot_destroy(&boot);
	}
}

/* Each of what has to be named, and a root that is no table. */
static void says_what_vmcoreinfo_lacks(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"!OSRELEASE=made\n", "VMCOREINFO has no SYMBOL(swapper_pg_dir): is this a dump"},
		{"!SYMBOL(swapper_pg_dir)=ffffffff80001000\n", "VMCOREINFO has no SYMBOL(_stext)"},
		{"!SYMBOL(swapper_pg_dir)=ffffffff80001000\nSYMBOL(_stext)=ffffffff81002000\n",
		 "VMCOREINFO has no NUMBER(phys_base)"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_boot boot;

		boot_make_whole(&boot, &(struct boot_recipe){.vmcoreinfo = cases[i].text});
		FB_FAILS_WITH(boot_open(&boot, NULL), FB_NOT_FOUND, cases[i].message);
		CU_ASSERT_PTR_NULL(boot.kernel);
		boot_destroy(&boot);
	}
}

/* Tables that map _stext to another frame, or to none, are another boot's. */
static void believes_no_tables_of_another_boot(void)
{
	static const uint64_t entries[] = {(TABLE_FRAMES + 3) << FB_PAGE_SHIFT | ENTRY_READ_ONLY,
					   0};

	for (size_t i = 0; i < FB_ARRAY_SIZE(entries); i++) {
		struct made_boot boot;

		boot_make_whole(&boot, &(struct boot_recipe){0});
		made_tables_set(boot.tables, STEXT_ADDRESS, 0, entries[i]);
		FB_FAILS_WITH(boot_open(&boot, NULL), FB_CORRUPT,
			      "the kernel's page tables (at physical 0x1000) do not map _stext "
			      "(0xffffffff81002000) to its place: the dump is of another boot than "
			      "its VMCOREINFO, or damaged");
		expect_warnings(&boot, 0, NULL);
		boot_destroy(&boot);
	}
}

/* Without its tables the image is read by its linear map. */
static void reads_the_image_without_tables(void)
{
	static const char *const texts[] = {
		"the kernel's page tables (at physical 0x1000) are not in the dump: only its image "
		"and directly mapped memory can be read, no modules and no kernel stacks",
		"the kernel's page tables (at physical 0x1000) are not in the dump, which is "
		"incomplete: only its image and directly mapped memory can be read, no modules and "
		"no kernel stacks",
	};

	for (unsigned i = 0; i < 4; i++) {
		struct made_boot boot;

		boot_make_whole(&boot, &(struct boot_recipe){.named_tables = true});
		boot.dump.info.incomplete = i % 2;
		/* The top table, or the one of the last level. */
		boot.absent[i < 2 ? 1 : made_tables_frame(boot.tables, STEXT_ADDRESS, 0)] = true;
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot.warnings, 0), texts[i % 2]);
		boot_expect_types(&boot);
		boot_destroy(&boot);
	}
}

/* A large page may map _stext: then no table is missing. */
static void takes_large_pages(void)
{
	struct made_boot boot;

	boot_make_whole(&boot, &(struct boot_recipe){0});
	/* 2 MiB of which the image is a part: frame 64 is not aligned, so the tables say another. */
	made_tables_set(boot.tables, STEXT_ADDRESS, 1, ENTRY_HUGE);
	FB_FAILS_WITH(boot_open(&boot, NULL), FB_CORRUPT, "do not map _stext");
	expect_warnings(&boot, 0, NULL);
	boot_destroy(&boot);
}

static void boot_expect_warning(const struct made_boot *boot, const char *text, bool wanted)
{
	bool found = false;

	for (size_t i = 0; i < fb_warnings_count(boot->warnings); i++)
		found |= strstr(fb_warnings_get(boot->warnings, i), text) != NULL;
	CU_ASSERT_EQUAL(found, wanted);
}

/* Where all memory is mapped: as the kernel's variable says, if that can be. */
static void finds_the_direct_map(void)
{
	static const struct {
		uint64_t base, direct;
		bool lost;
	} cases[] = {
		{0xffff9a4240000000ull, 0xffff9a4240000000ull, false},
		{0xff00000000000000ull, 0xff00000000000000ull, false},
		{0xffff9a4260000000ull, 0, false}, /* not aligned to 1 GiB */
		{0xffff9a4240000001ull, 0, false},
		{0xfeffffffc0000000ull, 0, false}, /* no kernel address */
		{0, 0, false},
		{0xffff9a4240000000ull, 0, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_boot boot;
		uint64_t at;

		boot_init(&boot);
		at = boot_symbol(&boot, "page_offset_base", 8);
		boot_make(&boot, &(struct boot_recipe){0});
		boot_put_u64(&boot, at, cases[i].base);
		boot.absent[TABLE_FRAMES + (at - IMAGE_START) / FB_PAGE_SIZE] = cases[i].lost;
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_EQUAL(boot.kernel->linear.direct_start, cases[i].direct);
		CU_ASSERT_EQUAL(fb_kernel_direct_map(boot.kernel, 0), cases[i].direct);
		CU_ASSERT_EQUAL(fb_kernel_direct_map(boot.kernel, 3),
				cases[i].direct ? cases[i].direct + 0x3000 : 0);
		boot_destroy(&boot);
	}
	for (unsigned levels = 4; levels <= 5; levels++) {
		struct made_boot boot;

		boot_make_whole(&boot, &(struct boot_recipe){.levels = levels});
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_EQUAL(fb_kernel_direct_map(boot.kernel, 1),
				(levels == 5 ? 0xff11000000000000ull : 0xffff888000000000ull) +
					0x1000);
		boot_destroy(&boot);
	}
}

/* Where the variable is lost the kernel's page tables tell: by the first page mapped behind the fixed place, if
 * what that makes of the direct map maps the tables themselves. */
static void the_tables_tell_the_direct_map(void)
{
	static const struct {
		uint64_t mapped, entry; /* a huge page, and what of physical memory it maps */
		uint64_t direct;
	} cases[] = {
		{0xffff9a4240000000ull, 0 | ENTRY_HUGE, 0xffff9a4240000000ull},
		{0xffff9a4280000000ull, 0 | ENTRY_HUGE, 0xffff9a4280000000ull},
		/* Not where the tables are: it is something else, or they were moved. */
		{0xffff9a4240000000ull, 0x40000000ull | ENTRY_HUGE, 0},
		/* Before the first place that it can be at. */
		{0xffff880040000000ull, 0 | ENTRY_HUGE, 0},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made_boot boot;
		uint64_t at;

		boot_init(&boot);
		at = boot_symbol(&boot, "page_offset_base", 8);
		boot_make(&boot, &(struct boot_recipe){0});
		boot.absent[TABLE_FRAMES + (at - IMAGE_START) / FB_PAGE_SIZE] = true;
		made_tables_set(boot.tables, cases[i].mapped, 2, cases[i].entry);
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_EQUAL(fb_kernel_direct_map(boot.kernel, 0), cases[i].direct);
		boot_expect_warning(&boot, "page_offset_base", !cases[i].direct);
		boot_destroy(&boot);
	}
}

/* Symbols of the linker, and what lies between them. */
static void tables_lie_between_symbols(void)
{
	static const struct {
		const char *start, *stop;
		uint64_t element, maximum;
		enum fb_code code; /* of what is no table */
		bool good;
	} cases[] = {
		{"a", "b", 8, 48, FB_CORRUPT, true},
		{"a", "b", 16, 48, FB_CORRUPT, true},
		{"a", "b", 8, 47, FB_CORRUPT, false},
		{"a", "b", 5, 48, FB_CORRUPT, false},
		{"b", "a", 8, 48, FB_CORRUPT, false},
		{"a", "a", 8, 48, FB_CORRUPT, false},
		{"a", "none", 8, 48, FB_NOT_FOUND, false},
		{"none", "b", 8, 48, FB_NOT_FOUND, false},
	};
	struct made_boot boot;
	uint64_t a, start, size;

	boot_init(&boot);
	a = boot_symbol(&boot, "a", 48);
	boot_symbol(&boot, "b", 8);
	boot_make(&boot, &(struct boot_recipe){0});
	FB_OK_FATAL(boot_open(&boot, NULL));
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_error *err;

		start = size = 77;
		err = fb_kernel_symbol_range(boot.kernel, cases[i].start, cases[i].stop,
					     cases[i].element, cases[i].maximum, &start, &size);
		CU_ASSERT_EQUAL(err == NULL, cases[i].good);
		CU_ASSERT_EQUAL(start, cases[i].good ? a : 77);
		CU_ASSERT_EQUAL(size, cases[i].good ? 48 : 77);
		if (err)
			FB_FAILS(err, cases[i].code);
	}
	FB_FAILS_WITH(fb_kernel_symbol_range(boot.kernel, "b", "a", 1, 9, &start, &size),
		      FB_CORRUPT,
		      "b at 0xffffffff81052030 and a at 0xffffffff81052000 enclose no table of at "
		      "most 9 bytes");
	boot_destroy(&boot);
}

FB_TEST_MAIN("kernel/kernel_open", FB_TEST(opens_what_is_whole),
	     FB_TEST(finds_vmcoreinfo_without_a_note), FB_TEST(knows_whether_zeros_were_left_out),
	     FB_TEST(says_what_vmcoreinfo_lacks), FB_TEST(believes_no_tables_of_another_boot),
	     FB_TEST(reads_the_image_without_tables), FB_TEST(takes_large_pages),
	     FB_TEST(finds_the_direct_map), FB_TEST(the_tables_tell_the_direct_map),
	     FB_TEST(tables_lie_between_symbols))
