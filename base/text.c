// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Escaping, and numbers as people read them. Called by every command for what it prints, and by
 * libraries for text that goes into their messages.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/*
 * The code point that starts at text, and its bytes; 0 bytes where it is not
 * well-formed UTF-8 (Unicode, table 3-7: no overlong form, no surrogate, at most
 * U+10FFFF).
 */
static size_t decode_utf8(const uint8_t *text, size_t length, uint32_t *point_ret)
{
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t point;
	size_t bytes, i;

	if (text[0] < 0x80) {
		*point_ret = text[0];
		return 1;
	}
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		bytes = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		bytes = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		bytes = 4;
	else
		return 0;
	if (bytes > length)
		return 0;
	point = text[0] & (0xffu >> (bytes + 1));
	for (i = 1; i < bytes; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	if (point < lowest[bytes] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*point_ret = point;
	return bytes;
}

/*
 * What could move a terminal's cursor, turn the order of the text around it, or not be seen, so that two
 * names look the same. Unicode 15: categories Cc, Zl, Zp, and Default_Ignorable_Code_Point, to which
 * interlinear annotations and noncharacters are added. First and last of each range, in order.
 */
static const struct {
	uint32_t first, last;
} harmful[] = {
	{0x0000, 0x001f},   /* C0 */
	{0x007f, 0x009f},   /* DEL, C1 */
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x034f, 0x034f},   /* combining grapheme joiner */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian variation selectors, vowel separator */
	{0x200b, 0x200f},   /* zero-width space and joiners, directional marks */
	{0x2028, 0x202e},   /* line and paragraph separators, embeddings and overrides */
	{0x2060, 0x206f},   /* word joiner, invisible operators, isolates, deprecated controls */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfdd0, 0xfdef},   /* noncharacters */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xffa0, 0xffa0},   /* halfwidth Hangul filler */
	{0xfff0, 0xfffb},   /* specials, interlinear annotation */
	{0xfffe, 0xffff},   /* noncharacters */
	{0x1bca0, 0x1bca3}, /* shorthand format controls */
	{0x1d173, 0x1d17a}, /* musical format controls */
	{0xe0000, 0xe0fff}, /* tags, variation selectors */
};

static bool is_harmful(uint32_t point)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(harmful) && harmful[i].first <= point; i++)
		if (point <= harmful[i].last)
			return true;
	return false;
}

char *fb_text_escape(const char *text, size_t length, char *to, size_t size)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t in = 0, out = 0;

	if (!size)
		return to;
	while (in < length) {
		char piece[5];
		uint32_t point = 0;
		size_t taken = decode_utf8(bytes + in, length - in, &point), made;

		if (taken && point == '\\') {
			memcpy(piece, "\\\\", 2);
			made = 2;
		} else if (taken && !is_harmful(point)) {
			memcpy(piece, bytes + in, taken);
			made = taken;
		} else {
			(void)snprintf(piece, sizeof(piece), "\\x%02x", bytes[in]);
			made = 4;
			taken = 1; /* the bytes that follow are judged by themselves */
		}
		if (made > size - 1 - out)
			break; /* never half a character */
		memcpy(to + out, piece, made);
		out += made;
		in += taken;
	}
	to[out] = '\0';
	return to;
}

size_t fb_text_safe(const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t at = 0;

	while (at < length) {
		uint32_t point = 0;
		size_t taken = decode_utf8(bytes + at, length - at, &point);

		if (!taken || (is_harmful(point) && point != '\n' && point != '\t'))
			break;
		at += taken;
	}
	return at;
}

static int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool fb_text_unescape(const char *text, char *to, size_t size)
{
	size_t out = 0;

	for (; *text; text++) {
		int high, low;

		if (out + 1 >= size)
			return false;
		if (*text != '\\') {
			to[out++] = *text;
			continue;
		}
		text++;
		if (*text == '\\') {
			to[out++] = '\\';
			continue;
		}
		high = *text == 'x' ? hex_digit(text[1]) : -1;
		low = high >= 0 ? hex_digit(text[2]) : -1;
		if (low < 0 || !(high | low))
			return false;
		to[out++] = (char)(high << 4 | low);
		text += 2;
	}
	if (!size)
		return false;
	to[out] = '\0';
	return true;
}

char *fb_text_size(uint64_t bytes, char *to, size_t size)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes;
	unsigned unit = 0;

	/* 1023.5 would be shown as 1024. */
	while (value >= 1023.5 && unit < FB_ARRAY_SIZE(units) - 1) {
		value /= 1024;
		unit++;
	}
	if (!unit)
		(void)snprintf(to, size, "%" PRIu64 " B", bytes);
	else
		(void)snprintf(to, size, "%.*f %s",
			       value < 9.995   ? 2
			       : value < 99.95 ? 1
					       : 0,
			       value, units[unit]);
	return to;
}

char *fb_text_count(uint64_t count, char *to, size_t size)
{
	char digits[32];
	size_t length, out = 0, i;

	if (!size)
		return to;
	length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
	for (i = 0; i < length && out + 1 < size; i++) {
		if (i && (length - i) % 3 == 0) {
			if (out + 2 >= size)
				break;
			to[out++] = ',';
		}
		to[out++] = digits[i];
	}
	to[out] = '\0';
	return to;
}

char *fb_text_duration(double seconds, char *to, size_t size)
{
	uint64_t whole;

	if (!(seconds >= 0) || seconds > 1e15) {
		(void)snprintf(to, size, "unknown"); /* NaN, negative or endless */
		return to;
	}
	whole = (uint64_t)(seconds + 0.5);
	if (seconds < 59.95)
		(void)snprintf(to, size, "%.1f s", seconds);
	else if (whole < 3600)
		(void)snprintf(to, size, "%" PRIu64 " min %" PRIu64 " s", whole / 60, whole % 60);
	else if (whole < 86400)
		(void)snprintf(to, size, "%" PRIu64 " h %" PRIu64 " min", whole / 3600,
			       whole / 60 % 60);
	else
		(void)snprintf(to, size, "%" PRIu64 " d %" PRIu64 " h", whole / 86400,
			       whole / 3600 % 24);
	return to;
}
