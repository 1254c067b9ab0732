// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump_pages TRUTH FRAMES DUMP...: reads every page of a dump (DUMP...: its parts) and holds it
 * against TRUTH, the file of page_truth.h. Writes which frames the dump has to FRAMES, a bit for each,
 * and prints one JSON object of counts: pages, wrong (not the bytes of the truth), unknown (to it),
 * unreadable.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "tests/truth/page_truth.h"

struct counts {
	uint64_t pages, wrong, unknown, unreadable;
};

static void check_page(struct fb_dump *dump, const struct page_truth *truth, uint64_t pfn,
		       struct counts *counts)
{
	uint8_t page[FB_PAGE_SIZE];
	struct fb_error *err = fb_dump_read_page(dump, pfn, page);

	counts->pages++;
	if (err) {
		fprintf(stderr, "frame %" PRIx64 ": %s\n", pfn, fb_error_message(err));
		fb_error_destroy(err);
		counts->unreadable++;
		return;
	}
	if (!truth->known[pfn])
		counts->unknown++;
	else
		counts->wrong += !page_truth_is(truth, pfn, page);
}

int main(int argc, char **argv)
{
	struct counts counts = {0};
	struct page_truth truth;
	struct fb_dump *dump;
	uint8_t *frames;
	size_t size;
	FILE *out;

	if (argc < 4) {
		fprintf(stderr, "usage: dump_pages TRUTH FRAMES DUMP...\n");
		return 2;
	}
	dump = page_truth_open((const char *const *)argv + 3, (size_t)argc - 3);
	page_truth_load(argv[1], fb_dump_info(dump)->max_pfn, &truth);
	size = (size_t)truth.count / 8 + 1;
	frames = calloc(1, size);
	out = fopen(argv[2], "wbe");
	if (!frames || !out) {
		perror(argv[2]);
		return 1;
	}
	for (uint64_t pfn = fb_dump_next_page(dump, 0); pfn < truth.count;
	     pfn = fb_dump_next_page(dump, pfn + 1)) {
		frames[pfn / 8] |= (uint8_t)(1u << (pfn % 8));
		check_page(dump, &truth, pfn, &counts);
	}
	if (fwrite(frames, 1, size, out) != size || fclose(out)) {
		perror(argv[2]);
		return 1;
	}
	printf("{\"pages\": %" PRIu64 ", \"wrong\": %" PRIu64 ", \"unknown\": %" PRIu64
	       ", \"unreadable\": %" PRIu64 "}\n",
	       counts.pages, counts.wrong, counts.unknown, counts.unreadable);
	free(frames);
	page_truth_free(&truth);
	fb_dump_destroy(dump);
	return 0;
}
