// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the head of the dump in a bundle: the headers of the input, with the counts and positions
 * that have changed. Called by bundle_writer.c after everything else has been written.
 */
#include "bundle/merge/dump_head.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/file/fiber_format.h"
#include "kernel/dump/kdump_format.h"

#define KEPT_STATUS                                                            \
	(FB_KDUMP_STATUS_ZLIB | FB_KDUMP_STATUS_LZO | FB_KDUMP_STATUS_SNAPPY | \
	 FB_KDUMP_STATUS_ZSTD | FB_KDUMP_STATUS_INCOMPLETE | FB_KDUMP_STATUS_EXCLUDED_VMEMMAP)

/* What goes behind the sub-header. */
struct areas {
	const uint8_t *notes;
	size_t notes_size;
	const uint8_t *vmcoreinfo;
	size_t vmcoreinfo_size;
	const uint8_t *eraseinfo;
	size_t eraseinfo_size;
};

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static void copy_text(char *to, size_t size, const char *text)
{
	memcpy(to, text, strnlen(text, size - 1));
}

/* The headers of a kdump-compressed input; false for another format. */
static bool input_headers(struct fb_dump *dump, struct fb_kdump_header *header,
			  struct fb_kdump_sub_header *sub, struct areas *areas)
{
	size_t size;
	const uint8_t *blocks = fb_dump_kdump_header(dump, &size);

	if (!blocks || size < FB_KDUMP_BLOCK + sizeof(*sub))
		return false;
	memcpy(header, blocks, sizeof(*header));
	memcpy(sub, blocks + FB_KDUMP_BLOCK, sizeof(*sub));
	if (header->header_version >= 5 && sub->size_eraseinfo && sub->offset_eraseinfo <= size &&
	    sub->size_eraseinfo <= size - sub->offset_eraseinfo) {
		areas->eraseinfo = blocks + sub->offset_eraseinfo;
		areas->eraseinfo_size = (size_t)sub->size_eraseinfo;
	}
	return true;
}

static void made_up_headers(struct fb_kernel *kernel, struct fb_kdump_header *header,
			    struct fb_kdump_sub_header *sub)
{
	const struct fb_kernel_info *info = fb_kernel_info(kernel);

	memset(header, 0, sizeof(*header));
	memset(sub, 0, sizeof(*sub));
	copy_text(header->utsname.sysname, sizeof(header->utsname.sysname), "Linux");
	copy_text(header->utsname.release, sizeof(header->utsname.release), info->release);
	copy_text(header->utsname.version, sizeof(header->utsname.version), info->version);
	copy_text(header->utsname.machine, sizeof(header->utsname.machine), "x86_64");
	header->timestamp_sec = info->crash_time;
	header->nr_cpus = (int32_t)info->cpus;
	sub->phys_base = info->phys_base;
}

/* VMCOREINFO is of the notes; where an image of memory has none, it is what was found in the memory: without it neither
 * crash nor makedumpfile reads the dump. */
static void collect_areas(struct fb_kernel *kernel, struct areas *areas)
{
	struct fb_dump *dump = fb_kernel_dump(kernel);
	const char *vmcoreinfo = fb_dump_vmcoreinfo(dump);

	if (!vmcoreinfo && fb_kernel_vmcoreinfo(kernel))
		vmcoreinfo = fb_vmcoreinfo_text(fb_kernel_vmcoreinfo(kernel));
	areas->notes = fb_dump_notes(dump, &areas->notes_size);
	if (vmcoreinfo) {
		areas->vmcoreinfo = (const uint8_t *)vmcoreinfo;
		areas->vmcoreinfo_size = strlen(vmcoreinfo);
	}
}

/* Where VMCOREINFO's text stands in the notes, as makedumpfile points there; else SIZE_MAX. */
static size_t vmcoreinfo_in_notes(const struct areas *areas)
{
	const uint8_t *found = NULL;

	if (areas->notes_size && areas->vmcoreinfo_size)
		found = memmem(areas->notes, areas->notes_size, areas->vmcoreinfo,
			       areas->vmcoreinfo_size);
	return found ? (size_t)(found - areas->notes) : SIZE_MAX;
}

/* Puts size bytes at *end, which moves behind them; gives where they stand, 0 for none. */
static uint64_t put(struct fb_dump_head *head, size_t *end, const void *bytes, size_t size)
{
	size_t at = *end;

	if (!size)
		return 0;
	memcpy(head->blocks + at, bytes, size);
	*end += size;
	return at;
}

static struct fb_error *lay_out(struct fb_dump_head *head, struct fb_kdump_header *header,
				struct fb_kdump_sub_header *sub, const struct areas *areas)
{
	size_t in_notes = vmcoreinfo_in_notes(areas), end = FB_KDUMP_BLOCK + sizeof(*sub);
	size_t own = in_notes == SIZE_MAX ? areas->vmcoreinfo_size : 0;

	head->size = round_up(end + areas->notes_size + own + areas->eraseinfo_size +
				      sizeof(struct fb_fiber_mark),
			      FB_KDUMP_BLOCK);
	head->blocks = calloc(1, head->size);
	if (!head->blocks)
		return fb_error_nomem();
	sub->offset_note = put(head, &end, areas->notes, areas->notes_size);
	sub->size_note = areas->notes_size;
	sub->offset_vmcoreinfo = own ? put(head, &end, areas->vmcoreinfo, own) : 0;
	if (in_notes != SIZE_MAX)
		sub->offset_vmcoreinfo = sub->offset_note + in_notes;
	sub->size_vmcoreinfo = areas->vmcoreinfo_size;
	sub->offset_eraseinfo = put(head, &end, areas->eraseinfo, areas->eraseinfo_size);
	sub->size_eraseinfo = areas->eraseinfo_size;
	header->sub_hdr_size = (int32_t)(head->size / FB_KDUMP_BLOCK - 1);
	memcpy(head->blocks, header, sizeof(*header));
	memcpy(head->blocks + FB_KDUMP_BLOCK, sub, sizeof(*sub));
	return NULL;
}

/* The dump level may say that a frame without a page was a page of zeros. That is true only of
 * frames that the dump describes, so a page that is placed behind them ends the range in which a
 * reader may conclude so. */
static int32_t level_of(const struct fb_dump_info *info, const struct fb_placement *placement)
{
	uint64_t last =
		placement->placed_count ? placement->placed[placement->placed_count - 1].pfn : 0;

	if (info->dump_level < 0)
		return 0;
	return last < info->known_pfn ? info->dump_level : info->dump_level & ~1;
}

struct fb_error *fb_dump_head_create(struct fb_kernel *kernel, const struct fb_placement *placement,
				     int level, uint64_t max_pfn, struct fb_dump_head *head_ret)
{
	struct fb_dump *dump = fb_kernel_dump(kernel);
	const struct fb_dump_info *info = fb_dump_info(dump);
	struct fb_dump_head head = {.max_pfn = max_pfn};
	struct fb_kdump_sub_header sub;
	struct fb_kdump_header header;
	struct areas areas = {0};
	struct fb_error *err;

	if (max_pfn > FB_MAX_BITMAP_PFN)
		return fb_error_create(
			FB_LIMIT, "the dump's frames reach to 0x%" PRIx64 ": too far", max_pfn);
	head.bitmap_size = round_up((max_pfn + 7) / 8, FB_KDUMP_BLOCK);
	if (!input_headers(dump, &header, &sub, &areas))
		made_up_headers(kernel, &header, &sub);
	collect_areas(kernel, &areas);
	memcpy(header.signature, FB_KDUMP_SIGNATURE, sizeof(header.signature));
	header.header_version = 6;
	header.status &= KEPT_STATUS;
	if (info->known_pfn < max_pfn)
		header.status |= FB_KDUMP_STATUS_INCOMPLETE;
	header.block_size = FB_KDUMP_BLOCK;
	header.bitmap_blocks = (uint32_t)(2 * head.bitmap_size / FB_KDUMP_BLOCK);
	header.max_mapnr = max_pfn < UINT32_MAX ? (uint32_t)max_pfn : UINT32_MAX;
	sub.dump_level = level < 0 ? level_of(info, placement) : level;
	sub.split = 0;
	sub.start_pfn = sub.start_pfn_64 = 0;
	sub.end_pfn = sub.end_pfn_64 = 0;
	sub.max_mapnr_64 = max_pfn;
	err = lay_out(&head, &header, &sub, &areas);
	if (!err)
		*head_ret = head;
	return err;
}

void fb_dump_head_deinit(struct fb_dump_head *head)
{
	free(head->blocks);
	memset(head, 0, sizeof(*head));
}

void fb_dump_head_finish(struct fb_dump_head *head, uint32_t added_flags, bool lost,
			 uint64_t section_offset)
{
	struct fb_fiber_mark mark = {.magic = FB_FIBER_MARK_MAGIC,
				     .version = FB_FIBER_VERSION,
				     .section_offset = section_offset};
	struct fb_kdump_header header;

	memcpy(&header, head->blocks, sizeof(header));
	header.status |= added_flags;
	if (lost)
		header.status |= FB_KDUMP_STATUS_INCOMPLETE;
	memcpy(head->blocks, &header, sizeof(header));
	mark.xxh64 = XXH64(&mark, offsetof(struct fb_fiber_mark, xxh64), 0);
	memcpy(head->blocks + head->size - sizeof(mark), &mark, sizeof(mark));
}
