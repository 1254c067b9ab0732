/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escapes text that came from an input, and formats numbers for people. All text from
 * an input passes through here before it reaches a terminal, an HTML page or JSON.
 */
#ifndef FB_BASE_TEXT_H
#define FB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies length bytes of text to `to` (size bytes, always NUL-terminated). Printable ASCII and valid UTF-8
 * are kept, except control characters, and characters that are invisible or change the direction of text
 * (C0, DEL, C1, soft hyphens, zero-width and bidi characters...). Each byte of those, and of invalid UTF-8,
 * becomes \xHH; a backslash becomes two. Cut where it does not fit. Returns `to`. */
char *fb_text_escape(const char *text, size_t length, char *to, size_t size);

/* How many of the length bytes can be printed unchanged: up to the first byte, other than a tab or a line
 * end, that fb_text_escape() would write as \xHH. */
size_t fb_text_safe(const char *text, size_t length);

/* Reverses fb_text_escape(): `to` (size bytes) gets the bytes and a NUL. False for text that
 * fb_text_escape() cannot have made (a single backslash, \x without two digits), for a NUL byte, and where
 * the result does not fit; the contents of `to` are then undefined. */
bool fb_text_unescape(const char *text, char *to, size_t size);

/* Each writes text to `to` (size bytes, NUL-terminated) and returns `to`.
 * "1.5 GiB", "17.6 MiB", "512 B": three significant digits, binary units. */
char *fb_text_size(uint64_t bytes, char *to, size_t size);
/* "1,234,567". */
char *fb_text_count(uint64_t count, char *to, size_t size);
/* "3 d 4 h", "17 min 3 s", "4.2 s": the two largest units; "unknown" where negative or NaN. */
char *fb_text_duration(double seconds, char *to, size_t size);

#endif
