// SPDX-License-Identifier: GPL-2.0-or-later
/* Classes of page frames by what the kernel's types say of struct page: its size, its words, its types. */
#include "kernel/memory/page_class.h"

#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/made_pages.h"

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
		struct made_pages world;

		made_pages_create(&world, MASKS);
		made_pages_renew(&world, make_hugetlb_types(&ways[i].way));
		for (uint64_t pfn = 64; pfn <= 576; pfn += 128)
			MADE_SET(world.made, made_page_at(&world, pfn + 1), page_compound_head,
				 made_page_at(&world, pfn) | 1);
		made_put(world.made, made_page_at(&world, 65) + 16, HUGETLB_DESTRUCTOR, 1);
		made_put(world.made, made_page_at(&world, 193) + 16, HUGETLB_DESTRUCTOR - 1, 1);
		MADE_SET(world.made, made_page_at(&world, 321), page_flags, 1u << 8);
		MADE_SET(world.made, made_page_at(&world, 449), page_flags, 0xff);
		/* No tail of a compound page behind it. */
		MADE_SET(world.made, made_page_at(&world, 577), page_flags, 1u << 8);
		MADE_SET(world.made, made_page_at(&world, 577), page_compound_head,
			 made_page_at(&world, 576));
		made_put(world.made, made_page_at(&world, 577) + 16, HUGETLB_DESTRUCTOR, 1);
		made_pages_classify(&world);
		CU_ASSERT_EQUAL(world.classes[64], ways[i].by_destructor);
		CU_ASSERT_EQUAL(world.classes[65], ways[i].by_destructor);
		CU_ASSERT_EQUAL(world.classes[192], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[320], ways[i].by_flag);
		CU_ASSERT_EQUAL(world.classes[448], FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[576], FB_PAGE_KERNEL);
		made_pages_destroy(&world);
	}
}

/* Struct pages of 60 bytes lie across pages of memory, and those of 62 end within one. */
static void struct_pages_of_odd_sizes_are_read_in_parts(void)
{
	static const uint32_t sizes[] = {60, 62, 64};

	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		const uint64_t size = sizes[i];
		struct made_pages world;

		made_pages_create(&world, BYTES);
		world.made->kernel.layout.page.size = sizes[i];
		made_pages_renew(&world, made_pages_types(BYTES));
		memset(made_at(world.made, world.pages), 0, FB_PAGE_CLASS_WINDOW * size);
		for (uint64_t pfn = 0; pfn < FB_PAGE_CLASS_WINDOW; pfn++) {
			MADE_SET(world.made, world.pages + pfn * size, page_mapcount, NO_TYPE);
			MADE_SET(world.made, world.pages + pfn * size, page_flags, LRU);
		}
		made_lose(world.made, world.pages + 2 * FB_PAGE_SIZE);
		made_pages_classify(&world);
		for (uint64_t pfn = 0; pfn < FB_PAGE_CLASS_WINDOW; pfn++) {
			uint64_t end = (pfn + 1) * size;
			bool lost = end > 2 * FB_PAGE_SIZE && pfn * size < 3 * FB_PAGE_SIZE;

			CU_ASSERT_EQUAL(world.classes[pfn], lost ? FB_PAGE_UNKNOWN : FB_PAGE_CACHE);
		}
		made_pages_destroy(&world);
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
			struct made_pages world;
			struct fb_layout *layout;
			struct fb_field *words[5];
			struct fb_error *err;

			made_pages_create(&world, BYTES);
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
			made_pages_destroy(&world);
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
		struct made_pages world;
		struct fb_error *err;

		made_pages_create(&world, BYTES);
		world.made->kernel.layout.page.size = sizes[i].size;
		err = fb_page_classifier_create(&world.made->kernel, &classifier);
		CU_ASSERT_EQUAL(err == NULL, sizes[i].good);
		if (err)
			CU_ASSERT_EQUAL(fb_error_code(err), FB_UNSUPPORTED);
		fb_error_destroy(err);
		fb_page_classifier_destroy(classifier);
		made_pages_destroy(&world);
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
		struct made_pages world;
		uint32_t id;

		made_pages_create(&world, MASKS);
		FB_OK_FATAL(fb_btf_builder_init(&builder));
		FB_OK(fb_btf_builder_enum(&builder, "pagetype", 4, false, kinds, 1, &id));
		FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
		fb_btf_builder_deinit(&builder);
		made_pages_renew(&world, btf);
		/* -129 is what VMCOREINFO has. */
		MADE_SET(world.made, made_page_at(&world, 1), page_mapcount, 0xffffff7f);
		MADE_SET(world.made, made_page_at(&world, 2), page_mapcount, 0xffffff7e);
		MADE_SET(world.made, made_page_at(&world, 3), page_mapcount, 0x01000005);
		made_pages_classify(&world);
		/* Its top byte is 255. */
		CU_ASSERT_EQUAL(world.classes[1],
				types[i].value == 255 ? FB_PAGE_FREE : types[i].class);
		CU_ASSERT_EQUAL(world.classes[2],
				types[i].value == 255 ? FB_PAGE_FREE : FB_PAGE_KERNEL);
		CU_ASSERT_EQUAL(world.classes[3],
				types[i].value == 1 ? FB_PAGE_FREE : FB_PAGE_KERNEL);
		made_pages_destroy(&world);
	}
}

FB_TEST_MAIN("kernel/page_class_types", FB_TEST(hugetlb_pages_are_told_as_each_kernel_does),
	     FB_TEST(struct_pages_of_odd_sizes_are_read_in_parts), FB_TEST(classes_have_names),
	     FB_TEST(words_of_pages_have_places_and_sizes), FB_TEST(struct_pages_have_a_size),
	     FB_TEST(page_types_are_numbers_of_a_byte))
