// SPDX-License-Identifier: GPL-2.0-or-later
/* Strings of Python in made memory: characters of each width, and what is no string. */
#include "user/runtimes/python_text.h"

#include <string.h>

#include "tests/harness.h"

#define BASE 0x7000u
#define BYTES 0x2000u

struct memory {
	struct fb_space space; /* first */
	uint8_t bytes[BYTES];
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct memory *memory = (const struct memory *)space;

	if (address < BASE || address - BASE > BYTES || length > BYTES - (address - BASE))
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, memory->bytes + (address - BASE), length);
	return NULL;
}

static const struct fb_space_ops memory_ops = {.read = read_memory};

/* As of 3.12. */
static const struct fb_python_layout layout = {
	.text_length = 16,
	.text_state = 32,
	.text_ascii = 40,
	.text_other = 56,
};

enum { COMPACT = 8, ASCII = 16 };

static void make(struct memory *memory, uint64_t length, uint32_t state, const void *characters,
		 size_t size)
{
	memset(memory, 0, sizeof(*memory));
	memory->space = (struct fb_space){.ops = &memory_ops, .name = "memory"};
	memcpy(memory->bytes + 16, &length, sizeof(length));
	/* The lowest two bits say whether it is interned. */
	state = state << 2 | 1;
	memcpy(memory->bytes + 32, &state, sizeof(state));
	memcpy(memory->bytes + (state & ASCII << 2 ? 40 : 56), characters, size);
}

static void expect(struct memory *memory, const char *wanted)
{
	char text[FB_PYTHON_NAME_SIZE];

	FB_OK_FATAL(fb_python_text(&memory->space, &layout, BASE, text));
	CU_ASSERT_STRING_EQUAL(text, wanted);
}

static void characters_of_each_width_are_utf8(void)
{
	static const uint16_t two[] = {'a', 0x20ac, 0xd800, 0x7ff};
	static const uint32_t four[] = {0x1f600, 'b', 0x110000};
	struct memory memory;

	make(&memory, 4, 1 | COMPACT | ASCII, "main", 4);
	expect(&memory, "main");
	make(&memory, 2, 1 | COMPACT, "W\xe4", 2);
	expect(&memory, "W\xc3\xa4");
	make(&memory, 4, 2 | COMPACT, two, sizeof(two));
	expect(&memory, "a\xe2\x82\xac\xef\xbf\xbd\xdf\xbf");
	make(&memory, 3, 4 | COMPACT, four, sizeof(four));
	expect(&memory, "\xf0\x9f\x98\x80"
			"b\xef\xbf\xbd");
	make(&memory, 0, 1 | COMPACT | ASCII, "", 0);
	expect(&memory, "");
	make(&memory, 3, 1 | COMPACT | ASCII, "a\0b", 3);
	expect(&memory, "a");
}

static void long_ones_are_cut(void)
{
	char text[FB_PYTHON_NAME_SIZE];
	uint32_t characters[FB_PYTHON_NAME_LENGTH];
	struct memory memory;

	for (size_t i = 0; i < FB_PYTHON_NAME_LENGTH; i++)
		characters[i] = 0x1f600;
	make(&memory, UINT64_MAX, 4 | COMPACT, characters, sizeof(characters));
	FB_OK_FATAL(fb_python_text(&memory.space, &layout, BASE, text));
	CU_ASSERT_EQUAL(strlen(text), 4 * FB_PYTHON_NAME_LENGTH);
}

static void what_is_no_string_fails(void)
{
	char text[FB_PYTHON_NAME_SIZE];
	struct memory memory;

	make(&memory, 4, 1 | ASCII, "main", 4);
	FB_FAILS(fb_python_text(&memory.space, &layout, BASE, text), FB_CORRUPT);
	make(&memory, 4, 3 | COMPACT, "main", 4);
	FB_FAILS(fb_python_text(&memory.space, &layout, BASE, text), FB_CORRUPT);
	make(&memory, 4, 2 | COMPACT | ASCII, "main", 4);
	FB_FAILS(fb_python_text(&memory.space, &layout, BASE, text), FB_CORRUPT);
	make(&memory, 4, 1 | COMPACT, "main", 4);
	FB_FAILS(fb_python_text(&memory.space, &layout, BASE + BYTES - 58, text), FB_CORRUPT);
	FB_FAILS(fb_python_text(&memory.space, &layout, BASE + BYTES - 20, text), FB_ABSENT);
}

FB_TEST_MAIN("user/runtimes/python_text", FB_TEST(characters_of_each_width_are_utf8),
	     FB_TEST(long_ones_are_cut), FB_TEST(what_is_no_string_fails))
