// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of distances between the beginnings of two names, three rows at a time. Called for
 * names that do not exist, to propose one that does.
 */
#include "symbols/table/name_distance.h"

#include <string.h>

#define MAX_COMPARED 63u

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* One slip, and one more for every four letters. */
static unsigned most_slips(size_t length)
{
	return 1 + (unsigned)(length / 4);
}

bool fb_name_distance(const char *a, size_t length, const char *b, unsigned *distance_ret)
{
	size_t b_length = strnlen(b, MAX_COMPARED + 1);
	unsigned rows[3][MAX_COMPARED + 1];
	unsigned distance;

	if (length > MAX_COMPARED || b_length > MAX_COMPARED)
		return false;
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		const unsigned *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		unsigned *row = rows[i % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	distance = rows[length % 3][b_length];
	if (distance > most_slips(length))
		return false;
	*distance_ret = distance;
	return true;
}
