// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and checks the headers of a kdump-compressed file. A header that cannot be right is an
 * error; one that costs only a part of the dump is a warning. Called by kdump_open.c.
 */
#include "kernel/dump/kdump_header.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define NEWEST_VERSION 6
/* Behind the sub-header its blocks hold notes and VMCOREINFO. */
#define MAX_SUB_HEADER ((FB_MAX_NOTES + FB_MAX_VMCOREINFO) / FB_KDUMP_BLOCK + 1)

static struct fb_error *corrupt(const struct fb_file *file, const char *field, int64_t value)
{
	return fb_error_create(FB_CORRUPT, "%s: kdump header: %s is %" PRId64, file->path, field,
			       value);
}

static struct fb_error *read_header(struct fb_file *file, struct fb_kdump_header *header)
{
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(file, 0, header, sizeof(*header), &got);
	if (err)
		return err;
	if (got < sizeof(*header))
		return fb_error_create(FB_TRUNCATED, "%s: ends inside its kdump header (%zu bytes)",
				       file->path, got);
	if (memcmp(header->signature, FB_KDUMP_SIGNATURE, sizeof(header->signature)) != 0)
		return fb_error_create(FB_CORRUPT, "%s: no kdump signature", file->path);
	/* The rest of a NUL-terminated field may be anything. */
	header->utsname.release[sizeof(header->utsname.release) - 1] = '\0';
	header->utsname.machine[sizeof(header->utsname.machine) - 1] = '\0';
	return NULL;
}

static struct fb_error *check_machine(const struct fb_file *file,
				      const struct fb_kdump_header *header,
				      struct fb_warnings *warnings)
{
	const char *machine = header->utsname.machine;
	char text[4 * sizeof(header->utsname.machine) + 1];

	if (!strcmp(machine, "x86_64"))
		return NULL;
	if (!*machine) {
		fb_warn(warnings, "%s: the header names no machine; taken as x86-64", file->path);
		return NULL;
	}
	fb_text_escape(machine, strlen(machine), text, sizeof(text));
	return fb_error_create(FB_UNSUPPORTED,
			       "%s: the dump of a machine of type %s; only x86-64 is handled",
			       file->path, text);
}

static struct fb_error *check_header(const struct fb_file *file,
				     const struct fb_kdump_header *header,
				     struct fb_warnings *warnings)
{
	struct fb_error *err;

	/* The version is checked first, because on another machine the other fields stand
	 * elsewhere. */
	err = check_machine(file, header, warnings);
	if (err)
		return err;
	if (header->header_version < 1)
		return corrupt(file, "header_version", header->header_version);
	if (header->header_version > NEWEST_VERSION)
		fb_warn(warnings, "%s: kdump header version %d is newer than the known %d",
			file->path, header->header_version, NEWEST_VERSION);
	if (header->block_size != (int32_t)FB_KDUMP_BLOCK)
		return corrupt(file, "block_size", header->block_size);
	if (header->sub_hdr_size < 1 || header->sub_hdr_size > (int32_t)MAX_SUB_HEADER)
		return corrupt(file, "sub_hdr_size", header->sub_hdr_size);
	if (!header->bitmap_blocks)
		return corrupt(file, "bitmap_blocks", 0);
	return NULL;
}

/* Bytes of the sub-header that a header version has. */
static size_t sub_header_size(int32_t version)
{
	static const size_t sizes[] = {
		[1] = offsetof(struct fb_kdump_sub_header, split),
		[2] = offsetof(struct fb_kdump_sub_header, offset_vmcoreinfo),
		[3] = offsetof(struct fb_kdump_sub_header, offset_note),
		[4] = offsetof(struct fb_kdump_sub_header, offset_eraseinfo),
		[5] = offsetof(struct fb_kdump_sub_header, start_pfn_64),
		[6] = sizeof(struct fb_kdump_sub_header),
	};

	return sizes[version < NEWEST_VERSION ? version : NEWEST_VERSION];
}

static struct fb_error *read_sub_header(struct fb_file *file, struct fb_kdump_layout *layout)
{
	size_t got, size = sub_header_size(layout->header.header_version);
	struct fb_error *err;

	layout->sub = (struct fb_kdump_sub_header){0};
	err = fb_file_read_some(file, FB_KDUMP_BLOCK, &layout->sub, size, &got);
	if (!err && got < size)
		err = fb_error_create(FB_TRUNCATED, "%s: ends inside its kdump sub-header",
				      file->path);
	return err;
}

/* Which frames the file covers, and which of them it holds. */
static struct fb_error *find_range(const struct fb_file *file, struct fb_kdump_layout *layout)
{
	const struct fb_kdump_sub_header *sub = &layout->sub;
	bool wide = layout->header.header_version >= 6;

	layout->max_pfn = wide ? sub->max_mapnr_64 : layout->header.max_mapnr;
	if (!layout->max_pfn || layout->max_pfn > FB_MAX_PFN)
		return fb_error_create(FB_CORRUPT, "%s: kdump header: max_mapnr is %" PRIu64,
				       file->path, layout->max_pfn);
	layout->split = sub->split != 0;
	layout->start_pfn = 0;
	layout->end_pfn = layout->max_pfn;
	if (!layout->split)
		return NULL;
	layout->start_pfn = wide ? sub->start_pfn_64 : sub->start_pfn;
	layout->end_pfn = wide ? sub->end_pfn_64 : sub->end_pfn;
	if (layout->start_pfn > layout->end_pfn || layout->end_pfn > layout->max_pfn)
		return fb_error_create(FB_CORRUPT,
				       "%s: kdump header: part of page frames %" PRIu64
				       " to %" PRIu64 " of %" PRIu64,
				       file->path, layout->start_pfn, layout->end_pfn,
				       layout->max_pfn);
	return NULL;
}

static struct fb_error *find_bitmaps(const struct fb_file *file, uint64_t stored_size,
				     struct fb_warnings *warnings, struct fb_kdump_layout *layout)
{
	uint64_t total = (uint64_t)layout->header.bitmap_blocks * FB_KDUMP_BLOCK;
	uint64_t bytes = (layout->max_pfn + 7) / 8;
	uint64_t blocks = (bytes + FB_KDUMP_BLOCK - 1) / FB_KDUMP_BLOCK;
	uint64_t left;

	layout->header_size = (1 + (uint64_t)layout->header.sub_hdr_size) * FB_KDUMP_BLOCK;
	layout->bitmap1 = layout->header_size;
	layout->descs = layout->bitmap1 + total;
	/* A dump of all memory may have one bitmap only (crash, dump_is_partial()). */
	if (layout->header.bitmap_blocks >= 2 * blocks) {
		layout->bitmap_size = total / 2;
		layout->bitmap2 = layout->bitmap1 + total / 2;
	} else {
		layout->bitmap_size = total;
		layout->bitmap2 = layout->bitmap1;
	}
	if (layout->bitmap_size < bytes)
		return fb_error_create(FB_CORRUPT,
				       "%s: kdump header: a bitmap of %" PRIu64
				       " bytes for %" PRIu64 " page frames",
				       file->path, layout->bitmap_size, layout->max_pfn);
	if (layout->bitmap2 >= file->size || layout->bitmap2 - layout->bitmap1 > stored_size)
		return fb_error_create(FB_TRUNCATED,
				       "%s: ends before the bitmap of its pages; nothing of it can "
				       "be read",
				       file->path);
	/* From here on the bytes that the file really has bound what is done. */
	left = file->size - layout->bitmap2;
	if (left > stored_size)
		left = stored_size;
	layout->known_pfn = left < bytes ? 8 * left : layout->max_pfn;
	if (layout->known_pfn < layout->max_pfn)
		fb_warn(warnings, "%s: ends inside the bitmap of its pages", file->path);
	return NULL;
}

struct fb_error *fb_kdump_layout_read(struct fb_file *file, uint64_t stored_size,
				      struct fb_warnings *warnings,
				      struct fb_kdump_layout *layout_ret)
{
	struct fb_kdump_layout layout;
	struct fb_error *err;

	err = read_header(file, &layout.header);
	if (!err)
		err = check_header(file, &layout.header, warnings);
	if (!err)
		err = read_sub_header(file, &layout);
	if (!err)
		err = find_range(file, &layout);
	if (!err)
		err = find_bitmaps(file, stored_size, warnings, &layout);
	if (!err)
		*layout_ret = layout;
	return err;
}

struct fb_error *fb_kdump_read_area(struct fb_file *file, uint64_t offset, uint64_t length,
				    uint64_t maximum, const char *what,
				    struct fb_warnings *warnings, void **data_ret)
{
	struct fb_error *err;
	char *data = NULL;

	if (!length) {
		*data_ret = NULL;
		return NULL;
	}
	if (length > maximum || offset > file->size || length > file->size - offset) {
		fb_warn(warnings,
			"%s: %s (%" PRIu64 " bytes at offset %" PRIu64 ") not readable: %s",
			file->path, what, length, offset,
			length > maximum ? "too large" : "behind the end of the file");
		*data_ret = NULL;
		return NULL;
	}
	data = malloc((size_t)length + 1);
	if (!data)
		return fb_error_nomem();
	data[length] = '\0';
	err = fb_file_read(file, offset, data, (size_t)length);
	if (err)
		free(data);
	else
		*data_ret = data;
	return err;
}
