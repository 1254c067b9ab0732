// SPDX-License-Identifier: GPL-2.0-or-later
/* How frames of user stacks are named. Called by bt_print.c and the report. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/bt/bt.h"

const char *fb_bt_runtime_thread(const struct fb_user_thread *thread, char *to, size_t size)
{
	static const char *const languages[] = {
		[FB_LANGUAGE_NATIVE] = "",
		[FB_LANGUAGE_PYTHON] = "Python",
		[FB_LANGUAGE_GO] = "Go",
		[FB_LANGUAGE_JAVA] = "Java",
	};
	char number[32] = "", name[256] = "?";

	if (thread->id)
		snprintf(number, sizeof(number), " #%" PRIu64, thread->id);
	if (thread->name)
		fb_text_escape(thread->name, strlen(thread->name), name, sizeof(name));
	snprintf(to, size, "%s thread%s \"%s\"%s%s", languages[thread->language], number, name,
		 thread->state ? ", " : "", thread->state ? thread->state : "");
	return to;
}

const char *fb_bt_runtime_wait(const struct fb_user_thread *thread, char *to, size_t size)
{
	const char *class = thread->waits_class ? thread->waits_class : "?";
	char escaped[512];

	*to = '\0';
	if (thread->waits)
		snprintf(to, size, "%s <0x%016" PRIx64 "> (a %s)", thread->waits,
			 thread->waits_object,
			 fb_text_escape(class, strlen(class), escaped, sizeof(escaped)));
	return to;
}

const char *fb_bt_user_frame_name(const struct fb_user_frame *frame, char *to, size_t size)
{
	const char *symbol = frame->demangled ? frame->demangled
			     : frame->symbol  ? frame->symbol
					      : "?";

	if (frame->language == FB_LANGUAGE_PYTHON)
		snprintf(to, size, "%s (Python)", symbol);
	else if (frame->language == FB_LANGUAGE_JAVA)
		snprintf(to, size, "%s (Java%s)", symbol, frame->inlined ? ", inlined" : "");
	else if (frame->inlined)
		snprintf(to, size, "%s (inlined)", symbol);
	else if (frame->symbol)
		snprintf(to, size, "%s+0x%" PRIx64, symbol, frame->offset);
	else
		snprintf(to, size, "?");
	return to;
}
