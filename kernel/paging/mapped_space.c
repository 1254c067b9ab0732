// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A memory space that translates addresses by page tables: the kernel's, or those of one process. Made when a kernel is
 * opened, and for each process whose memory is read from the dump.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/paging/page_table.h"

#define TLB_ENTRIES 1024u
#define TLB_VALID (1ull << 63)

/*
 * Recent translations, without a lock: an entry is two words that any thread may overwrite at any
 * time, and one torn between two writers does not pass the check of its tag. The frame goes into
 * the tag mixed: of two mappings that each are linear, plain frames would cancel each other out.
 */
struct tlb_entry {
	_Atomic uint64_t tag;   /* virtual page number ^ mixed(frame) */
	_Atomic uint64_t frame; /* TLB_VALID | page frame number */
};

struct mapped_space {
	struct fb_space space;
	struct fb_page_tables tables;
	char *name;
	struct tlb_entry tlb[TLB_ENTRIES];
};

static uint64_t mixed(uint64_t frame)
{
	return frame * 0x9e3779b97f4a7c15ull;
}

static bool tlb_get(struct mapped_space *mapped, uint64_t vpn, uint64_t *physical_ret)
{
	struct tlb_entry *entry = &mapped->tlb[vpn % TLB_ENTRIES];
	uint64_t tag = atomic_load_explicit(&entry->tag, memory_order_relaxed);
	uint64_t frame = atomic_load_explicit(&entry->frame, memory_order_relaxed);

	if (!(frame & TLB_VALID) || (tag ^ mixed(frame)) != vpn)
		return false;
	*physical_ret = (frame & ~TLB_VALID) << FB_PAGE_SHIFT;
	return true;
}

static void tlb_put(struct mapped_space *mapped, uint64_t vpn, uint64_t physical)
{
	struct tlb_entry *entry = &mapped->tlb[vpn % TLB_ENTRIES];
	uint64_t frame = TLB_VALID | physical >> FB_PAGE_SHIFT;

	atomic_store_explicit(&entry->frame, frame, memory_order_relaxed);
	atomic_store_explicit(&entry->tag, vpn ^ mixed(frame), memory_order_relaxed);
}

static struct fb_error *state_error(enum fb_pt_state state, uint64_t at,
				    const struct fb_pt_walk *walk)
{
	switch (state) {
	case FB_PT_SWAP:
		return fb_error_create(
			FB_ABSENT, "0x%" PRIx64 " is swapped out (swap area %u, page %" PRIu64 ")",
			at, walk->swap_type, walk->swap_offset);
	case FB_PT_SPECIAL:
		return fb_error_create(FB_ABSENT, "0x%" PRIx64 " is in migration or poisoned", at);
	case FB_PT_ABSENT:
		return fb_error_create(
			FB_ABSENT, "0x%" PRIx64 ": a page table on the way is not in the dump", at);
	case FB_PT_LOST:
		return fb_error_create(FB_TRUNCATED,
				       "0x%" PRIx64
				       ": a page table on the way is lost with a part of the dump",
				       at);
	case FB_PT_CORRUPT:
		return fb_error_create(FB_CORRUPT,
				       "0x%" PRIx64 ": page-table entry 0x%" PRIx64 " is corrupt",
				       at, walk->entry);
	default:
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", at);
	}
}

/* The physical address of the page that holds address. */
static struct fb_error *translate(struct mapped_space *mapped, uint64_t address,
				  uint64_t *physical_ret)
{
	uint64_t vpn = address >> FB_PAGE_SHIFT;
	struct fb_pt_walk walk;
	struct fb_error *err;

	if (tlb_get(mapped, vpn, physical_ret))
		return NULL;
	err = fb_pt_walk(&mapped->tables, address, &walk);
	if (err)
		return err;
	if (walk.state != FB_PT_PRESENT && walk.state != FB_PT_PROTNONE)
		return state_error(walk.state, address, &walk);
	*physical_ret = walk.physical & FB_PAGE_MASK;
	tlb_put(mapped, vpn, *physical_ret);
	return NULL;
}

static struct fb_error *mapped_read(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct mapped_space *mapped = (struct mapped_space *)space;

	while (length) {
		size_t in_page = address % FB_PAGE_SIZE;
		size_t part = FB_PAGE_SIZE - in_page;
		uint64_t physical = 0;
		struct fb_error *err;

		if (part > length)
			part = length;
		err = translate(mapped, address, &physical);
		if (!err)
			err = fb_error_prefix(fb_space_read(mapped->tables.physical,
							    physical + in_page, to, part),
					      "0x%" PRIx64, address);
		if (err)
			return err;
		to = (char *)to + part;
		address += part;
		length -= part;
	}
	return NULL;
}

static void describe(const struct fb_pt_walk *walk, struct fb_origin *origin)
{
	memset(origin, 0, sizeof(*origin));
	origin->source = FB_SOURCE_ABSENT;
	switch (walk->state) {
	case FB_PT_SWAP:
		origin->absence = FB_ABSENCE_SWAPPED;
		origin->swap_type = walk->swap_type;
		origin->swap_offset = walk->swap_offset;
		break;
	case FB_PT_ABSENT:
		origin->absence = FB_ABSENCE_FILTERED;
		break;
	case FB_PT_LOST:
		origin->absence = FB_ABSENCE_TRUNCATED;
		break;
	case FB_PT_CORRUPT:
	case FB_PT_SPECIAL:
		origin->absence = FB_ABSENCE_DAMAGED;
		break;
	default:
		origin->absence = FB_ABSENCE_UNMAPPED;
		break;
	}
}

/* The run within one page-table entry. */
static struct fb_error *locate_entry(struct mapped_space *mapped, uint64_t address, uint64_t length,
				     struct fb_run *run_ret)
{
	struct fb_pt_walk walk;
	uint64_t in_entry;
	struct fb_error *err;

	err = fb_pt_walk(&mapped->tables, address, &walk);
	if (err)
		return err;
	in_entry = walk.page_size - (address & (walk.page_size - 1));
	if (length > in_entry)
		length = in_entry;
	if (walk.state == FB_PT_PRESENT || walk.state == FB_PT_PROTNONE) {
		err = fb_space_locate(mapped->tables.physical, walk.physical, length, run_ret);
		if (err)
			return err;
		run_ret->origin.physical = walk.physical;
		run_ret->origin.has_physical = true;
	} else {
		run_ret->length = length;
		describe(&walk, &run_ret->origin);
	}
	run_ret->start = address;
	return NULL;
}

static bool joins(const struct fb_run *run, const struct fb_run *next)
{
	const struct fb_origin *a = &run->origin, *b = &next->origin;

	return a->source == b->source && a->absence == b->absence && a->detail == b->detail &&
	       a->has_physical == b->has_physical && a->absence != FB_ABSENCE_SWAPPED &&
	       (!a->has_physical || a->physical + run->length == b->physical);
}

static struct fb_error *mapped_locate(struct fb_space *space, uint64_t address, uint64_t length,
				      struct fb_run *run_ret)
{
	struct mapped_space *mapped = (struct mapped_space *)space;
	struct fb_run run, next;
	struct fb_error *err;

	err = locate_entry(mapped, address, length, &run);
	if (err)
		return err;
	while (run.length < length) {
		err = locate_entry(mapped, address + run.length, length - run.length, &next);
		if (err || !joins(&run, &next))
			break;
		run.length += next.length;
	}
	if (!err)
		*run_ret = run;
	return err;
}

static const struct fb_space_ops mapped_ops = {.read = mapped_read, .locate = mapped_locate};

struct fb_error *fb_mapped_space_create(const struct fb_page_tables *tables, const char *name,
					struct fb_space **space_ret)
{
	struct mapped_space *mapped = calloc(1, sizeof(*mapped));

	if (!mapped)
		return fb_error_nomem();
	mapped->name = strdup(name);
	if (!mapped->name) {
		free(mapped);
		return fb_error_nomem();
	}
	mapped->space.ops = &mapped_ops;
	mapped->space.name = mapped->name;
	mapped->tables = *tables;
	*space_ret = &mapped->space;
	return NULL;
}

void fb_mapped_space_destroy(struct fb_space *space)
{
	struct mapped_space *mapped = (struct mapped_space *)space;

	if (!mapped)
		return;
	free(mapped->name);
	free(mapped);
}
