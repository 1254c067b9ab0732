// SPDX-License-Identifier: GPL-2.0-or-later
/* Notes with and without padding, and such that are cut off. */
#include "symbols/table/elf_note.h"

#include <elf.h>
#include <string.h>

#include "tests/harness.h"

/* A note with an owner of 4 bytes and 5 bytes behind it, padded to a multiple of 4; then one without either. */
static const uint8_t two[] = {
	4, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 1, 2,
	3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   0,   7,   0, 0, 0,
};

static void takes_one_after_another(void)
{
	struct fb_cursor cursor;
	struct fb_elf_note note;

	fb_cursor_init(&cursor, two, sizeof(two), "notes");
	FB_OK_FATAL(fb_elf_note_next(&cursor, 4, &note));
	CU_ASSERT_TRUE(fb_elf_note_is(&note, "GNU", NT_GNU_BUILD_ID));
	CU_ASSERT_FALSE(fb_elf_note_is(&note, "GNU", NT_GNU_ABI_TAG));
	CU_ASSERT_FALSE(fb_elf_note_is(&note, "GN", NT_GNU_BUILD_ID));
	CU_ASSERT(note.size == 5 && note.desc == two + 16);
	FB_OK_FATAL(fb_elf_note_next(&cursor, 4, &note));
	CU_ASSERT(note.type == 7 && note.owner_size == 0 && note.size == 0);
	CU_ASSERT_EQUAL(fb_cursor_left(&cursor), 0);
}

/* The NUL of an owner may be missing, and the padding of the last note. */
static void writers_leave_out(void)
{
	static const uint8_t bytes[] = {4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'C', 'O', 'R', 'E', 9};
	struct fb_cursor cursor;
	struct fb_elf_note note;

	fb_cursor_init(&cursor, bytes, sizeof(bytes), "notes");
	FB_OK_FATAL(fb_elf_note_next(&cursor, 4, &note));
	CU_ASSERT_TRUE(fb_elf_note_owner_is(&note, "CORE"));
	CU_ASSERT_FALSE(fb_elf_note_owner_is(&note, "CORES"));
	CU_ASSERT(note.size == 1 && note.desc[0] == 9);
	CU_ASSERT_EQUAL(fb_cursor_left(&cursor), 0);
}

/* With an alignment of 8 the bytes behind the owner begin at a multiple of 8. */
static void alignment_is_the_callers(void)
{
	static const uint8_t bytes[] = {1, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0,
					0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct fb_cursor cursor;
	struct fb_elf_note note;

	fb_cursor_init(&cursor, bytes, sizeof(bytes), "notes");
	FB_OK_FATAL(fb_elf_note_next(&cursor, 8, &note));
	CU_ASSERT(note.desc == bytes + 16 && note.size == 8);
}

static void what_is_cut_off_is_no_note(void)
{
	for (size_t size = 0; size < 21; size++) {
		struct fb_elf_note note = {.type = 77};
		struct fb_cursor cursor;

		fb_cursor_init(&cursor, two, size, "notes");
		FB_FAILS(fb_elf_note_next(&cursor, 4, &note), FB_TRUNCATED);
		CU_ASSERT(cursor.offset == 0 && note.type == 77);
	}
}

FB_TEST_MAIN("symbols/elf_note", FB_TEST(takes_one_after_another), FB_TEST(writers_leave_out),
	     FB_TEST(alignment_is_the_callers), FB_TEST(what_is_cut_off_is_no_note))
