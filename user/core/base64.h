/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Base64 (RFC 4648) as it comes: any number of bytes at a time (internal to user/).
 */
#ifndef FB_USER_BASE64_H
#define FB_USER_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: at the start of a stream. */
struct fb_base64 {
	uint32_t bits;  /* of the characters of a group not yet complete */
	unsigned count; /* of these characters, 0 to 3 */
	bool padded;    /* a '=' was seen: only more of them may follow */
};

/* Decodes text up to its end or the first character that is not base64, and says how many were
 * taken. `to` needs room for 3 bytes per 4 characters of text, rounded up, and 2 more; returns
 * the bytes written. */
size_t fb_base64_decode(struct fb_base64 *state, const uint8_t *text, size_t length, uint8_t *to,
			size_t *taken_ret);

/* Ends a stream, padded or not, and readies state for the next one. Up to 2 bytes; returns how
 * many. A single character of an incomplete group stands for no byte and is dropped. */
size_t fb_base64_finish(struct fb_base64 *state, uint8_t *to);

#endif
