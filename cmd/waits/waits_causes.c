// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the first lines of `fbundle waits`, a summary of the rest: what hangs, since when, which thread is the
 * cause, and how many wait for it.
 */
#include <inttypes.h>

#include "base/text.h"
#include "cmd/waits/waits_print.h"

#define LINES 3u
/* Columns before what is known of the end of a wait. */
#define INDENT 4

static void print_since(const struct fb_waits_view *view, double seconds)
{
	char text[32];

	if (seconds > 0)
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, ", for %s",
			 fb_text_duration(seconds, text, sizeof(text)));
}

static void print_count(const struct fb_waits_view *view, size_t threads, size_t hung)
{
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, ": %zu thread%s", threads,
		 threads == 1 ? " waits" : "s wait");
	if (hung && hung == threads)
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN,
			 hung == 1 ? " and hangs" : ", all of them hung");
	else if (hung)
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, ", %zu of them hung", hung);
}

static void print_cycle(const struct fb_waits_view *view, const struct fb_wait_cycle *cycle)
{
	double longest = 0;

	for (size_t i = 0; i < cycle->count; i++)
		if (view->graph->waits[cycle->waits[i]].seconds > longest)
			longest = view->graph->waits[cycle->waits[i]].seconds;
	fb_print(fb_waits_output(view), FB_STYLE_BAD, "Deadlock");
	print_count(view, cycle->member_count + cycle->behind, 0);
	print_since(view, longest);
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "; at fault: ");
	for (size_t i = 0; i < cycle->count && i < 4; i++) {
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "%s", i ? ", " : "");
		fb_waits_print_thread(view, view->graph->waits[cycle->waits[i]].tid, FB_STYLE_BOLD);
	}
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "%s, which wait for each other\n",
		 cycle->count > 4 ? "..." : "");
}

static void print_root(const struct fb_waits_view *view, const struct fb_wait_root *root)
{
	struct fb_output *output = fb_waits_output(view);
	const char *need;

	fb_waits_print_root(view, root, " ");
	print_count(view, root->threads, root->hung);
	print_since(view, fb_wait_root_longest(view->graph, view->analysis, root));
	if (root->tid >= 0) {
		fb_print(output, FB_STYLE_PLAIN, "; at fault: ");
		fb_waits_print_thread(view, root->tid, FB_STYLE_BOLD);
		fb_print(output, FB_STYLE_PLAIN, "\n");
	} else {
		fb_print(output, FB_STYLE_PLAIN, "\n");
		need = view->graph->objects[root->object].need;
		fb_print(output, FB_STYLE_PLAIN, "%*s", INDENT, "");
		fb_print_wrapped(output, FB_STYLE_PLAIN, INDENT, INDENT,
				 need ? need : "its holder is not known");
	}
}

void fb_waits_print_causes(const struct fb_waits_view *view)
{
	const struct fb_wait_analysis *analysis = view->analysis;
	size_t lines = 0;

	for (size_t i = 0; i < analysis->cycle_count && lines < LINES; i++, lines++)
		print_cycle(view, &analysis->cycles[i]);
	for (size_t i = 0; i < analysis->root_count && lines < LINES; i++) {
		const struct fb_wait_root *root = &analysis->roots[i];

		if (!root->hung && !root->stopped)
			break;
		print_root(view, root);
		lines++;
	}
	if (!lines)
		fb_print(
			fb_waits_output(view), FB_STYLE_PLAIN,
			"No deadlock, no thread that hangs, and none that waits for a stopped one\n");
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "\n");
}
