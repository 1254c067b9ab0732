// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files/foreign_file.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

/* What is said of a file of so many bytes that has the text at offset. */
static const char *hint_of(size_t size, size_t offset, const char *text)
{
	uint8_t *bytes = calloc(1, size);
	const char *hint = "unset";
	struct fb_file *file;

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	memcpy(bytes + offset, text, strlen(text));
	FB_OK_FATAL(fb_file_from_memory("given", bytes, size, &file));
	FB_OK(fb_foreign_file(file, &hint));
	fb_file_destroy(file);
	return hint;
}

static void says_what_to_give_instead(void)
{
	CU_ASSERT_PTR_NOT_NULL(strstr(hint_of(600, 257, "ustar"), "tar archive: unpack it"));
	CU_ASSERT_PTR_NOT_NULL(strstr(hint_of(100, 0, "PK\3\4"), "zip archive: unpack it"));
	CU_ASSERT_PTR_NOT_NULL(strstr(hint_of(100, 0, "!<arch>\n"), "Debian package"));
}

static void says_nothing_of_others(void)
{
	CU_ASSERT_PTR_NULL(hint_of(100, 0, "\177ELF"));
	CU_ASSERT_PTR_NULL(hint_of(600, 256, "ustar"));
	CU_ASSERT_PTR_NULL(hint_of(3, 0, "QEV"));
	CU_ASSERT_PTR_NULL(hint_of(261, 257, "usta"));
}

FB_TEST_MAIN("base/foreign_file", FB_TEST(says_what_to_give_instead),
	     FB_TEST(says_nothing_of_others))
