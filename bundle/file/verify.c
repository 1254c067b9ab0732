// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verifies a bundle: every byte of the file is covered by one checksum, and all checksums are checked in
 * parallel; then the counts and the cores' extents are checked. Called by the command verify.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/file/fiber_private.h"
#include "bundle/file/manifest.h"
#include "bundle/file/verify_sums.h"
#include "kernel/dump/flattened.h"
#include "kernel/dump/kdump_format.h"
#include "user/elf/stored_object.h"

/* A file without a trailer: a bundle cut off, or none. */
static struct fb_error *explain_no_trailer(struct fb_file *file, struct fb_warnings *problems)
{
	uint64_t section;
	bool found;
	struct fb_error *err = fb_fiber_mark_read(file, &found, &section);

	if (err)
		return err;
	if (!found)
		return fb_error_create(
			FB_INVALID,
			"%s: not a bundle: `fbundle merge` makes one of a dump and cores",
			file->path);
	if (file->size <= section)
		fb_warn(problems,
			"the file is cut off at 0x%" PRIx64 ": the dump goes on to 0x%" PRIx64
			", and the fiber section is lost",
			file->size, section);
	else
		fb_warn(problems,
			"fiber section: its trailer is missing or damaged: bytes 0x%" PRIx64
			"-0x%" PRIx64 " of the file",
			file->size - sizeof(struct fb_fiber_trailer), file->size - 1);
	return NULL;
}

static struct fb_error *check_mark(const struct fb_fiber_table *table, struct fb_warnings *problems)
{
	uint64_t section;
	bool found;
	struct fb_error *err = fb_fiber_mark_read(table->file, &found, &section);

	if (err)
		return err;
	if (!found)
		fb_warn(problems, "sub-header: the bundle's mark is missing or damaged");
	else if (section != table->trailer.section_offset)
		fb_warn(problems,
			"sub-header: the mark says that the fiber section is at 0x%" PRIx64
			", but it is at 0x%" PRIx64,
			section, table->trailer.section_offset);
	return NULL;
}

static const struct fb_fiber_region *find_region(const struct fb_dump_sums *sums, uint32_t kind)
{
	for (size_t i = 0; i < sums->region_count; i++)
		if (sums->regions[i].kind == kind)
			return &sums->regions[i];
	return NULL;
}

/* Bits set in the bitmap of dumped pages. */
static struct fb_error *count_bits(struct fb_file *file, const struct fb_fiber_region *bitmap,
				   uint64_t *bits_ret)
{
	uint64_t words[512], bits = 0, at = 0;

	while (at < bitmap->length) {
		uint64_t left = bitmap->length - at;
		size_t length = left < sizeof(words) ? (size_t)left : sizeof(words);
		struct fb_error *err;

		memset(words, 0, sizeof(words));
		err = fb_file_read(file, bitmap->offset + at, words, length);
		if (err)
			return err;
		for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
			bits += (uint64_t)__builtin_popcountll(words[i]);
		at += length;
	}
	*bits_ret = bits;
	return NULL;
}

static struct fb_error *check_counts(struct fb_file *file, struct fb_dump *dump,
				     const struct fb_dump_sums *sums, struct fb_warnings *problems)
{
	const struct fb_fiber_region *dumped = find_region(sums, FB_FIBER_REGION_DUMPED);
	const struct fb_fiber_region *descs = find_region(sums, FB_FIBER_REGION_DESCRIPTORS);
	const struct fb_dump_info *info = fb_dump_info(dump);
	uint64_t bits;
	struct fb_error *err;

	if (!dumped || !descs)
		return NULL;
	err = count_bits(file, dumped, &bits);
	if (err)
		return err;
	if (bits > descs->length / sizeof(struct fb_kdump_page_desc))
		fb_warn(problems, "%" PRIu64 " pages by the bitmap, but %" PRIu64 " descriptors",
			bits, descs->length / (uint64_t)sizeof(struct fb_kdump_page_desc));
	if (info->pages_damaged)
		fb_warn(problems,
			"%" PRIu64 " pages have descriptors that lead to no page of the file",
			info->pages_damaged);
	/* What the input had lost is lost here too, and says so. */
	if (info->pages_dumped + info->pages_lost != bits)
		fb_warn(problems,
			"%" PRIu64 " pages by the bitmap, but %" PRIu64 " can be read, and %" PRIu64
			" are lost",
			bits, info->pages_dumped, info->pages_lost);
	return NULL;
}

/* That its bytes are as they were written does not say that they were right. */
static struct fb_error *check_manifest(const struct fb_fiber *fiber, struct fb_warnings *problems)
{
	json_t *manifest = NULL;
	struct fb_error *err = fb_manifest_parse(fb_fiber_manifest(fiber), &manifest);

	if (err)
		return fb_part_warn(problems, err, "fiber section");
	fb_manifest_check(manifest, fb_fiber_core_count(fiber), problems);
	json_decref(manifest);
	return NULL;
}

/* Whether every object is one: its checksum has been looked at with all others. */
static struct fb_error *check_objects(const struct fb_fiber *fiber, struct fb_warnings *problems)
{
	const struct fb_fiber_objects *objects = fb_fiber_objects(fiber);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < objects->count && !err; i++) {
		struct fb_stored_object object;
		void *bytes = NULL;
		size_t size;

		err = fb_fiber_object_load(fiber, i, &bytes, &size);
		if (!err)
			err = fb_stored_object_read(bytes, size, &object);
		if (!err)
			fb_stored_object_deinit(&object);
		free(bytes);
		err = fb_part_warn(problems, err, "object %zu (%s)", i, objects->objects[i].paths);
	}
	return err;
}

static struct fb_error *check_cores(struct fb_file *file, struct fb_dump *dump,
				    struct fb_warnings *problems)
{
	struct fb_fiber *fiber;
	struct fb_error *err;

	err = fb_fiber_open(file, dump, problems, &fiber);
	if (err)
		return fb_part_warn(problems, err, "fiber section");
	for (size_t i = 0; i < fb_fiber_core_count(fiber) && !err; i++)
		err = fb_part_warn(problems, fb_fiber_core_check(fiber, i, problems),
				   "fiber section");
	if (!err)
		err = check_manifest(fiber, problems);
	if (!err)
		err = check_objects(fiber, problems);
	fb_fiber_destroy(fiber);
	return err;
}

static struct fb_error *check_structure(struct fb_file *file, const struct fb_dump_sums *sums,
					struct fb_warnings *problems)
{
	const char *path = file->path;
	struct fb_dump *dump;
	struct fb_error *err;

	/* What it warns of is what the input was (incomplete, say), not what became of the bundle. */
	err = fb_dump_open(&path, 1, NULL, &dump);
	if (err)
		return fb_part_warn(problems, err, "the dump cannot be opened");
	err = fb_dump_survey(dump, NULL);
	if (!err)
		err = check_counts(file, dump, sums, problems);
	if (!err)
		err = check_cores(file, dump, problems);
	fb_dump_destroy(dump);
	return err;
}

static struct fb_error *verify(const struct fb_fiber_table *table, struct fb_pool *pool,
			       struct fb_warnings *problems)
{
	struct fb_dump_sums sums = {0};
	struct fb_error *err;

	err = fb_part_warn(problems, fb_dump_sums_load(table, &sums), "fiber section");
	if (!err)
		err = fb_verify_sums(table, &sums, pool, problems);
	if (!err)
		err = check_mark(table, problems);
	/* Damage shows in many ways; its cause has been named. */
	if (!err && !fb_warnings_count(problems))
		err = check_structure(table->file, &sums, problems);
	fb_dump_sums_deinit(&sums);
	return err;
}

/* The bundle as it was written, out of a flattened stream or a compression around it: what these have lost is a problem
 * of its own. */
static struct fb_error *open_logical(const char *path, struct fb_warnings *problems,
				     struct fb_file **file_ret)
{
	FB_CLEANUP(fb_file_destroy_at) struct fb_file *file = NULL;
	bool truncated = false, flattened = false, complete;
	const char *stream = NULL;
	struct fb_error *err = fb_file_open_unpacked(path, &stream, &truncated, &file);

	if (err)
		return err;
	if (truncated)
		fb_warn(problems, "%s: the %s stream ends early", path, stream);
	err = fb_flattened_detect(file, &flattened);
	if (!err && flattened)
		err = fb_flattened_open(file, problems, &complete, &file);
	if (err)
		return err;
	*file_ret = file;
	file = NULL;
	return NULL;
}

struct fb_error *fb_fiber_verify(const char *path, struct fb_pool *pool,
				 struct fb_warnings *problems)
{
	FB_CLEANUP(fb_file_destroy_at) struct fb_file *file = NULL;
	struct fb_fiber_table table;
	struct fb_error *err;

	err = open_logical(path, problems, &file);
	if (err)
		return err;
	err = fb_fiber_table_read(file, &table);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return explain_no_trailer(file, problems);
	}
	if (err)
		return fb_part_warn(problems, err, "fiber section");
	err = verify(&table, pool, problems);
	fb_fiber_table_deinit(&table);
	return fb_error_prefix(err, "%s", path);
}
