/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from a dump on its way to a person or a machine. Nothing from an input
 * reaches a terminal, a page or JSON without passing here.
 */
#ifndef FB_BASE_TEXT_H
#define FB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies length bytes of text to `to` (size bytes, always NUL-terminated): printable ASCII and
 * valid UTF-8 stay, but for control characters and what is not seen or turns the direction of text
 * (C0, DEL, C1, soft hyphens, zero-width and bidi characters...); every other byte becomes \xHH; a backslash becomes two. Cut where it does not fit. Returns to. */
char *fb_text_escape(const char *text, size_t length, char *to, size_t size);

/* How many of length bytes are harmless to a terminal: up to the first that fb_text_escape() would write as
 * \xHH, tabs and line ends aside. */
size_t fb_text_safe(const char *text, size_t length);

/* Undoes fb_text_escape(): `to` (size bytes) gets the bytes and a NUL. False, with `to` spoilt, for
 * what no escaping makes (a lone backslash, \x without two digits), for a NUL byte, and where it
 * does not fit. */
bool fb_text_unescape(const char *text, char *to, size_t size);

/* "1.5 GiB", "17.6 MiB", "512 B": three significant digits, binary units. Returns to. */
char *fb_text_size(uint64_t bytes, char *to, size_t size);
/* "1,234,567". Returns to. */
char *fb_text_count(uint64_t count, char *to, size_t size);
/* "3 d 4 h", "17 min 3 s", "4.2 s": the two largest units. Returns to. */
char *fb_text_duration(double seconds, char *to, size_t size);

#endif
