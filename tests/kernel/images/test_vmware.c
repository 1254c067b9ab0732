// SPDX-License-Identifier: GPL-2.0-or-later
/* VMware's checkpoints: memory within and beside them, regions, and what is missing. */
#include "kernel/images/vmware.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/images/vmware_format.h"
#include "tests/harness.h"
#include "tests/kernel/make_image.h"

static const struct mk_range ranges[] = {{0, 40}, {0x100000, 20}};
#define RANGES FB_ARRAY_SIZE(ranges)

static struct fb_error *open_both(const struct mk_bytes *checkpoint, const struct mk_bytes *memory,
				  struct fb_dump **dump_ret)
{
	char *paths[2] = {mk_file("guest.vmss", checkpoint), mk_file("guest.vmem", memory)};
	struct fb_error *err;

	err = fb_dump_open((const char *const[]){paths[0], paths[1]}, 2, NULL, dump_ret);
	free(paths[0]);
	free(paths[1]);
	return err;
}

static void reads_the_memory_beside_it(void)
{
	struct mk_bytes checkpoint, memory;
	struct fb_dump *dump;

	mk_vmware(ranges, RANGES, &checkpoint, &memory);
	FB_OK_FATAL(open_both(&checkpoint, &memory, &dump));
	CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, "VMware");
	CU_ASSERT_FALSE(fb_dump_info(dump)->incomplete);
	mk_check_ranges(dump, ranges, RANGES, 0x100020);
	fb_dump_destroy(dump);
	memory.size -= FB_PAGE_SIZE;
	FB_OK_FATAL(open_both(&checkpoint, &memory, &dump));
	CU_ASSERT_EQUAL(fb_dump_info(dump)->pages_lost, 1);
	fb_dump_destroy(dump);
	FB_FAILS_WITH(mk_open(&checkpoint, NULL, &dump), FB_INVALID, "give the .vmem");
	free(checkpoint.data);
	free(memory.data);
}

static void reads_the_memory_within_it(void)
{
	struct mk_bytes checkpoint;
	struct fb_dump *dump;

	mk_vmware(ranges, RANGES, &checkpoint, NULL);
	FB_OK_FATAL(mk_open(&checkpoint, NULL, &dump));
	mk_check_ranges(dump, ranges, RANGES, 0x100020);
	fb_dump_destroy(dump);
	free(checkpoint.data);
}

static void without_regions_memory_begins_at_0(void)
{
	struct mk_bytes checkpoint, memory, other;
	struct fb_dump *dump;

	mk_vmware(ranges, 0, &checkpoint, &memory);
	free(memory.data);
	mk_vmware(ranges, 1, &other, &memory);
	free(other.data);
	FB_OK_FATAL(open_both(&checkpoint, &memory, &dump));
	mk_check_ranges(dump, ranges, 1, 100);
	fb_dump_destroy(dump);
	free(checkpoint.data);
	free(memory.data);
}

/* Groups stand behind a header of 12 bytes, so not where a struct of theirs may be written in place. */
static void change_group(struct mk_bytes *checkpoint, size_t index, uint64_t position, char first)
{
	uint8_t *at = checkpoint->data + sizeof(struct fb_vmware_header) +
		      index * sizeof(struct fb_vmware_group);
	struct fb_vmware_group group;

	memcpy(&group, at, sizeof(group));
	group.position = position;
	group.name[0] = first;
	memcpy(at, &group, sizeof(group));
}

static void refuses_what_cannot_be(void)
{
	struct mk_bytes checkpoint, memory;
	struct fb_vmware_header *header;
	struct fb_dump *dump;

	mk_vmware(ranges, RANGES, &checkpoint, &memory);
	header = (struct fb_vmware_header *)checkpoint.data;
	change_group(&checkpoint, 1, checkpoint.size - 1, 'm');
	FB_FAILS(open_both(&checkpoint, &memory, &dump), FB_TRUNCATED);
	change_group(&checkpoint, 1, UINT64_MAX, 'm');
	FB_FAILS(open_both(&checkpoint, &memory, &dump), FB_TRUNCATED);
	change_group(&checkpoint, 1, UINT64_MAX, 'M');
	FB_FAILS_WITH(open_both(&checkpoint, &memory, &dump), FB_CORRUPT, "no group describes");
	header->group_count = UINT32_MAX;
	FB_FAILS(open_both(&checkpoint, &memory, &dump), FB_CORRUPT);
	checkpoint.size = 8;
	FB_FAILS(open_both(&checkpoint, &memory, &dump), FB_TRUNCATED);
	free(checkpoint.data);
	free(memory.data);
}

static void compressed_memory_is_said(void)
{
	struct mk_bytes checkpoint;
	struct fb_dump *dump;
	uint8_t *name;

	mk_vmware(ranges, 1, &checkpoint, NULL);
	name = memmem(checkpoint.data, checkpoint.size, "Memory", 6);
	CU_ASSERT_PTR_NOT_NULL_FATAL(name);
	name[-2] = FB_VMWARE_PACKED_BLOCK; /* the tag's low byte */
	FB_FAILS_WITH(mk_open(&checkpoint, NULL, &dump), FB_UNSUPPORTED, "compressed");
	free(checkpoint.data);
}

static void its_magic_has_four_forms(void)
{
	static const struct {
		uint32_t magic;
		size_t size;
		bool is;
	} files[] = {{FB_VMWARE_MAGIC, 4, true},
		     {FB_VMWARE_MAGIC_PARTIAL, 4, true},
		     {FB_VMWARE_MAGIC_RESTORED, 4, true},
		     {FB_VMWARE_MAGIC_NORESTORE, 4, true},
		     {FB_VMWARE_MAGIC + 1, 4, false},
		     {FB_VMWARE_MAGIC, 3, false},
		     {0, 0, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(files); i++) {
		uint32_t *magic = malloc(sizeof(*magic));
		bool is = !files[i].is;
		struct fb_file *file;

		CU_ASSERT_PTR_NOT_NULL_FATAL(magic);
		*magic = files[i].magic;
		FB_OK_FATAL(fb_file_from_memory("made", magic, files[i].size, &file));
		FB_OK(fb_vmware_detect(file, &is));
		CU_ASSERT_EQUAL(is, files[i].is);
		fb_file_destroy(file);
	}
}

/* Sixteen regions are read, of which each is at a place of its own; one more cannot be. */
static void regions_are_counted(void)
{
	for (size_t count = 16; count <= 17; count++) {
		struct mk_bytes checkpoint, memory;
		struct mk_range many[17];
		struct fb_dump *dump;

		for (size_t i = 0; i < count; i++)
			many[i] = (struct mk_range){.pfn = 10 * i, .pages = 1 + i % 3};
		mk_vmware(many, count, &checkpoint, &memory);
		if (count == 16) {
			FB_OK_FATAL(open_both(&checkpoint, &memory, &dump));
			mk_check_ranges(dump, many, count, 200);
			fb_dump_destroy(dump);
		} else {
			FB_FAILS_WITH(open_both(&checkpoint, &memory, &dump), FB_CORRUPT,
				      "17 regions of memory");
		}
		free(checkpoint.data);
		free(memory.data);
	}
}

/* A checkpoint has at most 4,096 groups. A packed block other than the memory is skipped, and no block
 * may end beyond the largest offset. */
static void groups_and_blocks_are_bounded(void)
{
	struct mk_bytes checkpoint;
	struct fb_vmware_header *header;
	struct fb_dump *dump;
	uint64_t size;
	uint8_t *name;

	mk_vmware(ranges, RANGES, &checkpoint, NULL);
	name = memmem(checkpoint.data, checkpoint.size, "screen", 6);
	CU_ASSERT_PTR_NOT_NULL_FATAL(name);
	name[-2] = FB_VMWARE_PACKED_BLOCK; /* the tag's low byte */
	FB_OK_FATAL(mk_open(&checkpoint, NULL, &dump));
	mk_check_ranges(dump, ranges, RANGES, 0x100020);
	fb_dump_destroy(dump);
	/* Behind the name stands the block's size, and behind the block a padding of 5 bytes. */
	size = (uint64_t)INT64_MAX - (uint64_t)(name + 6 + 18 + 5 - checkpoint.data);
	memcpy(name + 6, &size, sizeof(size));
	FB_FAILS(mk_open(&checkpoint, NULL, &dump), FB_TRUNCATED);
	size++;
	memcpy(name + 6, &size, sizeof(size));
	FB_FAILS_WITH(mk_open(&checkpoint, NULL, &dump), FB_CORRUPT, "a block of ");
	header = (struct fb_vmware_header *)checkpoint.data;
	change_group(&checkpoint, 1, 0, 'M');
	header->group_count = 4096;
	FB_FAILS(mk_open(&checkpoint, NULL, &dump), FB_TRUNCATED); /* it has two */
	header->group_count = 4097;
	FB_FAILS_WITH(mk_open(&checkpoint, NULL, &dump), FB_CORRUPT, "4097 groups");
	free(checkpoint.data);
}

FB_TEST_MAIN("kernel/vmware", FB_TEST(reads_the_memory_beside_it),
	     FB_TEST(reads_the_memory_within_it), FB_TEST(without_regions_memory_begins_at_0),
	     FB_TEST(refuses_what_cannot_be), FB_TEST(compressed_memory_is_said),
	     FB_TEST(its_magic_has_four_forms), FB_TEST(regions_are_counted),
	     FB_TEST(groups_and_blocks_are_bounded))
