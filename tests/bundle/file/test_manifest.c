// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/file/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

/* What is wrong with a manifest of MADE_CORES cores; its first problem in text, "" for none. */
static size_t check(const char *manifest, char *text, size_t size)
{
	struct fb_warnings *problems;
	json_t *parsed = NULL;
	size_t count;

	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK_FATAL(fb_manifest_parse(manifest, &parsed));
	fb_manifest_check(parsed, MADE_CORES, problems);
	count = fb_warnings_count(problems);
	(void)snprintf(text, size, "%s", count ? fb_warnings_get(problems, 0) : "");
	json_decref(parsed);
	fb_warnings_destroy(problems);
	return count;
}

static void a_whole_one_is_right(void)
{
	char text[200];

	CU_ASSERT_EQUAL(check(MADE_MANIFEST, text, sizeof(text)), 0);
}

/* Each name in it, made another: what a member that was dropped leaves. */
static void each_member_that_is_missing_is_found(void)
{
	char *manifest = strdup(MADE_MANIFEST), text[200];
	size_t names = 0;

	for (char *at = strstr(manifest, "\":"); at; at = strstr(at + 1, "\":")) {
		const char kept = at[-1];

		at[-1] = '?';
		CU_ASSERT_TRUE(check(manifest, text, sizeof(text)) >= 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "manifest: "));
		at[-1] = kept;
		names++;
	}
	CU_ASSERT_EQUAL(names, 6 + 3 * (9 + 3 + 5));
	free(manifest);
}

static void a_missing_core_is_found(void)
{
	char text[200];

	CU_ASSERT_TRUE(check("{\"schema\":1,\"fbundle\":\"made\",\"redacted\":false,"
			     "\"pages_added\":0,\"conflicts\":0,\"cores\":[" MADE_MANIFEST_CORE
			     "]}",
			     text, sizeof(text)) == 1);
	CU_ASSERT_STRING_EQUAL(text, "manifest: it tells of 1 cores, but 3 are there");
}

static void says_what_a_bundle_has_room_for(void)
{
	struct fb_manifest_size size = {0};

	fb_manifest_size_add(&size, "{\"a\":[]}"); /* an object, a name, an array */
	CU_ASSERT_EQUAL(size.bytes, 9);
	CU_ASSERT_EQUAL(size.values, 4);
	fb_manifest_size_add(&size, "1");
	CU_ASSERT_EQUAL(size.bytes, 11);
	CU_ASSERT_EQUAL(size.values, 5);
	size = (struct fb_manifest_size){.bytes = FB_MAX_MANIFEST,
					 .values = FB_MAX_MANIFEST_VALUES};
	CU_ASSERT(fb_manifest_fits(&size));
	size.bytes++;
	CU_ASSERT(!fb_manifest_fits(&size));
	size.bytes--;
	size.values++;
	CU_ASSERT(!fb_manifest_fits(&size));
}

FB_TEST_MAIN("bundle/manifest", FB_TEST(a_whole_one_is_right),
	     FB_TEST(each_member_that_is_missing_is_found), FB_TEST(a_missing_core_is_found),
	     FB_TEST(says_what_a_bundle_has_room_for))
