/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes base64 (RFC 4648) in pieces of any length. Called by apport.c.
 */
#ifndef FB_USER_BASE64_H
#define FB_USER_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state between two pieces. All zeros at the start of a stream. */
struct fb_base64 {
	uint32_t bits;  /* those of the characters of an incomplete group */
	unsigned count; /* how many characters that group has, 0 to 3 */
	bool padded;    /* there was a '=', after which only '=' may follow */
};

/* Decodes length characters of text, or fewer where one of them is not base64; *taken_ret is how many. `to`
 * needs room for 3 bytes for each 4 characters, rounded up, and 2 more. Returns the number of bytes written. */
size_t fb_base64_decode(struct fb_base64 *state, const uint8_t *text, size_t length, uint8_t *to,
			size_t *taken_ret);

/* Ends a stream, padded or not, and resets state for the next one. Writes up to 2 bytes to `to`; returns how
 * many. Where the last group has only one character, that gives no byte and is dropped. */
size_t fb_base64_finish(struct fb_base64 *state, uint8_t *to);

#endif
