// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * write_dump [--zeros TRUTH | --without-zeros] SOURCE METHOD FORM OUT...: SOURCE's pages and notes as
 * another dump, by make_kdump.h, for what makedumpfile cannot write.
 *
 * METHOD  none, zlib, lzo, snappy, zstd, or mixed
 * FORM    plain, flattened, split (a part for each OUT), elf, elf-flattened
 * --zeros          also every page that held nothing but zeros: a level without bit 1. TRUTH is the
 *                  file of page_truth.h
 * --without-zeros  none of them: a level with it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/kernel/make_kdump.h"
#include "tests/truth/page_truth.h"

#define FLAT_RECORD (1u << 20)

static int usage(void)
{
	fprintf(stderr, "usage: write_dump [--zeros TRUTH | --without-zeros] SOURCE METHOD FORM "
			"OUT...\n");
	return 2;
}

static bool method_by_name(const char *name, uint32_t *method_ret)
{
	static const struct {
		const char *name;
		uint32_t method;
	} methods[] = {
		{"none", 0},
		{"zlib", FB_KDUMP_PAGE_ZLIB},
		{"lzo", FB_KDUMP_PAGE_LZO},
		{"snappy", FB_KDUMP_PAGE_SNAPPY},
		{"zstd", FB_KDUMP_PAGE_ZSTD},
		{"mixed", MK_MIXED},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(methods); i++) {
		if (strcmp(name, methods[i].name) != 0)
			continue;
		*method_ret = methods[i].method;
		return true;
	}
	return false;
}

/* A bit for each frame of the truth that held only zeros. */
static uint8_t *zero_frames(const char *path, uint64_t frames)
{
	static const uint8_t zeros[FB_PAGE_SIZE];
	struct page_truth truth;
	uint8_t *bits = calloc(1, (size_t)frames / 8 + 1);

	if (!bits)
		abort();
	page_truth_load(path, frames, &truth);
	for (uint64_t pfn = 0; pfn < frames; pfn++)
		if (page_truth_is(&truth, pfn, zeros))
			bits[pfn / 8] |= (uint8_t)(1u << (pfn % 8));
	page_truth_free(&truth);
	return bits;
}

static void save(const struct mk_bytes *bytes, const char *path)
{
	FILE *file = fopen(path, "wbe");

	if (!file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size || fclose(file)) {
		perror(path);
		exit(1);
	}
}

static void write_parts(struct mk_recipe *recipe, size_t count, char **paths)
{
	recipe->split = true;
	for (size_t i = 0; i < count; i++) {
		struct mk_bytes part;

		recipe->start_pfn = recipe->max_pfn * i / count;
		recipe->end_pfn = recipe->max_pfn * (i + 1) / count;
		mk_kdump(recipe, &part);
		save(&part, paths[i]);
		free(part.data);
	}
}

static bool write_form(struct mk_recipe *recipe, const char *form, size_t count, char **paths)
{
	bool elf = !strncmp(form, "elf", 3), flattened = !strcmp(form, "flattened");
	struct mk_bytes plain, flat;

	if (!strcmp(form, "split")) {
		write_parts(recipe, count, paths);
		return true;
	}
	if (count != 1 || (!elf && !flattened && strcmp(form, "plain") != 0))
		return false;
	if (elf)
		mk_elf(recipe, &plain);
	else
		mk_kdump(recipe, &plain);
	if (flattened || !strcmp(form, "elf-flattened")) {
		mk_flatten(&plain, FLAT_RECORD, &flat);
		free(plain.data);
		plain = flat;
	}
	save(&plain, paths[0]);
	free(plain.data);
	return true;
}

int main(int argc, char **argv)
{
	struct mk_recipe recipe = {0};
	const char *truth = NULL;
	uint8_t *zeros = NULL;
	int at = 1;
	bool good;

	if (argc > 2 && !strcmp(argv[1], "--zeros")) {
		truth = argv[2];
		at = 3;
	} else if (argc > 1 && !strcmp(argv[1], "--without-zeros")) {
		recipe.without_zeros = true;
		at = 2;
	}
	if (argc - at < 4 || !method_by_name(argv[at + 1], &recipe.method))
		return usage();
	recipe.source = page_truth_open((const char *const *)argv + at, 1);
	recipe.max_pfn = fb_dump_info(recipe.source)->max_pfn;
	recipe.vmcoreinfo = fb_dump_vmcoreinfo(recipe.source);
	if (truth)
		recipe.zeros = zeros = zero_frames(truth, recipe.max_pfn);
	good = write_form(&recipe, argv[at + 2], (size_t)(argc - at - 3), argv + at + 3);
	free(zeros);
	fb_dump_destroy(recipe.source);
	return good ? 0 : usage();
}
