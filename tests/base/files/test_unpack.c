// SPDX-License-Identifier: GPL-2.0-or-later
/* Streams are packed here with libarchive's own writers, and by hand where those have none. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files/file.h"
#include "tests/harness.h"

/* More than one block of each compression: bzip2's at level 1 are 100 kB. */
#define PLAIN_SIZE (1u << 20)

/* Hardly compressible, so that a cut stream still holds much of it. */
static uint8_t plain[PLAIN_SIZE];
static uint8_t packed[2 * PLAIN_SIZE];

static const struct {
	const char *name;
	int (*add)(struct archive *archive);
	const char *options;
} filters[] = {
	{"gzip", archive_write_add_filter_gzip, "compression-level=1"},
	{"bzip2", archive_write_add_filter_bzip2, "compression-level=1"},
	{"xz", archive_write_add_filter_xz, "compression-level=1"},
	{"lz4", archive_write_add_filter_lz4, "block-size=4"}, /* 64 KiB */
	{"zstd", archive_write_add_filter_zstd, "compression-level=1"},
};

static void fill_plain(void)
{
	uint32_t state = 1;
	size_t i;

	for (i = 0; i < PLAIN_SIZE; i++) {
		state = state * 1664525 + 1013904223;
		plain[i] = (uint8_t)(state >> 24) & 0x7f;
	}
}

static size_t pack(size_t filter, size_t size)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;
	bool good;

	archive_entry_set_filetype(entry, AE_IFREG);
	good = filters[filter].add(archive) == ARCHIVE_OK &&
	       archive_write_set_format_raw(archive) == ARCHIVE_OK &&
	       archive_write_set_options(archive, filters[filter].options) == ARCHIVE_OK &&
	       archive_write_open_memory(archive, packed, sizeof(packed), &used) == ARCHIVE_OK &&
	       archive_write_header(archive, entry) == ARCHIVE_OK &&
	       archive_write_data(archive, plain, size) == (la_ssize_t)size &&
	       archive_write_close(archive) == ARCHIVE_OK;
	archive_entry_free(entry);
	(void)archive_write_free(archive);
	CU_ASSERT_TRUE_FATAL(good);
	return used;
}

/* Whether the file starts with as much of the plain bytes as it is long. */
static bool holds_plain(struct fb_file *file)
{
	uint8_t *bytes = malloc(PLAIN_SIZE);
	size_t got = 0;
	bool same;

	FB_OK(fb_file_read_some(file, 0, bytes, PLAIN_SIZE, &got));
	same = got == file->size && !memcmp(bytes, plain, got);
	free(bytes);
	return same;
}

static void every_compression_unpacks(void)
{
	size_t i;

	fill_plain();
	for (i = 0; i < FB_ARRAY_SIZE(filters); i++) {
		size_t size = pack(i, PLAIN_SIZE);
		/* The name says nothing: kdump-tools writes dump.STAMP whatever it holds. */
		char *path = fb_test_file("dump.202611231631", packed, size);
		const char *compression = NULL;
		struct fb_file *file = NULL;
		bool truncated = true;

		FB_OK_FATAL(fb_file_open_unpacked(path, &compression, &truncated, &file));
		CU_ASSERT_STRING_EQUAL(compression, filters[i].name);
		CU_ASSERT_FALSE(truncated);
		CU_ASSERT_EQUAL(file->size, PLAIN_SIZE);
		CU_ASSERT_TRUE(holds_plain(file));
		CU_ASSERT_STRING_EQUAL(file->path, path);
		CU_ASSERT_TRUE(file->mtime_ns > 0);
		fb_file_destroy(file);
		free(path);
	}
}

static void a_cut_stream_gives_what_it_held(void)
{
	size_t i, cut;

	fill_plain();
	for (i = 0; i < FB_ARRAY_SIZE(filters); i++) {
		size_t size = pack(i, PLAIN_SIZE);

		for (cut = 1; cut < 8; cut += 3) {
			char *path = fb_test_file("cut", packed, size * cut / 8);
			struct fb_file *file = NULL;
			bool truncated = false;
			struct fb_error *err;

			err = fb_file_open_unpacked(path, NULL, &truncated, &file);
			free(path);
			if (err) { /* it held less than a block */
				CU_ASSERT_TRUE(cut < 7);
				CU_ASSERT_TRUE(fb_error_is(err, FB_TRUNCATED) ||
					       fb_error_is(err, FB_CORRUPT));
				fb_error_destroy(err);
				continue;
			}
			CU_ASSERT_TRUE(truncated);
			CU_ASSERT_TRUE(file->size > 0 && file->size < PLAIN_SIZE);
			CU_ASSERT_TRUE(holds_plain(file));
			fb_file_destroy(file);
		}
	}
}

static void nothing_unpacks_from_a_bare_magic(void)
{
	static const char *const magics[] = {"\x1f\x8b\x08", "BZh9", "\3757zXZ", "\x04\x22\x4d\x18",
					     "\x28\xb5\x2f\xfd"};
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(magics); i++) {
		/* xz's magic ends with a NUL; the byte behind the others is as good as any. */
		char *path = fb_test_file("bare", magics[i], strlen(magics[i]) + 1);
		struct fb_file *file = NULL;
		struct fb_error *err = fb_file_open_unpacked(path, NULL, NULL, &file);

		CU_ASSERT_PTR_NOT_NULL_FATAL(err);
		CU_ASSERT_TRUE(fb_error_is(err, FB_CORRUPT) || fb_error_is(err, FB_TRUNCATED));
		CU_ASSERT_PTR_NOT_NULL(strstr(fb_error_message(err), path));
		CU_ASSERT_PTR_NULL(file);
		fb_error_destroy(err);
		free(path);
	}
}

static void plain_files_pass_through(void)
{
	static const char *const texts[] = {"", "K", "KDUMP   ", "\x1f\x8b", "\177ELF"};
	size_t i;

	for (i = 0; i < FB_ARRAY_SIZE(texts); i++) {
		char *path = fb_test_file("plain", texts[i], strlen(texts[i]));
		const char *compression = "unset";
		struct fb_file *file = NULL;
		bool truncated = true;

		FB_OK_FATAL(fb_file_open_unpacked(path, &compression, &truncated, &file));
		CU_ASSERT_PTR_NULL(compression);
		CU_ASSERT_FALSE(truncated);
		CU_ASSERT_EQUAL(file->size, strlen(texts[i]));
		fb_file_destroy(file);
		free(path);
	}
}

static void an_empty_stream_is_refused(void)
{
	size_t size = pack(0, 0);
	char *path = fb_test_file("hollow", packed, size);
	struct fb_file *file = NULL;

	FB_FAILS(fb_file_open_unpacked(path, NULL, NULL, &file), FB_CORRUPT);
	CU_ASSERT_PTR_NULL(file);
	free(path);
}

static void damage_midway_keeps_what_came_before(void)
{
	size_t size = pack(2, PLAIN_SIZE); /* xz checks its blocks */
	struct fb_file *file = NULL;
	bool truncated = false;
	char *path;

	memset(packed + size / 2, 0xff, 4096);
	path = fb_test_file("damaged", packed, size);
	FB_OK_FATAL(fb_file_open_unpacked(path, NULL, &truncated, &file));
	CU_ASSERT_TRUE(truncated);
	CU_ASSERT_TRUE(file->size < PLAIN_SIZE);
	fb_file_destroy(file);
	free(path);
}

/* {magic, size, bytes} before and behind the stream, as pzstd writes them, and one that says too much. */
static void frames_to_be_skipped_are_skipped(void)
{
	static const uint8_t frame[] = {0x5f, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
	static const uint8_t empty[] = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};
	static uint8_t bytes[2 * sizeof(packed) + 64];
	const char *compression = NULL;
	struct fb_file *file;
	bool truncated;
	char *path;

	for (size_t filter = FB_ARRAY_SIZE(filters) - 2; filter < FB_ARRAY_SIZE(filters);
	     filter++) { /* lz4, zstd */
		size_t used = 0, size = pack(filter, PLAIN_SIZE);

		memcpy(bytes + used, frame, sizeof(frame));
		used += sizeof(frame);
		memcpy(bytes + used, empty, sizeof(empty));
		used += sizeof(empty);
		memcpy(bytes + used, packed, size);
		used += size;
		memcpy(bytes + used, frame, sizeof(frame));
		used += sizeof(frame);
		path = fb_test_file("skipped", bytes, used);
		FB_OK_FATAL(fb_file_open_unpacked(path, &compression, &truncated, &file));
		CU_ASSERT_STRING_EQUAL(compression, filters[filter].name);
		CU_ASSERT_FALSE(truncated);
		CU_ASSERT_EQUAL(file->size, PLAIN_SIZE);
		CU_ASSERT_TRUE(holds_plain(file));
		fb_file_destroy(file);
		free(path);
	}
	/* Nothing but such frames is no stream, nor is what is behind one that the file does not hold. */
	path = fb_test_file("frames", bytes, sizeof(frame) + sizeof(empty));
	FB_OK_FATAL(fb_file_open_unpacked(path, &compression, &truncated, &file));
	CU_ASSERT_PTR_NULL(compression);
	fb_file_destroy(file);
	free(path);
}

static void no_room_is_an_error_that_says_what_to_do(void)
{
	size_t size = pack(0, PLAIN_SIZE);
	char *path = fb_test_file("roomless", packed, size);
	struct fb_file *file = NULL;

	fill_plain();
	CU_ASSERT_EQUAL(setenv("TMPDIR", "/nonexistent", 1), 0);
	FB_FAILS_WITH(fb_file_open_unpacked(path, NULL, NULL, &file), FB_OS, "TMPDIR");
	CU_ASSERT_EQUAL(unsetenv("TMPDIR"), 0);
	CU_ASSERT_PTR_NULL(file);
	free(path);
}

FB_TEST_MAIN("base/unpack", FB_TEST(every_compression_unpacks),
	     FB_TEST(a_cut_stream_gives_what_it_held), FB_TEST(nothing_unpacks_from_a_bare_magic),
	     FB_TEST(plain_files_pass_through), FB_TEST(an_empty_stream_is_refused),
	     FB_TEST(damage_midway_keeps_what_came_before),
	     FB_TEST(frames_to_be_skipped_are_skipped),
	     FB_TEST(no_room_is_an_error_that_says_what_to_do))
