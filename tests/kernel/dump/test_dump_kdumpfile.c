// SPDX-License-Identifier: GPL-2.0-or-later
/* libkdumpfile behind the dump interface: fed with formats that this program reads itself too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

static struct fb_error *open_bytes(const struct mk_bytes *bytes, struct fb_dump **dump_ret)
{
	struct fb_dump_input input = {0};
	void *copy = malloc(bytes->size + 1);
	struct fb_error *err;

	memcpy(copy, bytes->data, bytes->size);
	/* Memory has no descriptor: the library gets a temporary file. */
	err = fb_file_from_memory("made.dump", copy, bytes->size, &input.file);
	if (!err)
		err = fb_kdumpfile_open(&input, NULL, dump_ret);
	fb_file_destroy(input.file);
	return err;
}

static void reads_the_same_pages(void)
{
	static const uint32_t methods[] = {0, FB_KDUMP_PAGE_ZLIB, FB_KDUMP_PAGE_LZO};
	struct mk_recipe recipe = {
		.max_pfn = 400, .dumped = mk_runs, .cpus = 1, .vmcoreinfo = "OSRELEASE=6.1.0\n"};
	struct mk_bytes bytes;
	struct fb_dump *dump;
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(methods); i++) {
		recipe.method = methods[i];
		mk_kdump(&recipe, &bytes);
		FB_OK_FATAL(open_bytes(&bytes, &dump));
		CU_ASSERT_EQUAL(mk_check(dump, &recipe, NULL), bytes.pages);
		CU_ASSERT_STRING_EQUAL(fb_dump_vmcoreinfo(dump), "OSRELEASE=6.1.0\n");
		CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->machine, "x86_64");
		CU_ASSERT_EQUAL(fb_dump_parts(dump), 0);
		fb_dump_destroy(dump);
		free(bytes.data);
	}
}

static void says_which_format_it_is(void)
{
	struct mk_recipe recipe = {.max_pfn = 100, .dumped = mk_every_third};
	struct mk_bytes bytes;
	struct fb_dump *dump;

	mk_elf(&recipe, &bytes);
	FB_OK_FATAL(open_bytes(&bytes, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "elf");
	fb_dump_destroy(dump);
	memset(bytes.data, 'x', 64);
	FB_FAILS(open_bytes(&bytes, &dump), FB_NOT_FOUND);
	free(bytes.data);
	mk_kdump(&recipe, &bytes);
	snprintf(mk_header(&bytes)->utsname.machine, sizeof(mk_header(&bytes)->utsname.machine),
		 "%s", "s390x");
	FB_FAILS(open_bytes(&bytes, &dump), FB_UNSUPPORTED);
	free(bytes.data);
}

FB_TEST_MAIN("kernel/dump_kdumpfile", FB_TEST(reads_the_same_pages),
	     FB_TEST(says_which_format_it_is))
