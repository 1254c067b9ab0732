// SPDX-License-Identifier: GPL-2.0-or-later
/* A dump of more pages, and of more bytes, than one round of writing takes: copied as it is, and chosen page by
 * page. */
#include "bundle/merge/kdump_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/file/fiber.h"
#include "bundle/merge/bundle_writer.h"
#include "kernel/dump/dump_private.h"
#include "kernel/image/kernel_private.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

#define MAX_PFN 5000u
#define MANIFEST                                                                                   \
	"{\"schema\":1,\"fbundle\":\"made\",\"redacted\":false,\"pages_added\":0,\"conflicts\":0," \
	"\"cores\":[]}"

static const struct fb_placement nothing;

/* What is written, and the pages of its input that cannot be read: one of 100. */
struct large {
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel kernel;
	struct fb_page_choice choice;
	struct fb_bundle_plan plan;
	char *input;
	char path[4200];
	uint64_t done, total; /* as told last */
};

static bool all_but_few(uint64_t pfn)
{
	return pfn % 50;
}

static bool is_unreadable(uint64_t pfn)
{
	return pfn % 100 == 7;
}

static struct fb_error *next_page(void *context, uint64_t pfn, uint64_t *pfn_ret)
{
	*pfn_ret = fb_dump_next_page(((struct large *)context)->dump, pfn);
	return NULL;
}

static void note_progress(void *context, uint64_t done, uint64_t total)
{
	struct large *large = context;

	CU_ASSERT(done >= large->done && done <= total);
	large->done = done;
	large->total = total;
}

static void open_large(struct large *large, const char *name)
{
	struct mk_recipe recipe = {.max_pfn = MAX_PFN,
				   .dumped = all_but_few,
				   .cpus = 1,
				   .vmcoreinfo = "OSRELEASE=made\n"};
	struct mk_bytes bytes;

	memset(large, 0, sizeof(*large));
	FB_OK_FATAL(fb_warnings_create(&large->warnings));
	mk_kdump(&recipe, &bytes);
	large->input = mk_file("input", &bytes);
	free(bytes.data);
	FB_OK_FATAL(
		fb_dump_open((const char *const *)&large->input, 1, large->warnings, &large->dump));
	large->kernel = (struct fb_kernel){.dump = large->dump, .warnings = large->warnings};
	large->choice = (struct fb_page_choice){
		.next = next_page, .context = large, .dump_level = 1, .end = MAX_PFN};
	large->plan = (struct fb_bundle_plan){.kernel = &large->kernel,
					      .placement = &nothing,
					      .manifest = MANIFEST,
					      .progress = note_progress,
					      .progress_context = large};
	(void)snprintf(large->path, sizeof(large->path), "%s/%s", fb_test_folder(), name);
}

static void close_large(struct large *large)
{
	fb_dump_destroy(large->dump);
	fb_warnings_destroy(large->warnings);
	free(large->input);
}

/* Each frame has what the input has; with_loss: but those that were unreadable, which are lost. */
static void check_written(struct large *large, bool with_loss)
{
	const char *path = large->path;
	struct fb_warnings *problems = NULL;
	struct fb_dump *dump = NULL;
	size_t wrong = 0;

	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK(fb_fiber_verify(path, NULL, problems));
	CU_ASSERT_EQUAL(fb_warnings_count(problems), 0);
	FB_OK_FATAL(fb_dump_open(&path, 1, NULL, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->incomplete, with_loss);
	for (uint64_t pfn = 0; pfn < MAX_PFN; pfn++) {
		uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];
		bool kept = all_but_few(pfn) && !(with_loss && is_unreadable(pfn));

		wrong += fb_dump_has_page(dump, pfn) != kept;
		if (!kept || !fb_dump_has_page(dump, pfn))
			continue;
		mk_page(pfn, wanted);
		FB_OK_FATAL(fb_dump_read_page(dump, pfn, page));
		wrong += memcmp(page, wanted, sizeof(page)) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	fb_dump_destroy(dump);
	fb_warnings_destroy(problems);
}

static void stored_pages_are_copied_in_rounds(void)
{
	struct large large;
	struct fb_dump_part part;

	open_large(&large, "copied");
	FB_OK_FATAL(fb_bundle_write(&large.plan, large.path, false));
	FB_OK_FATAL(fb_dump_part(large.dump, 0, &part));
	CU_ASSERT_EQUAL(large.total, part.data_end - part.data_start);
	CU_ASSERT_EQUAL(large.done, large.total);
	check_written(&large, false);
	close_large(&large);
}

/* Every fourth page of a made dump is zeros. */
static uint64_t count_zeros(bool (*left_out)(uint64_t pfn))
{
	uint64_t zeros = 0;

	for (uint64_t pfn = 0; pfn < MAX_PFN; pfn += 4)
		zeros += all_but_few(pfn) && !(left_out && left_out(pfn));
	return zeros;
}

static void chosen_pages_are_counted(void)
{
	const uint64_t pages = MAX_PFN - MAX_PFN / 50;
	struct large large;

	open_large(&large, "chosen");
	large.plan.choice = &large.choice;
	large.plan.compression = "zlib";
	FB_OK_FATAL(fb_bundle_write(&large.plan, large.path, false));
	CU_ASSERT_EQUAL(large.choice.written, pages);
	CU_ASSERT_EQUAL(large.choice.zeros, count_zeros(NULL));
	CU_ASSERT_EQUAL(large.choice.unread, 0);
	CU_ASSERT_EQUAL(large.total, pages * FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(large.done, large.total);
	check_written(&large, false);
	close_large(&large);
}

static const struct fb_dump_ops *whole_ops;

static struct fb_error *read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	if (is_unreadable(pfn))
		return fb_error_create(FB_CORRUPT, "made to fail");
	return whole_ops->read_page(dump, pfn, page);
}

static void pages_that_cannot_be_read_are_lost(void)
{
	const uint64_t pages = MAX_PFN - MAX_PFN / 50, unread = MAX_PFN / 100;
	struct fb_dump_ops ops;
	struct large large;

	open_large(&large, "lost");
	large.plan.choice = &large.choice;
	whole_ops = large.dump->ops;
	ops = *whole_ops;
	ops.read_page = read_page;
	large.dump->ops = &ops;
	FB_OK_FATAL(fb_bundle_write(&large.plan, large.path, false));
	large.dump->ops = whole_ops;
	CU_ASSERT_EQUAL(large.choice.written, pages - unread);
	CU_ASSERT_EQUAL(large.choice.zeros, count_zeros(is_unreadable));
	CU_ASSERT_EQUAL(large.choice.unread, unread);
	CU_ASSERT_EQUAL(fb_warnings_count(large.warnings), unread);
	CU_ASSERT_STRING_EQUAL(fb_warnings_get(large.warnings, 0),
			       "frame 0x7 is lost: made to fail");
	check_written(&large, true);
	close_large(&large);
}

FB_TEST_MAIN("bundle/kdump_data", FB_TEST(stored_pages_are_copied_in_rounds),
	     FB_TEST(chosen_pages_are_counted), FB_TEST(pages_that_cannot_be_read_are_lost))
