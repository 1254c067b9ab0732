/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binary search in a sorted array. Every sorted array of the program is searched by this macro.
 */
#ifndef FB_BASE_SEARCH_H
#define FB_BASE_SEARCH_H

#include <stddef.h>

/*
 * FB_LOWER_BOUND(INDEX, COUNT, IS_BEFORE) gives the first index of an array of COUNT elements for which
 * IS_BEFORE is false, or COUNT where there is none. IS_BEFORE is an expression in which INDEX is the name of
 * the index; it must be true for the elements up to some place in the array and false from there on:
 *
 *     size_t i = FB_LOWER_BOUND(at, count, list[at].end <= address);    the first that ends behind
 *     size_t n = FB_LOWER_BOUND(at, count, list[at].start <= address);  list[n - 1] is the last that
 *                                                                       starts at or before; n may be 0
 *
 * IS_BEFORE is evaluated about log2(COUNT) times, COUNT once.
 *
 * A macro's argument that is declared as a variable takes no parentheses:
 * NOLINTBEGIN(bugprone-macro-parentheses)
 */
#define FB_LOWER_BOUND(index, count, is_before)                   \
	__extension__({                                           \
		size_t low_ = 0, high_ = (count);                 \
		while (low_ < high_) {                            \
			size_t index = low_ + (high_ - low_) / 2; \
			if (is_before)                            \
				low_ = index + 1;                 \
			else                                      \
				high_ = index;                    \
		}                                                 \
		low_;                                             \
	})
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
