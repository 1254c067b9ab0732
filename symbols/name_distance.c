// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Levenshtein's distance of two names, one row at a time.
 */
#include "symbols/name_distance.h"

#include <string.h>

#define MAX_COMPARED 63u

bool fb_name_distance(const char *a, size_t length, const char *b, unsigned *distance_ret)
{
	size_t b_length = strnlen(b, MAX_COMPARED + 1);
	unsigned row[MAX_COMPARED + 1];

	if (length > MAX_COMPARED || b_length > MAX_COMPARED)
		return false;
	for (size_t j = 0; j <= b_length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	*distance_ret = row[b_length];
	return true;
}
