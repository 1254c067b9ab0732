// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts into words that something was not found, or that it cannot be known whether it is there.
 * Called by the recognisers.
 */
#include "bundle/waits/finder/wait_absence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"

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

struct fb_error *fb_wait_absence_of(struct fb_wait_absence *absence, struct fb_error *err)
{
	char why[sizeof(absence->because)] = "", shown[sizeof(absence->because)];
	bool failed = err != NULL;

	err = fb_part_reason(err, why, sizeof(why));
	if (err || !failed || !absence)
		return err;
	fb_text_escape(why, strlen(why), shown, sizeof(shown));
	fb_wait_absence_unknown(absence, "%s", shown);
	return NULL;
}

void fb_wait_absence_of_tasks(const struct fb_wait_finder *finder, struct fb_wait_absence *absence)
{
	uint64_t base = fb_kernel_direct_map(finder->kernel, 0), address;
	const int32_t *tids;
	size_t count = fb_tasks_lost(finder->tasks, &tids);
	char frame[48] = "";

	if (!count && fb_tasks_damaged(finder->tasks))
		fb_wait_absence_unknown(absence, "the kernel's lists of threads are damaged");
	if (!count)
		return;
	address = fb_tasks_lost_address(finder->tasks, tids[0]);
	if (base && address >= base)
		snprintf(frame, sizeof(frame), " (page frame 0x%" PRIx64 ")",
			 (address - base) >> FB_PAGE_SHIFT);
	if (count == 1)
		fb_wait_absence_unknown(absence,
					"the task_struct of thread %d%s is not in the dump",
					tids[0], frame);
	else
		fb_wait_absence_unknown(
			absence,
			"the task_structs of %zu threads, of %d%s first, are not in "
			"the dump",
			count, tids[0], frame);
}

struct fb_error *fb_wait_none_error(const struct fb_wait_absence *absence, const char *none,
				    const char *there_is)
{
	if (absence->known)
		return fb_error_create(FB_NOT_FOUND, "%s", none);
	return fb_error_create(FB_ABSENT, "it cannot be known whether %s: %s", there_is,
			       absence->because);
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
