// SPDX-License-Identifier: GPL-2.0-or-later
/* BTF that is read in parts: what is known when, and that damage is found when it is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

/* Structs of four members each: an eighth of their types is more than a page. */
#define STRUCTS 640u
#define WORDS_EACH (3u + 4 * 3)
#define NAME_BYTES 8u

struct made {
	uint8_t *data;
	size_t size;
	size_t furthest; /* the end of what was read of the types, from the start of data */
	size_t types_end;
	uint64_t fails_from; /* reading types there fails */
};

static struct fb_error *read_made(void *context, uint64_t offset, void *to, size_t size)
{
	struct made *made = context;

	if (offset < made->types_end && offset + size > made->fails_from)
		return fb_error_create(FB_ABSENT, "not in the dump");
	memcpy(to, made->data + offset, size);
	if (offset < made->types_end && offset + size > made->furthest)
		made->furthest = offset + size;
	return NULL;
}

/* Type 1 is an int; type 2 + i is the struct "s<i>", whose first member is the struct behind it by value where `chained`,
 * else an int. */
static struct made make(bool chained)
{
	const uint32_t types_bytes = (4 + STRUCTS * WORDS_EACH) * 4;
	const uint32_t strings_bytes = 5 + STRUCTS * NAME_BYTES;
	const struct btf_header header = {.magic = BTF_MAGIC,
					  .version = BTF_VERSION,
					  .hdr_len = BTF_HEADER_SHORT,
					  .type_len = types_bytes,
					  .str_off = types_bytes,
					  .str_len = strings_bytes};
	struct made made = {.size = BTF_HEADER_SHORT + types_bytes + strings_bytes,
			    .types_end = BTF_HEADER_SHORT + types_bytes,
			    .fails_from = UINT64_MAX};
	uint32_t *words;

	made.data = calloc(1, made.size);
	if (!made.data)
		abort();
	memcpy(made.data, &header, BTF_HEADER_SHORT);
	words = (uint32_t *)(made.data + BTF_HEADER_SHORT);
	memcpy(words, (const uint32_t[]){INT_WORDS}, 16);
	words += 4;
	memcpy(made.data + made.types_end, "\0int", 5);
	for (uint32_t i = 0; i < STRUCTS; i++, words += WORDS_EACH) {
		const uint32_t name = 5 + i * NAME_BYTES;
		const bool holds = chained && i % 16 != 15;

		(void)snprintf((char *)made.data + made.types_end + name, NAME_BYTES, "s%u", i);
		words[0] = name;
		words[1] = INFO(FB_TYPE_STRUCT, 0, 4);
		words[2] = 1024;
		for (uint32_t m = 0; m < 4; m++) {
			words[3 + m * 3] = 1 + (m == 0); /* "int", "nt" */
			words[4 + m * 3] = m == 0 && holds ? 2 + i + 1 : 1;
			words[5 + m * 3] = m * 32;
		}
	}
	return made;
}

static struct fb_btf *begin(struct made *made)
{
	const struct fb_btf_source source = {read_made, made};
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(fb_btf_open(&source, made->size, &btf));
	return btf;
}

static bool has(const struct fb_btf *btf, const char *name)
{
	uint32_t id = 0;
	struct fb_error *err = fb_btf_find(btf, FB_TYPE_STRUCT, name, &id);

	fb_error_destroy(err);
	return !err && !strcmp(fb_btf_name(btf, id), name);
}

/* Each part brings the types in their order, and no more is read than that. */
static void parts_come_in_order(void)
{
	struct made made = make(false);
	struct fb_btf *btf = begin(&made);
	unsigned parts = 0;
	uint32_t last = 0;

	CU_ASSERT_EQUAL(fb_btf_count(btf), 0);
	CU_ASSERT_FALSE(has(btf, "s0"));
	while (!fb_btf_is_whole(btf)) {
		FB_OK_FATAL(fb_btf_extend(btf, false));
		CU_ASSERT_TRUE(fb_btf_count(btf) > last);
		last = fb_btf_count(btf);
		parts++;
		if (parts == 1) {
			CU_ASSERT_TRUE(has(btf, "s0") && !has(btf, "s639"));
			CU_ASSERT_TRUE(made.furthest < made.types_end / 4);
			CU_ASSERT_TRUE(fb_btf_is_read(btf, last) && !fb_btf_is_read(btf, last + 1));
		}
	}
	CU_ASSERT_EQUAL(parts, 5);
	CU_ASSERT_EQUAL(last, STRUCTS + 1);
	CU_ASSERT_TRUE(has(btf, "s0") && has(btf, "s639"));
	FB_OK(fb_btf_extend(btf, false)); /* nothing is left */
	CU_ASSERT_EQUAL(fb_btf_count(btf), last);
	fb_btf_destroy(btf);
	free(made.data);
}

/* A struct whose inner one has not been read is not settled before it has. */
static void what_is_held_has_to_be_read(void)
{
	struct made made = make(true);
	struct fb_btf *btf = begin(&made);
	struct fb_btf_member member;
	uint32_t last;
	uint64_t size;

	FB_OK_FATAL(fb_btf_extend(btf, false));
	last = fb_btf_count(btf);
	/* Chains of 16: the last of those that were read goes on unless it ends there. */
	CU_ASSERT_TRUE((last - 2) % 16 != 15);
	CU_ASSERT_FALSE(fb_btf_is_read(btf, last));
	CU_ASSERT_FALSE(fb_btf_is_read(btf, last - (last - 2) % 16));
	CU_ASSERT_TRUE(fb_btf_is_read(btf, last - (last - 2) % 16 - 1));
	CU_ASSERT_TRUE(fb_btf_has_member(btf, 2, "nt.nt.int", &member));
	CU_ASSERT_FALSE(fb_btf_has_member(btf, last, "nt.nt", &member));
	FB_OK_FATAL(fb_btf_extend(btf, true));
	CU_ASSERT_TRUE(fb_btf_is_whole(btf) && fb_btf_is_read(btf, last));
	CU_ASSERT_TRUE(fb_btf_has_member(btf, last, "nt.nt", &member));
	FB_OK(fb_btf_sizeof(btf, last, &size));
	CU_ASSERT_EQUAL(size, 1024);
	fb_btf_destroy(btf);
	free(made.data);
}

/* Damage costs nothing before its part is read. set: a word of the type in the middle, and what it becomes. */
static void damage_is_found_where_it_is(void)
{
	static const struct {
		uint32_t word, value;
		const char *message;
	} cases[] = {
		{0, 0x7fffffff, "name at"},     {1, 0x7f000000, "of kind"},
		{3, 0x7fffffff, "name at"},     {4, STRUCTS + 2, "element's type is 642"},
		{4, 2 + STRUCTS / 2, "itself"}, {5, 1024 * 8, "behind the end"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made made = make(false);
		uint32_t *words = (uint32_t *)(made.data + BTF_HEADER_SHORT) + 4;
		struct fb_btf *btf = begin(&made);

		words[STRUCTS / 2 * WORDS_EACH + cases[i].word] = cases[i].value;
		FB_OK_FATAL(fb_btf_extend(btf, false));
		CU_ASSERT_TRUE(has(btf, "s0"));
		FB_FAILS_WITH(fb_btf_extend(btf, true), i == 1 ? FB_UNSUPPORTED : FB_CORRUPT,
			      cases[i].message);
		fb_btf_destroy(btf);
		free(made.data);
	}
}

/* An id that no type has is let through while types are left, and refused when none is. */
static void ids_that_never_come_are_refused(void)
{
	struct made made = make(false);
	uint32_t *words = (uint32_t *)(made.data + BTF_HEADER_SHORT) + 4;
	struct fb_btf *btf;

	words[4] = STRUCTS + 2;
	btf = begin(&made);
	FB_OK_FATAL(fb_btf_extend(btf, false));
	CU_ASSERT_FALSE(fb_btf_is_read(btf, 2));
	FB_FAILS_WITH(fb_btf_extend(btf, true), FB_CORRUPT, "type 2: element's type is 642");
	fb_btf_destroy(btf);
	free(made.data);
}

/* Two structs that hold each other, in different parts. */
static void loops_over_parts_are_refused(void)
{
	struct made made = make(false);
	uint32_t *words = (uint32_t *)(made.data + BTF_HEADER_SHORT) + 4;
	struct fb_btf *btf;

	words[4] = 2 + STRUCTS - 1;
	words[(STRUCTS - 1) * WORDS_EACH + 4] = 2;
	btf = begin(&made);
	FB_OK_FATAL(fb_btf_extend(btf, false));
	FB_FAILS_WITH(fb_btf_extend(btf, true), FB_CORRUPT, "contains itself");
	fb_btf_destroy(btf);
	free(made.data);
}

/* Pages that are not in the dump, and strings without an end. */
static void what_cannot_be_read_is_an_error(void)
{
	struct made made = make(false);
	struct fb_btf *btf = begin(&made);

	made.fails_from = made.types_end / 2;
	FB_OK_FATAL(fb_btf_extend(btf, false));
	FB_FAILS_WITH(fb_btf_extend(btf, true), FB_ABSENT, "BTF: not in the dump");
	fb_btf_destroy(btf);
	made.fails_from = UINT64_MAX;
	made.data[made.size - 1] = 'x';
	for (size_t i = made.size - NAME_BYTES; i < made.size; i++)
		made.data[i] = 'x';
	btf = begin(&made);
	FB_FAILS_WITH(fb_btf_extend(btf, true), FB_CORRUPT, "do not end with a NUL");
	fb_btf_destroy(btf);
	free(made.data);
}

/* A type of more bytes than a part: the first parts bring none. */
static void a_type_may_be_larger_than_a_part(void)
{
	struct made made = make(false);
	uint32_t *words = (uint32_t *)(made.data + BTF_HEADER_SHORT);
	const uint32_t members = STRUCTS * WORDS_EACH / 3 - 1;
	struct fb_btf *btf;

	words[0] = 1;
	words[1] = INFO(FB_TYPE_ENUM64, 0, members);
	words[2] = 8;
	memset(words + 3, 0, (size_t)members * 12);
	/* An int is left behind it. */
	memcpy(words + 3 + members * 3, (const uint32_t[]){INT_WORDS}, 16);
	btf = begin(&made);
	FB_OK_FATAL(fb_btf_extend(btf, false));
	CU_ASSERT_EQUAL(fb_btf_count(btf), 0);
	CU_ASSERT_FALSE(fb_btf_is_read(btf, 1));
	FB_OK_FATAL(fb_btf_extend(btf, true));
	CU_ASSERT_EQUAL(fb_btf_count(btf), 2);
	CU_ASSERT_EQUAL(fb_btf_length(btf, 1), members);
	fb_btf_destroy(btf);
	free(made.data);
}

FB_TEST_MAIN("symbols/btf_parts", FB_TEST(parts_come_in_order),
	     FB_TEST(what_is_held_has_to_be_read), FB_TEST(damage_is_found_where_it_is),
	     FB_TEST(ids_that_never_come_are_refused), FB_TEST(loops_over_parts_are_refused),
	     FB_TEST(what_cannot_be_read_is_an_error), FB_TEST(a_type_may_be_larger_than_a_part))
