// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * truth_pages DUMP BUNDLE TRUTH: holds the pages of a bundle against those of the dump that it was
 * made of, and against TRUTH, the file of page_truth.h. Prints "ok - ..." or "not ok - ..." lines;
 * status 1 where any is not ok.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/dump/dump.h"
#include "tests/truth/page_truth.h"

/* A page that its process wrote to after its core was taken is rightly another one. Every sample
 * has 16 that were written to on purpose, and most threads wrote to one page as the debugger let
 * them go. More than this share beside the 16 is wrong placement. */
#define REWRITTEN 16u
#define MAX_OTHER_PERCENT 2u

struct counts {
	uint64_t kept, lost, changed, wrong;
	uint64_t right, other, unknown, unreadable;
};

static int failures;

static void report(bool good, const char *text)
{
	failures += !good;
	printf("%s - %s\n", good ? "ok" : "not ok", text);
}

static bool read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct fb_error *err = fb_dump_read_page(dump, pfn, page);
	bool good = !err;

	fb_error_destroy(err);
	return good;
}

/* A page of the dump: in the bundle too, and the same. */
static void check_kept(struct fb_dump *dump, struct fb_dump *bundle, const struct page_truth *truth,
		       uint64_t pfn, struct counts *counts)
{
	uint8_t was[FB_PAGE_SIZE], is[FB_PAGE_SIZE];

	if (!read_page(dump, pfn, was))
		return;
	if (!read_page(bundle, pfn, is)) {
		counts->lost++;
		return;
	}
	counts->kept++;
	counts->changed += memcmp(was, is, sizeof(was)) != 0;
	counts->wrong += truth->known[pfn] && !page_truth_is(truth, pfn, is);
}

static void check_added(struct fb_dump *bundle, const struct page_truth *truth, uint64_t pfn,
			struct counts *counts)
{
	uint8_t page[FB_PAGE_SIZE];

	if (!read_page(bundle, pfn, page))
		counts->unreadable++;
	else if (!truth->known[pfn])
		counts->unknown++;
	else if (page_truth_is(truth, pfn, page))
		counts->right++;
	else
		counts->other++;
}

static void compare(struct fb_dump *dump, struct fb_dump *bundle, const struct page_truth *truth,
		    struct counts *counts)
{
	for (uint64_t pfn = 0; pfn < truth->count; pfn++) {
		if (fb_dump_has_page(dump, pfn))
			check_kept(dump, bundle, truth, pfn, counts);
		else if (fb_dump_has_page(bundle, pfn))
			check_added(bundle, truth, pfn, counts);
	}
}

static void print(const struct counts *counts)
{
	uint64_t added = counts->right + counts->other;
	char text[256];

	snprintf(text, sizeof(text),
		 "pages: %" PRIu64 " of the dump are in the bundle, %" PRIu64 " lost, %" PRIu64
		 " changed, %" PRIu64 " not as at the panic",
		 counts->kept, counts->lost, counts->changed, counts->wrong);
	report(counts->kept && !counts->lost && !counts->changed && !counts->wrong, text);
	snprintf(text, sizeof(text),
		 "pages: %" PRIu64 " added, %" PRIu64 " as at the panic, %" PRIu64
		 " written to since their core was taken",
		 added, counts->right, counts->other);
	report(counts->right && counts->other <= REWRITTEN + added * MAX_OTHER_PERCENT / 100, text);
	snprintf(text, sizeof(text),
		 "pages: every added one can be read and exists (%" PRIu64 ", %" PRIu64 " do not)",
		 counts->unreadable, counts->unknown);
	report(!counts->unreadable && !counts->unknown, text);
}

int main(int argc, char **argv)
{
	struct fb_dump *dump, *bundle;
	struct page_truth truth;
	struct counts counts = {0};
	uint64_t frames;

	if (argc != 4) {
		fprintf(stderr, "usage: truth_pages DUMP BUNDLE TRUTH\n");
		return 2;
	}
	dump = page_truth_open((const char *const *)argv + 1, 1);
	bundle = page_truth_open((const char *const *)argv + 2, 1);
	frames = fb_dump_info(dump)->max_pfn;
	report(fb_dump_info(bundle)->max_pfn == frames,
	       "pages: the bundle covers the same memory as the dump");
	page_truth_load(argv[3], frames, &truth);
	compare(dump, bundle, &truth, &counts);
	print(&counts);
	page_truth_free(&truth);
	fb_dump_destroy(bundle);
	fb_dump_destroy(dump);
	return failures ? 1 : 0;
}
