// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/image/vmcoreinfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

static const char text[] = "OSRELEASE=6.1.0-55-cloud-amd64\n"
			   "PAGESIZE=4096\n"
			   "SYMBOL(init_uts_ns)=ffffffffa0e1a5c0\n"
			   "OFFSET(list_head.next)=0\n"
			   "OFFSET(page.flags)=8\n"
			   "SIZE(page)=64\n"
			   "LENGTH(zone.free_area)=11\n"
			   "NUMBER(phys_base)=-1509949440\n"
			   "NUMBER(KERNEL_IMAGE_SIZE)=1073741824\n"
			   "NUMBER(sme_mask)=0x8000000000000000\n"
			   "NUMBER(HUGETLB_PAGE_DTOR)=two\n"
			   "NUMBER(padded)=0017\n"
			   "NUMBER(upper)=0X1f\n"
			   "no such line\n"
			   "=nothing\n"
			   "\n"
			   "EQUATION=a=b\n"
			   "EMPTY=\n"
			   "KERNELOFFSET=1ec00000\n"
			   "CRASHTIME=1\n"
			   "CRASHTIME=1795447984";

static void finds_values(void)
{
	struct fb_vmcoreinfo *info;

	FB_OK_FATAL(fb_vmcoreinfo_parse(text, &info));
	CU_ASSERT_STRING_EQUAL(fb_vmcoreinfo_get(info, "OSRELEASE"), "6.1.0-55-cloud-amd64");
	CU_ASSERT_STRING_EQUAL(fb_vmcoreinfo_get(info, "EQUATION"), "a=b");
	CU_ASSERT_STRING_EQUAL(fb_vmcoreinfo_get(info, "EMPTY"), "");
	CU_ASSERT_STRING_EQUAL(fb_vmcoreinfo_get(info, "CRASHTIME"), "1795447984");
	CU_ASSERT_PTR_NULL(fb_vmcoreinfo_get(info, "OSRELEAS"));
	CU_ASSERT_PTR_NULL(fb_vmcoreinfo_get(info, ""));
	CU_ASSERT_PTR_NULL(fb_vmcoreinfo_get(info, "no such line"));
	fb_vmcoreinfo_destroy(info);
}

static void converts_values(void)
{
	struct fb_vmcoreinfo *info;
	uint64_t value = 0;
	int64_t number = 0;

	FB_OK_FATAL(fb_vmcoreinfo_parse(text, &info));
	CU_ASSERT_TRUE(fb_vmcoreinfo_symbol(info, "init_uts_ns", &value));
	CU_ASSERT_EQUAL(value, 0xffffffffa0e1a5c0ull);
	CU_ASSERT_TRUE(fb_vmcoreinfo_offset(info, "page.flags", &value));
	CU_ASSERT_EQUAL(value, 8);
	CU_ASSERT_TRUE(fb_vmcoreinfo_size(info, "page", &value));
	CU_ASSERT_EQUAL(value, 64);
	CU_ASSERT_TRUE(fb_vmcoreinfo_length(info, "zone.free_area", &value));
	CU_ASSERT_EQUAL(value, 11);
	CU_ASSERT_TRUE(fb_vmcoreinfo_kaslr_offset(info, &value));
	CU_ASSERT_EQUAL(value, 0x1ec00000);
	CU_ASSERT_TRUE(fb_vmcoreinfo_number(info, "phys_base", &number));
	CU_ASSERT_EQUAL(number, -1509949440);
	CU_ASSERT_TRUE(fb_vmcoreinfo_number(info, "sme_mask", &number));
	CU_ASSERT_EQUAL(number, INT64_MIN);
	/* Zeros before a number make it neither octal nor hexadecimal. */
	CU_ASSERT_TRUE(fb_vmcoreinfo_number(info, "padded", &number));
	CU_ASSERT_EQUAL(number, 17);
	CU_ASSERT_TRUE(fb_vmcoreinfo_number(info, "upper", &number));
	CU_ASSERT_EQUAL(number, 0x1f);
	fb_vmcoreinfo_destroy(info);
}

static void refuses_malformed_values(void)
{
	static const char *const bad[] = {"",
					  "-",
					  "x",
					  "0x",
					  "1 2",
					  " 1",
					  "+1",
					  "--1",
					  "18446744073709551616",
					  "9223372036854775808",
					  "-9223372036854775809",
					  "1g"};
	struct fb_vmcoreinfo *info;
	int64_t number = 77;
	char line[128];
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(bad); i++) {
		(void)snprintf(line, sizeof(line), "NUMBER(x)=%s\nSYMBOL(x)=%sg\n", bad[i], bad[i]);
		FB_OK_FATAL(fb_vmcoreinfo_parse(line, &info));
		CU_ASSERT_FALSE(fb_vmcoreinfo_number(info, "x", &number));
		CU_ASSERT_FALSE(fb_vmcoreinfo_symbol(info, "x", &(uint64_t){0}));
		CU_ASSERT_FALSE(fb_vmcoreinfo_kaslr_offset(info, &(uint64_t){0}));
		fb_vmcoreinfo_destroy(info);
	}
	CU_ASSERT_EQUAL(number, 77);
}

static void takes_any_size(void)
{
	char *big = malloc(FB_MAX_VMCOREINFO + 2), name[2048];
	struct fb_vmcoreinfo *info;

	FB_OK_FATAL(fb_vmcoreinfo_parse("", &info));
	CU_ASSERT_PTR_NULL(fb_vmcoreinfo_get(info, "A"));
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CU_ASSERT_FALSE(fb_vmcoreinfo_symbol(info, name, &(uint64_t){0}));
	fb_vmcoreinfo_destroy(info);
	memset(big, 'a', FB_MAX_VMCOREINFO + 1);
	big[FB_MAX_VMCOREINFO + 1] = '\0';
	FB_FAILS(fb_vmcoreinfo_parse(big, &info), FB_LIMIT);
	free(big);
}

FB_TEST_MAIN("kernel/vmcoreinfo", FB_TEST(finds_values), FB_TEST(converts_values),
	     FB_TEST(refuses_malformed_values), FB_TEST(takes_any_size))
