// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the struct page of page frames: flags, counts, and what a page is used for. Called by the command vtop, and in
 * the search for slabs, swapped pages and objects of zsmalloc.
 */
#include "kernel/memory/page_frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "kernel/paging/page_table.h"

/* Without vmemmap_base (KASLR of the memory regions off): the fixed place of each paging mode
 * (Documentation/arch/x86/x86_64/mm.rst). */
#define VMEMMAP_4_LEVELS 0xffffea0000000000ull
#define VMEMMAP_5_LEVELS 0xffd4000000000000ull
/* page->mapping: PAGE_MAPPING_ANON. */
#define MAPPING_ANON 1u
/* page_type of a page no process maps: PAGE_TYPE_BASE, from 6.10 in the top byte. */
#define MAP_COUNT_TYPE_LIMIT (-128)
/* Of 1 GiB: the largest compound page there is. */
#define MOST_COMPOUND_PAGES (1u << 18)

static struct fb_error *vmemmap_base(struct fb_kernel *kernel, uint64_t *base_ret)
{
	struct fb_error *err = fb_kernel_variable_u64(kernel, "vmemmap_base", base_ret);

	if (!fb_error_is(err, FB_NOT_FOUND))
		return err;
	*base_ret = fb_kernel_info(kernel)->levels == 5 ? VMEMMAP_5_LEVELS : VMEMMAP_4_LEVELS;
	return fb_part_skip(err);
}

/* Names by enum pageflags, which holds the bit numbers, aliases behind the first of a number. */
static void name_flags(const struct fb_btf *types, uint64_t bits, char *to, size_t size)
{
	uint64_t named = 0;
	size_t used = 0;
	uint32_t id;
	struct fb_error *err;

	to[0] = '\0';
	err = types ? fb_btf_find(types, FB_TYPE_ENUM, "pageflags", &id)
		    : fb_error_create(FB_NOT_FOUND, "no types");
	if (err) {
		fb_error_destroy(err);
		return;
	}
	for (uint32_t i = 0; i < fb_btf_length(types, id) && used < size; i++) {
		const char *name;
		int64_t bit;

		fb_btf_enumerator(types, id, i, &name, &bit);
		if (strcmp(name, "__NR_PAGEFLAGS") == 0)
			break;
		if (bit < 0 || bit > 63 || !(bits >> bit & 1) || (named >> bit & 1) ||
		    strncmp(name, "PG_", 3) != 0)
			continue;
		named |= 1ull << bit;
		used += (size_t)snprintf(to + used, size - used, "%s%s", used ? " " : "", name + 3);
	}
}

struct fb_slab_mark fb_slab_mark_find(const struct fb_kernel *kernel)
{
	return (struct fb_slab_mark){
		.flag = fb_page_flag(fb_kernel_types(kernel), "PG_slab"),
		.type = fb_page_type_find(kernel, "PGTY_slab", "PAGE_SLAB_MAPCOUNT_VALUE"),
	};
}

bool fb_slab_mark_is(const struct fb_slab_mark *mark, uint64_t flags, uint32_t word)
{
	return (flags & mark->flag) || fb_page_type_is(&mark->type, word);
}

/* Some kernels do not count references to pages of slabs. */
static bool is_slab(const struct fb_kernel *kernel, const struct fb_page_frame *frame,
		    uint32_t word)
{
	const struct fb_slab_mark mark = fb_slab_mark_find(kernel);

	return fb_slab_mark_is(&mark, frame->flags_bits, word);
}

static const char *type_of(const struct fb_kernel *kernel, const struct fb_page_frame *frame,
			   uint64_t mapping, uint32_t word)
{
	if (is_slab(kernel, frame, word))
		return "slab";
	if (frame->references == 0)
		return "free";
	if (mapping & MAPPING_ANON)
		return "anonymous";
	return fb_kernel_address_ok(mapping) ? "file or shared memory" : "kernel";
}

/* A mask that cuts an address down to the largest compound page at most: ones above, zeros below. */
static bool is_head_mask(const struct fb_kernel *kernel, uint64_t word)
{
	uint64_t unit = -word;

	return word && !(unit & (unit - 1)) &&
	       unit / fb_kernel_layout(kernel)->page.size <= MOST_COMPOUND_PAGES;
}

/*
 * Bit 0 of the word that else is lru.next marks a tail. The rest was the head's address until 7.1 (the
 * member compound_head); compound_info has, where struct page's size is a power of two, a mask of the
 * tail's own address that gives it, so that tails of all pages of a size can share one page of memory.
 */
struct fb_error *fb_page_frame_head(struct fb_kernel *kernel, uint64_t address, uint64_t word,
				    uint64_t *head_ret)
{
	uint64_t size = fb_kernel_layout(kernel)->page.size, head, distance;

	if (!(word & 1) || !size) {
		*head_ret = 0;
		return NULL;
	}
	head = word - 1;
	if (is_head_mask(kernel, head))
		head &= address;
	distance = address - head;
	if (!distance || distance % size || distance / size >= MOST_COMPOUND_PAGES)
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no head of a compound page",
				       head);
	*head_ret = head;
	return NULL;
}

/* Sets head where the page is a tail. */
static struct fb_error *find_head(struct fb_kernel *kernel, struct fb_page_frame *frame)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t word = 0;
	struct fb_error *err;

	if (!layout->page_compound_head.found || !layout->page.size)
		return NULL;
	err = fb_kernel_field(kernel, frame->address, &layout->page_compound_head, &word);
	return err ? err : fb_page_frame_head(kernel, frame->address, word, &frame->head);
}

/* Sizes are powers of two: a page of order n at least has a tail at the middle of its 1 << n frames. */
struct fb_error *fb_page_frame_order(struct fb_kernel *kernel, uint64_t head, uint32_t *order_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t first = 0;
	uint32_t order = 0;
	struct fb_error *err = fb_page_frame_address(kernel, head, &first);

	for (uint64_t middle = 1; !err && middle < MOST_COMPOUND_PAGES; middle <<= 1) {
		uint64_t address = first + middle * layout->page.size, word = 0, found = 0;

		err = fb_kernel_field(kernel, address, &layout->page_compound_head, &word);
		if (!err)
			err = fb_page_frame_head(kernel, address, word, &found);
		if (err || found != first)
			break;
		order++;
	}
	err = fb_part_skip(err);
	if (!err)
		*order_ret = order;
	return err;
}

struct fb_error *fb_page_frame_read(struct fb_kernel *kernel, uint64_t pfn,
				    struct fb_page_frame *frame_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_page_frame frame = {.type = "unknown"};
	uint64_t mapping = 0, head;
	int64_t word = 0; /* page_type, or _mapcount */
	struct fb_error *err;

	err = fb_page_frame_address(kernel, pfn, &frame.address);
	if (!err)
		err = find_head(kernel, &frame);
	head = frame.head ? frame.head : frame.address;
	if (!err)
		err = fb_kernel_field(kernel, head, &layout->page_flags, &frame.flags_bits);
	if (!err)
		err = fb_kernel_field(kernel, head, &layout->page_mapping, &mapping);
	if (!err)
		err = fb_kernel_field_signed(kernel, head, &layout->page_refcount,
					     &frame.references);
	if (!err)
		err = fb_kernel_field_signed(kernel, frame.address, &layout->page_mapcount,
					     &frame.map_count);
	if (!err)
		err = fb_kernel_field_signed(kernel, head, &layout->page_mapcount, &word);
	if (!err)
		err = fb_kernel_field(kernel, frame.address, &layout->page_private,
				      &frame.private_data);
	if (!err && layout->page.size) {
		frame.known = true;
		/* _mapcount counts from -1. */
		frame.map_count = frame.map_count > MAP_COUNT_TYPE_LIMIT ? frame.map_count + 1 : 0;
		name_flags(fb_kernel_types(kernel), frame.flags_bits, frame.flags,
			   sizeof(frame.flags));
		frame.type = type_of(kernel, &frame, mapping, (uint32_t)word);
	}
	err = fb_part_skip(err);
	if (!err)
		*frame_ret = frame;
	return err;
}

struct fb_error *fb_page_frame_address(struct fb_kernel *kernel, uint64_t pfn,
				       uint64_t *address_ret)
{
	uint64_t base;
	struct fb_error *err = vmemmap_base(kernel, &base);

	if (!err)
		*address_ret = base + pfn * fb_kernel_layout(kernel)->page.size;
	return err;
}

/* Where struct pages are mapped. */
struct mapped {
	uint64_t end; /* address behind the last run with memory */
	bool unknown; /* a table cannot be read */
};

static struct fb_error *note_run(void *context, const struct fb_pt_run *run)
{
	struct mapped *mapped = context;

	if (run->state == FB_PT_PRESENT)
		mapped->end = run->end;
	else if (run->state != FB_PT_NONE)
		mapped->unknown = true;
	return NULL;
}

struct fb_error *fb_page_frames_end(struct fb_kernel *kernel, uint64_t *end_ret)
{
	uint64_t max_pfn = fb_dump_info(fb_kernel_dump(kernel))->max_pfn, base = 0, last = 0;
	uint64_t size = fb_kernel_layout(kernel)->page.size;
	struct fb_page_tables tables;
	struct mapped mapped = {0};
	struct fb_error *err = fb_page_frame_address(kernel, 0, &base);

	*end_ret = max_pfn;
	if (!err && max_pfn)
		err = fb_page_frame_address(kernel, max_pfn - 1, &last);
	if (err || !size || last < base)
		return fb_part_skip(err);
	fb_kernel_page_tables(kernel, &tables);
	err = fb_pt_for_each(&tables, base & FB_PAGE_MASK,
			     (last + size + FB_PAGE_SIZE - 1) & FB_PAGE_MASK, NULL, note_run,
			     &mapped);
	if (err || mapped.unknown || mapped.end <= base)
		return fb_part_skip(err);
	if ((mapped.end - base) / size < max_pfn)
		*end_ret = (mapped.end - base) / size;
	return NULL;
}

struct fb_error *fb_page_frame_number(struct fb_kernel *kernel, uint64_t address, uint64_t *pfn_ret)
{
	uint64_t size = fb_kernel_layout(kernel)->page.size, base;
	struct fb_error *err = vmemmap_base(kernel, &base);

	if (err)
		return err;
	if (!size || address < base || (address - base) % size ||
	    (address - base) / size >= fb_dump_info(fb_kernel_dump(kernel))->max_pfn)
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no struct page", address);
	*pfn_ret = (address - base) / size;
	return NULL;
}

uint64_t fb_page_flag(const struct fb_btf *types, const char *name)
{
	int64_t bit;

	return fb_btf_enumerator_value(types, "pageflags", name, &bit) && bit >= 0 && bit < 64
		       ? 1ull << bit
		       : 0;
}
