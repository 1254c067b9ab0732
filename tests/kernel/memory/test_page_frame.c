// SPDX-License-Identifier: GPL-2.0-or-later
/* Page frames by made struct pages, of each kind, and by real ones. */
#include "kernel/memory/page_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/made_tables.h"
#include "tests/kernel/make_kdump.h"
#include "tests/kernel/real_kernel.h"

#define PAGE_BYTES 64u

static struct made_kernel *make(uint64_t *pages_ret)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8);

	*pages_ret = made_alloc(made, 16 * PAGE_BYTES);
	made_put(made, base, *pages_ret, 8);
	made_symbols(made, (const char *const[]){"vmemmap_base", NULL}, (const uint64_t[]){base});
	made->kernel.layout.page.size = PAGE_BYTES;
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_mapping, 24, 8);
	MADE_FIELD(made, page_private, 40, 8);
	MADE_FIELD(made, page_mapcount, 48, 4);
	MADE_FIELD(made, page_refcount, 52, 4);
	return made;
}

static struct fb_page_frame frame_of(struct made_kernel *made, uint64_t pfn)
{
	struct fb_page_frame frame;

	memset(&frame, 0xaa, sizeof(frame));
	FB_OK(fb_page_frame_read(&made->kernel, pfn, &frame));
	return frame;
}

static void tells_kinds_apart(void)
{
	uint64_t pages, page;
	struct made_kernel *made = make(&pages);
	struct fb_page_frame frame;

	page = pages + 3 * PAGE_BYTES;
	MADE_SET(made, page, page_mapcount, 0xffffffff);
	frame = frame_of(made, 3);
	CU_ASSERT(frame.known);
	CU_ASSERT_EQUAL(frame.address, page);
	CU_ASSERT_STRING_EQUAL(frame.type, "free");
	CU_ASSERT_EQUAL(frame.map_count, 0);
	MADE_SET(made, page, page_refcount, 3);
	MADE_SET(made, page, page_mapcount, 1);
	MADE_SET(made, page, page_mapping, MADE_BASE | 1);
	MADE_SET(made, page, page_private, 0x1234);
	MADE_SET(made, page, page_flags, 0x17);
	frame = frame_of(made, 3);
	CU_ASSERT_STRING_EQUAL(frame.type, "anonymous");
	CU_ASSERT_EQUAL(frame.references, 3);
	CU_ASSERT_EQUAL(frame.map_count, 2);
	CU_ASSERT_EQUAL(frame.private_data, 0x1234);
	CU_ASSERT_EQUAL(frame.flags_bits, 0x17);
	CU_ASSERT_STRING_EQUAL(frame.flags, ""); /* no types that name them */
	MADE_SET(made, page, page_mapping, MADE_BASE);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 3).type, "file or shared memory");
	MADE_SET(made, page, page_mapping, 0);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 3).type, "kernel");
	/* A page type where the count would be. */
	MADE_SET(made, page, page_mapcount, 0xf5000000);
	CU_ASSERT_EQUAL(frame_of(made, 3).map_count, 0);
	/* A negative count of references is shown as it is. */
	MADE_SET(made, page, page_refcount, 0xffffffff);
	CU_ASSERT_EQUAL(frame_of(made, 3).references, -1);
	made_kernel_destroy(made);
}

/* The state of a compound page stands in its first struct page. */
static void asks_the_head_of_a_tail(void)
{
	uint64_t pages, head, tail;
	struct made_kernel *made = make(&pages);
	struct fb_page_frame frame;

	MADE_FIELD(made, page_compound_head, 8, 8);
	head = pages + 4 * PAGE_BYTES;
	tail = pages + 7 * PAGE_BYTES;
	MADE_SET(made, head, page_flags, 0x10200);
	MADE_SET(made, head, page_refcount, 1);
	MADE_SET(made, tail, page_private, 0x77);
	MADE_SET(made, tail, page_compound_head, head + 1);
	frame = frame_of(made, 7);
	CU_ASSERT(frame.known);
	CU_ASSERT_EQUAL(frame.address, tail);
	CU_ASSERT_EQUAL(frame.head, head);
	CU_ASSERT_EQUAL(frame.references, 1);
	CU_ASSERT_EQUAL(frame.flags_bits, 0x10200);
	CU_ASSERT_EQUAL(frame.private_data, 0x77);
	CU_ASSERT_STRING_EQUAL(frame.type, "kernel");
	CU_ASSERT_EQUAL(frame_of(made, 4).head, 0);
	/* What else the word may be: a list's link; a head that is no struct page. */
	MADE_SET(made, tail, page_compound_head, head);
	CU_ASSERT_EQUAL(frame_of(made, 7).head, 0);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 7).type, "free");
	MADE_SET(made, tail, page_compound_head, head + 3);
	CU_ASSERT(!frame_of(made, 7).known);
	made_kernel_destroy(made);
}

/* A slab is told by its type: VMCOREINFO's number of it (6.10), of which the whole word is; of newer kernels by the
 * top byte, without references (7.2). Its tails are the head's. */
static void tells_slabs_by_their_type(void)
{
	static const struct fb_btf_value kinds[] = {{"PGTY_buddy", 0xf0}, {"PGTY_slab", 0xf5}};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint64_t pages;
	uint32_t id;
	struct made_kernel *made = make(&pages);

	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_SET(made, pages + 4 * PAGE_BYTES, page_refcount, 1);
	MADE_SET(made, pages + 4 * PAGE_BYTES, page_mapcount, 0xffffffdf);
	MADE_SET(made, pages + 5 * PAGE_BYTES, page_compound_head, pages + 4 * PAGE_BYTES + 1);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 4).type, "kernel");
	fb_vmcoreinfo_destroy(made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse("NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-33\n",
					&made->kernel.vmcoreinfo));
	CU_ASSERT_STRING_EQUAL(frame_of(made, 4).type, "slab");
	CU_ASSERT_STRING_EQUAL(frame_of(made, 5).type, "slab");
	MADE_SET(made, pages + 4 * PAGE_BYTES, page_mapcount, 0xf5000003);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 4).type, "kernel");

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "pagetype", 4, false, kinds, FB_ARRAY_SIZE(kinds),
				  &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	made->kernel.types = types;
	MADE_SET(made, pages + 4 * PAGE_BYTES, page_refcount, 0);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 4).type, "slab");
	CU_ASSERT_STRING_EQUAL(frame_of(made, 5).type, "slab");
	MADE_SET(made, pages + 4 * PAGE_BYTES, page_mapcount, 0xf0000003);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 4).type, "free");
	fb_btf_destroy(types);
	made_kernel_destroy(made);
}

static struct fb_error *head_of(struct made_kernel *made, uint64_t address, uint64_t word,
				uint64_t *head)
{
	*head = 77;
	return fb_page_frame_head(&made->kernel, address, word, head);
}

/* A head is a whole number of struct pages below its tail, fewer than the largest compound page has. */
static void heads_are_in_reach_of_their_tails(void)
{
	const uint64_t page = 0xffffea0010000000, most = 1ull << 18;
	struct made_kernel *made = made_kernel_create();
	uint64_t head;

	made->kernel.layout.page.size = PAGE_BYTES;
	FB_OK(head_of(made, page, page - PAGE_BYTES, &head));
	CU_ASSERT_EQUAL(head, 0); /* bit 0 is not set: no tail */
	FB_OK(head_of(made, page, (page - PAGE_BYTES) | 1, &head));
	CU_ASSERT_EQUAL(head, page - PAGE_BYTES);
	FB_OK(head_of(made, page, (page - (most - 1) * PAGE_BYTES) | 1, &head));
	CU_ASSERT_EQUAL(head, page - (most - 1) * PAGE_BYTES);
	FB_FAILS_WITH(head_of(made, page, (page - most * PAGE_BYTES) | 1, &head), FB_CORRUPT,
		      "0xffffea000f000000 is no head of a compound page");
	FB_FAILS(head_of(made, page, page | 1, &head), FB_CORRUPT);
	FB_FAILS(head_of(made, page, (page + PAGE_BYTES) | 1, &head), FB_CORRUPT);
	FB_FAILS(head_of(made, page, (page - PAGE_BYTES + 8) | 1, &head), FB_CORRUPT);
	CU_ASSERT_EQUAL(head, 77);
	/* No type says how large a struct page is. */
	made->kernel.layout.page.size = 0;
	FB_OK(head_of(made, page, (page - PAGE_BYTES) | 1, &head));
	CU_ASSERT_EQUAL(head, 0);
	made_kernel_destroy(made);
}

/* Since 7.1: the bits of the tail's own address that are its head's. */
static void heads_are_found_by_masks(void)
{
	const uint64_t page = 0xffffea0010000000;
	struct made_kernel *made = made_kernel_create();
	uint64_t head;

	made->kernel.layout.page.size = PAGE_BYTES;
	FB_OK(head_of(made, page + 3 * PAGE_BYTES, -(uint64_t)4 * PAGE_BYTES | 1, &head));
	CU_ASSERT_EQUAL(head, page);
	FB_OK(head_of(made, page + PAGE_BYTES, -((uint64_t)PAGE_BYTES << 18) | 1, &head));
	CU_ASSERT_EQUAL(head, page);
	/* Larger than any compound page; ones that are not all above the zeros; the head itself; no bits. */
	FB_FAILS(head_of(made, page + PAGE_BYTES, -((uint64_t)PAGE_BYTES << 19) | 1, &head),
		 FB_CORRUPT);
	FB_FAILS(head_of(made, page + PAGE_BYTES, (-(uint64_t)4 * PAGE_BYTES - 1024) | 1, &head),
		 FB_CORRUPT);
	FB_FAILS(head_of(made, page, -(uint64_t)4 * PAGE_BYTES | 1, &head), FB_CORRUPT);
	FB_FAILS(head_of(made, page, 1, &head), FB_CORRUPT);
	made_kernel_destroy(made);
}

/* Each bit by its first name, in the order of the numbers. */
static void flags_are_named(void)
{
	static const struct fb_btf_value flags[] = {
		{"PG_locked", 0},    {"PG_lru", 5},          {"PG_alias", 5},   {"NO_FLAG", 6},
		{"PG_negative", -1}, {"PG_none", 64},        {"PG_top", 63},    {"PG_slab", 9},
		{"PG_behind", 10},   {"__NR_PAGEFLAGS", 22}, {"PG_checked", 4},
	};
	static const struct {
		uint64_t bits;
		const char *names, *type;
	} pages[] = {
		{0, "", "free"},
		{1u << 0, "locked", "free"},
		{1u << 0 | 1u << 5, "locked lru", "free"},
		{1u << 6 | 1u << 4, "", "free"},
		{UINT64_MAX, "locked lru top slab behind", "slab"},
	};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint64_t base;
	struct made_kernel *made = make(&base);
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "pageflags", 8, true, flags, FB_ARRAY_SIZE(flags),
				  &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	made->kernel.types = types;
	MADE_SET(made, base + 2 * PAGE_BYTES, page_mapcount, 0xffffffff);
	for (size_t i = 0; i < FB_ARRAY_SIZE(pages); i++) {
		struct fb_page_frame frame;

		MADE_SET(made, base + 2 * PAGE_BYTES, page_flags, pages[i].bits);
		frame = frame_of(made, 2);
		CU_ASSERT_STRING_EQUAL(frame.flags, pages[i].names);
		CU_ASSERT_STRING_EQUAL(frame.type, pages[i].type);
	}
	CU_ASSERT_EQUAL(fb_page_flag(types, "PG_locked"), 1);
	CU_ASSERT_EQUAL(fb_page_flag(types, "PG_top"), 1ull << 63);
	CU_ASSERT_EQUAL(fb_page_flag(types, "PG_none"), 0);
	CU_ASSERT_EQUAL(fb_page_flag(types, "PG_negative"), 0);
	CU_ASSERT_EQUAL(fb_page_flag(types, "PG_unheard_of"), 0);
	CU_ASSERT_EQUAL(fb_page_flag(NULL, "PG_lru"), 0);
	made->kernel.types = NULL;
	fb_btf_destroy(types);
	made_kernel_destroy(made);
}

/* More names than there is room for: as many as fit. */
static void names_of_flags_end_where_their_room_does(void)
{
	char texts[64][8];
	struct fb_btf_value flags[64];
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	struct fb_page_frame frame;
	uint64_t base;
	struct made_kernel *made = make(&base);
	uint32_t id;

	for (unsigned i = 0; i < 64; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "PG_f%03u", i);
		flags[i] = (struct fb_btf_value){texts[i], i};
	}
	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "pageflags", 8, true, flags, 64, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	made->kernel.types = types;
	MADE_SET(made, base, page_flags, UINT64_MAX);
	frame = frame_of(made, 0);
	CU_ASSERT_EQUAL(strlen(frame.flags), sizeof(frame.flags) - 1);
	CU_ASSERT_NSTRING_EQUAL(frame.flags, "f000 f001 ", 10);
	made->kernel.types = NULL;
	fb_btf_destroy(types);
	made_kernel_destroy(made);
}

/* The count of mappings down to -128; below stand page types. */
static void mappings_are_counted_from_minus_one(void)
{
	static const struct {
		uint32_t word;
		int64_t count;
	} counts[] = {{0xffffffff, 0},    {0, 1},          {7, 8},
		      {0xffffff81, -126}, {0xffffff80, 0}, {0xffffff7f, 0}};
	uint64_t base;
	struct made_kernel *made = make(&base);

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		MADE_SET(made, base, page_mapcount, counts[i].word);
		CU_ASSERT_EQUAL(frame_of(made, 0).map_count, counts[i].count);
	}
	made_kernel_destroy(made);
}

static struct fb_error *read_tail(void *context)
{
	struct made_kernel *made = context;
	struct fb_page_frame frame;

	return fb_page_frame_read(&made->kernel, 7, &frame);
}

static void what_is_fatal_passes(void)
{
	uint64_t pages;
	struct made_kernel *made = make(&pages);

	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_SET(made, pages + 7 * PAGE_BYTES, page_compound_head, (pages + 4 * PAGE_BYTES) | 1);
	CU_ASSERT(failing_made_must_pass(made, read_tail, made) > 6);
	made_kernel_destroy(made);
}

#define VMEMMAP \
	0xffffea00001ff000ull /* its first page is mapped by one table, the others by the next */
#define STRUCT_PAGES (FB_PAGE_SIZE / PAGE_BYTES) /* on a page */

static bool no_page(uint64_t pfn FB_UNUSED)
{
	return false;
}

/* The end of the frames, of a dump that reaches to 300, where these pages of struct pages are mapped. */
static void expect_end(struct made_tables *tables, const char *mapped, uint64_t end)
{
	struct mk_recipe recipe = {.max_pfn = 300, .dumped = no_page};
	struct mk_bytes bytes;
	uint64_t pages, base = 0, given = 1;
	struct made_kernel *made = make(&pages);

	mk_kdump(&recipe, &bytes);
	FB_OK_FATAL(mk_open(&bytes, made->warnings, &made->kernel.dump));
	FB_OK_FATAL(fb_kernel_symbol(&made->kernel, "vmemmap_base", &base));
	made_put(made, base, VMEMMAP, 8);
	made->kernel.tables = tables->tables;
	for (uint64_t i = 0; mapped[i]; i++)
		made_tables_set(tables, VMEMMAP + i * FB_PAGE_SIZE, 0,
				mapped[i] == '1' ? 0x5000 | ENTRY_TABLE : 0);
	FB_OK(fb_page_frames_end(&made->kernel, &given));
	CU_ASSERT_EQUAL(given, end);
	made->kernel.layout.page.size = 0;
	FB_OK(fb_page_frames_end(&made->kernel, &given));
	CU_ASSERT_EQUAL(given, 300);
	fb_dump_destroy(made->kernel.dump);
	made->kernel.dump = NULL;
	made_kernel_destroy(made);
	free(bytes.data);
}

/* By the last page of struct pages that is mapped; of a table that is lost nobody knows what it maps. */
static void frames_end_with_their_struct_pages(void)
{
	struct made_tables *tables = made_tables_create(4);

	expect_end(tables, "11010", 4 * STRUCT_PAGES);
	expect_end(tables, "10000", STRUCT_PAGES);
	expect_end(tables, "11111", 300);
	expect_end(tables, "00000", 300);
	made_tables_set(tables, VMEMMAP, 0, 0x5000 | ENTRY_TABLE);
	tables->failure = FB_ABSENT;
	tables->absent[made_tables_frame(tables, VMEMMAP + FB_PAGE_SIZE, 0)] = true;
	expect_end(tables, "", 300);
	made_tables_destroy(tables);
}

static void does_not_know_what_is_lost(void)
{
	uint64_t pages;
	struct made_kernel *made = make(&pages);

	CU_ASSERT(!frame_of(made, 1ull << 40).known);
	CU_ASSERT(!frame_of(made, 1ull << 50).known);
	CU_ASSERT_STRING_EQUAL(frame_of(made, 1ull << 40).type, "unknown");
	made_lose(made, pages);
	CU_ASSERT(!frame_of(made, 3).known);
	made->kernel.layout.page.size = 0;
	CU_ASSERT(!frame_of(made, 3).known);
	made_kernel_destroy(made);
}

static void uses_the_fixed_place(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t address = 0;

	made->kernel.layout.page.size = 64;
	FB_OK(fb_page_frame_address(&made->kernel, 2, &address));
	CU_ASSERT_EQUAL(address, 0xffffea0000000080ull);
	made->kernel.info.levels = 5;
	FB_OK(fb_page_frame_address(&made->kernel, 2, &address));
	CU_ASSERT_EQUAL(address, 0xffd4000000000080ull);
	made_kernel_destroy(made);
}

/* Every frame of the dump that is a process's page is in use, and numbers lead back. */
static void check_real(const struct real_kernel *real)
{
	uint64_t used = 0, known = 0, number, address, end = fb_dump_info(real->dump)->max_pfn;
	struct fb_page_frame frame;

	for (uint64_t pfn = 0; pfn < end; pfn += 97) {
		FB_OK(fb_page_frame_read(real->kernel, pfn, &frame));
		known += frame.known;
		used += frame.known && frame.references > 0;
		FB_OK(fb_page_frame_number(real->kernel, frame.address, &number));
		CU_ASSERT_EQUAL(number, pfn);
		FB_FAILS(fb_page_frame_number(real->kernel, frame.address + 1, &number),
			 FB_CORRUPT);
	}
	CU_ASSERT(known > 500);
	CU_ASSERT(used > 100);
	FB_OK_FATAL(fb_page_frame_address(real->kernel, end, &address));
	FB_FAILS(fb_page_frame_number(real->kernel, address, &number), FB_CORRUPT);
	FB_FAILS(fb_page_frame_number(real->kernel, 0x1000, &number), FB_CORRUPT);
}

static void agrees_with_itself_on_real_dumps(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/page_frame", FB_TEST(tells_kinds_apart), FB_TEST(asks_the_head_of_a_tail),
	     FB_TEST(heads_are_in_reach_of_their_tails), FB_TEST(heads_are_found_by_masks),
	     FB_TEST(flags_are_named), FB_TEST(names_of_flags_end_where_their_room_does),
	     FB_TEST(mappings_are_counted_from_minus_one), FB_TEST(what_is_fatal_passes),
	     FB_TEST(tells_slabs_by_their_type), FB_TEST(frames_end_with_their_struct_pages),
	     FB_TEST(does_not_know_what_is_lost), FB_TEST(uses_the_fixed_place),
	     FB_TEST(agrees_with_itself_on_real_dumps))
