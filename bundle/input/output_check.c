// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Outputs that are inputs.
 */
#include "bundle/input/output_check.h"

#include <sys/stat.h>

struct fb_error *fb_check_output(const struct fb_input *input, const char *path)
{
	struct stat output, file;

	if (stat(path, &output) != 0)
		return NULL; /* nothing there, or writing it will say why not */
	if (S_ISDIR(output.st_mode))
		return fb_error_create(FB_INVALID, "%s is a folder: name a file in it", path);
	for (size_t i = 0; i < fb_input_file_count(input); i++)
		if (stat(fb_input_file(input, i), &file) == 0 && file.st_dev == output.st_dev &&
		    file.st_ino == output.st_ino)
			return fb_error_create(
				FB_INVALID, "%s: is an input: name another output with -o", path);
	return NULL;
}
