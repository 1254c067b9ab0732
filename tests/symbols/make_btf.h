/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF written down word by word, for what no compiler would produce.
 */
#ifndef FB_TESTS_SYMBOLS_MAKE_BTF_H
#define FB_TESTS_SYMBOLS_MAKE_BTF_H

#include <stddef.h>
#include <stdint.h>

#include "symbols/btf/btf.h"

/* The second word of a type. */
#define INFO(kind, flag, vlen) ((uint32_t)(kind) << 24 | (uint32_t)(flag) << 31 | (uint32_t)(vlen))

/* "int" is at 1, "a" at 5, "b" at 7, "s" at 9, "u" at 11, "E_ONE" at 13; 19 bytes in all. */
#define BTF_STRINGS "\0int\0a\0b\0s\0u\0E_ONE"

/* Type 1 of most examples. */
#define INT_WORDS 1, INFO(FB_TYPE_INT, 0, 0), 4, 0x01000020

/* strings has a NUL behind its last byte, which counts. */
struct fb_error *load_words(const uint32_t *types, size_t words, const char *strings,
			    size_t strings_size, const struct fb_btf *base,
			    struct fb_btf **btf_ret);

/* fb_btf_adopt() of a copy. */
struct fb_error *load_copy(const void *data, size_t size, struct fb_btf **btf_ret);

/* LOAD(&btf, word, word...) with the strings above. */
#define LOAD(btf_ret, ...)                                                                       \
	load_words((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4, \
		   BTF_STRINGS, sizeof(BTF_STRINGS), NULL, btf_ret)

#endif
