// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts together what /proc/kpageflags says of a page frame (fs/proc/page.c). Called by the command page. */
#include "kernel/memory/page_words.h"

#include <string.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/memory/page_type.h"

/* page->mapping (PAGE_MAPPING_FLAGS). */
#define MAPPING_ANON 1u
#define MAPPING_BITS 3u
#define MAPPING_KSM 3u
/* Blocks of the buddy allocator have 2^10 frames at most (MAX_PAGE_ORDER). */
#define MOST_BUDDY_ORDER 10u
/* _mapcount of a page that has a type instead is below PAGE_MAPCOUNT_RESERVE. */
#define LEAST_MAP_COUNT (-128)

/* By the numbers of the bits, which never change. flag: the enumerator that alone decides; NULL: more does. */
static const struct {
	unsigned bit;
	const char *word, *flag;
} words[] = {
	{0, "locked", "PG_locked"},
	{1, "error", "PG_error"},
	{2, "referenced", "PG_referenced"},
	{3, "uptodate", "PG_uptodate"},
	{4, "dirty", "PG_dirty"},
	{5, "lru", "PG_lru"},
	{6, "active", "PG_active"},
	{7, "slab", NULL},
	{8, "writeback", "PG_writeback"},
	{9, "reclaim", "PG_reclaim"},
	{10, "buddy", NULL},
	{11, "mmap", NULL},
	{12, "anon", NULL},
	{13, "swapcache", NULL},
	{14, "swapbacked", "PG_swapbacked"},
	{15, "compound_head", NULL},
	{16, "compound_tail", NULL},
	{17, "huge", NULL},
	{18, "unevictable", "PG_unevictable"},
	{19, "hwpoison", "PG_hwpoison"},
	{20, "nopage", NULL},
	{21, "ksm", NULL},
	{23, "offline", NULL},
	{26, "pgtable", NULL},
	{32, "reserved", "PG_reserved"},
	{33, "mlocked", "PG_mlocked"},
	{35, "private", "PG_private"},
	{36, "private_2", "PG_private_2"},
};

const char *fb_page_word(uint64_t bits, unsigned *bit)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		if (words[i].bit < *bit || !(bits >> words[i].bit & 1))
			continue;
		*bit = words[i].bit + 1;
		return words[i].word;
	}
	return NULL;
}

/* How many bits of page_type are between those of offline pages and of page tables: 18b2db3b0385 (5.11) took away one,
 * of pages that a control group pays for, as bcfe06bf2622 renamed struct page's mem_cgroup, which then had it. */
static unsigned table_distance(const struct fb_kernel *kernel)
{
	static const char *const names[] = {"mem_cgroup", NULL};
	struct fb_field field;

	return fb_layout_find(fb_kernel_types(kernel), "page", names, "page.mem_cgroup", &field)
		       ? 2
		       : 1;
}

/* Page tables: PGTY_table since 4ffca5a96678 (6.12). Before, each type cleared one bit of the word, in the order buddy,
 * offline, table, from a lower bit to a higher one or the other way round, of which VMCOREINFO has the first two. */
static struct fb_page_type table_type(const struct fb_kernel *kernel)
{
	const unsigned distance = table_distance(kernel);
	const struct fb_page_type buddy =
		fb_page_type_find(kernel, "PGTY_buddy", "PAGE_BUDDY_MAPCOUNT_VALUE");
	const struct fb_page_type offline =
		fb_page_type_find(kernel, "PGTY_offline", "PAGE_OFFLINE_MAPCOUNT_VALUE");
	uint32_t first = ~buddy.value, second = ~offline.value;
	int64_t value;

	if (fb_btf_enumerator_value(fb_kernel_types(kernel), "pagetype", "PGTY_table", &value) &&
	    value > 0 && value <= UINT8_MAX)
		return (struct fb_page_type){0xff000000u, (uint32_t)value << 24};
	if (!buddy.mask || buddy.mask != UINT32_MAX || offline.mask != UINT32_MAX)
		return (struct fb_page_type){0};
	if (second == first << 1)
		return (struct fb_page_type){UINT32_MAX, ~(second << distance)};
	if (second == first >> 1)
		return (struct fb_page_type){UINT32_MAX, ~(second >> distance)};
	return (struct fb_page_type){0};
}

static uint64_t of_flags(const struct fb_kernel *kernel, uint64_t flags)
{
	const struct fb_btf *types = fb_kernel_types(kernel);
	uint64_t bits = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		if (words[i].flag && flags & fb_page_flag(types, words[i].flag))
			bits |= 1ull << words[i].bit;
	/* The bit of PG_swapcache has another meaning in pages without swap. */
	if (flags & fb_page_flag(types, "PG_swapcache") &&
	    flags & fb_page_flag(types, "PG_swapbacked"))
		bits |= FB_KPF_SWAPCACHE;
	return bits;
}

static uint64_t of_type(const struct fb_kernel *kernel, uint64_t flags, uint32_t word)
{
	const struct fb_slab_mark slab = fb_slab_mark_find(kernel);
	const struct fb_page_type table = table_type(kernel);
	const struct fb_page_type buddy =
		fb_page_type_find(kernel, "PGTY_buddy", "PAGE_BUDDY_MAPCOUNT_VALUE");
	const struct fb_page_type offline =
		fb_page_type_find(kernel, "PGTY_offline", "PAGE_OFFLINE_MAPCOUNT_VALUE");
	const struct fb_page_type huge =
		fb_page_type_find(kernel, "PGTY_hugetlb", "PAGE_HUGETLB_MAPCOUNT_VALUE");

	return (fb_slab_mark_is(&slab, flags, word) ? FB_KPF_SLAB : 0) |
	       (fb_page_type_is(&buddy, word) ? FB_KPF_BUDDY : 0) |
	       (fb_page_type_is(&offline, word) ? FB_KPF_OFFLINE : 0) |
	       (fb_page_type_is(&huge, word) ? FB_KPF_HUGE : 0) |
	       (fb_page_type_is(&table, word) ? FB_KPF_PGTABLE : 0);
}

/* A frame without references may lie within a larger block of the buddy allocator, whose first frame alone says so. */
static struct fb_error *find_buddy(struct fb_kernel *kernel, uint64_t pfn,
				   struct fb_page_words *found)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_page_type buddy =
		fb_page_type_find(kernel, "PGTY_buddy", "PAGE_BUDDY_MAPCOUNT_VALUE");

	for (uint32_t order = 0; order <= MOST_BUDDY_ORDER; order++) {
		uint64_t head = pfn >> order << order, address = 0, word = 0, size = 0;
		struct fb_error *err = fb_page_frame_address(kernel, head, &address);

		if (!err)
			err = fb_kernel_field(kernel, address, &layout->page_mapcount, &word);
		if (!err)
			err = fb_kernel_field(kernel, address, &layout->page_private, &size);
		if (err)
			return fb_part_skip(err);
		if (!fb_page_type_is(&buddy, (uint32_t)word) || size < order ||
		    size > MOST_BUDDY_ORDER)
			continue;
		found->bits |= FB_KPF_BUDDY;
		found->head = head;
		found->order = (uint32_t)size;
		return NULL;
	}
	return NULL;
}

static struct fb_error *read_memcg(struct fb_kernel *kernel, uint64_t head, uint64_t *data_ret)
{
	/* bcfe06bf2622, 5.11 */
	static const char *const names[] = {"memcg_data", "mem_cgroup", NULL};
	struct fb_field field;

	*data_ret = 0;
	if (!fb_layout_find(fb_kernel_types(kernel), "page", names, "page.memcg_data", &field))
		return NULL;
	return fb_kernel_field(kernel, head, &field, data_ret);
}

/* How often the block is mapped as a whole: a huge page. Counted from -1, in struct folio since 6.6 or the first
 * tail. */
static struct fb_error *read_whole_maps(struct fb_kernel *kernel, uint64_t head, int64_t *count_ret)
{
	static const char *const entire[] = {"_entire_mapcount", NULL};
	static const char *const compound[] = {"compound_mapcount", NULL};
	const struct fb_btf *types = fb_kernel_types(kernel);
	struct fb_field field;
	struct fb_error *err;

	*count_ret = 0;
	if (!fb_layout_find(types, "folio", entire, "folio._entire_mapcount", &field)) {
		if (!fb_layout_find(types, "page", compound, "page.compound_mapcount", &field))
			return NULL;
		head += fb_kernel_layout(kernel)->page.size;
	}
	err = fb_kernel_field_signed(kernel, head, &field, count_ret);
	*count_ret += !err;
	return err;
}

/* What the first struct page of the block says. */
static struct fb_error *read_head(struct fb_kernel *kernel, uint64_t head,
				  struct fb_page_words *found)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t flags = 0, word = 0;
	struct fb_error *err = fb_kernel_field(kernel, head, &layout->page_flags, &flags);

	if (!err)
		err = fb_kernel_field(kernel, head, &layout->page_mapcount, &word);
	if (!err)
		err = fb_kernel_field(kernel, head, &layout->page_mapping, &found->mapping);
	if (!err)
		err = fb_kernel_field(kernel, head, &layout->page_index, &found->index);
	if (!err)
		err = fb_page_frame_number(kernel, head, &found->head);
	if (!err)
		err = fb_page_frame_order(kernel, found->head, &found->order);
	if (!err)
		err = read_memcg(kernel, head, &found->memcg_data);
	if (err)
		return err;
	found->bits |= of_flags(kernel, flags) | of_type(kernel, flags, (uint32_t)word);
	if ((int32_t)word >= LEAST_MAP_COUNT && !(found->bits & FB_KPF_SLAB)) {
		found->bits |= found->mapping & MAPPING_ANON ? FB_KPF_ANON : 0;
		found->bits |= (found->mapping & MAPPING_BITS) == MAPPING_KSM ? FB_KPF_KSM : 0;
		if (found->order && found->mapping) /* the word has another use in others */
			err = read_whole_maps(kernel, head, &found->whole_map_count);
	}
	if (found->order)
		found->bits |= found->page.head ? FB_KPF_TAIL : FB_KPF_HEAD;
	return err;
}

struct fb_error *fb_page_words_read(struct fb_kernel *kernel, uint64_t pfn,
				    struct fb_page_words *words_ret)
{
	struct fb_page_words found = {.head = pfn};
	struct fb_error *err = fb_page_frame_read(kernel, pfn, &found.page);

	if (!err && found.page.known) {
		err = read_head(kernel, found.page.head ? found.page.head : found.page.address,
				&found);
		found.known = !err;
		err = fb_part_skip(err);
	}
	if (!found.known)
		found.bits = FB_KPF_NOPAGE;
	found.references = found.page.references;
	found.map_count = found.page.map_count;
	if (!err && found.known && (found.map_count > 0 || found.whole_map_count > 0) &&
	    !(found.bits & (FB_KPF_SLAB | FB_KPF_BUDDY)))
		found.bits |= FB_KPF_MMAP;
	if (!err && found.known && !found.references && !(found.bits & FB_KPF_SLAB))
		err = find_buddy(kernel, pfn, &found);
	if (!err)
		*words_ret = found;
	return err;
}
