// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of recognisers: each function is found, and stands in one row. */
#include "bundle/waits/recognisers.h"

#include <stdio.h>

#include "tests/harness.h"

static struct fb_wait_sites *sites_of_table(const struct fb_wait_recogniser **rows, size_t *count)
{
	struct fb_wait_sites *sites = NULL;

	*rows = fb_wait_recognisers(count);
	FB_OK_FATAL(fb_wait_sites_create(*rows, *count, &sites));
	return sites;
}

static void finds_every_function_with_and_without_suffixes(void)
{
	const struct fb_wait_recogniser *rows;
	size_t count, functions = 0;
	struct fb_wait_sites *sites = sites_of_table(&rows, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < FB_WAIT_FUNCTIONS && rows[i].functions[k]; k++) {
			char suffixed[96];

			functions++;
			/* One that stands in two rows is found in one of them only. */
			CU_ASSERT_PTR_EQUAL(fb_wait_sites_find(sites, rows[i].functions[k]),
					    &rows[i]);
			snprintf(suffixed, sizeof(suffixed), "%s.constprop.0.isra.0",
				 rows[i].functions[k]);
			CU_ASSERT_PTR_EQUAL(fb_wait_sites_find(sites, suffixed), &rows[i]);
		}
	CU_ASSERT(functions > 100);
	CU_ASSERT_PTR_NULL(fb_wait_sites_find(sites, "futex_wai"));
	CU_ASSERT_PTR_NULL(fb_wait_sites_find(sites, "futex_wait_queue_me_too"));
	CU_ASSERT_PTR_NULL(fb_wait_sites_find(sites, ""));
	CU_ASSERT_PTR_NULL(fb_wait_sites_find(sites, "zzz"));
	fb_wait_sites_destroy(sites);
}

/* A row that finds nothing has a kind, or idles; an idle one is never weak: it settles the matter. */
static void rows_say_what_they_are(void)
{
	const struct fb_wait_recogniser *rows;
	size_t count;
	struct fb_wait_sites *sites = sites_of_table(&rows, &count);

	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_PTR_NOT_NULL(rows[i].functions[0]);
		CU_ASSERT(rows[i].kind || (!rows[i].find && !rows[i].weak));
	}
	CU_ASSERT_PTR_NULL(fb_wait_sites_find(sites, "do_nanosleep")->kind);
	CU_ASSERT_STRING_EQUAL(fb_wait_sites_find(sites, "futex_wait")->kind, "futex");
	fb_wait_sites_destroy(sites);
}

FB_TEST_MAIN("bundle/recognisers", FB_TEST(finds_every_function_with_and_without_suffixes),
	     FB_TEST(rows_say_what_they_are))
