/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes characters as UTF-8. Called by the readers of runtimes. */
#ifndef FB_BASE_UTF8_H
#define FB_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Writes up to four bytes, without a NUL, and returns how many. What is no character of Unicode becomes U+FFFD. */
size_t fb_utf8_put(uint32_t character, char *to);

#endif
