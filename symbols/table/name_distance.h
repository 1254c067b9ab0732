/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How different two names are: how many letters have to be changed, added, removed or swapped with their
 * neighbour to turn one into the other (optimal string alignment distance). Called to propose a name that
 * exists for one that does not.
 */
#ifndef FB_SYMBOLS_NAME_DISTANCE_H
#define FB_SYMBOLS_NAME_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>

/* a is what somebody typed, of length bytes; b ends with a NUL. False where b is too different to be what
 * was meant, and where either has 64 bytes or more, which are not compared. */
bool fb_name_distance(const char *a, size_t length, const char *b, unsigned *distance_ret);

#endif
