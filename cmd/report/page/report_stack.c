// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a whole stack into the report: kernel half, how the kernel was entered, user half. Called by the sections.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/bt/bt.h"
#include "cmd/report/page/report.h"

/* A frame takes a line; names longer than this push what is behind them. */
#define NAME_WIDTH 44
/* Frames of one user stack that are shown: the report is for reading. bt has them all. */
#define MOST_FRAMES 100u

static void add_number(struct fb_html *html, int number, uint64_t pc, bool guessed)
{
	char label[16] = "";

	if (number >= 0)
		snprintf(label, sizeof(label), "#%d", number);
	fb_html_element(html, "i", NULL, "%4s%c %016" PRIx64, label, guessed ? '?' : ' ', pc);
	fb_html_raw(html, "  ");
}

static void add_place(struct fb_html *html, const char *name, const char *where)
{
	size_t length = strlen(name);

	fb_html_text(html, "%s", name);
	if (*where) {
		fb_html_text(html, "%*s  ", length < NAME_WIDTH ? (int)(NAME_WIDTH - length) : 0,
			     "");
		fb_html_element(html, "i", NULL, "%s", where);
	}
	fb_html_raw(html, "\n");
}

/* A line between or behind frames. */
static void add_note(struct fb_html *html, const char *tag, const char *class, const char *before,
		     const char *text, const char *after)
{
	fb_html_element(html, tag, class, "     %s%s%s", before, text, after);
	fb_html_raw(html, "\n");
}

static void add_kernel_frame(struct fb_html *html, const struct fb_kernel_frame *frame, int number)
{
	char name[600], where[80] = "";

	if (frame->symbol)
		snprintf(name, sizeof(name), "%s+0x%" PRIx64, frame->symbol, frame->offset);
	else
		snprintf(name, sizeof(name), "?");
	if (frame->module)
		snprintf(where, sizeof(where), "[%s]", frame->module);
	add_number(html, number, frame->pc, frame->unreliable);
	add_place(html, name, where);
}

/* What entered the kernel; of a system call "read(fd 3 (pipe:[410]), buf 0x7f..., count 1)". */
static void add_entry(struct fb_html *html, const struct fb_thread_stack *stack,
		      const struct fb_kernel_frame *frame)
{
	unsigned count = frame->entry == FB_ENTRY_SYSCALL ? fb_bt_argument_count(stack) : 0;
	char entry[128], text[6 * (FB_BT_ARGUMENT + 2) + 3] = "", argument[FB_BT_ARGUMENT];
	size_t used = 0;

	for (unsigned i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%s", i ? ", " : "(",
					 fb_bt_argument(stack, i, argument, sizeof(argument)),
					 i + 1 < count ? "" : ")");
	add_note(html, "b", NULL, "-- ", fb_bt_entry_name(stack, frame, entry, sizeof(entry)),
		 text);
}

static void add_kernel(struct fb_html *html, const struct fb_thread_stack *stack)
{
	const struct fb_kernel_stack *kernel = &stack->kernel;

	for (size_t i = 0; i < kernel->count; i++) {
		const struct fb_kernel_frame *frame = &kernel->frames[i];

		if (i && strcmp(frame->stack, kernel->frames[i - 1].stack) != 0)
			add_note(html, "i", NULL, "-- on the ", frame->stack, " stack");
		add_kernel_frame(html, frame, (int)i);
		if (frame->entry)
			add_entry(html, stack, frame);
	}
	if (kernel->ended != FB_UNWIND_USER)
		add_note(html, "i", kernel->ended == FB_UNWIND_LOST ? "warn" : NULL,
			 "ends: ", kernel->end, "");
}

static void add_user_frame(struct fb_html *html, const struct fb_user_frame *frame, int number)
{
	bool guessed = fb_frame_is_guess(frame->found);
	char name[600], where[400];

	fb_bt_user_frame_name(frame, name, sizeof(name));
	snprintf(where, sizeof(where), "%.180s",
		 frame->object && !frame->language ? fb_report_name(frame->object) : "");
	if (frame->file && frame->line)
		snprintf(where + strlen(where), sizeof(where) - strlen(where), "  %.180s:%u",
			 fb_report_name(frame->file), frame->line);
	add_number(html, number, frame->pc, guessed);
	add_place(html, name, where);
	if (frame->signal && fb_frame_is_of_machine(frame))
		fb_html_raw(html, "<b>     -- signal handler, from</b>\n");
}

static void add_user(struct fb_html *html, const struct fb_thread_stack *stack)
{
	const struct fb_user_stack *user = &stack->user;
	int number = (int)stack->kernel.count;
	size_t shown = user->count < MOST_FRAMES ? user->count : MOST_FRAMES;
	char count[32];

	if (stack->user_stored)
		add_note(html, "i", "warn", "-- user half as stored when the bundle was ",
			 "redacted: the memory it was read from is not in it", "");
	for (size_t i = 0; i < shown; i++) {
		const bool numbered = fb_frame_is_of_machine(&user->frames[i]);

		add_user_frame(html, &user->frames[i], numbered ? number : -1);
		number += numbered;
	}
	if (shown < user->count)
		add_note(html, "i", NULL, "... ",
			 fb_text_count(user->count - shown, count, sizeof(count)), " more frames");
	if (stack->task->kernel_thread || stack->task->idle)
		return;
	add_note(html, "i", user->complete ? NULL : "warn", "ends: ", user->end, "");
	if (stack->core_differs)
		add_note(html, "i", "warn", "it ran on after its core was taken: ",
			 "stack memory from the core may not fit", "");
}

void fb_report_cpu_stack(struct fb_report *report, const struct fb_kernel_stack *stack)
{
	const struct fb_thread_stack thread = {.kernel = *stack};

	fb_html_raw(&report->html, "<pre>");
	add_kernel(&report->html, &thread);
	fb_html_raw(&report->html, "</pre>\n");
}

void fb_report_stack(struct fb_report *report, const struct fb_thread_stack *stack)
{
	fb_html_raw(&report->html, "<pre>");
	add_kernel(&report->html, stack);
	add_user(&report->html, stack);
	fb_html_raw(&report->html, "</pre>\n");
}
