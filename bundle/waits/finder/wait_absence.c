// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts into words that something was not found, or that it cannot be known whether it is there.
 * Called by the recognisers.
 */
#include "bundle/waits/finder/wait_absence.h"

#include <stdarg.h>
#include <stdio.h>

void fb_wait_absence_unknown(struct fb_wait_absence *absence, const char *format, ...)
{
	va_list args;

	if (!absence->known)
		return;
	absence->known = false;
	va_start(args, format);
	vsnprintf(absence->because, sizeof(absence->because), format, args);
	va_end(args);
}

struct fb_error *fb_wait_say_none(struct fb_wait_object *object,
				  const struct fb_wait_absence *absence, const char *none,
				  const char *there_is)
{
	if (absence->known)
		return fb_wait_text(&object->need, "%s", none);
	object->others = true;
	return fb_wait_text(&object->need, "it cannot be known whether %s: %s", there_is,
			    absence->because);
}
