// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the first line of text output: which kernel crashed, and when. Called by info, merge and report.
 */
#include "cmd/shared/crash_line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

char *fb_format_time(int64_t seconds, char *to, size_t size)
{
	time_t time = (time_t)seconds;
	struct tm broken;

	if (!seconds || !gmtime_r(&time, &broken) ||
	    strftime(to, size, "%Y-%m-%d %H:%M:%S UTC", &broken) == 0)
		snprintf(to, size, "unknown");
	return to;
}

void fb_print_crash_line(struct fb_output *output, const struct fb_input *input)
{
	const struct fb_kernel_info *info = fb_kernel_info(fb_input_kernel(input));
	char release[128], when[32], up[32], memory[32];

	fb_text_escape(info->release, strlen(info->release), release, sizeof(release));
	fb_print(output, FB_STYLE_BOLD, "Linux %s", release);
	if (fb_dump_info(fb_input_dump(input))->live)
		fb_print(output, FB_STYLE_PLAIN, ", running");
	else
		fb_print(output, FB_STYLE_PLAIN, ", crashed %s",
			 fb_format_time(info->crash_time, when, sizeof(when)));
	if (isfinite(info->uptime_s))
		fb_print(output, FB_STYLE_PLAIN, ", up %s",
			 fb_text_duration(info->uptime_s, up, sizeof(up)));
	if (info->cpus)
		fb_print(output, FB_STYLE_PLAIN, ", %u CPUs", info->cpus);
	if (info->memory_bytes)
		fb_print(output, FB_STYLE_PLAIN, ", %s",
			 fb_text_size(info->memory_bytes, memory, sizeof(memory)));
	fb_put("\n");
}
