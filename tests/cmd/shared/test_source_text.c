// SPDX-License-Identifier: GPL-2.0-or-later
/* Every source and every absence in words. */
#include "cmd/shared/source_text.h"

#include <string.h>

#include "tests/harness.h"

static const char *text_of(const struct fb_origin *origin)
{
	static char text[256];

	memset(text, 'x', sizeof(text));
	return fb_source_text(origin, text, sizeof(text));
}

static void names_sources(void)
{
	struct fb_origin origin = {.source = FB_SOURCE_VMCORE};

	CU_ASSERT_STRING_EQUAL(text_of(&origin), "vmcore");
	origin.detail = "zram";
	CU_ASSERT_STRING_EQUAL(text_of(&origin), "vmcore zram");
	origin.source = FB_SOURCE_CORE;
	origin.detail = "/var/crash/core.126";
	CU_ASSERT_STRING_EQUAL(text_of(&origin), "core core.126");
	origin.source = FB_SOURCE_FILE;
	CU_ASSERT_STRING_EQUAL(text_of(&origin), "file /var/crash/core.126");
	origin.source = FB_SOURCE_ZERO;
	origin.detail = NULL;
	CU_ASSERT_STRING_EQUAL(text_of(&origin), "zero");
}

static void names_every_absence(void)
{
	struct fb_origin origin = {.source = FB_SOURCE_ABSENT, .swap_type = 3, .swap_offset = 77};
	char before[256] = "";

	for (unsigned i = FB_ABSENCE_FILTERED; i <= FB_ABSENCE_DAMAGED; i++) {
		origin.absence = (enum fb_absence)i;
		CU_ASSERT_EQUAL(strncmp(text_of(&origin), "absent: ", 8), 0);
		CU_ASSERT_PTR_NULL(strstr(text_of(&origin), "unknown"));
		CU_ASSERT_STRING_NOT_EQUAL(text_of(&origin), before);
		strncpy(before, text_of(&origin), sizeof(before) - 1);
	}
	origin.absence = FB_ABSENCE_SWAPPED;
	CU_ASSERT_PTR_NOT_NULL(strstr(text_of(&origin), "area 3, page 77"));
	origin.absence = FB_ABSENCE_NONE;
	CU_ASSERT_STRING_EQUAL(text_of(&origin), "absent: unknown");
}

/* The name of a core in a bundle comes from whoever made that. */
static void escapes_names(void)
{
	struct fb_origin origin = {.source = FB_SOURCE_CORE, .detail = "dir/\033[2Jcore\n"};
	char detail[256], small[8];

	CU_ASSERT_STRING_EQUAL(text_of(&origin), "core \\x1b[2Jcore\\x0a");
	CU_ASSERT_STRING_EQUAL(fb_source_detail(&origin, detail, sizeof(detail)),
			       "\\x1b[2Jcore\\x0a");
	CU_ASSERT_STRING_EQUAL(fb_source_text(&origin, small, sizeof(small)), "core \\x");
	origin.source = FB_SOURCE_VMCORE;
	origin.detail = NULL;
	CU_ASSERT_PTR_NULL(fb_source_detail(&origin, detail, sizeof(detail)));
}

FB_TEST_MAIN("cmd/source_text", FB_TEST(names_sources), FB_TEST(names_every_absence),
	     FB_TEST(escapes_names))
