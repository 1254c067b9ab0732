// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_pages.h. */
#include "tests/kernel/made_pages.h"

#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"

#define MOST_ALIGNED 0x10000u

struct fb_btf *made_pages_types(enum made_age age)
{
	const struct fb_btf_value flags[] = {
		{"PG_lru", 5},         {"PG_swapcache", 10}, {"PG_private", 13},
		{"PG_swapbacked", 19}, {"PG_hwpoison", 21},  {"PG_reserved", 11},
		{"PG_slab", 9},
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

void made_pages_create(struct made_pages *world, enum made_age age)
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
	made->kernel.types = made_pages_types(age);
	fb_vmcoreinfo_destroy(made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse(age == MASKS ? "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
						       "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257\n"
						     : "PAGESIZE=4096\n",
					&made->kernel.vmcoreinfo));
	for (uint64_t i = 0; i < FB_PAGE_CLASS_WINDOW; i++)
		MADE_SET(made, world->pages + i * PAGE_BYTES, page_mapcount, NO_TYPE);
	FB_OK_FATAL(fb_page_classifier_create(&made->kernel, &world->classifier));
}

void made_pages_destroy(struct made_pages *world)
{
	fb_page_classifier_destroy(world->classifier);
	fb_btf_destroy(world->made->kernel.types);
	made_kernel_destroy(world->made);
}

uint64_t made_page_at(const struct made_pages *world, uint64_t pfn)
{
	return world->pages + pfn * PAGE_BYTES;
}

void made_page_put(struct made_pages *world, uint64_t pfn, uint64_t flags, uint64_t mapping)
{
	MADE_SET(world->made, made_page_at(world, pfn), page_flags, flags);
	MADE_SET(world->made, made_page_at(world, pfn), page_mapping, mapping);
}

void made_page_type(struct made_pages *world, uint64_t pfn, uint32_t masks, uint32_t bytes)
{
	MADE_SET(world->made, made_page_at(world, pfn), page_mapcount,
		 world->age == MASKS ? masks : bytes);
}

void made_page_tails(struct made_pages *world, uint64_t first, uint64_t count)
{
	uint64_t word =
		world->age == HEAD_MASKS ? -(count * PAGE_BYTES) : made_page_at(world, first);

	for (uint64_t i = 1; i < count; i++)
		MADE_SET(world->made, made_page_at(world, first + i), page_compound_head, word | 1);
}

void made_pages_classify(struct made_pages *world)
{
	FB_OK_FATAL(fb_page_classify(world->classifier, 0, world->classes));
}

void made_pages_renew(struct made_pages *world, struct fb_btf *types)
{
	fb_page_classifier_destroy(world->classifier);
	fb_btf_destroy(world->made->kernel.types);
	world->made->kernel.types = types;
	world->classifier = NULL;
	FB_OK_FATAL(fb_page_classifier_create(&world->made->kernel, &world->classifier));
}
