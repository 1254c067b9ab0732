// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decodes CPython's table of locations. Each entry begins with a byte that has its highest bit set, a code of four
 * bits, and the number of instruction units less one; the code says how the location follows. Called by python.c.
 */
#include "user/runtimes/python_lines.h"

#include <stdbool.h>

enum code {
	SHORT_FORM_LAST = 9, /* codes 0 to 9: one byte, the same line */
	ONE_LINE_FIRST = 10, /* codes 10 to 12: two bytes, 0 to 2 lines on */
	NO_COLUMNS = 13,
	LONG_FORM = 14,
	NO_LOCATION = 15,
};

struct reader {
	const uint8_t *at, *end;
	bool damaged;
};

static uint8_t next_byte(struct reader *reader)
{
	if (reader->at < reader->end)
		return *reader->at++;
	reader->damaged = true;
	return 0;
}

/* Six bits a byte, the lowest first; bit 6 says that another byte follows. */
static uint32_t next_number(struct reader *reader)
{
	uint32_t value = 0;

	for (unsigned shift = 0;; shift += 6) {
		const uint8_t byte = next_byte(reader);

		if (shift > 30 || (byte & 0x80)) {
			reader->damaged = true;
			return 0;
		}
		value |= (uint32_t)(byte & 0x3f) << shift;
		if (!(byte & 0x40))
			return value;
	}
}

/* The lowest bit is the sign. */
static int64_t next_signed(struct reader *reader)
{
	const uint32_t value = next_number(reader);

	return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

/* How many lines the entry's is behind that of the entry before. */
static int64_t line_delta(struct reader *reader, unsigned code)
{
	int64_t delta = 0;

	if (code == NO_LOCATION)
		return 0;
	if (code == NO_COLUMNS || code == LONG_FORM)
		delta = next_signed(reader);
	if (code == LONG_FORM)
		for (unsigned i = 0; i < 3; i++)
			(void)next_number(reader);
	if (code <= SHORT_FORM_LAST)
		(void)next_byte(reader);
	if (code >= ONE_LINE_FIRST && code < NO_COLUMNS) {
		(void)next_byte(reader);
		(void)next_byte(reader);
		delta = code - ONE_LINE_FIRST;
	}
	return delta;
}

uint32_t fb_python_line(const uint8_t *table, size_t size, uint32_t first, int64_t unit)
{
	struct reader reader = {.at = table, .end = table + size};
	int64_t line = first, units = 0;

	if (unit < 0)
		return first;
	while (reader.at < reader.end) {
		const uint8_t head = next_byte(&reader);
		const unsigned code = (head >> 3) & 0xf;

		line += line_delta(&reader, code);
		units += (head & 7) + 1;
		if (reader.damaged || !(head & 0x80) || line < 0 || line > UINT32_MAX)
			return 0;
		if (units > unit)
			return code == NO_LOCATION ? 0 : (uint32_t)line;
	}
	return 0;
}

/* Objects/lnotab_notes.txt of both versions. A range whose step is -128 has no line. */
uint32_t fb_python_line_of_pairs(const uint8_t *table, size_t size, uint32_t first, int64_t unit,
				 enum fb_python_lines_form form)
{
	const int64_t wanted = unit * 2;
	int64_t line = first, at = 0;

	if (unit < 0)
		return first;
	for (size_t i = 0; i + 1 < size; i += 2) {
		const int8_t step = (int8_t)table[i + 1];
		const bool none = form == FB_PYTHON_LINES_RANGES && step == INT8_MIN;

		at += table[i];
		if (form == FB_PYTHON_LINES_STEPS && at > wanted)
			break;
		line += none ? 0 : step;
		if (line < 0 || line > UINT32_MAX)
			return 0;
		if (form == FB_PYTHON_LINES_RANGES && at > wanted)
			return none ? 0 : (uint32_t)line;
	}
	return form == FB_PYTHON_LINES_STEPS ? (uint32_t)line : 0;
}
