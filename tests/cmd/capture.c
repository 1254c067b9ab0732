// SPDX-License-Identifier: GPL-2.0-or-later
/* See capture.h. What cannot be had ends the test program. */
#include "tests/cmd/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int saved = -1;
static FILE *file;

void capture_begin(void)
{
	fflush(stdout);
	file = tmpfile();
	saved = dup(STDOUT_FILENO);
	if (!file || saved < 0 || dup2(fileno(file), STDOUT_FILENO) < 0)
		abort();
}

char *capture_end(void)
{
	char *text;
	long size;

	fflush(stdout);
	if (dup2(saved, STDOUT_FILENO) < 0 || fseek(file, 0, SEEK_END) != 0)
		abort();
	close(saved);
	size = ftell(file);
	text = calloc(1, (size_t)size + 1);
	rewind(file);
	if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
		abort();
	fclose(file);
	return text;
}
