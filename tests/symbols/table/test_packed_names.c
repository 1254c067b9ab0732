// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/table/packed_names.h"
#include "tests/harness.h"

/* Token number of a single character is that character; "do_" and "Tsys" are 1 and 2, 3 is empty. */
static const char *token_text(unsigned token)
{
	static char single[2];

	if (token == 1)
		return "do_";
	if (token == 2)
		return "Tsys";
	if (token == 3)
		return "";
	single[0] = (char)token;
	return single;
}

struct tables {
	uint8_t *token_bytes;
	uint8_t *name_bytes;
	struct fb_kallsyms_tokens tokens;
	struct fb_kallsyms_names names;
};

static void make_tables(struct tables *tables, const char *packed, size_t size, uint32_t count)
{
	uint8_t index[FB_KALLSYMS_INDEX_BYTES];
	size_t used = 0;

	tables->token_bytes = malloc(FB_KALLSYMS_TOKENS * 5);
	tables->name_bytes = malloc(size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tables->token_bytes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tables->name_bytes);
	memcpy(tables->name_bytes, packed, size);
	for (unsigned i = 0; i < FB_KALLSYMS_TOKENS; i++) {
		const char *text = token_text(i);

		index[2 * i] = (uint8_t)used;
		index[2 * i + 1] = (uint8_t)(used >> 8);
		memcpy(tables->token_bytes + used, text, strlen(text) + 1);
		used += strlen(text) + 1;
	}
	FB_OK_FATAL(
		fb_kallsyms_tokens_init(&tables->tokens, tables->token_bytes, used, index, NULL));
	tables->names = (struct fb_kallsyms_names){
		.data = tables->name_bytes, .size = size, .count = count};
}

static struct fb_packed_names *pack(const char *packed, size_t size, uint32_t count)
{
	struct fb_packed_names *names = NULL;
	struct tables tables;

	make_tables(&tables, packed, size, count);
	FB_OK_FATAL(fb_packed_names_create(tables.token_bytes, tables.name_bytes, &tables.tokens,
					   &tables.names, &names));
	return names;
}

/* Tdo_exit, Tsys, dx (behind an empty token), Tdo_exit again, and t, whose name is empty. */
static const char some[] = "\6T\1exit\1\2\3\3dx\6T\1exit\1t";

static void names_are_expanded_when_asked_for(void)
{
	struct fb_packed_names *names = pack(some, sizeof(some) - 1, 5);
	const char *first;

	CU_ASSERT_EQUAL(fb_packed_names_count(names), 5);
	CU_ASSERT_STRING_EQUAL(fb_packed_names_text(names, 2), "dx");
	first = fb_packed_names_text(names, 0);
	CU_ASSERT_STRING_EQUAL(first, "Tdo_exit");
	CU_ASSERT_STRING_EQUAL(fb_packed_names_text(names, 1), "Tsys");
	CU_ASSERT_STRING_EQUAL(fb_packed_names_text(names, 4), "t");
	CU_ASSERT_PTR_EQUAL(fb_packed_names_text(names, 0), first);
	fb_packed_names_destroy(names);
}

static void hashes_are_those_of_whole_names(void)
{
	struct fb_packed_names *names = pack(some, sizeof(some) - 1, 5);

	for (uint32_t i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(fb_packed_names_hash(names, i),
				fb_packed_names_hash_of(fb_packed_names_text(names, i) + 1));
	CU_ASSERT_EQUAL(fb_packed_names_hash(names, 0), fb_packed_names_hash(names, 3));
	CU_ASSERT_NOT_EQUAL(fb_packed_names_hash(names, 0), fb_packed_names_hash(names, 1));
	CU_ASSERT_NOT_EQUAL(fb_packed_names_hash_of("ab"), fb_packed_names_hash_of("ba"));
	fb_packed_names_destroy(names);
}

static void the_first_of_a_name_is_found(void)
{
	struct fb_packed_names *names = pack(some, sizeof(some) - 1, 5);
	uint32_t index = 77;

	CU_ASSERT_TRUE(fb_packed_names_find(names, "do_exit", &index));
	CU_ASSERT_EQUAL(index, 0);
	CU_ASSERT_TRUE(fb_packed_names_find(names, "", &index));
	CU_ASSERT_EQUAL(index, 4);
	CU_ASSERT_FALSE(fb_packed_names_find(names, "Tdo_exit", &index));
	CU_ASSERT_EQUAL(index, 4);
	fb_packed_names_destroy(names);
}

static void expect_refused(const char *packed, size_t size, const char *why)
{
	struct fb_packed_names *names = NULL;
	struct tables tables;

	make_tables(&tables, packed, size, 2);
	FB_FAILS_WITH(fb_packed_names_create(tables.token_bytes, tables.name_bytes, &tables.tokens,
					     &tables.names, &names),
		      FB_CORRUPT, why);
	CU_ASSERT_PTR_NULL(names);
	free(tables.token_bytes);
	free(tables.name_bytes);
}

static void bad_names_are_refused(void)
{
	/* 171 times "do_" is one byte too long. */
	char longest[3 + 1 + 171] = {2, 'T', 'a', (char)171};

	memset(longest + 4, 1, sizeof(longest) - 4);
	expect_refused("\2Ta\1\3", 5, "symbol 1: the name at 0x3 is empty");
	expect_refused("\2Ta\4Tb", 6, "symbol 1: the name at 0x3 has no end");
	expect_refused(longest, sizeof(longest), "symbol 1: the name at 0x3 is longer than 512");
}

#define MANY 20000u

struct asked {
	const struct fb_packed_names *names;
	unsigned wrong;
};

static void *ask_all(void *context)
{
	struct asked *asked = context;

	for (uint32_t i = 0; i < MANY; i++)
		asked->wrong += strcmp(fb_packed_names_text(asked->names, i), "Tdo_do_") != 0;
	return NULL;
}

static void many_threads_see_whole_texts(void)
{
	static char packed[MANY * 4];
	struct asked asked[3] = {{0}};
	struct fb_packed_names *names;
	pthread_t threads[3];

	for (size_t i = 0; i < MANY; i++)
		memcpy(packed + i * 4, "\3T\1\1", 4);
	names = pack(packed, sizeof(packed), MANY);
	for (size_t i = 0; i < FB_ARRAY_SIZE(threads); i++) {
		asked[i].names = names;
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, ask_all, &asked[i]), 0);
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(threads); i++) {
		CU_ASSERT_EQUAL(pthread_join(threads[i], NULL), 0);
		CU_ASSERT_EQUAL(asked[i].wrong, 0);
	}
	fb_packed_names_destroy(names);
}

FB_TEST_MAIN("symbols/packed_names", FB_TEST(names_are_expanded_when_asked_for),
	     FB_TEST(hashes_are_those_of_whole_names), FB_TEST(the_first_of_a_name_is_found),
	     FB_TEST(bad_names_are_refused), FB_TEST(many_threads_see_whole_texts))
