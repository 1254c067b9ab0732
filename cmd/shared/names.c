// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds commands by their names, and by mistyped ones. Called by main() and by the shell. */
#include "cmd/shared/names.h"

#include <stdint.h>
#include <string.h>

/* Bytes of a command's name, with room for what people mistype. */
#define MAX_NAME 32u

/* How many letters must be put in, taken out, changed or swapped with the next to make one of the
 * other (the optimal string alignment distance); long ones are far from everything. */
static size_t distance(const char *from, const char *to)
{
	size_t rows[3][MAX_NAME + 1], from_length = strlen(from), to_length = strlen(to);

	if (from_length > MAX_NAME || to_length > MAX_NAME)
		return SIZE_MAX;
	for (size_t j = 0; j <= to_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= from_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3],
		       *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= to_length; j++) {
			size_t best = above[j - 1] + (from[i - 1] != to[j - 1]);

			best = above[j] + 1 < best ? above[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && from[i - 1] == to[j - 2] &&
			    from[i - 2] == to[j - 1] && two_above[j - 2] + 1 < best)
				best = two_above[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[from_length % 3][to_length];
}

const struct fb_command *fb_command_nearest(const struct fb_command *const *commands,
					    const char *name)
{
	const struct fb_command *nearest = NULL;
	size_t least = strlen(name) / 2 + 1;

	for (size_t i = 0; commands[i]; i++) {
		size_t far = distance(name, commands[i]->name);

		if (far < least) {
			least = far;
			nearest = commands[i];
		}
	}
	return nearest;
}

const struct fb_command *fb_command_find(const struct fb_command *const *commands, const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}
