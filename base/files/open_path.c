// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a file by its path, or duplicates the descriptor that "/dev/fd/N" names. Called where files are
 * opened for libelf and libdw, which take descriptors.
 */
#include "base/files/open_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char descriptors[] = "/dev/fd/";

int fb_open_path(const char *path)
{
	const char *digits = path + sizeof(descriptors) - 1;
	unsigned long number;
	char *end;

	if (strncmp(path, descriptors, sizeof(descriptors) - 1) != 0)
		return open(path, O_RDONLY | O_CLOEXEC);
	number = strtoul(digits, &end, 10);
	if (end == digits || *end || number > INT_MAX) {
		errno = ENOENT;
		return -1;
	}
	return fcntl((int)number, F_DUPFD_CLOEXEC, 0);
}
