/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings and remarks about a part of the input that was loaded before anybody asked for it: they are withheld until
 * somebody does. Called by input.c.
 */
#ifndef FB_BUNDLE_WITHHELD_H
#define FB_BUNDLE_WITHHELD_H

#include <stddef.h>

#include "base/warnings.h"

/* Each list is NULL where nothing is withheld. */
struct fb_withheld {
	struct fb_warnings *warnings, *remarks;
};

/* Where a list of warnings and one of remarks (NULL: none are kept) end now. */
struct fb_withheld_mark {
	size_t warnings, remarks;
};
struct fb_withheld_mark fb_withheld_mark(const struct fb_warnings *warnings,
					 const struct fb_warnings *remarks);

/* Takes what came behind the mark out of the two lists. Where memory is out it stays in them. */
void fb_withheld_take(struct fb_withheld *withheld, struct fb_withheld_mark mark,
		      struct fb_warnings *warnings, struct fb_warnings *remarks);
/* Puts it at their ends. Nothing is withheld any more. */
void fb_withheld_tell(struct fb_withheld *withheld, struct fb_warnings *warnings,
		      struct fb_warnings *remarks);
void fb_withheld_deinit(struct fb_withheld *withheld);

#endif
