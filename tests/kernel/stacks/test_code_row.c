// SPDX-License-Identifier: GPL-2.0-or-later
/* Small functions, and the row of each of their calls. */
#include "kernel/stacks/code_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define ADDRESS 0xffffffff81000000u
#define COLD 0xffffffff82000000u

static struct fb_orc_row row_at(const uint8_t *code, size_t size, size_t at)
{
	const struct fb_code_part part = {ADDRESS, code, size};
	struct fb_orc_row row = {.sp_offset = 77};

	FB_OK(fb_code_row(&part, 1, ADDRESS + at, &row));
	CU_ASSERT_EQUAL(row.type, FB_ORC_TYPE_CALL);
	return row;
}

#define EXPECT(code, at, sp, sp_below, bp, bp_below)                     \
	do {                                                             \
		struct fb_orc_row row_ = row_at(code, sizeof(code), at); \
		CU_ASSERT_EQUAL(row_.sp_reg, FB_ORC_REG_##sp);           \
		CU_ASSERT_EQUAL(row_.sp_offset, sp_below);               \
		CU_ASSERT_EQUAL(row_.bp_reg, FB_ORC_REG_##bp);           \
		CU_ASSERT_EQUAL(row_.bp_offset, bp_below);               \
	} while (0)

static void counts_what_is_pushed(void)
{
	/* push rbx; push rbp; sub rsp, 0x18; call; add rsp, 0x18; pop rbp; pop rbx; ret */
	static const uint8_t code[] = {0x53, 0x55, 0x48, 0x83, 0xec, 0x18, 0xe8, 0,    0,
				       0,    0,    0x48, 0x83, 0xc4, 0x18, 0x5d, 0x5b, 0xc3};

	EXPECT(code, 0, SP, 8, UNDEFINED, 0);
	EXPECT(code, 1, SP, 16, UNDEFINED, 0);
	EXPECT(code, 2, SP, 24, PREV_SP, -24);
	EXPECT(code, 6, SP, 48, PREV_SP, -24);
	EXPECT(code, 10, SP, 48, PREV_SP,
	       -24); /* the call's last byte, which a return address stands behind */
	EXPECT(code, 15, SP, 24, PREV_SP, -24);
	EXPECT(code, 16, SP, 16, UNDEFINED, 0);
	EXPECT(code, 17, SP, 8, UNDEFINED, 0);
}

static void follows_each_way(void)
{
	/* test edi, edi; je +2; call (tail of nothing pushed): jmp far; at 9: push rbx; call; pop rbx; ret */
	static const uint8_t code[] = {0x85, 0xff, 0x74, 0x05, 0xe9, 0, 0,    1,   0,
				       0x53, 0xe8, 0,    0,    0,    0, 0x5b, 0xc3};

	EXPECT(code, 4, SP, 8, UNDEFINED, 0);
	EXPECT(code, 10, SP, 16, UNDEFINED, 0);
	/* push rbx; jmp +1 over int3; at 4: call; jmp back to 1 */
	static const uint8_t loop[] = {0x53, 0xeb, 0x01, 0xcc, 0xe8, 0, 0, 0, 0, 0xeb, 0xf6};

	EXPECT(loop, 4, SP, 16, UNDEFINED, 0);
}

static void goes_on_behind_a_warning(void)
{
	/* push rbx; ud2; call; and behind a ud2 that another way leads past, that way decides. */
	static const uint8_t code[] = {0x53, 0x0f, 0x0b, 0xe8, 0, 0, 0, 0};
	/* je +4; push rbx; push rbx; ud2; at 6: call */
	static const uint8_t bug[] = {0x74, 0x04, 0x53, 0x53, 0x0f, 0x0b, 0xe8, 0, 0, 0, 0};
	/* push rbx; jmp +5 (a switch that is set); at 3: call; at 8: pop rbx; ret */
	static const uint8_t key[] = {0x53, 0xeb, 0x05, 0xe8, 0, 0, 0, 0, 0x5b, 0xc3};

	EXPECT(code, 3, SP, 16, UNDEFINED, 0);
	EXPECT(bug, 6, SP, 8, UNDEFINED, 0);
	EXPECT(key, 3, SP, 16, UNDEFINED, 0);
}

static void counts_from_the_frame_pointer(void)
{
	/* push rbp; mov rbp, rsp; push rbx; and rsp, -16; call; lea rsp, [rbp - 8]; pop rbx; pop rbp; ret */
	static const uint8_t code[] = {0x55, 0x48, 0x89, 0xe5, 0x53, 0x48, 0x83,
				       0xe4, 0xf0, 0xe8, 0,    0,    0,    0,
				       0x48, 0x8d, 0x65, 0xf8, 0x5b, 0x5d, 0xc3};
	/* push rbp; mov rbp, rsp; sub rsp, rax; call; leave; ret */
	static const uint8_t room[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x29, 0xc4,
				       0xe8, 0,    0,    0,    0,    0xc9, 0xc3};

	EXPECT(code, 5, SP, 24, PREV_SP, -16);
	EXPECT(code, 9, BP, 16, PREV_SP, -16);
	EXPECT(code, 18, SP, 24, PREV_SP, -16);
	EXPECT(code, 20, SP, 8, UNDEFINED, 0);
	EXPECT(room, 7, BP, 16, PREV_SP, -16);
	EXPECT(room, 13, SP, 8, UNDEFINED, 0);
}

/* mov [r11], rsp; mov rsp, r11; call; pop rsp: the kernel's call on an interrupt stack. */
static void knows_a_switched_stack(void)
{
	static const uint8_t code[] = {0x53, 0x49, 0x89, 0x23, 0x4c, 0x89, 0xdc, 0xe8,
				       0,    0,    0,    0,    0x5c, 0x5b, 0xc3};

	EXPECT(code, 7, SP_INDIRECT, 16, UNDEFINED, 0);
	EXPECT(code, 13, SP, 16, UNDEFINED, 0);
	EXPECT(code, 14, SP, 8, UNDEFINED, 0);
}

static void follows_into_the_other_part(void)
{
	/* push rbx; je to the other part; pop rbx; ret. There: call; jmp back to the pop. */
	uint8_t code[] = {0x53, 0x0f, 0x84, 0, 0, 0, 0, 0x5b, 0xc3};
	static const uint8_t cold[] = {0xe8, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0};
	const int32_t distance = (int32_t)(COLD - (ADDRESS + 7));
	const struct fb_code_part parts[] = {{ADDRESS, code, sizeof(code)},
					     {COLD, cold, sizeof(cold)}};
	struct fb_orc_row row = {.sp_offset = 77};

	memcpy(&code[3], &distance, sizeof(distance));
	FB_OK(fb_code_row(parts, 2, COLD + 4, &row));
	CU_ASSERT(row.sp_reg == FB_ORC_REG_SP && row.sp_offset == 16);
	FB_FAILS(fb_code_row(parts, 2, COLD + sizeof(cold), &row), FB_NOT_FOUND);
	FB_FAILS(fb_code_row(parts, 1, COLD, &row), FB_NOT_FOUND);
}

static void says_where_it_does_not_know(void)
{
	/* ret; call: no way leads there. */
	static const uint8_t beyond[] = {0xc3, 0xe8, 0, 0, 0, 0};
	/* and rsp, -16; call: no frame pointer. */
	static const uint8_t lost[] = {0x48, 0x83, 0xe4, 0xf0, 0xe8, 0, 0, 0, 0};
	/* vzeroupper, which is not read; call. pop; pop: what is above the return address. */
	static const uint8_t unread[] = {0xc5, 0xf8, 0x77, 0xe8, 0, 0, 0, 0};
	static const uint8_t above[] = {0x58, 0x58, 0xe8, 0, 0, 0, 0};
	const struct fb_code_part cases[] = {{ADDRESS + 1, beyond, sizeof(beyond)},
					     {ADDRESS + 4, lost, sizeof(lost)},
					     {ADDRESS + 3, unread, sizeof(unread)},
					     {ADDRESS + 2, above, sizeof(above)}};
	struct fb_orc_row row = {.sp_offset = 77};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_code_part part = {ADDRESS, cases[i].code, cases[i].size};

		FB_FAILS(fb_code_row(&part, 1, cases[i].address, &row), FB_NOT_FOUND);
	}
	CU_ASSERT_EQUAL(row.sp_offset, 77);
}

/* Any bytes at all: it ends, and reads nothing beyond them. */
static void ends_on_any_code(void)
{
	srand(1);
	for (unsigned i = 0; i < 2000; i++) {
		size_t size = 1 + (size_t)rand() % 300;
		uint8_t *code = malloc(size);
		struct fb_code_part part = {ADDRESS, code, size};
		struct fb_orc_row row;

		CU_ASSERT_PTR_NOT_NULL_FATAL(code);
		for (size_t at = 0; at < size; at++)
			code[at] = (uint8_t)rand();
		fb_error_destroy(fb_code_row(&part, 1, ADDRESS + size - 1, &row));
		free(code);
	}
}

FB_TEST_MAIN("kernel/code_row", FB_TEST(counts_what_is_pushed), FB_TEST(follows_each_way),
	     FB_TEST(goes_on_behind_a_warning), FB_TEST(counts_from_the_frame_pointer),
	     FB_TEST(knows_a_switched_stack), FB_TEST(follows_into_the_other_part),
	     FB_TEST(says_where_it_does_not_know), FB_TEST(ends_on_any_code))
