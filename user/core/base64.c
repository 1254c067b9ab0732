// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decodes base64 (RFC 4648) in pieces. Called by apport.c.
 */
#include "user/core/base64.h"

/* Values of the alphabet plus one, so that every other character is 0. */
static const uint8_t values[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
	['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
	['/'] = 64,
};

static size_t put_group(uint8_t *to, uint32_t bits)
{
	to[0] = (uint8_t)(bits >> 16);
	to[1] = (uint8_t)(bits >> 8);
	to[2] = (uint8_t)bits;
	return 3;
}

/* The bulk: whole groups at once, up to the first character that needs a closer look. */
static size_t decode_groups(const uint8_t *text, size_t length, size_t *at, uint8_t *to)
{
	size_t written = 0;

	while (length - *at >= 4) {
		uint32_t a = values[text[*at]], b = values[text[*at + 1]];
		uint32_t c = values[text[*at + 2]], d = values[text[*at + 3]];

		if (!a || !b || !c || !d)
			break;
		written += put_group(to + written,
				     (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1));
		*at += 4;
	}
	return written;
}

static bool take(struct fb_base64 *state, uint8_t character)
{
	uint8_t value = values[character];

	if (character == '=') {
		state->padded = true;
		return true;
	}
	if (!value || state->padded)
		return false;
	state->bits = state->bits << 6 | (value - 1u);
	state->count++;
	return true;
}

size_t fb_base64_decode(struct fb_base64 *state, const uint8_t *text, size_t length, uint8_t *to,
			size_t *taken_ret)
{
	size_t at = 0, written = 0;

	while (at < length) {
		if (state->count == 0 && !state->padded)
			written += decode_groups(text, length, &at, to + written);
		if (at == length || !take(state, text[at]))
			break;
		at++;
		if (state->count == 4) {
			written += put_group(to + written, state->bits);
			*state = (struct fb_base64){0};
		}
	}
	*taken_ret = at;
	return written;
}

size_t fb_base64_finish(struct fb_base64 *state, uint8_t *to)
{
	uint32_t bits = state->bits << (6 * (4 - state->count));
	size_t written = 0;

	if (state->count >= 2)
		to[written++] = (uint8_t)(bits >> 16);
	if (state->count == 3)
		to[written++] = (uint8_t)(bits >> 8);
	*state = (struct fb_base64){0};
	return written;
}
