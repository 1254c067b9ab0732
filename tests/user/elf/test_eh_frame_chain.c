// SPDX-License-Identifier: GPL-2.0-or-later
/* Chains of CIEs and FDEs in bytes that are made: which one is found, and what breaks one. */
#include "user/elf/eh_frame_chain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"

#define BYTES 0x2000u
#define ADDRESS 0x48c000ull /* ELF address of the first byte */
#define CODE 0x401000ull
#define CODE_END 0x403000ull
/* One end of code and the beginning of another touch nothing of each other. */
#define MORE_CODE 0x404000ull
#define MORE_CODE_END 0x404100ull

static const struct fb_code_range code[] = {{CODE, CODE_END}, {MORE_CODE, MORE_CODE_END}};
static const struct fb_code_ranges ranges = {&fb_elf_64, code, FB_ARRAY_SIZE(code)};

struct made {
	uint8_t bytes[BYTES];
	size_t at; /* where the next record goes */
};

static void put(struct made *made, const void *bytes, size_t size)
{
	CU_ASSERT_FATAL(size <= BYTES - made->at);
	memcpy(made->bytes + made->at, bytes, size);
	made->at += size;
}

static void put_u32(struct made *made, uint32_t value)
{
	put(made, &value, sizeof(value));
}

/* Length and identifier, then contents, zeros (DW_CFA_nop) up to a multiple of 4. Gives where it stands. */
static size_t put_record(struct made *made, uint32_t id, const void *contents, size_t size)
{
	size_t start = made->at, padding = -size & 3;

	put_u32(made, (uint32_t)(sizeof(id) + size + padding));
	put_u32(made, id);
	put(made, contents, size);
	put(made, "\0\0\0", padding);
	return start;
}

/* As gcc writes it: version 1, "zR", code and data factor, return address, and the encoding pcrel | sdata4. */
static const uint8_t usual[] = {1, 'z', 'R', 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1, 0, 0};

static size_t put_cie(struct made *made)
{
	return put_record(made, 0, usual, sizeof(usual));
}

/* Of a CIE like the usual one. */
static size_t put_fde(struct made *made, size_t cie, uint64_t start, uint32_t length)
{
	/* No augmentation data, then DW_CFA_advance_loc, DW_CFA_def_cfa_offset. */
	const uint32_t contents[] = {(uint32_t)(start - (ADDRESS + made->at + 8)), length,
				     0x100e4100, 0};

	return put_record(made, (uint32_t)(made->at + 4 - cie), contents, sizeof(contents));
}

static struct made *make(void)
{
	struct made *made = calloc(1, sizeof(*made));

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	return made;
}

static struct fb_eh_frame_chain find(const struct made *made)
{
	struct fb_eh_frame_chain chain = {.size = 99};

	FB_OK_FATAL(fb_eh_frame_chain_find(made->bytes, BYTES, ADDRESS, &ranges, &chain));
	return chain;
}

static void expect(const struct made *made, size_t start, size_t end, size_t fdes)
{
	const struct fb_eh_frame_chain chain = find(made);

	CU_ASSERT_EQUAL(chain.fdes, fdes);
	CU_ASSERT_EQUAL(chain.size, end - start);
	if (fdes)
		CU_ASSERT_EQUAL(chain.offset, start);
}

static void expect_none(const struct made *made)
{
	expect(made, 0, 0, 0);
}

/* Two CIEs; the last FDE leads back to the first one, as linkers merge them. */
static void finds_a_chain(void)
{
	struct made *made = make();
	size_t first, second, end;

	made->at = 0x124;
	first = put_cie(made);
	put_fde(made, first, CODE, 0x10);
	put_fde(made, first, CODE + 0x10, 0x20);
	second = put_cie(made);
	put_fde(made, second, MORE_CODE, 0x100);
	put_fde(made, first, CODE_END - 1, 1);
	end = made->at;
	put_cie(made); /* that no FDE follows */
	expect(made, first, end, 4);
	free(made);
}

/* Constants of every sort, which hold records of which each lacks something. */
static void finds_it_in_noise(void)
{
	struct made *made = make();
	size_t lone, first, end;
	uint64_t seed = 1;

	for (size_t i = 0; i < BYTES; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		/* Many zeros, for identifiers, and many small numbers, for lengths. */
		made->bytes[i] = (uint8_t)(seed >> 33 & 3 ? 0 : seed >> 40 & 31);
	}
	made->at = 0x100;
	put_cie(made);
	made->at = 0x200;
	lone = put_cie(made);
	put_fde(made, lone, CODE + 0x500, 0x100);
	put_u32(made, 0);
	made->at = 0xa38;
	first = put_cie(made);
	for (uint32_t i = 0; i < 40; i++)
		put_fde(made, first, CODE + i * 0x40, 0x40);
	end = made->at;
	put_u32(made, 0);
	expect(made, first, end, 40);
	/* What is behind the best one may be long too. */
	made->at = 0x1400;
	lone = put_cie(made);
	for (uint32_t i = 0; i < 39; i++)
		put_fde(made, lone, CODE + i * 0x40, 0x40);
	put_u32(made, 0);
	expect(made, first, end, 40);
	made->at -= 4;
	put_fde(made, lone, CODE + 39 * 0x40, 0x40);
	put_fde(made, lone, CODE + 40 * 0x40, 0x40);
	end = made->at;
	put_u32(made, 0);
	expect(made, lone, end, 41);
	free(made);
}

/* What stands before a chain looks like a CIE, behind which the chain's second record stands, or its first. */
static void is_not_led_astray_by_what_leads_into_it(void)
{
	uint8_t longer[sizeof(usual) + 32] = {0};
	struct made *made = make();
	size_t first, end;

	memcpy(longer, usual, sizeof(usual));
	put_record(made, 0, longer, sizeof(longer));
	first = made->at - 24;
	made->at = first;
	put_cie(made);
	put_fde(made, first, CODE, 0x10);
	put_fde(made, first, CODE + 0x10, 0x10);
	end = made->at;
	expect(made, first, end, 2);
	made->at = 0;
	put_record(made, 0, longer, sizeof(longer) - 24);
	CU_ASSERT_EQUAL(made->at, first);
	expect(made, 0, end, 2);
	free(made);
}

/* A page that is missing is read as zeros: the chain ends there, and behind it nothing is known of its CIEs. */
static void ends_where_it_is_cut(void)
{
	struct made *made = make();
	size_t first, cut, end;

	first = put_cie(made);
	put_fde(made, first, CODE, 0x10);
	put_fde(made, first, CODE + 0x10, 0x10);
	cut = made->at;
	put_fde(made, first, CODE + 0x20, 0x10);
	put_fde(made, first, CODE + 0x30, 0x10);
	memset(made->bytes + cut, 0, 8);
	expect(made, first, cut, 2);
	/* Another CIE begins a chain of its own, which may be the longer one. */
	first = put_cie(made);
	for (uint32_t i = 0; i < 3; i++)
		put_fde(made, first, CODE + 0x100 + i, 1);
	end = made->at;
	expect(made, first, end, 3);
	free(made);
}

static void ends_with_the_bytes(void)
{
	struct made *made = make();
	struct fb_eh_frame_chain chain;
	size_t first, middle;

	made->at = BYTES - 24 - 2 * 24;
	first = put_cie(made);
	put_fde(made, first, CODE, 1);
	middle = put_fde(made, first, CODE + 1, 1);
	CU_ASSERT_EQUAL_FATAL(made->at, BYTES);
	expect(made, first, BYTES, 2);
	for (size_t size = 0; size < BYTES; size += size < BYTES - 200 ? 64 : 1) {
		/* A copy of just these bytes, for tools that watch what is read. */
		uint8_t *copy = malloc(size ? size : 1);

		CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
		memcpy(copy, made->bytes, size);
		FB_OK_FATAL(fb_eh_frame_chain_find(copy, size, ADDRESS, &ranges, &chain));
		CU_ASSERT_EQUAL(chain.fdes, size >= middle);
		free(copy);
	}
	free(made);
}

/* What an FDE leads back to is no CIE of its chain. */
static void follows_no_pointer_that_leads_elsewhere(void)
{
	struct made *made = make();
	size_t other, first, fde, start;

	other = put_cie(made);
	put_u32(made, 0);
	first = put_cie(made);
	/* To itself; to a word of its own; to an FDE, which leads back to it. */
	fde = put_fde(made, made->at, CODE, 0x10);
	expect_none(made);
	made->at = fde;
	put_fde(made, made->at + 4 - 1, CODE, 0x10);
	expect_none(made);
	made->at = fde;
	put_fde(made, first, CODE, 0x10);
	start = made->at;
	put_fde(made, fde, CODE + 0x10, 0x10);
	expect(made, first, start, 1);
	/* To a CIE of no chain, or behind itself, or before all bytes. */
	made->at = fde;
	put_fde(made, other, CODE, 0x10);
	expect_none(made);
	made->at = fde;
	put_fde(made, fde + 24, CODE, 0x10);
	put_cie(made);
	expect_none(made);
	made->at = fde;
	put_fde(made, first - 0x1000, CODE, 0x10);
	expect_none(made);
	free(made);
}

static void counts_code_once(void)
{
	struct made *made = make();
	size_t many, few, many_end, end;

	/* The same code again and again, a part of it, and one that goes on behind its end. */
	many = put_cie(made);
	put_fde(made, many, CODE, 0x100);
	for (uint32_t i = 0; i < 10; i++)
		put_fde(made, many, CODE + i, 0x100 - i);
	put_fde(made, many, CODE + 0x20, 0x10);
	put_fde(made, many, CODE + 0x40, 0x10);
	put_fde(made, many, CODE + 0xff, 0x80);
	many_end = made->at;
	put_u32(made, 0);
	expect(made, many, many_end, 1);
	/* One that is next to it. */
	few = put_cie(made);
	put_fde(made, few, CODE + 0x100, 0x80);
	put_fde(made, few, CODE, 0x100);
	end = made->at;
	put_u32(made, 0);
	expect(made, few, end, 2);
	many = put_cie(made);
	for (uint32_t i = 0; i < 10; i++)
		put_fde(made, many, CODE + i, 0x100);
	put_u32(made, 0);
	expect(made, few, end, 2);
	free(made);
}

static void describes_only_code(void)
{
	static const struct {
		uint64_t start;
		uint32_t length;
		bool good;
	} cases[] = {
		{CODE, (uint32_t)(CODE_END - CODE), true},
		{CODE, (uint32_t)(CODE_END - CODE + 1), false},
		{CODE - 1, 2, false},
		{CODE_END - 1, 1, true},
		{CODE_END, 1, false},
		{CODE + 0x10, 0, false},
		{CODE_END - 1, (uint32_t)(MORE_CODE - CODE_END + 2), false},
		{MORE_CODE_END - 1, 1, true},
		{MORE_CODE_END, 1, false},
		{CODE, UINT32_MAX, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made *made = make();
		size_t first = put_cie(made);

		put_fde(made, first, cases[i].start, cases[i].length);
		CU_ASSERT_EQUAL(find(made).fdes, cases[i].good);
		free(made);
	}
}

struct cie_case {
	const char *contents;
	size_t size;
	bool good;
};

#define CIE(bytes, good)                   \
	{                                  \
		bytes, sizeof(bytes), good \
	}

/* Which CIEs are taken. The NUL that ends each text is one byte of padding more. */
static void takes_cies_as_compilers_write_them(void)
{
	static const struct cie_case cases[] = {
		CIE("\1zR\0\1\x78\x10\1\x1b", true),
		CIE("\3zR\0\1\x78\x10\1\x1b", true),
		CIE("\1zPLR\0\1\x78\x10\7\x9b\1\2\3\4\x1b\x1b", true),
		CIE("\1zPLR\0\1\x78\x10\x0b\0\1\2\3\4\5\6\7\10\x1b\x1b", true),
		CIE("\1zPLR\0\1\x78\x10\3\xff\x1b\x1b", true),
		CIE("\1zRS\0\1\x78\x10\1\x1b", true),
		CIE("\1zR\0\x81\0\xf8\x7f\x90\0\1\x1b", true), /* longer than need be */
		CIE("\2zR\0\1\x78\x10\1\x1b", false),          /* no such version */
		CIE("\1eh\0\1\x78\x10\1\x1b", false),
		CIE("\1zQ\0\1\x78\x10\1\x1b", false),
		CIE("\1zR\0\2\x78\x10\1\x1b", false), /* other factors */
		CIE("\1zR\0\1\x7c\x10\1\x1b", false),
		CIE("\1zR\0\1\x08\x10\1\x1b", false),
		CIE("\1zR\0\1\x78\x08\1\x1b", false),        /* that is i386's return address */
		CIE("\1zR\0\1\x78\x10\1\x9b", false),        /* indirect, which no code is */
		CIE("\1zR\0\1\x78\x10\1\x2b", false),        /* relative to the text */
		CIE("\1zR\0\1\x78\x10\1\x1a", false),        /* of 2 bytes */
		CIE("\1zR\0\1\x78\x10\1\xff", false),        /* none */
		CIE("\1zR\0\1\x78\x10\0\x1b", false),        /* its data are not in it */
		CIE("\1zR\0\1\x78\x10\x7f\x1b", false),      /* its data are longer than it */
		CIE("\1zPR\0\1\x78\x10\2\x12\1\x1b", false), /* a personality of 2 bytes */
		CIE("\1zPR\0\1\x78\x10\4\x1b\1\2", false),   /* a record that ends in it */
		CIE("\1zRRRRRRRRRRRRRR", false),             /* and in the letters */
		CIE("\1zR\0\1\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", false),
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct made *made = make();
		size_t first = put_record(made, 0, cases[i].contents, cases[i].size);

		put_fde(made, first, CODE, 0x10);
		CU_ASSERT_EQUAL(find(made).fdes, cases[i].good);
		if (find(made).fdes != cases[i].good)
			CU_FAIL(cases[i].contents);
		free(made);
	}
}

/* Without augmentation addresses are absolute, of 8 bytes; of other formats as the CIE says. */
static void reads_addresses_of_each_format(void)
{
	static const uint8_t plain[] = {1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1, 0, 0};
	/* "eh", of compilers before x86-64. */
	static const uint8_t old[] = {1, 'e', 'h', 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1};
	const uint64_t wide[] = {CODE, 0x20, 0};
	static const struct {
		uint8_t encoding;
		size_t size;
		bool relative;
	} formats[] = {{0x00, 8, false}, {0x03, 4, false}, {0x04, 8, false}, {0x0b, 4, false},
		       {0x0c, 8, false}, {0x10, 8, true},  {0x13, 4, true},  {0x1c, 8, true}};
	struct made *made = make();
	size_t first = put_record(made, 0, plain, sizeof(plain));

	put_record(made, (uint32_t)(made->at + 4 - first), wide, 16);
	expect(made, first, made->at, 1);
	memset(made, 0, sizeof(*made));
	first = put_record(made, 0, old, sizeof(old));
	put_record(made, (uint32_t)(made->at + 4 - first), wide, 16);
	expect_none(made);
	free(made);
	for (size_t i = 0; i < FB_ARRAY_SIZE(formats); i++) {
		uint8_t contents[sizeof(usual)], bytes[24] = {0};
		uint64_t start = CODE, length = 0x20;

		made = make();
		memcpy(contents, usual, sizeof(usual));
		contents[8] = formats[i].encoding;
		/* Code is above all pc-relative places here, where unsigned numbers of 4 bytes must be. */
		made->at = 4;
		first = put_record(made, 0, contents, sizeof(contents));
		if (formats[i].relative)
			start -= ADDRESS + made->at + 8;
		memcpy(bytes, &start, formats[i].size);
		memcpy(bytes + formats[i].size, &length, formats[i].size);
		put_record(made, (uint32_t)(made->at + 4 - first), bytes, 2 * formats[i].size + 4);
		/* udata4 cannot lead back. */
		CU_ASSERT_EQUAL(find(made).fdes, formats[i].encoding != 0x13);
		free(made);
	}
}

/* Records of other lengths, and FDEs that are cut off. */
static void checks_each_length(void)
{
	struct made *made = make();
	size_t first = put_cie(made), fde = put_fde(made, first, CODE, 0x10), end = made->at;
	uint32_t length;

	for (length = 0; length < 64; length++) {
		memcpy(made->bytes + fde, &length, sizeof(length));
		/* 4 + 8 bytes hold no length of augmentation data. */
		CU_ASSERT_EQUAL(find(made).fdes, length % 4 == 0 && length >= 16);
	}
	length = 0xfffffffc;
	memcpy(made->bytes + fde, &length, sizeof(length));
	expect_none(made);
	length = (uint32_t)(BYTES - fde - 4);
	memcpy(made->bytes + fde, &length, sizeof(length));
	expect(made, first, BYTES, 1);
	length += 4;
	memcpy(made->bytes + fde, &length, sizeof(length));
	expect_none(made);
	length = (uint32_t)(end - fde - 4);
	memcpy(made->bytes + fde, &length, sizeof(length));
	/* Augmentation data that are longer than the record. */
	made->bytes[fde + 16] = 7;
	expect(made, first, end, 1);
	made->bytes[fde + 16] = 8;
	expect_none(made);
	free(made);
}

/* 16 MiB of CIEs that all lead to one long chain: without a bound on records that would take hours. */
static void does_not_take_long(void)
{
	const size_t size = FB_MAX_UNWIND_SEARCH, half = size / 2;
	uint8_t *bytes = calloc(1, size);
	struct fb_eh_frame_chain chain;
	struct timespec before, after;
	double seconds;

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (size_t at = 0; at < size; at += 24) {
		uint32_t length = (uint32_t)((at < half ? half / 24 * 24 + 24 - at : 24) - 4);

		if (size - at < 24)
			break;
		memcpy(bytes + at, &length, sizeof(length));
		memcpy(bytes + at + 8, usual, sizeof(usual));
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	FB_OK_FATAL(fb_eh_frame_chain_find(bytes, size, ADDRESS, &ranges, &chain));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	CU_ASSERT_EQUAL(chain.fdes, 0);
	seconds = (double)(after.tv_sec - before.tv_sec) +
		  (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	CU_ASSERT(seconds < 30);
	free(bytes);
}

FB_TEST_MAIN("user/eh_frame_chain", FB_TEST(finds_a_chain), FB_TEST(finds_it_in_noise),
	     FB_TEST(is_not_led_astray_by_what_leads_into_it), FB_TEST(ends_where_it_is_cut),
	     FB_TEST(ends_with_the_bytes), FB_TEST(follows_no_pointer_that_leads_elsewhere),
	     FB_TEST(counts_code_once), FB_TEST(describes_only_code),
	     FB_TEST(takes_cies_as_compilers_write_them), FB_TEST(reads_addresses_of_each_format),
	     FB_TEST(checks_each_length), FB_TEST(does_not_take_long))
