// SPDX-License-Identifier: GPL-2.0-or-later
/* What make_kdump.h has for made dumps once they are written: opening them, and holding what is read
 * against the recipe. Called by the tests of kernel/dump. */
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

char *mk_file(const char *name, const struct mk_bytes *bytes)
{
	return fb_test_file(name, bytes->data, bytes->size);
}

struct fb_error *mk_open(const struct mk_bytes *bytes, struct fb_warnings *warnings,
			 struct fb_dump **dump_ret)
{
	struct fb_dump_input input = {0};
	void *copy = malloc(bytes->size + 1);
	struct fb_error *err;

	if (!copy)
		abort();
	memcpy(copy, bytes->data, bytes->size);
	err = fb_file_from_memory("made.dump", copy, bytes->size, &input.file);
	if (err)
		return err;
	err = fb_dump_input_unwrap(&input, warnings);
	if (!err)
		err = fb_dump_open_inputs(&input, 1, warnings, dump_ret);
	fb_file_destroy(input.file);
	return err;
}

static bool check_frame(struct fb_dump *dump, uint64_t pfn, bool there, bool lost)
{
	uint8_t page[FB_PAGE_SIZE], expected[FB_PAGE_SIZE];
	struct fb_error *err;
	bool good;

	err = fb_dump_read_page(dump, pfn, page);
	if (there) {
		mk_page(pfn, expected);
		good = !err && !memcmp(page, expected, sizeof(page));
	} else {
		good = fb_error_is(err, lost ? FB_TRUNCATED : FB_ABSENT);
	}
	fb_error_destroy(err);
	return good && fb_dump_has_page(dump, pfn) == there;
}

size_t mk_check(struct fb_dump *dump, const struct mk_recipe *recipe, bool (*lost)(uint64_t pfn))
{
	uint64_t pfn, next = fb_dump_next_page(dump, 0);
	size_t count = 0, wrong = 0;

	for (pfn = 0; pfn < recipe->max_pfn + 8; pfn++) {
		bool meant = pfn < recipe->max_pfn && mk_is_dumped(recipe, pfn);
		bool gone = meant && lost && lost(pfn);

		if (!check_frame(dump, pfn, meant && !gone, gone))
			wrong++;
		if (!meant || gone)
			continue;
		count++;
		wrong += next != pfn;
		next = fb_dump_next_page(dump, pfn + 1);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(next, UINT64_MAX);
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, count);
	return count;
}
