// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols and types of a made dump's kernel: where they are looked for, what is said where they are lost,
 * and what a vmlinux gives in place of them. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_boot.h"
#include "tests/symbols/make_dwarf.h"

/* kallsyms is looked for in what is mapped neither writable nor executable, or in all of the image. */
static void searches_read_only_data(void)
{
	struct made_boot boot;

	boot_make_whole(&boot, &(struct boot_recipe){.writable_rodata = true});
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
	/* Only its last pages are read-only: kallsyms is not among them. */
	boot_make_whole(&boot, &(struct boot_recipe){.writable_rodata = true});
	made_tables_set(boot.tables, BOOT_END - FB_PAGE_SIZE, 0,
			(TABLE_FRAMES + IMAGE_PAGES - 1) << FB_PAGE_SHIFT | ENTRY_READ_ONLY |
				ENTRY_NX);
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
	/* Those of two ranges, of which kallsyms is in the first: from the one's start to the other's end. */
	boot_make_whole(&boot, &(struct boot_recipe){0});
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

		boot_make_whole(&boot, &(struct boot_recipe){.named_tables = true,
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

/* Where one of the tables is not named, and kallsyms is where it should be, the search finds it. */
static void searches_where_a_name_is_missing(void)
{
	for (unsigned lacking = 0; lacking < 4; lacking++) {
		struct made_boot boot;

		boot_make_whole(&boot, &(struct boot_recipe){.named_tables = true,
							     .lacks_one = true,
							     .lacking = lacking});
		FB_OK_FATAL(boot_open(&boot, NULL));
		CU_ASSERT_PTR_NULL(fb_kernel_lost(boot.kernel));
		boot_expect_types(&boot);
		boot_destroy(&boot);
	}
}

static void types_had_another_name(void)
{
	struct made_boot boot;

	boot_make_typed(&boot, &(struct boot_recipe){0}, "_binary__btf_vmlinux_bin_start",
			"_binary__btf_vmlinux_bin_end");
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_lost(boot.kernel));
	boot_expect_types(&boot);
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
	boot_make(&boot, &(struct boot_recipe){.vmcoreinfo = BOOT_ID_LINE});
	expect_lost(&boot,
		    "the kernel's types (BTF) are missing (this kernel has no symbol "
		    "_binary__btf_vmlinux_bin_start): " GIVES(BOOT_ID, "6.1.0-made") BOOT_ID "`)");

	boot_make_whole(&boot, &(struct boot_recipe){0});
	boot_put_u64(&boot, BOOT_DATA, 0);
	expect_lost(&boot, "the kernel's types (BTF) are missing (BTF: magic 0x0): " GIVES(
				   "unknown", "6.1.0-made") "BUILD-ID`)");

	boot_make_whole(&boot, &(struct boot_recipe){.without_tables = true});
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
	boot_make_whole(&boot,
			&(struct boot_recipe){.without_tables = true,
					      .vmcoreinfo = "SYMBOL(__start_BTF)=ffffffff81052000\n"
							    "SYMBOL(__stop_BTF)=ffffffff81052200\n"
							    "OSRELEASE=\n"});
	boot_put_types(&boot);
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(boot.kernel));
	boot_destroy(&boot);
}

/* Types whose pages are not in the dump, or whose symbols cannot be right. */
static void types_are_where_their_symbols_say(void)
{
	struct made_boot boot;

	boot_make_whole(&boot, &(struct boot_recipe){0});
	boot.absent[TABLE_FRAMES + (BOOT_DATA - IMAGE_START) / FB_PAGE_SIZE] = true;
	FB_OK_FATAL(boot_open(&boot, NULL));
	CU_ASSERT_PTR_NULL(fb_kernel_types(boot.kernel));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_kernel_lost(boot.kernel), "types (BTF) are missing ("));
	boot_destroy(&boot);
	boot_make_typed(&boot, &(struct boot_recipe){0}, "__stop_BTF", "__start_BTF");
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

	boot_make_whole(&boot,
			&(struct boot_recipe){.without_tables = true,
					      .vmcoreinfo = BOOT_ID_LINE "KERNELOFFSET=200000\n"});
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
	boot_make_whole(&boot, &(struct boot_recipe){.vmcoreinfo = BOOT_ID_LINE});
	FB_OK_FATAL(boot_open(&boot, path));
	FB_FAILS(fb_kernel_symbol(boot.kernel, "of_vmlinux", &address), FB_NOT_FOUND);
	boot_expect_types(&boot);
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
	boot_make_whole(&boot,
			&(struct boot_recipe){.without_tables = true, .vmcoreinfo = BOOT_ID_LINE});
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

	boot_make_whole(&boot, &(struct boot_recipe){.vmcoreinfo = BOOT_ID_LINE});
	(void)snprintf(text, sizeof(text),
		       "--vmlinux: %s: of another build: build-id "
		       "ff00000000000000000000000000000000000001, the dump's kernel has " BOOT_ID,
		       path);
	FB_FAILS_WITH(boot_open(&boot, path), FB_INVALID, text);
	CU_ASSERT_PTR_NULL(boot.kernel);
	boot_destroy(&boot);
	/* Nor where all else is lost. */
	boot_make_whole(&boot,
			&(struct boot_recipe){.vmcoreinfo = BOOT_ID_LINE, .without_tables = true});
	FB_FAILS_WITH(boot_open(&boot, path), FB_INVALID, text);
	boot_destroy(&boot);
	/* The dump has no build-id. */
	boot_make_whole(&boot, &(struct boot_recipe){0});
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
	boot_make_whole(&boot, &(struct boot_recipe){.vmcoreinfo = BOOT_ID_LINE});
	FB_OK_FATAL(boot_open(&boot, path));
	(void)snprintf(text, sizeof(text),
		       "%s: it has no build-id, so that nobody can tell whether it is the "
		       "dump's kernel",
		       path);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(boot.warnings, 0), text);
	boot_destroy(&boot);
	free(path);
	boot_make_whole(&boot, &(struct boot_recipe){.vmcoreinfo = BOOT_ID_LINE});
	FB_FAILS_WITH(boot_open(&boot, "/nonexistent/vmlinux"), FB_OS,
		      "--vmlinux: /nonexistent/vmlinux: ");
	boot_destroy(&boot);
}

/* Finds a vmlinux by build-id, as a search of files or a server would. */
struct finder {
	const char *path;
	enum fb_code code; /* what it fails by, where path is NULL */
	unsigned asked;
	bool by_id; /* it was asked for the right one */
};

static struct fb_error *find_vmlinux(void *context, const char *build_id, char **path_ret)
{
	struct finder *finder = context;

	finder->asked++;
	finder->by_id = strcmp(build_id, BOOT_ID) == 0;
	if (!finder->path)
		return fb_error_create(finder->code, "nobody has it");
	*path_ret = strdup(finder->path);
	return *path_ret ? NULL : fb_error_nomem();
}

static struct fb_error *open_finding(struct made_boot *boot, struct finder *finder,
				     const char *vmlinux)
{
	const struct fb_kernel_options options = {
		.vmlinux = vmlinux, .find_vmlinux = find_vmlinux, .context = finder};

	return fb_kernel_open(&boot->dump, &options, boot->warnings, &boot->kernel);
}

/* Once, where something is lost and the dump says which vmlinux it would be. */
static void a_vmlinux_is_asked_for_where_it_helps(void)
{
	static const struct {
		struct boot_recipe recipe;
		bool types_lost;
		unsigned asked;
	} cases[] = {
		{{.vmcoreinfo = BOOT_ID_LINE}, false, 0},
		{{.vmcoreinfo = BOOT_ID_LINE, .without_tables = true}, false, 1},
		{{.vmcoreinfo = BOOT_ID_LINE}, true, 1},
		{{.without_tables = true}, false, 0}, /* no build-id */
	};
	char *path = make_vmlinux(id_bytes);

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct finder finder = {.path = path};
		struct made_boot boot;

		boot_make_whole(&boot, &cases[i].recipe);
		if (cases[i].types_lost)
			boot.absent[TABLE_FRAMES + (BOOT_DATA - IMAGE_START) / FB_PAGE_SIZE] = true;
		FB_OK_FATAL(open_finding(&boot, &finder, NULL));
		CU_ASSERT_EQUAL(finder.asked, cases[i].asked);
		CU_ASSERT_EQUAL(finder.by_id, cases[i].asked > 0);
		CU_ASSERT_EQUAL(fb_kernel_vmlinux(boot.kernel) != NULL, cases[i].asked > 0);
		CU_ASSERT_EQUAL(fb_kernel_lost(boot.kernel) == NULL, i < 3);
		if (cases[i].asked)
			CU_ASSERT_EQUAL(fb_kernel_layout(boot.kernel)->task_pid.offset, 4);
		boot_destroy(&boot);
	}
	free(path);
}

/* Nobody is asked for another than the one that was given, whatever that lacks. */
static void a_given_vmlinux_is_the_only_one(void)
{
	char *path = make_vmlinux(id_bytes);
	struct finder finder = {.path = path};
	struct mk_dwarf made = {0};
	struct made_boot boot;
	char *stripped;

	mk_dwarf_build_id(&made, id_bytes, sizeof(id_bytes));
	stripped = mk_dwarf_file(&made, "stripped");
	boot_make_whole(&boot,
			&(struct boot_recipe){.without_tables = true, .vmcoreinfo = BOOT_ID_LINE});
	FB_OK_FATAL(open_finding(&boot, &finder, stripped));
	CU_ASSERT_EQUAL(finder.asked, 0);
	CU_ASSERT_STRING_EQUAL(fb_kernel_vmlinux(boot.kernel), stripped);
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_lost(boot.kernel));
	boot_destroy(&boot);
	free(stripped);
	free(path);
}

/* Where none is found, or another build's, that is said with what is lost; what is fatal passes. */
static void a_vmlinux_that_is_not_found_is_told(void)
{
	static const uint8_t other[20] = {0xff, [19] = 0x01};
	static const enum fb_code codes[] = {FB_NOT_FOUND, FB_OS, FB_NOMEM, FB_EXHAUSTED};
	const struct boot_recipe recipe = {.vmcoreinfo = BOOT_ID_LINE, .without_tables = true};
	char *path = make_vmlinux(other);
	struct finder finder = {.path = path};
	struct made_boot boot;

	boot_make_whole(&boot, &recipe);
	FB_OK_FATAL(open_finding(&boot, &finder, NULL));
	CU_ASSERT_EQUAL(finder.asked, 1);
	CU_ASSERT_PTR_NULL(fb_kernel_vmlinux(boot.kernel));
	CU_ASSERT_PTR_NULL(fb_kernel_symbols(boot.kernel));
	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_kernel_lost(boot.kernel));
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_kernel_lost(boot.kernel), "of another build"));
	boot_destroy(&boot);
	free(path);
	for (size_t i = 0; i < FB_ARRAY_SIZE(codes); i++) {
		finder = (struct finder){.code = codes[i]};
		boot_make_whole(&boot, &recipe);
		if (i == 0) {
			FB_OK_FATAL(open_finding(&boot, &finder, NULL));
			CU_ASSERT_PTR_NOT_NULL(
				strstr(fb_kernel_lost(boot.kernel), "nobody has it: no kallsyms"));
		} else {
			FB_FAILS(open_finding(&boot, &finder, NULL), codes[i]);
		}
		CU_ASSERT_EQUAL(finder.asked, 1);
		boot_destroy(&boot);
	}
}

FB_TEST_MAIN("kernel/kernel_symbols", FB_TEST(searches_read_only_data),
	     FB_TEST(is_told_where_the_tables_are), FB_TEST(searches_where_a_name_is_missing),
	     FB_TEST(types_had_another_name), FB_TEST(says_what_is_lost),
	     FB_TEST(types_are_where_their_symbols_say),
	     FB_TEST(a_vmlinux_stands_in_for_what_is_lost),
	     FB_TEST(a_vmlinux_without_anything_is_told), FB_TEST(a_vmlinux_is_the_dumps_own),
	     FB_TEST(a_vmlinux_is_asked_for_where_it_helps),
	     FB_TEST(a_given_vmlinux_is_the_only_one), FB_TEST(a_vmlinux_that_is_not_found_is_told))
