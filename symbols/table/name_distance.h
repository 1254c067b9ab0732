/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How unlike two names are: the letters to change, add, take away, or swap with
 * their neighbour (optimal string alignment).
 */
#ifndef FB_SYMBOLS_NAME_DISTANCE_H
#define FB_SYMBOLS_NAME_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>

/* length bytes of a, which somebody typed; b ends with a NUL. False where b is too far from a to be
 * what was meant, and for names too long to be compared (64 or more). */
bool fb_name_distance(const char *a, size_t length, const char *b, unsigned *distance_ret);

#endif
