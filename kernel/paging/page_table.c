// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks x86-64 page tables: for one address, or over every entry of a range. Called by mapped_space.c, by the command
 * vtop, and where all pages of a process are searched.
 */
#include "kernel/paging/page_table.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/paging/page_table_visits.h"

#define ENTRIES 512u

/* Bits of an entry, arch/x86/include/asm/pgtable_types.h. */
#define ENTRY_PRESENT (1ull << 0)
#define ENTRY_WRITABLE (1ull << 1)
#define ENTRY_HUGE (1ull << 7)     /* _PAGE_PSE; in a PTE it is PAT */
#define ENTRY_PROTNONE (1ull << 8) /* _PAGE_PROTNONE, which is _PAGE_GLOBAL where present */
#define ENTRY_FRAME 0x000ffffffffff000ull
#define ENTRY_NO_EXECUTE (1ull << 63)

/* A swap entry is {type: 5 bits, inverted offset: 50 bits, 9 bits that stay clear}. */
#define SWAP_TYPE_BITS 5
#define SWAP_OFFSET_SHIFT 14
/* MAX_SWAPFILES is 32 less what migration, hwpoison, device and marker entries take: 23 with all
 * of them configured (include/linux/swap.h). Types from there on are no swap area. */
#define SWAP_FIRST_SPECIAL 23u

static const char *const level_names[] = {"PTE", "PMD", "PUD", "P4D", "PGD"};

/* Level 0 is the PTE. */
static unsigned level_shift(unsigned level)
{
	return FB_PAGE_SHIFT + 9 * level;
}

static const char *level_name(const struct fb_page_tables *tables, unsigned level)
{
	/* With four levels the P4D is folded away and the top table is the PGD. */
	return level == tables->levels - 1 ? "PGD" : level_names[level];
}

struct decoded {
	enum fb_pt_state state;
	bool is_table;  /* goes on at frame; state is then of no use */
	uint64_t frame; /* physical address of the frame or table */
	uint32_t swap_type;
	uint64_t swap_offset;
};

static void decode_swap(uint64_t entry, struct decoded *decoded)
{
	decoded->swap_type = (uint32_t)(entry >> (64 - SWAP_TYPE_BITS));
	decoded->swap_offset = ~entry << SWAP_TYPE_BITS >> SWAP_OFFSET_SHIFT;
	decoded->state = decoded->swap_type < SWAP_FIRST_SPECIAL ? FB_PT_SWAP : FB_PT_SPECIAL;
}

static void decode(const struct fb_page_tables *tables, uint64_t entry, unsigned level,
		   struct decoded *decoded)
{
	uint64_t frame_mask = ENTRY_FRAME & ~tables->encryption_mask;
	uint64_t page_mask = ~((1ull << level_shift(level)) - 1);
	bool may_be_huge = level == 1 || level == 2;
	bool huge = may_be_huge && (entry & ENTRY_HUGE);

	memset(decoded, 0, sizeof(*decoded));
	if (entry == 0) {
		decoded->state = FB_PT_NONE;
	} else if (entry & ENTRY_PRESENT) {
		if (level == 0 || huge) {
			decoded->state = FB_PT_PRESENT;
			decoded->frame = entry & frame_mask & page_mask;
		} else if (entry & ENTRY_HUGE) {
			decoded->state = FB_PT_CORRUPT;
		} else {
			decoded->is_table = true;
			decoded->frame = entry & frame_mask;
		}
	} else if (huge || (level == 0 && (entry & ENTRY_PROTNONE))) {
		decoded->state = FB_PT_PROTNONE;
		decoded->frame = ~entry & frame_mask & page_mask;
	} else if (level <= 2) {
		decode_swap(entry, decoded);
	} else {
		decoded->state = FB_PT_CORRUPT;
	}
}

/* Turns the failure to read a table into a state; passes on what is no property of the dump. */
static struct fb_error *table_failure(const struct fb_page_tables *tables, struct fb_error *err,
				      enum fb_pt_state *state_ret)
{
	switch (fb_error_code(err)) {
	case FB_NOMEM:
	case FB_OS:
	case FB_EXHAUSTED:
		return err;
	case FB_ABSENT:
		/* A table of zeros is dropped like any page of zeros. */
		*state_ret = tables->zeros_excluded ? FB_PT_NONE : FB_PT_ABSENT;
		break;
	case FB_TRUNCATED:
		*state_ret = FB_PT_LOST;
		break;
	default:
		*state_ret = FB_PT_CORRUPT;
		break;
	}
	fb_error_destroy(err);
	return NULL;
}

/* Bits above the tables' reach must repeat its top bit. */
static bool is_canonical(const struct fb_page_tables *tables, uint64_t address)
{
	unsigned unused = 64 - level_shift(tables->levels);

	return (uint64_t)((int64_t)(address << unused) >> unused) == address;
}

/* The kernel image is at most 1 GiB: KERNEL_IMAGE_SIZE. */
#define IMAGE_START 0xffffffff80000000ull
#define IMAGE_SIZE (1ull << 30)

static void walk_linear(const struct fb_linear_maps *maps, uint64_t address,
			struct fb_pt_walk *walk)
{
	if (maps->image && address - IMAGE_START < IMAGE_SIZE)
		walk->physical = address - IMAGE_START + maps->phys_base;
	else if (maps->direct_start && address - maps->direct_start < maps->direct_size)
		walk->physical = address - maps->direct_start;
	else
		return;
	walk->state = FB_PT_PRESENT;
	walk->page_size = FB_PAGE_SIZE;
}

/* A table below itself would map nearly the whole address space; no kernel makes one. */
static bool is_above(const uint64_t *path, unsigned count, uint64_t table)
{
	for (unsigned i = 0; i < count; i++)
		if (path[i] == table)
			return true;
	return false;
}

struct fb_error *fb_pt_walk(const struct fb_page_tables *tables, uint64_t address,
			    struct fb_pt_walk *walk_ret)
{
	struct fb_pt_walk walk = {.state = FB_PT_NONE};
	uint64_t path[FB_ARRAY_SIZE(walk.levels)];
	uint64_t table = tables->root;

	if (!is_canonical(tables, address)) {
		/* The hole between the halves consists of whole blocks of half their reach. */
		walk.page_size = 1ull << (level_shift(tables->levels) - 1);
		*walk_ret = walk;
		return NULL;
	}
	for (unsigned level = tables->levels; level-- > 0;) {
		struct fb_pt_level *seen = &walk.levels[walk.level_count];
		unsigned shift = level_shift(level);
		struct decoded decoded;
		struct fb_error *err;

		walk.page_size = 1ull << shift;
		seen->name = level_name(tables, level);
		seen->entry_address = table + (address >> shift) % ENTRIES * sizeof(uint64_t);
		err = fb_space_u64(tables->physical, seen->entry_address, &seen->entry);
		if (err) {
			err = table_failure(tables, err, &walk.state);
			if (err)
				return err;
			if (walk.state != FB_PT_NONE && tables->linear)
				walk_linear(tables->linear, address, &walk);
			break;
		}
		path[walk.level_count++] = table;
		walk.entry = seen->entry;
		decode(tables, seen->entry, level, &decoded);
		if (decoded.is_table && is_above(path, walk.level_count, decoded.frame)) {
			walk.state = FB_PT_CORRUPT;
			break;
		}
		if (decoded.is_table && level > 0) {
			table = decoded.frame;
			continue;
		}
		walk.state = decoded.state;
		walk.swap_type = decoded.swap_type;
		walk.swap_offset = decoded.swap_offset;
		if (walk.state == FB_PT_PRESENT || walk.state == FB_PT_PROTNONE)
			walk.physical = decoded.frame | (address & (walk.page_size - 1));
		break;
	}
	*walk_ret = walk;
	return NULL;
}

struct fb_error *fb_pt_frame(const struct fb_page_tables *tables, uint64_t address,
			     uint64_t *pfn_ret)
{
	struct fb_pt_walk walk;
	struct fb_error *err = fb_pt_walk(tables, address & FB_PAGE_MASK, &walk);

	*pfn_ret = !err && walk.state == FB_PT_PRESENT ? walk.physical >> FB_PAGE_SHIFT : 0;
	return err;
}

/* A range walk in progress. */
struct range {
	const struct fb_page_tables *tables;
	struct fb_pt_visits *visits; /* borrowed; may be NULL */
	struct fb_error *(*callback)(void *context, const struct fb_pt_run *run);
	void *context;
	struct fb_pt_run pending; /* start == end: none */
	uint64_t path[5];         /* tables on the way down, from the top one */
};

static struct fb_error *flush(struct range *range)
{
	struct fb_pt_run run = range->pending;

	range->pending.start = range->pending.end;
	return run.start == run.end ? NULL : range->callback(range->context, &run);
}

static bool has_frame(enum fb_pt_state state)
{
	return state == FB_PT_PRESENT || state == FB_PT_PROTNONE;
}

static bool continues(const struct fb_pt_run *pending, const struct fb_pt_run *run)
{
	if (pending->state != run->state || pending->end != run->start)
		return false;
	if (run->state == FB_PT_SWAP || run->state == FB_PT_SPECIAL)
		return false;
	if (!has_frame(run->state))
		return true;
	return pending->page_size == run->page_size && pending->writable == run->writable &&
	       pending->executable == run->executable &&
	       pending->physical + (pending->end - pending->start) == run->physical;
}

static struct fb_error *add_run(struct range *range, const struct fb_pt_run *run)
{
	struct fb_error *err;

	if (range->pending.start != range->pending.end && continues(&range->pending, run)) {
		range->pending.end = run->end;
		return NULL;
	}
	err = flush(range);
	if (!err)
		range->pending = *run;
	return err;
}

/* Whether the table that an entry of a level leads to is walked: not if it is above itself, nor where
 * it may not be entered once more. */
static struct fb_error *check_table(const struct range *range, unsigned depth, unsigned level,
				    uint64_t address, struct decoded *decoded)
{
	struct fb_error *err = NULL;
	bool may = true;

	if (!decoded->is_table)
		return NULL;
	if (is_above(range->path, depth, decoded->frame))
		may = false;
	else if (range->visits && level > 0)
		err = fb_pt_visits_enter_table(range->visits, level - 1, decoded->frame, address,
					       &may);
	if (!err && !may) {
		decoded->is_table = false;
		decoded->state = FB_PT_CORRUPT;
	}
	return err;
}

/* Part of [start, end) that one table covers. end - 1 is used throughout, as the last table's
 * exclusive end may be 2^64. */
static struct fb_error *walk_table(struct range *range, uint64_t table, unsigned level,
				   uint64_t start, uint64_t last)
{
	unsigned shift = level_shift(level);
	uint64_t entry_size = 1ull << shift;
	uint64_t first_index = (start >> shift) % ENTRIES;
	uint64_t count = (last >> shift) - (start >> shift) + 1;
	unsigned depth = range->tables->levels - level;
	uint64_t entries[ENTRIES];
	struct fb_error *err;

	range->path[depth - 1] = table;
	err = fb_space_read(range->tables->physical, table + first_index * sizeof(uint64_t),
			    entries, count * sizeof(uint64_t));
	if (err) {
		struct fb_pt_run run = {.start = start, .end = last + 1, .page_size = entry_size};

		err = table_failure(range->tables, err, &run.state);
		return err ? err : add_run(range, &run);
	}
	for (uint64_t i = 0; i < count && !err; i++) {
		uint64_t from = i == 0 ? start : (start & ~(entry_size - 1)) + i * entry_size;
		uint64_t to = i == count - 1 ? last : (from | (entry_size - 1));
		struct decoded decoded;

		decode(range->tables, entries[i], level, &decoded);
		err = check_table(range, depth, level, from, &decoded);
		if (err)
			break;
		if (decoded.is_table && level > 0) {
			err = walk_table(range, decoded.frame, level - 1, from, to);
		} else {
			struct fb_pt_run run = {
				.start = from,
				.end = to + 1,
				.state = decoded.state,
				.physical = decoded.frame + (from & (entry_size - 1)),
				.page_size = entry_size,
				.writable = entries[i] & ENTRY_WRITABLE,
				.executable = !(entries[i] & ENTRY_NO_EXECUTE),
				.swap_type = decoded.swap_type,
				.swap_offset = decoded.swap_offset,
			};
			err = add_run(range, &run);
		}
	}
	return err;
}

struct fb_error *fb_pt_for_each(const struct fb_page_tables *tables, uint64_t start, uint64_t end,
				struct fb_pt_visits *visits,
				struct fb_error *(*callback)(void *context,
							     const struct fb_pt_run *run),
				void *context)
{
	struct range range = {
		.tables = tables, .visits = visits, .callback = callback, .context = context};
	struct fb_error *err;

	start &= FB_PAGE_MASK;
	end = (end + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	if (start >= end)
		return NULL;
	if (!is_canonical(tables, start) || !is_canonical(tables, end - 1) ||
	    (start >> 63) != ((end - 1) >> 63))
		return fb_error_create(FB_INVALID,
				       "0x%" PRIx64 "-0x%" PRIx64
				       " is no range of canonical addresses",
				       start, end);
	err = walk_table(&range, tables->root, tables->levels - 1, start, end - 1);
	return err ? err : flush(&range);
}

const char *fb_pt_state_name(enum fb_pt_state state)
{
	switch (state) {
	case FB_PT_NONE:
		return "none";
	case FB_PT_PRESENT:
		return "present";
	case FB_PT_PROTNONE:
		return "prot-none";
	case FB_PT_SWAP:
		return "swap";
	case FB_PT_SPECIAL:
		return "special";
	case FB_PT_ABSENT:
		return "table not in the dump";
	case FB_PT_LOST:
		return "table lost";
	case FB_PT_CORRUPT:
		return "corrupt";
	}
	return "unknown";
}
