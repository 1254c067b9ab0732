// SPDX-License-Identifier: GPL-2.0-or-later
/* Escaping, and numbers as people read them. */
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

/* What could move a terminal's cursor, or turn the order of the text around it. */
static bool is_harmful(uint32_t point)
{
	if (point < 0x20 || (point >= 0x7f && point < 0xa0))
		return true; /* C0, DEL, C1 */
	if (point == 0x061c || point == 0x200e || point == 0x200f)
		return true; /* Arabic letter mark, left-to-right and right-to-left mark */
	if (point == 0x2028 || point == 0x2029 || point == 0xfeff)
		return true; /* line and paragraph separator, byte order mark */
	/* Embeddings and overrides, isolates. */
	return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
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
