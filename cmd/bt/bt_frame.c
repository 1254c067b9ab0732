// SPDX-License-Identifier: GPL-2.0-or-later
/* How frames of user stacks are named. Called by bt_print.c and the report. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/bt/bt.h"

const char *fb_bt_user_frame_name(const struct fb_user_frame *frame, char *to, size_t size)
{
	const char *symbol = frame->demangled ? frame->demangled
			     : frame->symbol  ? frame->symbol
					      : "?";

	if (frame->language == FB_LANGUAGE_PYTHON)
		snprintf(to, size, "%s (Python)", symbol);
	else if (frame->inlined)
		snprintf(to, size, "%s (inlined)", symbol);
	else if (frame->symbol)
		snprintf(to, size, "%s+0x%" PRIx64, symbol, frame->offset);
	else
		snprintf(to, size, "?");
	return to;
}
