// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved guests in disk images of qemu: clusters of each size in any order, several snapshots, and images that are cut
 * off, damaged, or kept in a way that is not read. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/images/qcow2_format.h"
#include "kernel/images/qevm_format.h"
#include "tests/harness.h"
#include "tests/kernel/images/make_qcow2.h"
#include "tests/kernel/images/make_qevm.h"

#define PAGES 40u
#define EMPTY 17u /* this page and the next are of zeros, word for word */
#define HEADER(field) offsetof(struct fb_qcow2_header, field)
#define SNAPSHOT(field) offsetof(struct fb_qcow2_snapshot, field)

static void make_guest(struct mk_bytes *guest)
{
	const uint64_t length = PAGES * FB_PAGE_SIZE;
	const uint8_t zeros[FB_PAGE_SIZE] = {0};

	mk_qevm_begin(guest, "pc-i440fx-7.2");
	mk_qevm_blocks(guest, (const char *const[]){"pc.ram", NULL}, &length);
	mk_qevm_section(guest, FB_QEVM_SECTION_END);
	mk_qevm_page(guest, "pc.ram", 0, 100);
	for (uint64_t i = 1; i < PAGES; i++) {
		if (i != EMPTY && i != EMPTY + 1) {
			mk_qevm_page(guest, NULL, i * FB_PAGE_SIZE, 100 + i);
			continue;
		}
		mk_qevm_u64(guest, i * FB_PAGE_SIZE | FB_QEVM_PAGE | FB_QEVM_CONTINUE);
		mk_qevm_put(guest, zeros, sizeof(zeros));
	}
	mk_qevm_end(guest);
	mk_qevm_u8(guest, FB_QEVM_SECTION_EOF);
}

/* A disk of this guest; its clusters are of 512 bytes, so that it has several tables. */
static struct mk_qcow2 small_disk(void)
{
	struct mk_qcow2 disk = {
		.version = 3, .cluster_bits = 9, .disk_size = 100000, .extra_size = 24};
	struct mk_bytes guest;

	make_guest(&guest);
	mk_qcow2(&disk, &guest);
	free(guest.data);
	return disk;
}

static void check_guest(struct fb_dump *dump, uint64_t pages)
{
	uint8_t page[FB_PAGE_SIZE], zeros[FB_PAGE_SIZE] = {0};

	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "QEVM");
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_dumped, pages);
	for (uint64_t i = 0; i < pages; i++) {
		if (i != EMPTY && i != EMPTY + 1) {
			mk_expect_page(dump, i, 100 + i);
			continue;
		}
		FB_OK(fb_dump_read_page(dump, i, page));
		CU_ASSERT_EQUAL(memcmp(page, zeros, sizeof(page)), 0);
	}
}

static void reads_what_savevm_writes(void)
{
	static const struct mk_qcow2 cases[] = {
		{.version = 2, .cluster_bits = 9},
		{.version = 2, .cluster_bits = 9, .disk_size = 65536, .extra_size = 8},
		{.version = 3, .cluster_bits = 9, .disk_size = 65537, .extra_size = 16},
		{.version = 3, .cluster_bits = 12, .disk_size = 9 << 20, .extra_size = 24},
		{.version = 3, .cluster_bits = 16, .disk_size = 5ull << 30, .extra_size = 24},
		{.version = 3, .cluster_bits = 21, .disk_size = 5ull << 40, .extra_size = 32},
	};
	struct fb_warnings *warnings;
	struct mk_bytes guest;
	struct fb_dump *dump;

	make_guest(&guest);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct mk_qcow2 disk = cases[i];

		FB_OK_FATAL(fb_warnings_create(&warnings));
		mk_qcow2(&disk, &guest);
		FB_OK_FATAL(mk_open(&disk.bytes, warnings, &dump));
		check_guest(dump, PAGES);
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
		fb_dump_destroy(dump);
		fb_warnings_destroy(warnings);
		free(disk.bytes.data);
	}
	free(guest.data);
}

/* The first and the last have no memory; the newest is neither the first nor the last that has, and
 * behind one of the same second. */
static void takes_the_newest_snapshot(void)
{
	struct mk_qcow2 disk = small_disk();
	uint32_t size = (uint32_t)(PAGES * (FB_PAGE_SIZE + 8));
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	size_t at;

	at = mk_qcow2_snapshot(&disk, disk.snapshots, "empty", 9000, 0);
	at = mk_qcow2_snapshot(&disk, at, "as old", 2000, 3 * size / 4);
	at = mk_qcow2_snapshot(&disk, at, "new\033est", 2000, size / 2);
	at = mk_qcow2_snapshot(&disk, at, "old", 1999, size / 4);
	at = mk_qcow2_snapshot(&disk, at, "empty", 9001, 0);
	CU_ASSERT_FATAL(at <= disk.snapshots + 512);
	mk_be32(&disk, HEADER(snapshots), 5);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&disk.bytes, warnings, &dump));
	check_guest(dump, PAGES / 2 - 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(warnings, 0), "3 snapshots have memory: 'new\\x1best'"));
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(disk.bytes.data);
}

/* As a disk image that has no guest, or nothing that is one. */
static void others_get_the_hint(void)
{
	struct mk_qcow2 disk = small_disk();
	struct fb_dump *dump;

	mk_be32(&disk, HEADER(snapshots), 0);
	FB_FAILS_WITH(mk_open(&disk.bytes, NULL, &dump), FB_INVALID, "without a snapshot");
	mk_be32(&disk, HEADER(snapshots), 1);
	mk_be64(&disk, disk.snapshots + sizeof(struct fb_qcow2_snapshot), 0);
	FB_FAILS_WITH(mk_open(&disk.bytes, NULL, &dump), FB_INVALID, "without a snapshot");
	mk_be32(&disk, HEADER(version), 1);
	FB_FAILS_WITH(mk_open(&disk.bytes, NULL, &dump), FB_INVALID, "without a snapshot");
	mk_be32(&disk, HEADER(version), 3);
	disk.bytes.size = sizeof(struct fb_qcow2_header) - 1;
	FB_FAILS_WITH(mk_open(&disk.bytes, NULL, &dump), FB_INVALID, "without a snapshot");
	free(disk.bytes.data);
}

/* An image with one word changed. */
static void refuses(size_t at, unsigned bytes, uint64_t value, enum fb_code code, const char *text)
{
	struct mk_qcow2 disk = small_disk();
	struct fb_dump *dump;

	if (bytes == 8)
		mk_be64(&disk, at, value);
	else
		mk_be32(&disk, at, (uint32_t)value);
	FB_FAILS_WITH(mk_open(&disk.bytes, NULL, &dump), code, text);
	free(disk.bytes.data);
}

static void what_it_does_not_read_is_told(void)
{
	struct mk_qcow2 disk = small_disk();
	struct fb_warnings *warnings;
	struct fb_dump *dump;

	refuses(HEADER(encryption), 4, 2, FB_UNSUPPORTED, "encrypted");
	refuses(HEADER(incompatible), 8, FB_QCOW2_DATA_FILE, FB_UNSUPPORTED, "another file");
	refuses(HEADER(incompatible), 8, FB_QCOW2_EXTENDED_L2, FB_UNSUPPORTED, "extended_l2=on");
	refuses(HEADER(incompatible), 8, 1ull << 40, FB_UNSUPPORTED, "(0x10000000000)");
	refuses(disk.l2, 8, disk.data | FB_QCOW2_COMPRESSED, FB_UNSUPPORTED, "compressed cluster");
	mk_be64(&disk, HEADER(incompatible), FB_QCOW2_CORRUPT | FB_QCOW2_COMPRESSION);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&disk.bytes, warnings, &dump));
	check_guest(dump, PAGES);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "marked the disk image"));
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(disk.bytes.data);
}

static void wild_numbers_are_refused(void)
{
	struct mk_qcow2 disk = small_disk();
	size_t snapshot = disk.snapshots, extra = snapshot + sizeof(struct fb_qcow2_snapshot);

	refuses(HEADER(cluster_bits), 4, 8, FB_CORRUPT, "clusters of 2^8");
	refuses(HEADER(cluster_bits), 4, 22, FB_CORRUPT, "clusters of 2^22");
	refuses(HEADER(cluster_bits), 4, UINT32_MAX, FB_CORRUPT, "clusters of");
	refuses(HEADER(snapshots_offset), 8, UINT64_MAX, FB_CORRUPT, "table of snapshots");
	refuses(HEADER(snapshots_offset), 8, INT64_MAX - 7, FB_TRUNCATED, "is cut off at");
	refuses(snapshot, 8, UINT64_MAX - 7, FB_TRUNCATED, "table is at");
	refuses(snapshot, 8, disk.bytes.size - 8, FB_TRUNCATED, "bytes wanted");
	refuses(snapshot + SNAPSHOT(l1_entries), 4, 3, FB_CORRUPT, "3 entries");
	refuses(snapshot + SNAPSHOT(l1_entries), 4, 8, FB_CORRUPT, "8 entries");
	refuses(extra, 8, UINT64_MAX, FB_CORRUPT, "memory of");
	refuses(extra, 8, INT64_MAX, FB_CORRUPT, "entries");
	refuses(extra + 8, 8, UINT64_MAX, FB_CORRUPT, "entries");
	refuses(disk.l1, 8, disk.l2 + 0x200000, FB_TRUNCATED, "file ends");
	refuses(disk.l1, 8, FB_QCOW2_OFFSET, FB_TRUNCATED, "file ends");
	refuses(disk.l2, 8, FB_QCOW2_OFFSET, FB_TRUNCATED, "file ends");
	refuses(disk.l2, 8, 0, FB_INVALID, "not a kernel dump");
	refuses(disk.l1, 8, 0, FB_INVALID, "not a kernel dump");
	free(disk.bytes.data);
}

/* A cluster that is no multiple of the larger size of clusters. */
static void clusters_are_aligned(void)
{
	struct mk_qcow2 disk = {.version = 3, .cluster_bits = 12, .extra_size = 16};
	struct mk_bytes guest;
	struct fb_dump *dump;

	make_guest(&guest);
	mk_qcow2(&disk, &guest);
	mk_be64(&disk, disk.l2, disk.data + 512);
	FB_FAILS_WITH(mk_open(&disk.bytes, NULL, &dump), FB_CORRUPT, "no cluster begins");
	free(disk.bytes.data);
	free(guest.data);
}

/* A small image that claims 2 GiB: behind the guest's own tables all entries of L1 are the same one, and of that all
 * are this entry. */
static void shared_clusters_are_bounded(uint64_t entry)
{
	const uint32_t tables = 1u << 16;
	struct mk_qcow2 disk = small_disk();
	size_t shared = disk.bytes.size, l1 = shared + 512, own = (disk.data - disk.l2) / 512;
	struct fb_warnings *warnings;
	struct fb_dump *dump;

	disk.bytes.size = l1 + 8 * (size_t)tables;
	disk.bytes.data = realloc(disk.bytes.data, disk.bytes.size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(disk.bytes.data);
	for (uint32_t i = 0; i < tables; i++)
		mk_be64(&disk, l1 + 8 * (size_t)i, i < own ? disk.l2 + 512 * (size_t)i : shared);
	for (size_t i = 0; i < 64; i++)
		mk_be64(&disk, shared + 8 * i, entry);
	disk.disk_size = 0;
	disk.l1 = l1;
	(void)mk_qcow2_snapshot(&disk, disk.snapshots, "two", 1000, 32768ull * tables);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&disk.bytes, warnings, &dump));
	check_guest(dump, PAGES);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), "used twice"));
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(disk.bytes.data);
}

static void nothing_is_followed_endlessly(void)
{
	struct mk_qcow2 disk = small_disk();

	shared_clusters_are_bounded(disk.data);
	shared_clusters_are_bounded(0);
	free(disk.bytes.data);
}

/* What is before the first damage is read. */
static void damage_costs_what_is_behind_it(void)
{
	struct mk_qcow2 disk = small_disk();
	struct fb_warnings *warnings;
	struct fb_dump *dump;

	/* Cluster 100 has bytes of page 12. */
	mk_be64(&disk, disk.l2 + 8 * 100, disk.data | FB_QCOW2_COMPRESSED);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&disk.bytes, warnings, &dump));
	check_guest(dump, 12);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0),
				      "of snapshot 'one' only the first 50.0 KiB of 160 KiB"));
	fb_dump_destroy(dump);
	/* The table of snapshots too. */
	mk_be32(&disk, HEADER(snapshots), UINT32_MAX);
	mk_be32(&disk,
		disk.snapshots + sizeof(struct fb_qcow2_snapshot) + 32 + SNAPSHOT(extra_size),
		UINT32_MAX);
	FB_OK_FATAL(mk_open(&disk.bytes, warnings, &dump));
	check_guest(dump, 12);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 2), "snapshots is damaged"));
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(disk.bytes.data);
}

/* Its clusters lie in the other order, so that the first ones are lost first. */
static void an_image_that_ends_early_is_refused(void)
{
	struct mk_qcow2 disk = small_disk();
	struct fb_dump *dump;

	for (disk.bytes.size -= 1024; disk.bytes.size > 4;
	     disk.bytes.size -= 1 + disk.bytes.size / 50) {
		struct fb_error *err = mk_open(&disk.bytes, NULL, &dump);

		CU_ASSERT_PTR_NOT_NULL_FATAL(err);
		CU_ASSERT(fb_error_is(err, FB_TRUNCATED) || fb_error_is(err, FB_INVALID));
		fb_error_destroy(err);
	}
	free(disk.bytes.data);
}

FB_TEST_MAIN("kernel/qcow2", FB_TEST(reads_what_savevm_writes), FB_TEST(takes_the_newest_snapshot),
	     FB_TEST(others_get_the_hint), FB_TEST(what_it_does_not_read_is_told),
	     FB_TEST(wild_numbers_are_refused), FB_TEST(clusters_are_aligned),
	     FB_TEST(nothing_is_followed_endlessly), FB_TEST(damage_costs_what_is_behind_it),
	     FB_TEST(an_image_that_ends_early_is_refused))
