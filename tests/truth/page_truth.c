// SPDX-License-Identifier: GPL-2.0-or-later
/* page_truth.h: for programs of tests, which end where an input cannot be read. */
#include "tests/truth/page_truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/warnings.h"

static void die(struct fb_error *err, const char *path)
{
	fprintf(stderr, "%s: %s\n", path, err ? fb_error_message(err) : "cannot be read");
	fb_error_destroy(err);
	exit(1);
}

void page_truth_load(const char *path, uint64_t frames, struct page_truth *truth)
{
	FILE *file = fopen(path, "re");
	uint64_t pfn, hash;

	truth->count = frames;
	truth->hashes = calloc(frames, sizeof(*truth->hashes));
	truth->known = calloc(frames, sizeof(*truth->known));
	if (!file || !truth->hashes || !truth->known)
		die(NULL, path);
	while (fscanf(file, "%" SCNx64 " %" SCNx64, &pfn, &hash) == 2) {
		if (pfn >= frames)
			continue;
		truth->hashes[pfn] = hash;
		truth->known[pfn] = true;
	}
	fclose(file);
}

void page_truth_free(struct page_truth *truth)
{
	free(truth->hashes);
	free(truth->known);
}

bool page_truth_is(const struct page_truth *truth, uint64_t pfn, const void *page)
{
	return pfn < truth->count && truth->known[pfn] &&
	       XXH64(page, FB_PAGE_SIZE, 0) == truth->hashes[pfn];
}

struct fb_dump *page_truth_open(const char *const *paths, size_t count)
{
	struct fb_warnings *warnings = NULL;
	struct fb_dump *dump = NULL;
	struct fb_error *err = fb_warnings_create(&warnings);

	if (!err)
		err = fb_dump_open(paths, count, warnings, &dump);
	if (err)
		die(err, paths[0]);
	fb_warnings_destroy(warnings);
	return dump;
}
