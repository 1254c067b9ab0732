// SPDX-License-Identifier: GPL-2.0-or-later
/* Members by name in the types of a made kernel: where they are, what they hold, and that each is kept. */
#include "bundle/waits/finder/wait_types.h"

#include <stdio.h>
#include <string.h>

#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"

struct world {
	struct made_waits waits;
	uint64_t base; /* of a struct thing */
};

/* struct thing { half at 4; word at 8; inner { half at 12 } at 16; list at 32; bits of half at 52 } */
static void begin(struct world *w)
{
	static const struct fb_btf_value colours[] = {{"RED", 3}, {"BLUE", 0x10}};
	struct fb_btf_member bits = {.name = "bits", .bit_offset = 52 * 8 + 5, .bit_size = 3};
	struct made_types *types;
	uint32_t inner, id;

	made_waits_begin(&w->waits);
	types = made_waits_types(&w->waits);
	inner = made_struct(types, "inner", 16, MADE_MEMBERS_OF({"half", types->half, 12}));
	made_struct(types, "thing", 64,
		    MADE_MEMBERS_OF({"half", types->half, 4}, {"word", types->word, 8},
				    {"inner", inner, 16}, {"list", types->list, 32}));
	bits.type = types->half;
	FB_OK_FATAL(fb_btf_builder_composite(&types->builder, FB_TYPE_STRUCT, "flags", 64, &bits, 1,
					     &id));
	FB_OK_FATAL(fb_btf_builder_enum(&types->builder, "colour", 4, false, colours, 2, &id));
	made_types_give(types, w->waits.made);
	w->base = made_alloc(w->waits.made, 64);
	made_put(w->waits.made, w->base + 4, 0x89abcdef, 4);
	made_put(w->waits.made, w->base + 8, 0x1122334455667788ull, 8);
	made_put(w->waits.made, w->base + 28, 7, 4);
}

static void finds_members_and_their_values(void)
{
	struct fb_wait_finder *finder;
	struct world w;
	uint32_t offset = 0;
	uint64_t value = 0;

	begin(&w);
	finder = &w.waits.finder;
	for (int again = 0; again < 2; again++) {
		FB_OK(fb_wait_member(finder, "thing", "word", &offset));
		CU_ASSERT_EQUAL(offset, 8);
		FB_OK(fb_wait_member(finder, "thing", "inner.half", &offset));
		CU_ASSERT_EQUAL(offset, 28);
		FB_OK(fb_wait_member(finder, "inner", "half", &offset));
		CU_ASSERT_EQUAL(offset, 12);
		FB_OK(fb_wait_value(finder, w.base, "thing", "half", &value));
		CU_ASSERT_EQUAL(value, 0x89abcdef);
		FB_OK(fb_wait_value(finder, w.base, "thing", "word", &value));
		CU_ASSERT_EQUAL(value, 0x1122334455667788ull);
		FB_OK(fb_wait_value(finder, w.base, "thing", "inner.half", &value));
		CU_ASSERT_EQUAL(value, 7);
		/* What is asked for once is kept: the types are not asked again. */
		w.waits.made->kernel.types = NULL;
	}
	made_waits_end(&w.waits);
}

/* Values stay as they were where nothing can be read. */
static void says_what_is_not_there(void)
{
	struct fb_wait_finder *finder;
	struct world w;
	uint32_t offset = 99;
	uint64_t value = 99;

	begin(&w);
	finder = &w.waits.finder;
	for (int again = 0; again < 2; again++) {
		FB_FAILS_WITH(fb_wait_member(finder, "thing", "other", &offset), FB_NOT_FOUND,
			      "this kernel's types have no thing.other");
		FB_FAILS_WITH(fb_wait_member(finder, "nothing", "half", &offset), FB_NOT_FOUND,
			      "no nothing.half");
		FB_FAILS(fb_wait_value(finder, w.base, "thing", "other", &value), FB_NOT_FOUND);
	}
	FB_FAILS_WITH(fb_wait_value(finder, w.base, "thing", "list", &value), FB_UNSUPPORTED,
		      "thing.list has 16 bytes");
	FB_FAILS_WITH(fb_wait_value(finder, w.base, "flags", "bits", &value), FB_UNSUPPORTED,
		      "flags.bits has 0 bytes");
	FB_FAILS(fb_wait_value(finder, 0xffff800000001000ull, "thing", "half", &value), FB_FAULT);
	CU_ASSERT_EQUAL(offset, 99);
	CU_ASSERT_EQUAL(value, 99);
	made_waits_end(&w.waits);
}

static void reads_texts(void)
{
	char text[8] = "as was";
	struct fb_wait_finder *finder;
	struct world w;

	begin(&w);
	finder = &w.waits.finder;
	FB_FAILS(fb_wait_value_text(finder, w.base, "thing", "word", text, sizeof(text)), FB_FAULT);
	FB_FAILS(fb_wait_value_text(finder, w.base, "thing", "other", text, sizeof(text)),
		 FB_NOT_FOUND);
	CU_ASSERT_STRING_EQUAL(text, "as was");
	made_put(w.waits.made, w.base + 8, made_string(w.waits.made, "a\033bcdefgh"), 8);
	FB_OK(fb_wait_value_text(finder, w.base, "thing", "word", text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "a\\x1bbc");
	made_waits_end(&w.waits);
}

static void reads_enumerators(void)
{
	struct world w;
	uint64_t value = 99;

	begin(&w);
	FB_OK(fb_wait_enumerator(&w.waits.finder, "colour", "BLUE", &value));
	CU_ASSERT_EQUAL(value, 0x10);
	FB_OK(fb_wait_enumerator(&w.waits.finder, "colour", "RED", &value));
	CU_ASSERT_EQUAL(value, 3);
	FB_FAILS_WITH(fb_wait_enumerator(&w.waits.finder, "colour", "GREEN", &value), FB_NOT_FOUND,
		      "enum colour has no GREEN");
	FB_FAILS(fb_wait_enumerator(&w.waits.finder, "shape", "RED", &value), FB_NOT_FOUND);
	w.waits.made->kernel.types = NULL;
	FB_FAILS_WITH(fb_wait_enumerator(&w.waits.finder, "colour", "RED", &value), FB_NOT_FOUND,
		      "types cannot be read");
	CU_ASSERT_EQUAL(value, 3);
	made_waits_end(&w.waits);
}

/* As many members as there is room for, and no more; those stay known. */
static void keeps_so_many(void)
{
	static char names[97][16];
	struct world w;
	uint32_t offset = 0;

	begin(&w);
	FB_OK(fb_wait_member(&w.waits.finder, "thing", "word", &offset));
	for (int i = 0; i < 97; i++) {
		snprintf(names[i], sizeof(names[i]), "m%d", i);
		FB_FAILS(fb_wait_member(&w.waits.finder, "thing", names[i], &offset),
			 i < 95 ? FB_NOT_FOUND : FB_LIMIT);
	}
	FB_OK(fb_wait_member(&w.waits.finder, "thing", "word", &offset));
	CU_ASSERT_EQUAL(offset, 8);
	made_waits_end(&w.waits);
}

FB_TEST_MAIN("bundle/wait_types", FB_TEST(finds_members_and_their_values),
	     FB_TEST(says_what_is_not_there), FB_TEST(reads_texts), FB_TEST(reads_enumerators),
	     FB_TEST(keeps_so_many))
