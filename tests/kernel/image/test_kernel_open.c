// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a made dump's kernel: page tables, symbols, types and the direct map, whole and with each part
 * missing or damaged, and what a vmlinux gives in place of it. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/kernel/made_boot.h"
#include "tests/symbols/make_btf.h"
#include "tests/symbols/make_dwarf.h"

#define ID "0123456789abcdef0123456789abcdef01234567"
#define ID_LINE "BUILD-ID=" ID "\n"

/* Two types: int, and a struct task_struct whose pid stands at byte 8. */
#define TYPE_STRINGS "\0int\0task_struct\0pid"
static const struct {
	struct btf_header header;
	uint32_t words[10];
	char strings[sizeof(TYPE_STRINGS)];
} types = {
	.header = {.magic = BTF_MAGIC,
		   .version = BTF_VERSION,
		   .hdr_len = sizeof(struct btf_header),
		   .type_len = sizeof(types.words),
		   .str_off = sizeof(types.words),
		   .str_len = sizeof(types.strings)},
	.words = {INT_WORDS, 5, INFO(FB_TYPE_STRUCT, 0, 1), 16, 17, 1, 64},
	.strings = TYPE_STRINGS,
};

/* A kernel with types, by the names that it has them under. */
static void make_typed(struct made_boot *boot, const struct boot_recipe *recipe, const char *start,
		       const char *stop)
{
	uint64_t at;

	boot_init(boot);
	at = boot_symbol(boot, start, sizeof(types));
	boot_symbol(boot, stop, 64);
	boot_make(boot, recipe);
	boot_put(boot, at, &types, sizeof(types));
}

static void make(struct made_boot *boot, const struct boot_recipe *recipe)
{
	make_typed(boot, recipe, "__start_BTF", "__stop_BTF");
}

static void expect_warnings(const struct made_boot *boot, size_t count, const char *first)
{
	CU_ASSERT_EQUAL(fb_warnings_count(boot->warnings), count);
	if (count && fb_warnings_count(boot->warnings))
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot->warnings, 0), first);
}

static void expect_pid_member(const struct made_boot *boot)
{
	const struct fb_layout *layout = fb_kernel_layout(boot->kernel);

	CU_ASSERT_TRUE(layout->task_pid.found);
	CU_ASSERT_EQUAL(layout->task_pid.offset, 8);
	CU_ASSERT_EQUAL(layout->task_struct.size, 16);
}

static void opens_what_is_whole(void)
{
	for (unsigned levels = 4; levels <= 5; levels++) {
		const struct boot_recipe recipe = {
			.levels = levels,
			.vmcoreinfo =
				ID_LINE "KERNELOFFSET=1000000\nNUMBER(sme_mask)=0x800000000000\n"
					"CRASHTIME=1234\n"};
		const struct fb_kernel_info *info;
		struct made_boot boot;
		struct fb_page_tables tables;
		struct fb_symbol symbol;
		uint64_t address;

		make(&boot, &recipe);
		boot.dump.info.pages_existing = 1000;
		FB_OK_FATAL(boot_open(&boot, NULL));
		info = fb_kernel_info(boot.kernel);
		CU_ASSERT_STRING_EQUAL(info->release, "6.1.0-made");
		CU_ASSERT_STRING_EQUAL(info->build_id, ID);
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
		CU_ASSERT_EQUAL(fb_btf_count(fb_kernel_types(boot.kernel)), 2);
		expect_pid_member(&boot);
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
		CU_ASSERT_EQUAL(address, BOOT_DATA + sizeof(types));
		boot_destroy(&boot);
	}
}

/* VMCOREINFO in some page is as good as a note, and told. */
static void finds_vmcoreinfo_without_a_note(void)
{
	struct made_boot boot;

	make(&boot, &(struct boot_recipe){.text_in_page = true, .vmcoreinfo = "BEHIND=it\n"});
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

		make(&boot, &(struct boot_recipe){0});
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

		make(&boot, &(struct boot_recipe){.vmcoreinfo = cases[i].text});
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

		make(&boot, &(struct boot_recipe){0});
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

		make(&boot, &(struct boot_recipe){.named_tables = true});
		boot.dump.info.incomplete = i % 2;
		/* The top table, or the one of the last level. */
		boot.absent[i < 2 ? 1 : made_tables_frame(boot.tables, STEXT_ADDRESS, 0)] = true;
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot.warnings, 0), texts[i % 2]);
		expect_pid_member(&boot);
		boot_destroy(&boot);
	}
}

/* A large page may map _stext: then no table is missing. */
static void takes_large_pages(void)
{
	struct made_boot boot;

	make(&boot, &(struct boot_recipe){0});
	/* 2 MiB of which the image is a part: frame 64 is not aligned, so the tables say another. */
	made_tables_set(boot.tables, STEXT_ADDRESS, 1, ENTRY_HUGE);
	FB_FAILS_WITH(boot_open(&boot, NULL), FB_CORRUPT, "do not map _stext");
	expect_warnings(&boot, 0, NULL);
	boot_destroy(&boot);
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

		make(&boot, &(struct boot_recipe){.levels = levels});
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_EQUAL(fb_kernel_direct_map(boot.kernel, 1),
				(levels == 5 ? 0xff11000000000000ull : 0xffff888000000000ull) +
					0x1000);
		boot_destroy(&boot);
	}
}

/* kallsyms is looked for in what is mapped neither writable nor executable, or in all of the image. */
static void searches_read_only_data(void)
{
	struct made_boot boot;

	make(&boot, &(struct boot_recipe){.writable_rodata = true});
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
	/* Only its last pages are read-only: kallsyms is not among them. */
	make(&boot, &(struct boot_recipe){.writable_rodata = true});
	made_tables_set(boot.tables, BOOT_END - FB_PAGE_SIZE, 0,
			(TABLE_FRAMES + IMAGE_PAGES - 1) << FB_PAGE_SHIFT | ENTRY_READ_ONLY |
				ENTRY_NX);
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
	/* Those of two ranges, of which kallsyms is in the first: from the one's start to the other's end. */
	make(&boot, &(struct boot_recipe){0});
	made_tables_set(boot.tables, BOOT_END - FB_PAGE_SIZE, 0,
			(TABLE_FRAMES + IMAGE_PAGES - 1) << FB_PAGE_SHIFT | ENTRY_READ_ONLY |
				ENTRY_NX);
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
}

/* Names of the tables, which spare the search: each is needed where the search would find nothing. */
static void is_told_where_the_tables_are(void)
{
	static const enum address_form forms[] = {FORM_ABSOLUTE_PERCPU, FORM_ABSOLUTE};

	for (unsigned i = 0; i < 2 * 8; i++) {
		unsigned lacking = i / 2;
		struct made_boot boot;

		make(&boot, &(struct boot_recipe){.named_tables = true,
						  .lacks_one = lacking < 7,
						  .lacking = lacking,
						  .writable_rodata = true,
						  .form = forms[i % 2]});
		/* The search would look at the last page alone. */
		made_tables_set(boot.tables, BOOT_END - FB_PAGE_SIZE, 0,
				(TABLE_FRAMES + IMAGE_PAGES - 1) << FB_PAGE_SHIFT |
					ENTRY_READ_ONLY | ENTRY_NX);
		FB_OK_FATAL(boot_open(&boot, NULL));
		/* Where neither kind of addresses is named, they are found beside the names. */
		CU_ASSERT_EQUAL(fb_kernel_symbols(boot.kernel) != NULL, lacking > 3);
		boot_destroy(&boot);
	}
}

static void types_had_another_name(void)
{
	struct made_boot boot;

	make_typed(&boot, &(struct boot_recipe){0}, "_binary__btf_vmlinux_bin_start",
		   "_binary__btf_vmlinux_bin_end");
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_lost(boot.kernel));
	expect_pid_member(&boot);
	boot_destroy(&boot);
}

#define GIVES(id, release)                                                           \
	"its vmlinux with debug information, build-id " id                           \
	", gives them with --vmlinux (packages linux-image-" release                 \
	"-dbg, linux-image-unsigned-" release "-dbgsym or kernel-debuginfo-" release \
	", or `debuginfod-find debuginfo "

static void expect_lost(struct made_boot *boot, const char *lost)
{
	FB_OK_FATAL(boot_open(boot, NULL));
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_kernel_lost(boot->kernel));
	CU_ASSERT_STRING_EQUAL(fb_kernel_lost(boot->kernel), lost);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot->warnings, 0), lost);
	boot_destroy(boot);
}

/* What is missing, why, and what would give it. */
static void says_what_is_lost(void)
{
	struct made_boot boot;

	boot_init(&boot);
	boot_make(&boot, &(struct boot_recipe){.vmcoreinfo = ID_LINE});
	expect_lost(&boot, "the kernel's types (BTF) are missing (this kernel has no symbol "
			   "_binary__btf_vmlinux_bin_start): " GIVES(ID, "6.1.0-made") ID "`)");

	make(&boot, &(struct boot_recipe){0});
	boot_put_u64(&boot, BOOT_DATA, 0);
	expect_lost(&boot, "the kernel's types (BTF) are missing (BTF: magic 0x0): " GIVES(
				   "unknown", "6.1.0-made") "BUILD-ID`)");

	make(&boot, &(struct boot_recipe){.without_tables = true});
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(boot.kernel));
	CU_ASSERT_PTR_NULL(fb_kernel_types(boot.kernel));
	CU_ASSERT_STRING_EQUAL(fb_kernel_lost(boot.kernel),
			       "the kernel's symbols and types are missing (no kallsyms in "
			       "0xffffffff81010000-0xffffffff81052000): " GIVES(
				       "unknown", "6.1.0-made") "BUILD-ID`)");
	FB_FAILS_WITH(fb_kernel_symbol(boot.kernel, "absent", &(uint64_t){0}), FB_NOT_FOUND,
		      "the kernel's symbols are missing, and with them absent");
	boot_destroy(&boot);

	/* The types are where VMCOREINFO says; nobody names the release. */
	make(&boot, &(struct boot_recipe){.without_tables = true,
					  .vmcoreinfo = "SYMBOL(__start_BTF)=ffffffff81052000\n"
							"SYMBOL(__stop_BTF)=ffffffff81052200\n"
							"OSRELEASE=\n"});
	boot_put(&boot, BOOT_DATA, &types, sizeof(types));
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
}

/* Types whose pages are not in the dump, or whose symbols cannot be right. */
static void types_are_where_their_symbols_say(void)
{
	struct made_boot boot;

	make(&boot, &(struct boot_recipe){0});
	boot.absent[TABLE_FRAMES + (BOOT_DATA - IMAGE_START) / FB_PAGE_SIZE] = true;
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_types(boot.kernel));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_kernel_lost(boot.kernel), "types (BTF) are missing ("));
	boot_destroy(&boot);
	make_typed(&boot, &(struct boot_recipe){0}, "__stop_BTF", "__start_BTF");
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_kernel_lost(boot.kernel), "enclose no table of at most"));
	boot_destroy(&boot);
}

static const uint8_t id_bytes[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23,
				   0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67};

/* A file with a symbol and a type of its own: pid stands at byte 4 there. bytes NULL: no build-id. */
static char *make_vmlinux(const uint8_t *bytes)
{
	struct mk_dwarf made = {0};
	uint64_t number;

	mk_unit(&made, MK_NAMED("a.c"));
	number = mk_entry(&made, DW_TAG_base_type, MK_NAMED("int"), MK_BYTES(4),
			  MK_NUMBER(DW_AT_encoding, DW_ATE_signed));
	mk_parent(&made, DW_TAG_structure_type, MK_NAMED("task_struct"), MK_BYTES(32));
	mk_entry(&made, DW_TAG_member, MK_NAMED("pid"), MK_TYPE(number),
		 MK_NUMBER(DW_AT_data_member_location, 4));
	mk_dwarf_end(&made);
	/* The table's last type, with another before it that it has not. */
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("of_no_interest"), MK_BYTES(32));
	mk_dwarf_end(&made);
	mk_dwarf_symbol(&made, "of_vmlinux", ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), MK_TEXT + 0x40,
			16);
	if (bytes)
		mk_dwarf_build_id(&made, bytes, sizeof(id_bytes));
	return mk_dwarf_file(&made, "vmlinux");
}

/* Symbols, moved as the kernel was, and types, where the dump has lost its own. */
static void a_vmlinux_stands_in_for_what_is_lost(void)
{
	char *path = make_vmlinux(id_bytes);
	struct made_boot boot;
	uint64_t address = 0;

	make(&boot, &(struct boot_recipe){.without_tables = true,
					  .vmcoreinfo = ID_LINE "KERNELOFFSET=200000\n"});
	FB_OK_FATAL(boot_open(&boot, path));
	CU_ASSERT_STRING_EQUAL(fb_kernel_vmlinux(boot.kernel), path);
	CU_ASSERT_PTR_NULL(fb_kernel_lost(boot.kernel));
	CU_ASSERT_EQUAL(fb_symtab_count(fb_kernel_symbols(boot.kernel)), 1);
	FB_OK(fb_kernel_symbol(boot.kernel, "of_vmlinux", &address));
	CU_ASSERT_EQUAL(address, MK_TEXT + 0x200040);
	CU_ASSERT_EQUAL(fb_kernel_layout(boot.kernel)->task_pid.offset, 4);
	CU_ASSERT_EQUAL(fb_kernel_layout(boot.kernel)->task_struct.size, 32);
	CU_ASSERT_EQUAL(fb_btf_count(fb_kernel_types(boot.kernel)), 2);
	boot_destroy(&boot);
	/* What the dump has is not taken from it. */
	make(&boot, &(struct boot_recipe){.vmcoreinfo = ID_LINE});
	FB_OK_FATAL(boot_open(&boot, path));
	FB_FAILS(fb_kernel_symbol(boot.kernel, "of_vmlinux", &address), FB_NOT_FOUND);
	expect_pid_member(&boot);
	boot_destroy(&boot);
	free(path);
}

/* A file that is none leaves what was lost lost. */
static void a_vmlinux_without_anything_is_told(void)
{
	struct mk_dwarf made = {0};
	struct made_boot boot;
	char *path;

	mk_dwarf_build_id(&made, id_bytes, sizeof(id_bytes));
	path = mk_dwarf_file(&made, "stripped");
	make(&boot, &(struct boot_recipe){.without_tables = true, .vmcoreinfo = ID_LINE});
	FB_OK_FATAL(boot_open(&boot, path));
	CU_ASSERT_PTR_NULL(fb_kernel_types(boot.kernel));
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_kernel_lost(boot.kernel));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_kernel_lost(boot.kernel), "stripped"));
	boot_destroy(&boot);
	free(path);
}

static void a_vmlinux_is_the_dumps_own(void)
{
	static const uint8_t other[20] = {0xff, [19] = 0x01};
	char *path = make_vmlinux(other), text[512];
	struct made_boot boot;

	make(&boot, &(struct boot_recipe){.vmcoreinfo = ID_LINE});
	(void)snprintf(text, sizeof(text),
		       "--vmlinux: %s: of another build: build-id "
		       "ff00000000000000000000000000000000000001, the dump's kernel has " ID,
		       path);
	FB_FAILS_WITH(boot_open(&boot, path), FB_INVALID, text);
	CU_ASSERT_PTR_NULL(boot.kernel);
	boot_destroy(&boot);
	/* Nor where all else is lost. */
	make(&boot, &(struct boot_recipe){.vmcoreinfo = ID_LINE, .without_tables = true});
	FB_FAILS_WITH(boot_open(&boot, path), FB_INVALID, text);
	boot_destroy(&boot);
	/* The dump has no build-id. */
	make(&boot, &(struct boot_recipe){0});
	FB_OK_FATAL(boot_open(&boot, path));
	(void)snprintf(text, sizeof(text),
		       "%s: the dump has no build-id, so that nobody can tell whether it is the "
		       "dump's kernel",
		       path);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot.warnings, 0), text);
	boot_destroy(&boot);
	free(path);
	/* The file has none. */
	path = make_vmlinux(NULL);
	make(&boot, &(struct boot_recipe){.vmcoreinfo = ID_LINE});
	FB_OK_FATAL(boot_open(&boot, path));
	(void)snprintf(text, sizeof(text),
		       "%s: it has no build-id, so that nobody can tell whether it is the "
		       "dump's kernel",
		       path);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot.warnings, 0), text);
	boot_destroy(&boot);
	free(path);
	make(&boot, &(struct boot_recipe){.vmcoreinfo = ID_LINE});
	FB_FAILS_WITH(boot_open(&boot, "/nonexistent/vmlinux"), FB_OS,
		      "--vmlinux: /nonexistent/vmlinux: ");
	boot_destroy(&boot);
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
	     FB_TEST(finds_the_direct_map), FB_TEST(searches_read_only_data),
	     FB_TEST(is_told_where_the_tables_are), FB_TEST(types_had_another_name),
	     FB_TEST(says_what_is_lost), FB_TEST(types_are_where_their_symbols_say),
	     FB_TEST(a_vmlinux_stands_in_for_what_is_lost),
	     FB_TEST(a_vmlinux_without_anything_is_told), FB_TEST(a_vmlinux_is_the_dumps_own),
	     FB_TEST(tables_lie_between_symbols))
