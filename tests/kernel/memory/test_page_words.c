// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of /proc/kpageflags for made struct pages: flags, types, blocks, huge pages, and what cannot be read. */
#include "kernel/memory/page_words.h"

#include <string.h>

#include "kernel/dump/dump_private.h"
#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_pages.h"

#define LOCKED (1ull << 0)
#define UPTODATE (1ull << 3)
#define SWAP_ENTRY 0x0c00000000000123ull

struct words_world {
	struct made_pages pages;
	struct fb_dump dump;
};

/* The types of made_pages.h, and those that only this reader asks for. */
static struct fb_btf *types_of(enum made_age age, bool whole, bool older)
{
	const struct fb_btf_value flags[] = {
		{"PG_locked", 0},      {"PG_uptodate", 3},     {"PG_lru", 5},
		{"PG_swapcache", 10},  {"PG_reserved", 11},    {"PG_private", 13},
		{"PG_swapbacked", 19}, {"PG_unevictable", 20}, {"PG_hwpoison", 21},
		{"PG_slab", 9},
	};
	const struct fb_btf_value kinds[] = {
		{"PGTY_buddy", 0xf0},   {"PGTY_offline", 0xf1}, {"PGTY_table", 0xf2},
		{"PGTY_hugetlb", 0xf4}, {"PGTY_slab", 0xf5},
	};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t word, number, id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "unsigned long", 8, FB_BTF_UNSIGNED, &word));
	FB_OK(fb_btf_builder_int(&builder, "int", 4, FB_BTF_SIGNED, &number));
	const struct fb_btf_member of_page[] = {
		{.name = older ? "mem_cgroup" : "memcg_data", .type = word, .bit_offset = 56 * 8},
		{.name = "compound_mapcount", .type = number, .bit_offset = 16 * 8},
	};
	const struct fb_btf_member of_folio = {
		.name = "_entire_mapcount", .type = number, .bit_offset = (PAGE_BYTES + 16) * 8};

	FB_OK(fb_btf_builder_enum(&builder, "pageflags", 4, false, flags,
				  FB_ARRAY_SIZE(flags) - (age != MASKS), &id));
	if (age != MASKS)
		FB_OK(fb_btf_builder_enum(&builder, "pagetype", 4, false, kinds,
					  FB_ARRAY_SIZE(kinds), &id));
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "page", PAGE_BYTES, of_page,
				       (size_t)(whole ? age == MASKS ? 2 : 1 : 0), &id));
	if (age != MASKS && whole)
		FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "folio", 4 * PAGE_BYTES,
					       &of_folio, 1, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

static void begin(struct words_world *world, enum made_age age)
{
	made_pages_create(&world->pages, age);
	made_pages_renew(&world->pages, types_of(age, true, false));
	world->dump = (struct fb_dump){.info.max_pfn = FB_PAGE_CLASS_WINDOW};
	world->pages.made->kernel.dump = &world->dump;
	MADE_FIELD(world->pages.made, page_refcount, 52, 4);
	MADE_FIELD(world->pages.made, page_index, 32, 8);
}

static void end(struct words_world *world)
{
	made_pages_destroy(&world->pages);
}

static struct fb_page_words words_of(struct words_world *world, uint64_t pfn)
{
	struct fb_page_words words;

	memset(&words, 0xaa, sizeof(words));
	FB_OK_FATAL(fb_page_words_read(&world->pages.made->kernel, pfn, &words));
	return words;
}

#define SET(world, pfn, member, value) \
	MADE_SET((world)->pages.made, made_page_at(&(world)->pages, pfn), member, value)

/* The bits' numbers are the kernel's interface to user space: they are written out here. */
static void says_flags_in_the_kernels_numbers(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		struct words_world world;
		struct fb_page_words words;

		begin(&world, age);
		made_page_put(&world.pages, 1, LOCKED | UPTODATE | LRU | PRIVATE | 1ull << 20,
			      MADE_BASE);
		SET(&world, 1, page_refcount, 3);
		SET(&world, 1, page_mapcount, 1);
		SET(&world, 1, page_index, 77);
		made_put(world.pages.made, made_page_at(&world.pages, 1) + 56, 0x1232, 8);
		words = words_of(&world, 1);
		CU_ASSERT(words.known);
		CU_ASSERT_EQUAL(words.bits, 1ull << 0 | 1ull << 3 | 1ull << 5 | 1ull << 11 |
						    1ull << 18 | 1ull << 35);
		CU_ASSERT_EQUAL(words.references, 3);
		CU_ASSERT_EQUAL(words.map_count, 2);
		CU_ASSERT_EQUAL(words.whole_map_count, 0);
		CU_ASSERT_EQUAL(words.mapping, MADE_BASE);
		CU_ASSERT_EQUAL(words.index, 77);
		CU_ASSERT_EQUAL(words.memcg_data, 0x1232);
		CU_ASSERT_EQUAL(words.head, 1);
		CU_ASSERT_EQUAL(words.order, 0);
		made_page_put(&world.pages, 2, RESERVED | POISONED, 0);
		SET(&world, 2, page_refcount, 1);
		CU_ASSERT_EQUAL(words_of(&world, 2).bits, 1ull << 32 | 1ull << 19);
		end(&world);
	}
}

static void tells_memory_of_processes(void)
{
	struct words_world world;

	begin(&world, BYTES);
	for (uint64_t pfn = 1; pfn < 6; pfn++)
		SET(&world, pfn, page_refcount, 1);
	made_page_put(&world.pages, 1, SWAP_BACKED, MADE_BASE | 1);
	CU_ASSERT_EQUAL(words_of(&world, 1).bits, FB_KPF_ANON | 1ull << 14);
	made_page_put(&world.pages, 2, SWAP_BACKED, MADE_BASE | 3);
	CU_ASSERT_EQUAL(words_of(&world, 2).bits, FB_KPF_ANON | FB_KPF_KSM | 1ull << 14);
	/* The flag of the swap cache has another meaning in a file's pages. */
	made_page_put(&world.pages, 3, SWAP_CACHE, MADE_BASE);
	CU_ASSERT_EQUAL(words_of(&world, 3).bits, 0);
	made_page_put(&world.pages, 4, SWAP_CACHE | SWAP_BACKED, MADE_BASE | 1);
	SET(&world, 4, page_private, SWAP_ENTRY);
	CU_ASSERT_EQUAL(words_of(&world, 4).bits, FB_KPF_SWAPCACHE | FB_KPF_ANON | 1ull << 14);
	CU_ASSERT_EQUAL(words_of(&world, 4).page.private_data, SWAP_ENTRY);
	/* A driver's page: mapping is movable_operations, not anonymous. */
	made_page_put(&world.pages, 5, 0, MADE_BASE | 2);
	CU_ASSERT_EQUAL(words_of(&world, 5).bits, 0);
	end(&world);
}

static void tells_pages_of_a_type(void)
{
	static const struct {
		uint32_t masks, bytes;
		uint64_t bit;
	} kinds[] = {{0xffffff7f, 0xf0ffffff, FB_KPF_BUDDY},
		     {0xfffffeff, 0xf1ffffff, FB_KPF_OFFLINE},
		     {0xfffffdff, 0xf2ffffff, FB_KPF_PGTABLE}};

	for (enum made_age age = 0; age < AGES; age++) {
		struct words_world world;

		begin(&world, age);
		for (uint64_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
			made_page_type(&world.pages, i + 1, kinds[i].masks, kinds[i].bytes);
			SET(&world, i + 1, page_refcount, 1);
			SET(&world, i + 1, page_mapping, 1); /* another use of the word */
			CU_ASSERT_EQUAL(words_of(&world, i + 1).bits, kinds[i].bit);
			CU_ASSERT_EQUAL(words_of(&world, i + 1).map_count, 0);
		}
		/* A slab's words mean others: neither mapped, nor of processes, nor free without a reference. */
		made_page_put(&world.pages, 8, age == MASKS ? SLAB : 0, MADE_BASE | 3);
		made_page_type(&world.pages, 8, 5, 0xf5000005);
		CU_ASSERT_EQUAL(words_of(&world, 8).bits, FB_KPF_SLAB);
		end(&world);
	}
}

/* Masks of types run in one of two directions, told by the two that VMCOREINFO has; without either no page is a
 * table. */
static void finds_tables_by_their_neighbours(void)
{
	static const struct {
		const char *info;
		uint32_t word;
		uint64_t bits;
	} kernels[] = {
		{"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\nNUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n",
		 0xfffffdff, FB_KPF_PGTABLE},
		{"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-1073741825\nNUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-536870913\n",
		 0xefffffff, FB_KPF_PGTABLE},
		{"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\nNUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-4097\n",
		 0xfffffdff, 0},
		{"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n", 0xfffffdff, 0},
		{"PAGESIZE=4096\n", 0xfffffdff, 0},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(kernels); i++) {
		struct words_world world;

		begin(&world, MASKS);
		fb_vmcoreinfo_destroy(world.pages.made->kernel.vmcoreinfo);
		FB_OK_FATAL(
			fb_vmcoreinfo_parse(kernels[i].info, &world.pages.made->kernel.vmcoreinfo));
		SET(&world, 1, page_mapcount, kernels[i].word);
		SET(&world, 1, page_refcount, 1);
		CU_ASSERT_EQUAL(words_of(&world, 1).bits, kernels[i].bits);
		end(&world);
	}
}

/* Before 5.11 another type's bit was between. */
static void older_kernels_have_one_type_more(void)
{
	static const struct {
		uint32_t word;
		uint64_t bits;
	} words[] = {{0xfffffeff, FB_KPF_OFFLINE}, {0xfffffdff, 0}, {0xfffffbff, FB_KPF_PGTABLE}};
	struct words_world world;

	begin(&world, MASKS);
	made_pages_renew(&world.pages, types_of(MASKS, true, true));
	SET(&world, 1, page_refcount, 1);
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		SET(&world, 1, page_mapcount, words[i].word);
		CU_ASSERT_EQUAL(words_of(&world, 1).bits, words[i].bits);
	}
	made_put(world.pages.made, made_page_at(&world.pages, 1) + 56, 0x1232, 8);
	CU_ASSERT_EQUAL(words_of(&world, 1).memcg_data, 0x1232);
	end(&world);
}

static void knows_blocks_and_huge_pages(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		struct words_world world;
		struct fb_page_words words;

		begin(&world, age);
		made_page_put(&world.pages, 512, LRU | SWAP_BACKED, MADE_BASE | 1);
		made_page_tails(&world.pages, 512, 512);
		SET(&world, 512, page_refcount, 2);
		made_put(world.pages.made, made_page_at(&world.pages, 513) + 16, 1,
			 4); /* counts from -1 */
		words = words_of(&world, 512);
		CU_ASSERT_EQUAL(words.bits,
				1ull << 5 | FB_KPF_MMAP | FB_KPF_ANON | 1ull << 14 | FB_KPF_HEAD);
		CU_ASSERT_EQUAL(words.order, 9);
		CU_ASSERT_EQUAL(words.whole_map_count, 2);
		CU_ASSERT_EQUAL(words.map_count, 0);
		words = words_of(&world, 700);
		CU_ASSERT_EQUAL(words.bits,
				1ull << 5 | FB_KPF_MMAP | FB_KPF_ANON | 1ull << 14 | FB_KPF_TAIL);
		CU_ASSERT_EQUAL(words.head, 512);
		CU_ASSERT_EQUAL(words.order, 9);
		CU_ASSERT_EQUAL(words.references, 2);
		CU_ASSERT_EQUAL(words.mapping, MADE_BASE | 1);
		/* A block of the kernel's has another use for the word. */
		SET(&world, 512, page_mapping, 0);
		CU_ASSERT_EQUAL(words_of(&world, 512).whole_map_count, 0);
		if (age != MASKS) {
			made_page_type(&world.pages, 512, 0, 0xf4000000);
			CU_ASSERT_EQUAL(words_of(&world, 700).bits,
					1ull << 5 | 1ull << 14 | FB_KPF_TAIL | FB_KPF_HUGE);
		}
		end(&world);
	}
}

static void finds_the_free_block_that_a_frame_is_in(void)
{
	for (enum made_age age = 0; age < AGES; age++) {
		struct words_world world;
		struct fb_page_words words;

		begin(&world, age);
		made_page_type(&world.pages, 64, 0xffffff7f, 0xf0000000);
		SET(&world, 64, page_private, 4);
		words = words_of(&world, 79);
		CU_ASSERT_EQUAL(words.bits, FB_KPF_BUDDY);
		CU_ASSERT_EQUAL(words.head, 64);
		CU_ASSERT_EQUAL(words.order, 4);
		CU_ASSERT_EQUAL(words_of(&world, 80).bits, 0);
		CU_ASSERT_EQUAL(words_of(&world, 80).head, 80);
		/* In use: what is left of a block that was free says nothing. */
		SET(&world, 70, page_refcount, 1);
		CU_ASSERT_EQUAL(words_of(&world, 70).bits, 0);
		/* Orders that no block has. */
		SET(&world, 64, page_private, 11);
		CU_ASSERT_EQUAL(words_of(&world, 79).bits, 0);
		SET(&world, 64, page_private, UINT64_MAX);
		CU_ASSERT_EQUAL(words_of(&world, 79).bits, 0);
		/* Too small to reach this frame. */
		SET(&world, 64, page_private, 3);
		CU_ASSERT_EQUAL(words_of(&world, 79).bits, 0);
		CU_ASSERT_EQUAL(words_of(&world, 71).bits, FB_KPF_BUDDY);
		end(&world);
	}
}

static void what_a_kernel_does_not_have_is_not_said(void)
{
	struct words_world world;
	struct fb_page_words words;

	begin(&world, BYTES);
	made_pages_renew(&world.pages, types_of(BYTES, false, false));
	made_page_put(&world.pages, 512, LRU, MADE_BASE | 1);
	made_page_tails(&world.pages, 512, 512);
	made_put(world.pages.made, made_page_at(&world.pages, 512) + 56, 0x1232, 8);
	made_put(world.pages.made, made_page_at(&world.pages, 513) + 16, 1, 4);
	SET(&world, 512, page_refcount, 1);
	words = words_of(&world, 512);
	CU_ASSERT(words.known);
	CU_ASSERT_EQUAL(words.memcg_data, 0);
	CU_ASSERT_EQUAL(words.whole_map_count, 0);
	end(&world);
}

static void a_struct_page_that_cannot_be_read_is_unknown(void)
{
	struct words_world world;
	struct fb_page_words words;

	begin(&world, BYTES);
	made_page_put(&world.pages, 512, LRU, MADE_BASE);
	made_page_tails(&world.pages, 512, 512);
	made_lose(world.pages.made, made_page_at(&world.pages, 64));
	words = words_of(&world, 64);
	CU_ASSERT(!words.known);
	CU_ASSERT_EQUAL(words.bits, FB_KPF_NOPAGE);
	CU_ASSERT_EQUAL(words.head, 64);
	/* The struct page of a tail is there, its head's is not. */
	made_lose(world.pages.made, made_page_at(&world.pages, 512));
	CU_ASSERT(!words_of(&world, 700).known);
	/* Far outside. */
	CU_ASSERT(!words_of(&world, 1ull << 40).known);
	CU_ASSERT(!words_of(&world, UINT64_MAX >> 12).known);
	CU_ASSERT_EQUAL(fb_warnings_count(world.pages.made->warnings), 0);
	end(&world);
}

static void names_bits_in_their_order(void)
{
	static const char *const wanted[] = {"locked", "buddy", "nopage", "reserved", "private_2"};
	const uint64_t bits = 1ull << 0 | 1ull << 10 | 1ull << 20 | 1ull << 32 | 1ull << 36;
	unsigned bit = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(wanted); i++) {
		const char *word = fb_page_word(bits, &bit);

		CU_ASSERT_PTR_NOT_NULL_FATAL(word);
		CU_ASSERT_STRING_EQUAL(word, wanted[i]);
	}
	CU_ASSERT_PTR_NULL(fb_page_word(bits, &bit));
	/* Numbers that have no word. */
	bit = 0;
	CU_ASSERT_PTR_NULL(fb_page_word(1ull << 63 | 1ull << 22, &bit));
}

static struct fb_error *ask(void *context)
{
	struct words_world *world = context;
	struct fb_page_words words;
	struct fb_error *err = fb_page_words_read(&world->pages.made->kernel, 700, &words);

	return err ? err : fb_page_words_read(&world->pages.made->kernel, 79, &words);
}

static void fatal_errors_pass(void)
{
	struct words_world world;

	begin(&world, MASKS);
	made_page_put(&world.pages, 512, LRU, MADE_BASE | 1);
	made_page_tails(&world.pages, 512, 512);
	SET(&world, 512, page_refcount, 1);
	made_page_type(&world.pages, 64, 0xffffff7f, 0);
	SET(&world, 64, page_private, 4);
	CU_ASSERT(failing_made_must_pass(world.pages.made, ask, &world) > 20);
	end(&world);
}

FB_TEST_MAIN("kernel/page_words", FB_TEST(says_flags_in_the_kernels_numbers),
	     FB_TEST(tells_memory_of_processes), FB_TEST(tells_pages_of_a_type),
	     FB_TEST(finds_tables_by_their_neighbours), FB_TEST(older_kernels_have_one_type_more),
	     FB_TEST(knows_blocks_and_huge_pages), FB_TEST(finds_the_free_block_that_a_frame_is_in),
	     FB_TEST(what_a_kernel_does_not_have_is_not_said),
	     FB_TEST(a_struct_page_that_cannot_be_read_is_unknown),
	     FB_TEST(names_bits_in_their_order), FB_TEST(fatal_errors_pass))
