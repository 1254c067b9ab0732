// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the kernel's sources lay, by what made units say of the first of them, and paths below that. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/dwarf/dwarf_lines_private.h"
#include "tests/harness.h"
#include "tests/symbols/make_dwarf.h"

/* A unit of a source. folder: NULL where it does not say where it was compiled; name: the same. */
static void unit(struct mk_dwarf *made, const char *name, const char *folder)
{
	mk_unit(made, {name ? DW_AT_name : DW_AT_producer, DW_FORM_string, 0, name ? name : ""},
		{folder ? DW_AT_comp_dir : DW_AT_linkage_name, DW_FORM_string, 0,
		 folder ? folder : ""});
	mk_dwarf_end(made);
}

static void expect_root(struct mk_dwarf *made, const char *wanted)
{
	char *path = mk_dwarf_file(made, "paths"), *root = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Dwarf *dwarf = dwarf_begin(fd, DWARF_C_READ);

	CU_ASSERT_PTR_NOT_NULL_FATAL(dwarf);
	FB_OK_FATAL(fb_source_root(dwarf, &root));
	CU_ASSERT_STRING_EQUAL(root, wanted);
	free(root);
	dwarf_end(dwarf);
	(void)close(fd);
	free(path);
}

#define HEAD "arch/x86/kernel/head_64.S"

static void the_first_source_tells_the_root(void)
{
	static const struct {
		const char *name, *folder, *root;
	} units[] = {
		{"/b/linux/" HEAD, "/elsewhere", "/b/linux/"},
		{HEAD, "/b/linux", "/b/linux/"},
		{"../" HEAD, "/b/linux/out", "/b/linux/out/../"},
		{"/" HEAD, NULL, "/"},
		{HEAD, NULL, ""},           /* relative to nobody knows what */
		{"x" HEAD, "/b/linux", ""}, /* another folder's end */
		{HEAD "x", "/b/linux", ""}, /* another file */
		{"head_64.S", "/b/linux", ""},
		{NULL, "/b/linux", ""},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(units); i++) {
		struct mk_dwarf made = {0};

		unit(&made, units[i].name, units[i].folder);
		expect_root(&made, units[i].root);
	}
}

/* It is looked for among 64 units, and the first that tells is believed. */
static void only_the_first_units_are_asked(void)
{
	struct mk_dwarf made = {0};

	for (unsigned before = 63; before <= 64; before++) {
		for (unsigned i = 0; i < before; i++)
			unit(&made, i % 2 ? NULL : "kernel/sys.c", "/b/linux");
		unit(&made, HEAD, "/b/linux");
		unit(&made, HEAD, "/b/other");
		expect_root(&made, before == 63 ? "/b/linux/" : "");
	}
}

static void paths_lose_root_and_detours(void)
{
	static const struct {
		const char *path, *root, *expected;
	} cases[] = {
		{"/b/linux-6.1/kernel/sys.c", "/b/linux-6.1/", "kernel/sys.c"},
		{"/b/linux-6.1/./include/linux/fs.h", "/b/linux-6.1/", "include/linux/fs.h"},
		{"/b/l/arch/x86/kernel/../../x86/xen/a.S", "/b/l/", "arch/x86/xen/a.S"},
		{"./kernel//sys.c", "", "kernel/sys.c"},
		{"../../kernel/sys.c", "", "../../kernel/sys.c"},
		{"../a/../kernel/sys.c", "", "../kernel/sys.c"},
		{"/../kernel/sys.c", "/b/", "/../kernel/sys.c"},
		{"/other/driver.c", "/b/linux-6.1/", "/other/driver.c"},
		{"a/b/c/../../../d", "", "d"},
		{"/a/../b/..c/.d/...", "", "/b/..c/.d/..."},
		{"/a/b/..", "", "/a/"},
		{"/a/b/.", "", "/a/b/"},
		{"a/..", "", ""},
		{"..", "", ".."},
		{"a..", "", "a.."},
		{"x./../y", "", "y"},
		{"/b", "/b/", "/b"},
		{"/b/", "/b/", ""},
		{"", "", ""},
		{"/", "/b/", "/"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		char *path = NULL;

		FB_OK_FATAL(fb_source_path(cases[i].path, cases[i].root, &path));
		CU_ASSERT_STRING_EQUAL(path, cases[i].expected);
		free(path);
	}
}

FB_TEST_MAIN("symbols/dwarf_paths", FB_TEST(the_first_source_tells_the_root),
	     FB_TEST(only_the_first_units_are_asked), FB_TEST(paths_lose_root_and_detours))
