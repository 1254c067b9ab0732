// SPDX-License-Identifier: GPL-2.0-or-later
/* Withholds what was warned of, and tells it later. Called by input.c and input_cores.c. */
#include "bundle/input/withheld.h"

struct fb_withheld_mark fb_withheld_mark(const struct fb_warnings *warnings,
					 const struct fb_warnings *remarks)
{
	return (struct fb_withheld_mark){fb_warnings_count(warnings), fb_warnings_count(remarks)};
}

void fb_withheld_take(struct fb_withheld *withheld, struct fb_withheld_mark mark,
		      struct fb_warnings *warnings, struct fb_warnings *remarks)
{
	struct fb_error *err = fb_warnings_create(&withheld->warnings);

	if (!err)
		err = fb_warnings_create(&withheld->remarks);
	if (err) {
		fb_error_destroy(err);
		fb_withheld_deinit(withheld);
		return;
	}
	fb_warnings_move(warnings, mark.warnings, withheld->warnings);
	if (remarks)
		fb_warnings_move(remarks, mark.remarks, withheld->remarks);
}

void fb_withheld_tell(struct fb_withheld *withheld, struct fb_warnings *warnings,
		      struct fb_warnings *remarks)
{
	if (withheld->warnings)
		fb_warnings_move(withheld->warnings, 0, warnings);
	if (withheld->remarks && remarks)
		fb_warnings_move(withheld->remarks, 0, remarks);
	fb_withheld_deinit(withheld);
}

void fb_withheld_deinit(struct fb_withheld *withheld)
{
	fb_warnings_destroy(withheld->warnings);
	fb_warnings_destroy(withheld->remarks);
	*withheld = (struct fb_withheld){0};
}
