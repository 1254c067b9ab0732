// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/table/kallsyms_names.h"
#include "symbols/table/name_hash.h"
#include "tests/harness.h"

/* A token table of which a test may set some texts; the others are "0" to "255". */
struct made_tokens {
	const char *texts[FB_KALLSYMS_TOKENS];
	char table[80000];
	size_t size;
	uint8_t index[FB_KALLSYMS_INDEX_BYTES];
	struct fb_kallsyms_tokens tokens;
	size_t used;
};

static void lay_out(struct made_tokens *made)
{
	made->size = 0;
	for (unsigned i = 0; i < FB_KALLSYMS_TOKENS; i++) {
		char *to = made->table + made->size;
		size_t length;

		if (made->texts[i])
			memcpy(to, made->texts[i], strlen(made->texts[i]) + 1);
		else
			(void)snprintf(to, 4, "%u", i);
		length = strlen(to);
		made->index[2 * i] = (uint8_t)made->size;
		made->index[2 * i + 1] = (uint8_t)(made->size >> 8);
		made->size += length + 1;
	}
}

static struct fb_error *init_tokens(struct made_tokens *made)
{
	return fb_kallsyms_tokens_init(&made->tokens, made->table, made->size, made->index,
				       &made->used);
}

static struct made_tokens made;

/* Token 1 is "a", 2 "bcd", 3 empty, 4 has 24 bytes and 5 one more. */
static void make_some(bool with_long)
{
	memset(&made, 0, sizeof(made));
	made.texts[1] = "a";
	made.texts[2] = "bcd";
	made.texts[3] = "";
	if (with_long) {
		made.texts[4] = "123456789012345678901234";
		made.texts[5] = "1234567890123456789012345";
	}
	lay_out(&made);
	FB_OK_FATAL(init_tokens(&made));
}

static void tokens_are_taken_apart(void)
{
	const struct fb_kallsyms_tokens *tokens = &made.tokens;

	make_some(true);
	CU_ASSERT_EQUAL(made.used, made.size);
	CU_ASSERT_EQUAL(tokens->longest, 25);
	CU_ASSERT_EQUAL(tokens->token[0].offset, 0);
	CU_ASSERT_EQUAL(tokens->token[1].offset, 2);
	CU_ASSERT_EQUAL(tokens->token[2].offset, 4);
	CU_ASSERT_EQUAL(tokens->token[3].offset, 8);
	CU_ASSERT_EQUAL(tokens->token[4].offset, 9);
	CU_ASSERT_EQUAL(tokens->token[5].offset, 34);
	CU_ASSERT_EQUAL(tokens->token[2].length, 3);
	CU_ASSERT_EQUAL(tokens->token[3].length, 0);
	CU_ASSERT_EQUAL(tokens->token[5].length, 25);
	CU_ASSERT_NSTRING_EQUAL(tokens->token[2].start, "bcd", 4);
	CU_ASSERT_NSTRING_EQUAL(tokens->token[5].start, "123456789012345678901234", 24);
	CU_ASSERT_EQUAL(tokens->part[2].length, 3);
	CU_ASSERT_EQUAL(tokens->part[2].factor, fb_part_hash_factor(3));
	CU_ASSERT_EQUAL(tokens->part[2].hash, fb_part_hash(0, "bcd", 3));
	CU_ASSERT_EQUAL(tokens->part[2].first_hash, fb_part_hash(0, "cd", 2));
	CU_ASSERT_EQUAL(tokens->part[1].first_hash, 0);
	CU_ASSERT_EQUAL(tokens->part[3].first_hash, 0);
	/* The caller may not want to know how much is in use. */
	FB_OK(fb_kallsyms_tokens_init(&made.tokens, made.table, sizeof(made.table), made.index,
				      NULL));
	FB_OK(fb_kallsyms_tokens_init(&made.tokens, made.table, sizeof(made.table), made.index,
				      &made.used));
	CU_ASSERT_EQUAL(made.used, made.size);
}

static void tokens_without_an_end_or_a_place_are_refused(void)
{
	make_some(false);
	FB_FAILS_WITH(
		fb_kallsyms_tokens_init(&made.tokens, made.table, made.size - 1, made.index, NULL),
		FB_CORRUPT, "token 255 has no end");
	FB_FAILS_WITH(fb_kallsyms_tokens_init(&made.tokens, made.table, 0, made.index, NULL),
		      FB_CORRUPT, "token 0 has no end");
	FB_FAILS_WITH(fb_kallsyms_tokens_init(&made.tokens, made.table, 7, made.index, NULL),
		      FB_CORRUPT, "token 2 has no end");
	made.index[4]++;
	FB_FAILS_WITH(init_tokens(&made), FB_CORRUPT, "token 2 is at 4, and the index says 5");
	made.index[4]--;
	made.index[5]++;
	FB_FAILS_WITH(init_tokens(&made), FB_CORRUPT, "token 2 is at 4, and the index says 260");
}

/* The last token may be of any length; none of its texts fits a name, and no sum of lengths runs over. */
static void a_huge_token_is_cut(void)
{
	static char huge[70001];

	memset(&made, 0, sizeof(made));
	memset(huge, 'h', sizeof(huge) - 1);
	made.texts[255] = huge;
	lay_out(&made);
	FB_OK_FATAL(init_tokens(&made));
	CU_ASSERT_EQUAL(made.tokens.token[255].length, UINT16_MAX);
	CU_ASSERT_EQUAL(made.tokens.part[255].length, UINT16_MAX);
	CU_ASSERT_EQUAL(made.tokens.longest, UINT16_MAX);
	CU_ASSERT_EQUAL(made.used, made.size);
	huge[UINT16_MAX - 1] = '\0';
	lay_out(&made);
	FB_OK_FATAL(init_tokens(&made));
	CU_ASSERT_EQUAL(made.tokens.token[255].length, UINT16_MAX - 1);
}

/* Names with their markers. */
static uint8_t data[20000];

/* count names of one token each, which end at size; markers_at is where the markers stand. */
static size_t put_names(uint32_t count)
{
	memset(data, 0xee, sizeof(data));
	for (uint32_t i = 0; i < count; i++) {
		data[2 * i] = 1;
		data[2 * i + 1] = 1;
	}
	return count * (size_t)2;
}

static void put_marker(size_t at, uint32_t value)
{
	memcpy(data + at, &value, sizeof(value));
}

static struct fb_error *init_names(struct fb_kallsyms_names *names, size_t size, uint32_t count)
{
	uint64_t budget = 100000;

	return fb_kallsyms_names_init(names, data, size, count, &budget);
}

/* Three names end at 6: their markers stand at 8, whichever the alignment. Six end at 12: at 16 or 12. */
static void markers_stand_behind_the_names(void)
{
	struct fb_kallsyms_names names;

	(void)put_names(3);
	put_marker(8, 0);
	FB_OK_FATAL(init_names(&names, 12, 3));
	CU_ASSERT_PTR_EQUAL(names.data, data);
	CU_ASSERT_EQUAL(names.size, 6);
	CU_ASSERT_EQUAL(names.count, 3);
	CU_ASSERT_TRUE(names.long_lengths);
	FB_FAILS_WITH(init_names(&names, 11, 3), FB_CORRUPT, "3 names, by either form of length");
	FB_FAILS(init_names(&names, 7, 3), FB_CORRUPT);
	put_marker(8, 1);
	FB_FAILS(init_names(&names, 12, 3), FB_CORRUPT);

	(void)put_names(6);
	put_marker(16, 0);
	FB_OK(init_names(&names, 20, 6));
	CU_ASSERT_EQUAL(names.size, 12);
	FB_FAILS(init_names(&names, 19, 6), FB_CORRUPT);
	put_marker(16, 7);
	FB_FAILS(init_names(&names, 20, 6), FB_CORRUPT);
	put_marker(12, 0);
	FB_OK(init_names(&names, 20, 6));
	FB_OK(init_names(&names, 16, 6));
	FB_FAILS(init_names(&names, 15, 6), FB_CORRUPT);
}

static void there_is_a_marker_for_every_group(void)
{
	static const uint32_t counts[] = {1, 255, 256, 257, 512, 513};
	struct fb_kallsyms_names names;

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		size_t markers = (put_names(counts[i]) + 7) & ~(size_t)7;
		uint32_t groups = (counts[i] + 255) / 256;

		for (uint32_t group = 0; group < groups; group++)
			put_marker(markers + group * 4, group * 512);
		FB_OK_FATAL(init_names(&names, markers + groups * 4, counts[i]));
		CU_ASSERT_EQUAL(names.size, counts[i] * 2);
		FB_FAILS(init_names(&names, markers + groups * 4 - 1, counts[i]), FB_CORRUPT);
		put_marker(markers + (groups - 1) * 4, groups * 512 - 511);
		FB_FAILS(init_names(&names, markers + groups * 4, counts[i]), FB_CORRUPT);
	}
}

/* 200 tokens: one byte of length in the older form, of which the newer makes the first of two. */
static void the_form_of_lengths_is_found_out(void)
{
	struct fb_kallsyms_names names;

	memset(data, 0xee, sizeof(data));
	data[0] = 200;
	memset(data + 1, 2, 200);
	data[201] = 1;
	data[202] = 1;
	put_marker(208, 0);
	FB_OK_FATAL(init_names(&names, 212, 2));
	CU_ASSERT_FALSE(names.long_lengths);
	CU_ASSERT_EQUAL(names.size, 203);
	/* 0x80 | 72 and 1: 72 + 128 tokens. */
	data[1] = 1;
	data[203] = 1;
	FB_OK_FATAL(init_names(&names, 212, 2));
	CU_ASSERT_TRUE(names.long_lengths);
	CU_ASSERT_EQUAL(names.size, 204);
}

/* What may be walked over is one name less than there are, then exactly as many. */
static void walks_are_paid_for(void)
{
	struct fb_kallsyms_names names;
	uint64_t budget = 2;

	(void)put_names(3);
	put_marker(8, 0);
	FB_FAILS_WITH(fb_kallsyms_names_init(&names, data, 12, 3, &budget), FB_LIMIT,
		      "too many tries to find where the names begin");
	CU_ASSERT_EQUAL(budget, 0);
	budget = 3;
	FB_OK(fb_kallsyms_names_init(&names, data, 12, 3, &budget));
	CU_ASSERT_EQUAL(budget, 0);
	budget = 10;
	FB_OK(fb_kallsyms_names_init(&names, data, 12, 3, &budget));
	CU_ASSERT_EQUAL(budget, 7);
	/* Both forms are tried before names are refused. */
	put_marker(8, 1);
	budget = 10;
	FB_FAILS(fb_kallsyms_names_init(&names, data, 12, 3, &budget), FB_CORRUPT);
	CU_ASSERT_EQUAL(budget, 4);
}

static void no_names_are_refused(void)
{
	struct fb_kallsyms_names names;

	(void)put_names(3);
	put_marker(8, 0);
	FB_FAILS(init_names(&names, 12, 0), FB_CORRUPT);
	data[2] = 0; /* a name without a token */
	FB_FAILS(init_names(&names, 12, 3), FB_CORRUPT);
}

/* Both ways to read a name give this. */
static void expect_name(const struct fb_kallsyms_names *names, size_t offset, const char *text,
			size_t next)
{
	char to[FB_KALLSYMS_NAME_ROOM];
	size_t at = offset, length = 0;
	uint32_t hash = 0;

	FB_OK_FATAL(fb_kallsyms_names_next(names, &made.tokens, &at, to, &length));
	CU_ASSERT_EQUAL(at, next);
	CU_ASSERT_EQUAL_FATAL(length, strlen(text));
	CU_ASSERT_EQUAL(memcmp(to, text, length), 0);
	at = offset;
	length = 0;
	FB_OK_FATAL(fb_kallsyms_names_measure(names, &made.tokens, &at, &hash, &length));
	CU_ASSERT_EQUAL(at, next);
	CU_ASSERT_EQUAL(length, strlen(text));
	CU_ASSERT_EQUAL(hash, fb_part_hash_mix(fb_part_hash(0, text + 1, strlen(text) - 1)));
}

static void expect_refused(const struct fb_kallsyms_names *names, size_t offset,
			   const char *message)
{
	char to[FB_KALLSYMS_NAME_ROOM];
	size_t at = offset, length = 99;
	uint32_t hash = 99;

	FB_FAILS_WITH(fb_kallsyms_names_next(names, &made.tokens, &at, to, &length), FB_CORRUPT,
		      message);
	FB_FAILS_WITH(fb_kallsyms_names_measure(names, &made.tokens, &at, &hash, &length),
		      FB_CORRUPT, message);
	CU_ASSERT_EQUAL(at, offset);
	CU_ASSERT_EQUAL(length, 99);
	CU_ASSERT_EQUAL(hash, 99);
}

static struct fb_kallsyms_names names_of(const char *bytes, size_t size)
{
	memcpy(data, bytes, size);
	return (struct fb_kallsyms_names){.data = data, .size = size, .count = 1};
}

static void names_are_read_one_by_one(void)
{
	struct fb_kallsyms_names names = names_of("\1\1\3\3\2\1\2\3\3", 9);

	make_some(false);
	expect_name(&names, 0, "a", 2);
	expect_name(&names, 2, "bcda", 6); /* the empty token at its start is left out */
	expect_refused(&names, 6, "the name at 0x6 is empty");
	expect_refused(&names, 9, "the name at 0x9 has no end");
	names.size = 5;
	expect_refused(&names, 2, "the name at 0x2 has no end");
}

/* Tokens of more than 24 bytes are not in the table's short copies. */
static void long_tokens_are_read_whole(void)
{
	struct fb_kallsyms_names names = names_of("\2\1\4\3\1\5\2", 7);

	make_some(true);
	expect_name(&names, 0, "a123456789012345678901234", 3);
	expect_name(&names, 3, "a1234567890123456789012345bcd", 7);
}

static void lengths_of_two_bytes_are_read(void)
{
	struct fb_kallsyms_names names = {.data = data, .size = 132, .count = 1};
	char text[131] = "";

	make_some(false);
	data[0] = 0x82;
	data[1] = 1;
	memset(data + 2, 1, 130);
	memset(text, 'a', 130);
	names.long_lengths = true;
	expect_name(&names, 0, text, 132);
	names.size = 131;
	expect_refused(&names, 0, "the name at 0x0 has no end");
	names.size = 1;
	expect_refused(&names, 0, "the name at 0x0 has no end");
	/* The same bytes by the older form: 130 tokens, of which number 1 is the first. */
	names.long_lengths = false;
	names.size = 131;
	expect_name(&names, 0, text, 131);
}

/* A memory checker sees a byte behind the names being read. */
static void nothing_behind_the_names_is_read(void)
{
	for (size_t size = 0; size < 3; size++) {
		uint8_t *bytes = malloc(size + !size);
		struct fb_kallsyms_names names = {
			.data = bytes + !size, .size = size, .count = 1, .long_lengths = true};

		CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
		memset(bytes, 0x81, size + !size);
		make_some(false);
		expect_refused(&names, 0, "the name at 0x0 has no end");
		free(bytes);
	}
}

/* 510 bytes are 170 times "bcd". */
static void names_are_capped_at_their_last_byte(void)
{
	struct fb_kallsyms_names names = {.data = data, .size = 173, .count = 1};
	char text[FB_MAX_SYMBOL_NAME + 1] = "aa";

	make_some(false);
	for (size_t i = 2; i < FB_MAX_SYMBOL_NAME; i++)
		text[i] = "bcd"[(i - 2) % 3];
	data[0] = 172;
	data[1] = data[2] = 1;
	memset(data + 3, 2, 170);
	expect_name(&names, 0, text, 173);
	names.size = 174;
	data[0] = 173;
	data[173] = 3; /* nothing more */
	expect_name(&names, 0, text, 174);
	data[173] = 1; /* one byte more */
	expect_refused(&names, 0, "the name at 0x0 is longer than 512 bytes");
}

FB_TEST_MAIN("symbols/kallsyms_names", FB_TEST(tokens_are_taken_apart),
	     FB_TEST(tokens_without_an_end_or_a_place_are_refused), FB_TEST(a_huge_token_is_cut),
	     FB_TEST(markers_stand_behind_the_names), FB_TEST(there_is_a_marker_for_every_group),
	     FB_TEST(the_form_of_lengths_is_found_out), FB_TEST(walks_are_paid_for),
	     FB_TEST(no_names_are_refused), FB_TEST(names_are_read_one_by_one),
	     FB_TEST(long_tokens_are_read_whole), FB_TEST(lengths_of_two_bytes_are_read),
	     FB_TEST(nothing_behind_the_names_is_read),
	     FB_TEST(names_are_capped_at_their_last_byte))
