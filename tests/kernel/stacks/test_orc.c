// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stacks/orc.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_stack.h"

static struct fb_orc_row decode(uint16_t flags, enum fb_orc_version version)
{
	uint8_t entry[FB_ORC_ENTRY_BYTES] = {0x10, 0x00,           0xf0,
					     0xff, (uint8_t)flags, (uint8_t)(flags >> 8)};
	struct fb_orc_row row = {0};

	FB_OK(fb_orc_decode(entry, version, &row));
	CU_ASSERT_EQUAL(row.sp_offset, 16);
	CU_ASSERT_EQUAL(row.bp_offset, -16);
	return row;
}

static void decodes_each_version(void)
{
	static const struct {
		enum fb_orc_version version;
		uint16_t flags;
		enum fb_orc_reg sp_reg, bp_reg;
		enum fb_orc_type type;
		bool signal;
	} cases[] = {
		{FB_ORC_V1, 0x0005, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V1, 0x0014, FB_ORC_REG_BP, FB_ORC_REG_PREV_SP, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V1, 0x0105, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_REGS, true},
		{FB_ORC_V1, 0x0205, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_REGS_PARTIAL,
		 true},
		{FB_ORC_V1, 0x0000, FB_ORC_REG_UNDEFINED, FB_ORC_REG_UNDEFINED,
		 FB_ORC_TYPE_UNDEFINED, false},
		{FB_ORC_V1, 0x0400, FB_ORC_REG_UNDEFINED, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_END,
		 false},
		{FB_ORC_V2, 0x0005, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V2, 0x0405, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, true},
		{FB_ORC_V2, 0x0105, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_REGS, false},
		{FB_ORC_V2, 0x0400, FB_ORC_REG_UNDEFINED, FB_ORC_REG_UNDEFINED,
		 FB_ORC_TYPE_UNDEFINED, true},
		{FB_ORC_V2, 0x0800, FB_ORC_REG_UNDEFINED, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_END,
		 false},
		{FB_ORC_V3, 0x0205, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V3, 0x0b05, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_REGS, true},
		{FB_ORC_V3, 0x0405, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_REGS_PARTIAL,
		 false},
		{FB_ORC_V3, 0x0100, FB_ORC_REG_UNDEFINED, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_END,
		 false},
		{FB_ORC_V3, 0x0218, FB_ORC_REG_BP_INDIRECT, FB_ORC_REG_PREV_SP, FB_ORC_TYPE_CALL,
		 false},
		{FB_ORC_V4, 0x0203, FB_ORC_REG_SP, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V4, 0x0284, FB_ORC_REG_BP, FB_ORC_REG_PREV_SP, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V4, 0x0201, FB_ORC_REG_AX, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V4, 0x0205, FB_ORC_REG_DI, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_CALL, false},
		{FB_ORC_V4, 0x028a, FB_ORC_REG_BP_INDIRECT, FB_ORC_REG_PREV_SP, FB_ORC_TYPE_CALL,
		 false},
		{FB_ORC_V4, 0x0b09, FB_ORC_REG_SP_INDIRECT, FB_ORC_REG_UNDEFINED, FB_ORC_TYPE_REGS,
		 true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_orc_row row = decode(cases[i].flags, cases[i].version);

		CU_ASSERT_EQUAL(row.sp_reg, cases[i].sp_reg);
		CU_ASSERT_EQUAL(row.bp_reg, cases[i].bp_reg);
		CU_ASSERT_EQUAL(row.type, cases[i].type);
		CU_ASSERT_EQUAL(row.signal, cases[i].signal);
	}
}

/* The three words as they stand, offsets that are negative among them. */
static void a_refused_entry_is_shown(void)
{
	static const uint8_t entry[FB_ORC_ENTRY_BYTES] = {0x34, 0x12, 0xfe, 0xff, 0x05, 0x03};
	struct fb_orc_row row;

	FB_FAILS_WITH(fb_orc_decode(entry, FB_ORC_V1, &row), FB_CORRUPT,
		      "ORC entry 1234 fffe 0305 is of no known kind");
}

static void offsets_are_signed(void)
{
	static const struct {
		uint8_t low, high;
		int16_t value;
	} offsets[] = {{0, 0, 0}, {0xff, 0x7f, INT16_MAX}, {0, 0x80, INT16_MIN}, {0xff, 0xff, -1}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(offsets); i++) {
		for (size_t k = 0; k < FB_ARRAY_SIZE(offsets); k++) {
			const uint8_t entry[FB_ORC_ENTRY_BYTES] = {offsets[i].low, offsets[i].high,
								   offsets[k].low, offsets[k].high,
								   0x05,           0x02};
			struct fb_orc_row row;

			FB_OK(fb_orc_decode(entry, FB_ORC_V3, &row));
			CU_ASSERT_EQUAL(row.sp_offset, offsets[i].value);
			CU_ASSERT_EQUAL(row.bp_offset, offsets[k].value);
		}
	}
}

static void refuses_unknown_kinds(void)
{
	static const struct {
		enum fb_orc_version version;
		uint16_t flags;
	} cases[] = {
		{FB_ORC_V1, 0x000a},                      /* no register 10 */
		{FB_ORC_V1, 0x00f5},                      /* no register 15 */
		{FB_ORC_V1, 0x0305},                      /* no type 3 */
		{FB_ORC_V2, 0x000f}, {FB_ORC_V3, 0x0505}, /* no type 5 */
		{FB_ORC_V3, 0x0705}, {FB_ORC_V3, 0x020a}, {FB_ORC_V4, 0x020b}, {FB_ORC_V4, 0x0703},
	};
	uint8_t entry[FB_ORC_ENTRY_BYTES] = {0};
	struct fb_orc_row row;

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		entry[4] = (uint8_t)cases[i].flags;
		entry[5] = (uint8_t)(cases[i].flags >> 8);
		FB_FAILS(fb_orc_decode(entry, cases[i].version, &row), FB_CORRUPT);
	}
	FB_FAILS(fb_orc_decode(entry, FB_ORC_UNKNOWN, &row), FB_INVALID);
}

static void knows_the_headers(void)
{
	/* SHA-1 of the definitions in 6.3.10, 6.4 and 7.2, by scripts/orc_hash.sh. */
	static const char *const hashes[] = {
		"\xdb\x84\xae\xd4\x10\x3b\x31\xdd\x51\xe0\x17\xf8\xf7\x97\x83\xca\x98\x5c\x2c\x51",
		"\xfe\x5d\x32\xbf\x58\x1b\xd6\x3b\x2c\xa9\xa5\xc6\x5b\xa5\xa6\x25\xea\xb3\xfe\x24",
		"\x13\x7c\x36\xad\x76\x27\xc4\xdd\x55\x93\x21\x76\xbb\x0e\xcd\xbd\x50\x41\xfc\x82",
	};
	uint8_t header[FB_ORC_HEADER_BYTES];

	for (size_t i = 0; i < FB_ARRAY_SIZE(hashes); i++) {
		memcpy(header, hashes[i], sizeof(header));
		CU_ASSERT_EQUAL(fb_orc_version_by_header(header), FB_ORC_V2 + i);
		header[19] ^= 1;
		CU_ASSERT_EQUAL(fb_orc_version_by_header(header), FB_ORC_UNKNOWN);
	}
}

static int found_at(const struct made_stack *made, uint64_t offset)
{
	struct fb_orc_row row = {.sp_offset = -1};

	FB_OK(fb_orc_table_find(&made->table, MADE_TEXT + offset, &row));
	return row.sp_offset;
}

static void finds_the_row_in_force(void)
{
	struct made_stack made;
	struct fb_orc_row row;

	made_stack_init(&made);
	FB_FAILS(fb_orc_table_find(&made.table, MADE_TEXT, &row), FB_NOT_FOUND);
	made_stack_row(&made, MADE_TEXT + 0x10, 8, 0, MADE_FLAGS(MADE_SP, 0, MADE_CALL));
	made_stack_row(&made, MADE_TEXT + 0x20, 16, 0, MADE_FLAGS(MADE_SP, 0, MADE_CALL));
	/* A terminator and a real row at one address: the later one counts. */
	made_stack_row(&made, MADE_TEXT + 0x30, 0, 0, 0);
	made_stack_row(&made, MADE_TEXT + 0x30, 24, 0, MADE_FLAGS(MADE_SP, 0, MADE_CALL));
	made_stack_row(&made, MADE_TEXT + 0x40, 32, 0, MADE_FLAGS(MADE_SP, 0, MADE_CALL));

	FB_FAILS(fb_orc_table_find(&made.table, MADE_TEXT + 0xf, &row), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(found_at(&made, 0x10), 8);
	CU_ASSERT_EQUAL(found_at(&made, 0x1f), 8);
	CU_ASSERT_EQUAL(found_at(&made, 0x20), 16);
	CU_ASSERT_EQUAL(found_at(&made, 0x30), 24);
	CU_ASSERT_EQUAL(found_at(&made, 0x3f), 24);
	CU_ASSERT_EQUAL(found_at(&made, 0xfff), 32);
}

static void says_when_the_table_is_missing(void)
{
	struct made_stack made;
	struct fb_orc_row row;

	made_stack_init(&made);
	made_stack_row(&made, MADE_TEXT, 8, 0, MADE_FLAGS(MADE_SP, 0, MADE_CALL));
	made.missing_start = MADE_IPS;
	made.missing_end = MADE_IPS + FB_ORC_IP_BYTES;
	FB_FAILS_WITH(fb_orc_table_find(&made.table, MADE_TEXT, &row), FB_ABSENT, "ORC table");
	made.missing_start = MADE_ENTRIES;
	made.missing_end = MADE_ENTRIES + FB_ORC_ENTRY_BYTES;
	FB_FAILS_WITH(fb_orc_table_find(&made.table, MADE_TEXT, &row), FB_ABSENT, "ORC table");
	/* A count that reaches far behind the table. */
	made.missing_end = 0;
	made.table.count = UINT32_MAX;
	FB_FAILS(fb_orc_table_find(&made.table, MADE_TEXT, &row), FB_FAULT);
}

/* A table of functions with these flags, and of entry code with those. */
static enum fb_orc_version detect(uint16_t call, uint16_t entry, bool with_entry)
{
	enum fb_orc_version version = FB_ORC_UNKNOWN;
	struct made_stack made;

	made_stack_init(&made);
	for (unsigned i = 0; i < 400; i++) {
		uint16_t flags = i == 390 ? entry : i % 8 == 7 ? 0 : call;

		made_stack_row(&made, MADE_TEXT + i * 4, 8, 0, flags);
	}
	FB_OK(fb_orc_table_detect(&made.table, with_entry ? MADE_TEXT + 380 * 4 : 0, &version));
	return version;
}

static void tells_versions_by_structure(void)
{
	CU_ASSERT_EQUAL(detect(0x0005, 0x0105, true), FB_ORC_V1);
	CU_ASSERT_EQUAL(detect(0x0005, 0x0505, true), FB_ORC_V2);
	CU_ASSERT_EQUAL(detect(0x0005, 0x0505, false), FB_ORC_V1);
	CU_ASSERT_EQUAL(detect(0x0205, 0x0b05, true), FB_ORC_V3);
	CU_ASSERT_EQUAL(detect(0x0203, 0x0b03, true), FB_ORC_V4);
}

static void tells_noise_from_a_table(void)
{
	enum fb_orc_version version;
	struct made_stack made;

	made_stack_init(&made);
	for (unsigned i = 0; i < 400; i++)
		made_stack_row(&made, MADE_TEXT + i * 4, 8, 0, (uint16_t)(i * 40503u));
	FB_FAILS(fb_orc_table_detect(&made.table, 0, &version), FB_CORRUPT);
}

FB_TEST_MAIN("kernel/orc", FB_TEST(decodes_each_version), FB_TEST(refuses_unknown_kinds),
	     FB_TEST(a_refused_entry_is_shown), FB_TEST(offsets_are_signed),
	     FB_TEST(knows_the_headers), FB_TEST(finds_the_row_in_force),
	     FB_TEST(says_when_the_table_is_missing), FB_TEST(tells_versions_by_structure),
	     FB_TEST(tells_noise_from_a_table))
