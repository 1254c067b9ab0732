// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Outputs that are inputs.
 */
#include "bundle/output_check.h"

#include <sys/stat.h>

static bool same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

struct fb_error *fb_check_output(struct fb_input *input, const char *path)
{
	const struct fb_input_core *cores = NULL;
	size_t count = 0;
	bool is_input = same_file(path, fb_input_path(input));
	struct fb_error *err = fb_input_cores(input, &cores, &count);

	if (err)
		return err;
	for (size_t i = 0; i < count && !is_input; i++)
		is_input =
			!cores[i].from_bundle && same_file(path, fb_core_info(cores[i].core)->path);
	if (is_input)
		return fb_error_create(FB_INVALID, "%s: is an input: name another output with -o",
				       path);
	return NULL;
}
