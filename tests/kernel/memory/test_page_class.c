// SPDX-License-Identifier: GPL-2.0-or-later
/* Classes of page frames by made struct pages, as kernels of three ages describe them. */
#include "kernel/memory/page_class.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/memory/page_frame.h"
#include "symbols/btf/btf_builder.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define PAGE_BYTES 64u
#define MOST_ALIGNED 0x10000u
#define LRU (1ull << 5)
#define PRIVATE (1ull << 13)
#define SWAP_CACHE (1ull << 10)
#define SWAP_BACKED (1ull << 19)
#define SLAB (1ull << 9)
#define POISONED (1ull << 21)
#define NO_TYPE 0xffffffffu
#define HUGETLB_DESTRUCTOR 2u

enum age {
	MASKS, /* 6.1: types are masks, told by VMCOREINFO alone; slabs by a flag, hugetlb by its destructor */
	BYTES,      /* 6.12: enum pagetype */
	HEAD_MASKS, /* 7.1: as BYTES, and tails have a mask */
	AGES,
};

struct world {
	struct made_kernel *made;
	struct fb_page_classifier *classifier;
	uint64_t pages;
	enum age age;
	uint8_t classes[FB_PAGE_CLASS_WINDOW];
};

static struct fb_btf *make_types(enum age age)
{
	const struct fb_btf_value flags[] = {
		{"PG_lru", 5},         {"PG_swapcache", 10}, {"PG_private", 13},
		{"PG_swapbacked", 19}, {"PG_hwpoison", 21},  {"PG_slab", 9},
	};
	const struct fb_btf_value kinds[] = {
		{"PGTY_buddy", 0xf0},
		{"PGTY_offline", 0xf1},
		{"PGTY_hugetlb", 0xf4},
		{"PGTY_slab", 0xf5},
	};
	const struct fb_btf_value destructors[] = {{"COMPOUND_PAGE_DTOR", 1},
						   {"HUGETLB_PAGE_DTOR", HUGETLB_DESTRUCTOR}};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t byte, id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "unsigned char", 1, FB_BTF_UNSIGNED, &byte));
	/* The last flag is gone once it is a type. */
	FB_OK(fb_btf_builder_enum(&builder, "pageflags", 4, false, flags,
				  FB_ARRAY_SIZE(flags) - (age != MASKS), &id));
	if (age == MASKS) {
		const struct fb_btf_member member = {
			.name = "compound_dtor", .type = byte, .bit_offset = 128};

		FB_OK(fb_btf_builder_enum(&builder, "compound_dtor_id", 4, false, destructors,
					  FB_ARRAY_SIZE(destructors), &id));
		FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "page", PAGE_BYTES,
					       &member, 1, &id));
	} else {
		FB_OK(fb_btf_builder_enum(&builder, "pagetype", 4, false, kinds,
					  FB_ARRAY_SIZE(kinds), &id));
	}
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

static void make(struct world *world, enum age age)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8);

	memset(world, 0, sizeof(*world));
	world->made = made;
	world->age = age;
	while ((made_alloc_pages(made, FB_PAGE_SIZE) + FB_PAGE_SIZE) % MOST_ALIGNED)
		; /* until struct pages are aligned as masks want them */
	world->pages = made_alloc_pages(made, FB_PAGE_CLASS_WINDOW * PAGE_BYTES);
	made_put(made, base, world->pages, 8);
	made_symbols(made, (const char *const[]){"vmemmap_base", NULL}, (const uint64_t[]){base});
	made->kernel.layout.page.size = PAGE_BYTES;
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_compound_head, 8, 8);
	MADE_FIELD(made, page_mapping, 24, 8);
	MADE_FIELD(made, page_private, 40, 8);
	MADE_FIELD(made, page_mapcount, 48, 4);
	made->kernel.types = make_types(age);
	fb_vmcoreinfo_destroy(made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse(age == MASKS ? "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
						       "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n"
						     : "PAGESIZE=4096\n",
					&made->kernel.vmcoreinfo));
	for (uint64_t i = 0; i < FB_PAGE_CLASS_WINDOW; i++)
		MADE_SET(made, world->pages + i * PAGE_BYTES, page_mapcount, NO_TYPE);
	FB_OK_FATAL(fb_page_classifier_create(&made->kernel, &world->classifier));
}

static void destroy(struct world *world)
{
	fb_page_classifier_destroy(world->classifier);
	fb_btf_destroy(world->made->kernel.types);
	made_kernel_destroy(world->made);
}

static uint64_t page_at(const struct world *world, uint64_t pfn)
{
	return world->pages + pfn * PAGE_BYTES;
}

static void put(struct world *world, uint64_t pfn, uint64_t flags, uint64_t mapping)
{
	MADE_SET(world->made, page_at(world, pfn), page_flags, flags);
	MADE_SET(world->made, page_at(world, pfn), page_mapping, mapping);
}

static void put_type(struct world *world, uint64_t pfn, uint32_t masks, uint32_t bytes)
{
	MADE_SET(world->made, page_at(world, pfn), page_mapcount,
		 world->age == MASKS ? masks : bytes);
}

/* Pages first + 1 to first + count - 1 become tails of first. */
static void put_tails(struct world *world, uint64_t first, uint64_t count)
{
	uint64_t word = world->age == HEAD_MASKS ? -(count * PAGE_BYTES) : page_at(world, first);

	for (uint64_t i = 1; i < count; i++)
		MADE_SET(world->made, page_at(world, first + i), page_compound_head, word | 1);
}

static void classify(struct world *world)
{
	FB_OK_FATAL(fb_page_classify(world->classifier, 0, world->classes));
}

static void tells_pages_apart(void)
{
	for (enum age age = 0; age < AGES; age++) {
		struct world world;

		make(&world, age);
		put(&world, 1, LRU, MADE_BASE);                   /* a file's */
		put(&world, 2, LRU | PRIVATE, MADE_BASE);         /* with buffers */
		put(&world, 3, LRU | SWAP_BACKED, MADE_BASE | 1); /* anonymous */
		put(&world, 4, LRU | SWAP_BACKED, MADE_BASE | 3); /* merged by KSM */
		put(&world, 5, SWAP_CACHE | SWAP_BACKED, 0);      /* swapped in */
		put(&world, 6, SWAP_CACHE, 0);                    /* PG_owner_priv_1 */
		put(&world, 7, 0, MADE_BASE | 2);                 /* a driver's */
		put(&world, 8, 0, 0x1235);                        /* not anonymous: no address */
		put(&world, 9, POISONED | LRU, MADE_BASE | 1);    /* broken */
		put(&world, 10, UINT64_MAX, UINT64_MAX);          /* never set up */
		put(&world, 11, 0, MADE_BASE);                    /* a file's, off the LRU */
		put(&world, 12, LRU | (age == MASKS ? SLAB : 0),
		    1); /* a slab's words mean others */
		put_type(&world, 12, NO_TYPE, 0xf5000000);
		put(&world, 13, LRU, MADE_BASE | 1);
		put_type(&world, 13, 0xfffffdff, 0xf2000000); /* a page table */
		put_type(&world, 14, 0xfffffeff, 0xf1000000); /* offline */
		classify(&world);
		const uint8_t want[] = {
			FB_PAGE_KERNEL, FB_PAGE_CACHE,    FB_PAGE_CACHE_PRIVATE, FB_PAGE_USER,
			FB_PAGE_USER,   FB_PAGE_CACHE,    FB_PAGE_KERNEL,        FB_PAGE_KERNEL,
			FB_PAGE_KERNEL, FB_PAGE_POISONED, FB_PAGE_UNKNOWN,       FB_PAGE_KERNEL,
			FB_PAGE_KERNEL, FB_PAGE_KERNEL,   FB_PAGE_OFFLINE,       FB_PAGE_KERNEL,
		};
		for (size_t i = 0; i < FB_ARRAY_SIZE(want); i++) {
			if (world.classes[i] != want[i])
				fprintf(stderr, "age %d, page %zu: %s\n", age, i,
					fb_page_class_name(world.classes[i]));
			CU_ASSERT_EQUAL(world.classes[i], want[i]);
		}
		destroy(&world);
	}
}

static void knows_free_blocks_whole(void)
{
	for (enum age age = 0; age < AGES; age++) {
		static const struct {
			uint64_t pfn, order;
		} blocks[] = {{16, 3}, {512, 9}, {33, 1}, {64, 11}, {128, 200}};
		struct world world;

		make(&world, age);
		for (size_t i = 0; i < FB_ARRAY_SIZE(blocks); i++) {
			put_type(&world, blocks[i].pfn, 0xffffff7f, 0xf0000000);
			MADE_SET(world.made, page_at(&world, blocks[i].pfn), page_private,
				 blocks[i].order);
		}
		/* What was there before the block was freed is left in it. */
		put(&world, 18, LRU, MADE_BASE | 1);
		put(&world, 600, POISONED, 0);
		classify(&world);
		CU_ASSERT_EQUAL(world.classes[15], FB_PAGE_KERNEL);
		for (unsigned i = 16; i < 24; i++)
			CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_FREE);
		CU_ASSERT_EQUAL(world.classes[24], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[512], FB_PAGE_FREE);
		CU_ASSERT_EQUAL(world.classes[600], FB_PAGE_POISONED);
		CU_ASSERT_EQUAL(world.classes[1023], FB_PAGE_FREE);
		/* Orders that cannot be, and blocks that are not aligned to theirs. */
		CU_ASSERT_EQUAL(world.classes[33], FB_PAGE_UNKNOWN);
		CU_ASSERT_EQUAL(world.classes[34], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[64], FB_PAGE_UNKNOWN);
		CU_ASSERT_EQUAL(world.classes[128], FB_PAGE_UNKNOWN);
		destroy(&world);
	}
}

static void asks_heads_of_compound_pages(void)
{
	for (enum age age = 0; age < AGES; age++) {
		struct world world;

		make(&world, age);
		put(&world, 512, LRU | SWAP_BACKED, MADE_BASE | 1); /* a transparent huge page */
		put_tails(&world, 512, 256);
		put(&world, 768, age == MASKS ? SLAB : 0, 0); /* a slab of four pages */
		put_type(&world, 768, NO_TYPE, 0xf5000000);
		put_tails(&world, 768, 4);
		put(&world, 769, LRU, MADE_BASE | 1);       /* words of its own use */
		put_type(&world, 896, NO_TYPE, 0xf4000000); /* hugetlbfs's */
		put_tails(&world, 896, 128);
		if (age == MASKS)
			made_put(world.made, page_at(&world, 897) + 16, HUGETLB_DESTRUCTOR, 1);
		/* Tails of what is a tail itself, and of what cannot be. */
		MADE_SET(world.made, page_at(&world, 20), page_compound_head,
			 page_at(&world, 513) | 1);
		MADE_SET(world.made, page_at(&world, 21), page_compound_head, 0x1001);
		classify(&world);
		CU_ASSERT_EQUAL(world.classes[512], FB_PAGE_USER);
		CU_ASSERT_EQUAL(world.classes[767], FB_PAGE_USER);
		for (unsigned i = 768; i < 772; i++)
			CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[896], FB_PAGE_USER);
		CU_ASSERT_EQUAL(world.classes[1023], FB_PAGE_USER);
		CU_ASSERT_EQUAL(world.classes[20], FB_PAGE_UNKNOWN);
		CU_ASSERT_EQUAL(world.classes[21], FB_PAGE_UNKNOWN);
		destroy(&world);
	}
}

static void does_not_know_what_is_not_there(void)
{
	struct world world;

	make(&world, BYTES);
	put(&world, 1, LRU, MADE_BASE);
	put(&world, 64, LRU, MADE_BASE);
	put(&world, 128, LRU, MADE_BASE);
	made_lose(world.made, page_at(&world, 64));
	classify(&world);
	CU_ASSERT_EQUAL(world.classes[1], FB_PAGE_CACHE);
	for (unsigned i = 64; i < 128; i++)
		CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_UNKNOWN);
	CU_ASSERT_EQUAL(world.classes[128], FB_PAGE_CACHE);
	destroy(&world);
}

/* Stands before a made kernel's memory: no struct page is there. */
struct nowhere {
	struct fb_space space;
	struct world *world;
	uint64_t asked; /* reads of struct pages */
};

static struct fb_error *read_nowhere(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	struct nowhere *nowhere = (struct nowhere *)space;

	if (address < nowhere->world->pages)
		return fb_space_read(&nowhere->world->made->space, address, to, length);
	nowhere->asked++;
	return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", address);
}

static struct fb_error *locate_nowhere(struct fb_space *space, uint64_t address, uint64_t length,
				       struct fb_run *run_ret)
{
	(void)space;
	*run_ret = (struct fb_run){address, length, {.source = FB_SOURCE_ABSENT}};
	return NULL;
}

static void asks_once_for_a_window_that_is_not_there(void)
{
	static const struct fb_space_ops ops = {read_nowhere, locate_nowhere};
	struct world world;
	struct nowhere nowhere = {.space = {&ops, "nowhere"}, .world = &world};

	make(&world, BYTES);
	world.made->kernel.space = &nowhere.space;
	classify(&world);
	CU_ASSERT_EQUAL(nowhere.asked, 1);
	for (unsigned i = 0; i < FB_PAGE_CLASS_WINDOW; i++)
		CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_UNKNOWN);
	world.made->kernel.space = &world.made->space;
	destroy(&world);
}

/* What tells hugetlbfs's pages in kernels without a page type of theirs. */
struct hugetlb_way {
	unsigned destructor_bytes; /* of compound_dtor; 0: no such member */
	bool enumerated;           /* the destructor's number */
	bool flagged;              /* PG_hugetlb, of the first tail */
	uint32_t destructor_at;    /* bytes from the start of struct page */
};

static struct fb_btf *make_hugetlb_types(const struct hugetlb_way *way)
{
	const struct fb_btf_value flags[] = {{"PG_lru", 5}, {"PG_hugetlb", 8}};
	const struct fb_btf_value destructors[] = {{"HUGETLB_PAGE_DTOR", HUGETLB_DESTRUCTOR}};
	struct fb_btf_member member = {.name = "compound_dtor",
				       .bit_offset = way->destructor_at * 8};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "pageflags", 4, false, flags, 1 + way->flagged, &id));
	if (way->destructor_bytes) {
		FB_OK(fb_btf_builder_int(&builder, "number", way->destructor_bytes, FB_BTF_UNSIGNED,
					 &member.type));
		FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "page", 2 * PAGE_BYTES,
					       &member, 1, &id));
	}
	if (way->enumerated)
		FB_OK(fb_btf_builder_enum(&builder, "compound_dtor_id", 4, false, destructors, 1,
					  &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

static void renew(struct world *world, struct fb_btf *types)
{
	fb_page_classifier_destroy(world->classifier);
	fb_btf_destroy(world->made->kernel.types);
	world->made->kernel.types = types;
	world->classifier = NULL;
	FB_OK_FATAL(fb_page_classifier_create(&world->made->kernel, &world->classifier));
}

/* The destructor where it is a byte and its number has a name; else the flag; else nothing. */
static void hugetlb_pages_are_told_as_each_kernel_does(void)
{
	static const struct {
		struct hugetlb_way way;
		enum fb_page_class by_destructor, by_flag;
	} ways[] = {
		{{1, true, false, 16}, FB_PAGE_USER, FB_PAGE_KERNEL},
		{{1, true, true, 16}, FB_PAGE_USER, FB_PAGE_KERNEL},
		{{1, false, true, 16}, FB_PAGE_KERNEL, FB_PAGE_USER},
		{{2, true, true, 16}, FB_PAGE_KERNEL, FB_PAGE_USER},
		{{0, true, true, 16}, FB_PAGE_KERNEL, FB_PAGE_USER},
		/* The last byte of a struct page, which says nothing here, and one behind it. */
		{{1, true, true, PAGE_BYTES - 1}, FB_PAGE_KERNEL, FB_PAGE_KERNEL},
		{{1, true, true, PAGE_BYTES}, FB_PAGE_KERNEL, FB_PAGE_USER},
		{{0, false, false, 16}, FB_PAGE_KERNEL, FB_PAGE_KERNEL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(ways); i++) {
		struct world world;

		make(&world, MASKS);
		renew(&world, make_hugetlb_types(&ways[i].way));
		for (uint64_t pfn = 64; pfn <= 576; pfn += 128)
			MADE_SET(world.made, page_at(&world, pfn + 1), page_compound_head,
				 page_at(&world, pfn) | 1);
		made_put(world.made, page_at(&world, 65) + 16, HUGETLB_DESTRUCTOR, 1);
		made_put(world.made, page_at(&world, 193) + 16, HUGETLB_DESTRUCTOR - 1, 1);
		MADE_SET(world.made, page_at(&world, 321), page_flags, 1u << 8);
		MADE_SET(world.made, page_at(&world, 449), page_flags, 0xff);
		/* No tail of a compound page behind it. */
		MADE_SET(world.made, page_at(&world, 577), page_flags, 1u << 8);
		MADE_SET(world.made, page_at(&world, 577), page_compound_head,
			 page_at(&world, 576));
		made_put(world.made, page_at(&world, 577) + 16, HUGETLB_DESTRUCTOR, 1);
		classify(&world);
		CU_ASSERT_EQUAL(world.classes[64], ways[i].by_destructor);
		CU_ASSERT_EQUAL(world.classes[65], ways[i].by_destructor);
		CU_ASSERT_EQUAL(world.classes[192], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[320], ways[i].by_flag);
		CU_ASSERT_EQUAL(world.classes[448], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[576], FB_PAGE_KERNEL);
		destroy(&world);
	}
}

/* Struct pages of 60 bytes lie across pages of memory, and those of 62 end within one. */
static void struct_pages_of_odd_sizes_are_read_in_parts(void)
{
	static const uint32_t sizes[] = {60, 62, 64};

	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		const uint64_t size = sizes[i];
		struct world world;

		make(&world, BYTES);
		world.made->kernel.layout.page.size = sizes[i];
		renew(&world, make_types(BYTES));
		memset(made_at(world.made, world.pages), 0, FB_PAGE_CLASS_WINDOW * size);
		for (uint64_t pfn = 0; pfn < FB_PAGE_CLASS_WINDOW; pfn++) {
			MADE_SET(world.made, world.pages + pfn * size, page_mapcount, NO_TYPE);
			MADE_SET(world.made, world.pages + pfn * size, page_flags, LRU);
		}
		made_lose(world.made, world.pages + 2 * FB_PAGE_SIZE);
		classify(&world);
		for (uint64_t pfn = 0; pfn < FB_PAGE_CLASS_WINDOW; pfn++) {
			uint64_t end = (pfn + 1) * size;
			bool lost = end > 2 * FB_PAGE_SIZE && pfn * size < 3 * FB_PAGE_SIZE;

			CU_ASSERT_EQUAL(world.classes[pfn], lost ? FB_PAGE_UNKNOWN : FB_PAGE_CACHE);
		}
		destroy(&world);
	}
}

static void classes_have_names(void)
{
	CU_ASSERT_STRING_EQUAL(fb_page_class_name(FB_PAGE_UNKNOWN), "unknown");
	CU_ASSERT_STRING_EQUAL(fb_page_class_name(FB_PAGE_CACHE_PRIVATE), "cache-private");
	CU_ASSERT_STRING_EQUAL(fb_page_class_name(FB_PAGE_POISONED), "poisoned");
	CU_ASSERT_STRING_EQUAL(fb_page_class_name(FB_PAGE_CLASSES), "unknown");
	fb_page_classifier_destroy(NULL);
}

/* Each word at its last place within struct page, one byte behind it, and of a byte less. */
static void words_of_pages_have_places_and_sizes(void)
{
	for (unsigned word = 0; word < 5; word++) {
		for (int change = 0; change < 4; change++) {
			struct fb_page_classifier *classifier = NULL;
			struct world world;
			struct fb_layout *layout;
			struct fb_field *words[5];
			struct fb_error *err;

			make(&world, BYTES);
			layout = &world.made->kernel.layout;
			words[0] = &layout->page_flags;
			words[1] = &layout->page_mapping;
			words[2] = &layout->page_compound_head;
			words[3] = &layout->page_private;
			words[4] = &layout->page_mapcount;
			if (change < 2)
				words[word]->offset = PAGE_BYTES - words[word]->size + change;
			else if (change == 2)
				words[word]->size--;
			else
				words[word]->found = false;
			err = fb_page_classifier_create(&world.made->kernel, &classifier);
			CU_ASSERT_EQUAL(err == NULL, change == 0);
			if (change)
				CU_ASSERT_EQUAL(fb_error_code(err),
						change == 3 ? FB_NOT_FOUND : FB_UNSUPPORTED);
			fb_error_destroy(err);
			fb_page_classifier_destroy(classifier);
			destroy(&world);
		}
	}
}

static void struct_pages_have_a_size(void)
{
	static const struct {
		uint32_t size;
		bool good;
	} sizes[] = {{0, false}, {7, false}, {51, false}, {52, true}, {256, true}, {257, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		struct fb_page_classifier *classifier = NULL;
		struct world world;
		struct fb_error *err;

		make(&world, BYTES);
		world.made->kernel.layout.page.size = sizes[i].size;
		err = fb_page_classifier_create(&world.made->kernel, &classifier);
		CU_ASSERT_EQUAL(err == NULL, sizes[i].good);
		if (err)
			CU_ASSERT_EQUAL(fb_error_code(err), FB_UNSUPPORTED);
		fb_error_destroy(err);
		fb_page_classifier_destroy(classifier);
		destroy(&world);
	}
}

/* Enumerators of page types that do not fit the byte tell nothing; VMCOREINFO then does. */
static void page_types_are_numbers_of_a_byte(void)
{
	static const struct {
		int64_t value;
		enum fb_page_class class;
	} types[] = {
		{0, FB_PAGE_FREE}, {1, FB_PAGE_KERNEL}, {255, FB_PAGE_KERNEL}, {256, FB_PAGE_FREE}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(types); i++) {
		const struct fb_btf_value kinds[] = {{"PGTY_buddy", types[i].value}};
		struct fb_btf_builder builder;
		struct fb_btf *btf = NULL;
		struct world world;
		uint32_t id;

		make(&world, MASKS);
		FB_OK_FATAL(fb_btf_builder_init(&builder));
		FB_OK(fb_btf_builder_enum(&builder, "pagetype", 4, false, kinds, 1, &id));
		FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
		fb_btf_builder_deinit(&builder);
		renew(&world, btf);
		/* -129 is what VMCOREINFO has. */
		MADE_SET(world.made, page_at(&world, 1), page_mapcount, 0xffffff7f);
		MADE_SET(world.made, page_at(&world, 2), page_mapcount, 0xffffff7e);
		MADE_SET(world.made, page_at(&world, 3), page_mapcount, 0x01000005);
		classify(&world);
		/* Its top byte is 255. */
		CU_ASSERT_EQUAL(world.classes[1],
				types[i].value == 255 ? FB_PAGE_FREE : types[i].class);
		CU_ASSERT_EQUAL(world.classes[2],
				types[i].value == 255 ? FB_PAGE_FREE : FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[3],
				types[i].value == 1 ? FB_PAGE_FREE : FB_PAGE_KERNEL);
		destroy(&world);
	}
}

static void takes_types_that_describe_pages(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_page_classifier *classifier = NULL;

	FB_FAILS_WITH(fb_page_classifier_create(&made->kernel, &classifier), FB_NOT_FOUND,
		      "page.flags");
	MADE_FIELD(made, page_flags, 0, 8);
	MADE_FIELD(made, page_mapping, 60, 8); /* not within */
	made->kernel.layout.page.size = PAGE_BYTES;
	FB_FAILS(fb_page_classifier_create(&made->kernel, &classifier), FB_UNSUPPORTED);
	CU_ASSERT_PTR_NULL(classifier);
	made_kernel_destroy(made);
}

static struct fb_error *ask(void *context)
{
	struct world *world = context;
	struct fb_page_classifier *classifier = NULL;
	struct fb_error *err = fb_page_classifier_create(&world->made->kernel, &classifier);

	if (!err)
		err = fb_page_classify(classifier, 0, world->classes);
	fb_page_classifier_destroy(classifier);
	return err;
}

/* One struct page is lost, so that the window is read page by page, and a tail's head is before the window. A disk that
 * does not give a page (FB_CORRUPT, base/file.h) is no reason to give up. */
static void what_is_fatal_passes_and_a_bad_page_does_not(void)
{
	size_t reads;

	struct failing_space failing;
	struct failure failure;
	struct world world;

	make(&world, MASKS);
	made_lose(world.made, page_at(&world, 200));
	MADE_SET(world.made, page_at(&world, 0), page_compound_head,
		 (world.pages - 16 * PAGE_BYTES) | 1);
	failing_space_init(&failing, world.made->kernel.space, &failure);
	world.made->kernel.space = &failing.space;
	reads = failing_must_pass(ask, &world, &failure, 1000, 0);
	CU_ASSERT_EQUAL(world.classes[200], FB_PAGE_UNKNOWN);
	CU_ASSERT(reads > 10);
	for (size_t at = 1; at <= reads; at++) {
		failure = (struct failure){.at = at, .code = FB_CORRUPT};
		FB_OK(ask(&world));
	}
	world.made->kernel.space = failing.whole;
	destroy(&world);
}

/* Where struct pages begin is not in the dump: nothing is known of any page, and none goes. */
static void without_their_place_all_is_unknown(void)
{
	struct world world;
	uint64_t address;

	make(&world, MASKS);
	FB_OK_FATAL(fb_kernel_symbol(&world.made->kernel, "vmemmap_base", &address));
	made_lose(world.made, address);
	memset(world.classes, FB_PAGE_FREE, sizeof(world.classes));
	classify(&world);
	for (size_t i = 0; i < FB_PAGE_CLASS_WINDOW; i++)
		CU_ASSERT_EQUAL(world.classes[i], FB_PAGE_UNKNOWN);
	FB_FAILS(fb_page_frame_address(&world.made->kernel, 0, &address), FB_ABSENT);
	FB_FAILS(fb_page_frame_number(&world.made->kernel, world.pages, &address), FB_ABSENT);
	destroy(&world);
}

FB_TEST_MAIN("kernel/page_class", FB_TEST(tells_pages_apart), FB_TEST(knows_free_blocks_whole),
	     FB_TEST(asks_heads_of_compound_pages), FB_TEST(does_not_know_what_is_not_there),
	     FB_TEST(asks_once_for_a_window_that_is_not_there),
	     FB_TEST(takes_types_that_describe_pages),
	     FB_TEST(hugetlb_pages_are_told_as_each_kernel_does),
	     FB_TEST(struct_pages_of_odd_sizes_are_read_in_parts), FB_TEST(classes_have_names),
	     FB_TEST(words_of_pages_have_places_and_sizes), FB_TEST(struct_pages_have_a_size),
	     FB_TEST(page_types_are_numbers_of_a_byte),
	     FB_TEST(what_is_fatal_passes_and_a_bad_page_does_not),
	     FB_TEST(without_their_place_all_is_unknown))
