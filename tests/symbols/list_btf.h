/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All types of a BTF as text, so that a test can hold every one of them at once. */
#ifndef FB_TESTS_SYMBOLS_LIST_BTF_H
#define FB_TESTS_SYMBOLS_LIST_BTF_H

#include "symbols/btf/btf.h"

/*
 * A line for each type, in their order:
 *	1 int 4 signed			also bool and char
 *	2 -> 1				what a type only refers to is one: "const int", "int *", a typedef's name
 *	3 [5] -> 1
 *	4 struct pair 8 {a:1@0 b:1@32/3}	type and bit of each member, and the bits of a bit-field
 *	5 enum colour 4 signed {RED=-5}
 *	6 forward union other
 *	7 int (*)(long)			a prototype as it is spelled
 * The caller free()s it.
 */
char *list_btf(const struct fb_btf *btf);

#endif
