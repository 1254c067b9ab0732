// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads VMware's checkpoints (vmware_format.h): finds memory in the checkpoint or in the .vmem file beside it. The
 * registers of the CPUs are not read. Called by kernel/dump.
 */
#include "kernel/images/vmware.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "kernel/images/vmware_format.h"

#define NAME_MOST 255u

/* Pages of the memory that are at another place than their number says. */
struct region {
	uint32_t page; /* in the memory's bytes */
	uint32_t pfn;
	uint32_t pages;
};

struct checkpoint {
	struct fb_file *file; /* borrowed */
	uint64_t offset;      /* of what is read next */
	struct region regions[FB_MAX_VMWARE_REGIONS];
	uint32_t region_count;
	uint64_t memory_offset, memory_size; /* of the block; 0, 0: there is none */
};

/* A tag's head, its value still to come. */
struct tag {
	char name[NAME_MOST + 1];
	uint32_t index; /* the first, or UINT32_MAX */
	unsigned value_size;
};

static struct fb_error *take(struct checkpoint *checkpoint, void *to, size_t size)
{
	struct fb_error *err = fb_file_read(checkpoint->file, checkpoint->offset, to, size);

	if (!err)
		checkpoint->offset += size;
	return err;
}

/* *more_ret false at the end of the group. */
static struct fb_error *take_tag(struct checkpoint *checkpoint, struct tag *tag, bool *more_ret)
{
	uint32_t indexes[3];
	struct fb_error *err;
	uint16_t head;

	err = take(checkpoint, &head, sizeof(head));
	if (err)
		return err;
	head = le16toh(head);
	*more_ret = head != 0;
	if (!head)
		return NULL;
	memset(tag, 0, sizeof(*tag));
	tag->index = UINT32_MAX;
	tag->value_size = FB_VMWARE_VALUE_SIZE(head);
	err = take(checkpoint, tag->name, FB_VMWARE_NAME_SIZE(head));
	if (!err)
		err = take(checkpoint, indexes, FB_VMWARE_INDEXES(head) * sizeof(*indexes));
	if (!err && FB_VMWARE_INDEXES(head))
		tag->index = le32toh(indexes[0]);
	return err;
}

static struct fb_error *take_block(struct checkpoint *checkpoint, const struct tag *tag)
{
	struct fb_vmware_block block;
	struct fb_error *err;
	uint64_t start, size;

	err = take(checkpoint, &block, sizeof(block));
	if (err)
		return err;
	start = checkpoint->offset + le16toh(block.padding);
	size = le64toh(block.size);
	if (size > (uint64_t)INT64_MAX - start)
		return fb_error_create(FB_CORRUPT, "a block of %" PRIu64 " bytes", size);
	checkpoint->offset = start + size;
	if (strcmp(tag->name, "Memory") != 0)
		return NULL;
	if (tag->value_size == FB_VMWARE_PACKED_BLOCK)
		return fb_error_create(
			FB_UNSUPPORTED,
			"its memory is compressed: have VMware write an uncompressed "
			"checkpoint (checkpoint.vmState.compress)");
	checkpoint->memory_offset = start;
	checkpoint->memory_size = size;
	return NULL;
}

static void keep_value(struct checkpoint *checkpoint, const struct tag *tag, uint32_t value)
{
	struct region *region =
		tag->index < FB_MAX_VMWARE_REGIONS ? &checkpoint->regions[tag->index] : NULL;

	if (!strcmp(tag->name, "regionsCount"))
		checkpoint->region_count = value;
	else if (region && !strcmp(tag->name, "regionPageNum"))
		region->page = value;
	else if (region && !strcmp(tag->name, "regionPPN"))
		region->pfn = value;
	else if (region && !strcmp(tag->name, "regionSize"))
		region->pages = value;
}

/* Each tag takes two bytes at least, so that they end with the file. */
static struct fb_error *read_group(struct checkpoint *checkpoint)
{
	uint8_t value[FB_VMWARE_BLOCK];
	struct fb_error *err = NULL;
	struct tag tag;
	bool more;

	for (unsigned i = 0; !err && i < FB_MAX_VMWARE_TAGS; i++) {
		err = take_tag(checkpoint, &tag, &more);
		if (err || !more)
			return err;
		if (tag.value_size >= FB_VMWARE_PACKED_BLOCK) {
			err = take_block(checkpoint, &tag);
			continue;
		}
		err = take(checkpoint, value, tag.value_size);
		if (!err && tag.value_size == sizeof(uint32_t)) {
			uint32_t number;

			memcpy(&number, value, sizeof(number));
			keep_value(checkpoint, &tag, le32toh(number));
		}
	}
	return err ? err : fb_error_create(FB_CORRUPT, "a group without an end");
}

static struct fb_error *read_checkpoint(struct checkpoint *checkpoint)
{
	struct fb_vmware_header header;
	struct fb_vmware_group group;
	struct fb_error *err;
	uint32_t count, i;

	err = take(checkpoint, &header, sizeof(header));
	if (err)
		return err;
	count = le32toh(header.group_count);
	if (count > FB_MAX_VMWARE_GROUPS)
		return fb_error_create(FB_CORRUPT, "%" PRIu32 " groups", count);
	for (i = 0; i < count; i++) {
		checkpoint->offset = sizeof(header) + (uint64_t)i * sizeof(group);
		err = take(checkpoint, &group, sizeof(group));
		if (err)
			return err;
		if (strncmp(group.name, "memory", sizeof(group.name)) != 0)
			continue;
		checkpoint->offset = le64toh(group.position);
		return fb_error_prefix(read_group(checkpoint), "group memory");
	}
	return fb_error_create(FB_CORRUPT, "no group describes its memory");
}

/* The pieces of size bytes of memory at offset. */
static struct fb_error *add_regions(const struct checkpoint *checkpoint, uint64_t offset,
				    uint64_t size, struct fb_image_pieces *pieces)
{
	struct fb_error *err = NULL;

	if (!checkpoint->region_count)
		return fb_image_add(pieces, 0, size, offset);
	if (checkpoint->region_count > FB_MAX_VMWARE_REGIONS)
		return fb_error_create(FB_CORRUPT, "%" PRIu32 " regions of memory",
				       checkpoint->region_count);
	for (uint32_t i = 0; !err && i < checkpoint->region_count; i++) {
		const struct region *region = &checkpoint->regions[i];

		err = fb_image_add(pieces, (uint64_t)region->pfn << FB_PAGE_SHIFT,
				   (uint64_t)region->pages << FB_PAGE_SHIFT,
				   offset + ((uint64_t)region->page << FB_PAGE_SHIFT));
	}
	return err;
}

struct fb_error *fb_vmware_detect(struct fb_file *file, bool *vmware_ret)
{
	uint32_t magic = 0;
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(file, 0, &magic, sizeof(magic), &got);
	magic = le32toh(magic);
	if (!err)
		*vmware_ret = magic == FB_VMWARE_MAGIC || magic == FB_VMWARE_MAGIC_PARTIAL ||
			      magic == FB_VMWARE_MAGIC_RESTORED ||
			      magic == FB_VMWARE_MAGIC_NORESTORE;
	return err;
}

struct fb_error *fb_vmware_read(struct fb_file *checkpoint_file, struct fb_file *memory,
				struct fb_image *image_ret)
{
	struct fb_image_pieces pieces = {.file_size = (memory ? memory : checkpoint_file)->size};
	struct checkpoint *checkpoint = calloc(1, sizeof(*checkpoint));
	struct fb_image image = {.format = "VMware"};
	struct fb_error *err;

	if (!checkpoint)
		return fb_error_nomem();
	checkpoint->file = checkpoint_file;
	err = read_checkpoint(checkpoint);
	if (!err && !memory && !checkpoint->memory_size)
		err = fb_error_create(
			FB_NOT_FOUND,
			"is the state of a VMware guest without its memory: give the .vmem "
			"of the same name with --part");
	if (!err)
		err = add_regions(checkpoint, memory ? 0 : checkpoint->memory_offset,
				  memory ? memory->size : checkpoint->memory_size, &pieces);
	free(checkpoint);
	return fb_image_finish(err, &pieces, &image, image_ret);
}
