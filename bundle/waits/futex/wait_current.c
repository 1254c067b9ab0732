// SPDX-License-Identifier: GPL-2.0-or-later
/* See wait_current.h. Called by wait_java.c, wait_go.c and wait_postgres.c. */
#include "bundle/waits/futex/wait_current.h"

#include "bundle/waits/futex/wait_owner.h"

struct fb_error *fb_wait_is_of_dump(struct fb_space *space, uint64_t address, bool *is_ret)
{
	struct fb_run run;
	struct fb_error *err = fb_space_locate(space, address, 4, &run);

	*is_ret = !err && run.origin.source == FB_SOURCE_VMCORE;
	return err;
}

struct fb_error *fb_wait_is_current(struct fb_wait_finder *finder, bool of_dump,
				    const struct fb_task *task, int32_t pid, bool *is_ret)
{
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;

	*is_ret = of_dump;
	if (of_dump)
		return NULL;
	return fb_wait_owner_is_unchanged(finder, task, fb_input_core_of(finder->input, pid),
					  is_ret, &absence);
}
