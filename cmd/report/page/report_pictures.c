// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Draws who waits for whom: the deadlocks, and the ends of chains behind which most threads wait. Called by
 * report_waits.c. wait_picture.c says which boxes there are and where; here they become SVG within the page.
 * What belongs to the kernel is red, what belongs to programs is blue, as in pictures of the two halves of a host.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/draw/wait_picture.h"
#include "cmd/report/page/report.h"

/* In pixels. A box has two lines of text. */
#define BOX_WIDTH 196
#define BOX_HEIGHT 42
#define COLUMN_PITCH 236
#define ROW_PITCH 58
#define MARGIN 8
/* Right of a ring, for the line that leads back to its beginning, and above it. */
#define RING_ROOM 34
/* As many characters as a box is wide, in the first line and in the second, which is smaller. */
#define FIRST_LENGTH 28u
#define SECOND_LENGTH 33u

/* How many pictures there are at most. One of a single thread would say no more than its row in the table. */
#define MOST_CYCLES 4u
#define MOST_ROOTS 4u
#define LEAST_THREADS 2u

struct place {
	int x, y; /* of the upper left corner */
};

static struct place place_of(const struct fb_picture *picture, const struct fb_picture_box *box)
{
	return (struct place){
		.x = MARGIN + (int)(picture->columns - 1 - box->column) * COLUMN_PITCH,
		.y = MARGIN + (picture->ring ? RING_ROOM : 0) + (int)(box->row * ROW_PITCH),
	};
}

/* A line of a box, cut to its width. Text that is cut is whole in the box's title. */
static void put_line(struct fb_html *html, struct place at, int line, const char *text)
{
	const size_t most = line == 1 ? FIRST_LENGTH : SECOND_LENGTH;
	char safe[512];
	size_t length;

	fb_text_escape(text, strlen(text), safe, sizeof(safe));
	length = strlen(safe);
	fb_html_markup(html, "<text class=\"l%d\" x=\"%d\" y=\"%d\">", line, at.x + 10,
		       at.y + (line == 1 ? 18 : 33));
	if (length > most) {
		/* Not in the middle of a character. */
		for (length = most - 1; length && ((unsigned char)safe[length] & 0xc0) == 0x80;)
			length--;
		fb_html_printable(html, safe, length);
		fb_html_raw(html, "…");
	} else {
		fb_html_printable(html, safe, length);
	}
	fb_html_raw(html, "</text>");
}

struct box_text {
	const char *class; /* of the element: its colour */
	char first[160], second[160];
};

/* Whether an object is one of programs: of their memory. */
static bool is_of_user(const struct fb_wait_object *object)
{
	static const char *const classes[] = {"lock", "shared lock", "join", "pg-lock",
					      "pg-lwlock"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(classes); i++)
		if (strcmp(object->class, classes[i]) == 0)
			return true;
	return false;
}

static void describe_thread(const struct fb_report *report, const struct fb_picture_box *box,
			    struct box_text *text)
{
	const struct fb_wait_graph *graph = fb_waits_graph(report->waits);
	const struct fb_task *task = fb_tasks_by_tid(report->tasks, box->tid);
	char since[32];

	text->class = task && task->kernel_thread ? "kernel" : "user";
	if (task)
		snprintf(text->first, sizeof(text->first), "%s", fb_report_task(task).text);
	else
		snprintf(text->first, sizeof(text->first), "%" PRId32, box->tid);
	if (box->kind == FB_PICTURE_PROCESS)
		snprintf(text->second, sizeof(text->second), "any thread of this process");
	else if (box->wait == FB_WAIT_NONE)
		snprintf(text->second, sizeof(text->second), "state %c, waits for none of these",
			 task ? task->state : '?');
	else if (isfinite(graph->waits[box->wait].seconds))
		snprintf(text->second, sizeof(text->second), "%s, for %s",
			 graph->waits[box->wait].kind,
			 fb_text_duration(graph->waits[box->wait].seconds, since, sizeof(since)));
	else
		snprintf(text->second, sizeof(text->second), "%s", graph->waits[box->wait].kind);
}

static void describe(const struct fb_report *report, const struct fb_picture_box *box,
		     struct box_text *text)
{
	const struct fb_wait_object *object;

	memset(text, 0, sizeof(*text));
	switch (box->kind) {
	case FB_PICTURE_THREAD:
	case FB_PICTURE_PROCESS:
		describe_thread(report, box, text);
		break;
	case FB_PICTURE_OBJECT:
		object = &fb_waits_graph(report->waits)->objects[box->object];
		text->class = is_of_user(object) ? "thing user" : "thing kernel";
		snprintf(text->first, sizeof(text->first), "%s",
			 object->name ? object->name : object->class);
		snprintf(text->second, sizeof(text->second), "%s%s", object->class,
			 box->to == FB_WAIT_NONE ? ", owner not known" : "");
		break;
	case FB_PICTURE_MORE:
		text->class = "more";
		snprintf(text->first, sizeof(text->first), "%zu more", box->more);
		snprintf(text->second, sizeof(text->second), "%s",
			 box->more == 1 ? "thread" : "threads");
		break;
	}
}

static void put_box(struct fb_report *report, const struct fb_picture *picture,
		    const struct fb_picture_box *box)
{
	struct place at = place_of(picture, box);
	struct fb_html *html = &report->html;
	struct box_text text;

	describe(report, box, &text);
	fb_html_raw(html, "<g class=\"");
	fb_html_raw(html, text.class);
	fb_html_raw(html, "\">");
	fb_html_element(html, "title", NULL, "%s (%s)", text.first, text.second);
	fb_html_markup(html, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", at.x,
		       at.y, BOX_WIDTH, BOX_HEIGHT,
		       box->kind == FB_PICTURE_OBJECT ? BOX_HEIGHT / 2 : 6);
	/* An object's ends are round: its text begins further in. */
	at.x += box->kind == FB_PICTURE_OBJECT ? 6 : 0;
	put_line(html, at, 1, text.first);
	put_line(html, at, 2, text.second);
	fb_html_raw(html, "</g>\n");
}

/* From the right side of a box to the left side of one further right. */
static void put_arrow(struct fb_html *html, const char *class, struct place from, struct place to)
{
	int x = from.x + BOX_WIDTH, y = from.y + BOX_HEIGHT / 2, end = to.x - 8;
	int end_y = to.y + BOX_HEIGHT / 2, middle = (x + end) / 2;

	fb_html_markup(html, "<path class=\"%s\" d=\"M%d %dC%d %d %d %d %d %d\"/>\n", class, x, y,
		       middle, y, middle, end_y, end, end_y);
	fb_html_markup(html, "<path class=\"tip %s\" d=\"M%d %dl-9 -5v10z\"/>\n", class, to.x - 1,
		       end_y);
}

/* From an object of a ring down to the thread that owns it, one column to the left; or from the last object around the
 * right side up to the first thread. */
static void put_ring_arrow(struct fb_html *html, const struct fb_picture *picture,
			   struct place from, struct place to, bool back)
{
	int right = MARGIN + (int)(picture->columns - 1) * COLUMN_PITCH + BOX_WIDTH + RING_ROOM / 2;
	int end = back ? to.x + BOX_WIDTH / 2 : to.x + BOX_WIDTH - 30;

	if (back)
		fb_html_markup(html, "<path class=\"ring\" d=\"M%d %dH%dV%dH%dV%d\"/>\n",
			       from.x + BOX_WIDTH, from.y + BOX_HEIGHT / 2, right, MARGIN, end,
			       to.y - 8);
	else
		fb_html_markup(html, "<path class=\"ring\" d=\"M%d %dC%d %d %d %d %d %d\"/>\n",
			       from.x + 30, from.y + BOX_HEIGHT, from.x + 30, to.y, end,
			       from.y + BOX_HEIGHT, end, to.y - 8);
	fb_html_markup(html, "<path class=\"tip ring\" d=\"M%d %dl-5 -9h10z\"/>\n", end, to.y - 1);
}

static void put_arrows(struct fb_report *report, const struct fb_picture *picture)
{
	for (size_t i = 0; i < picture->count; i++) {
		const struct fb_picture_box *box = &picture->boxes[i];
		struct place from = place_of(picture, box), to;

		if (box->to == FB_WAIT_NONE)
			continue;
		to = place_of(picture, &picture->boxes[box->to]);
		if (i < picture->ring && box->column == 0)
			put_ring_arrow(&report->html, picture, from, to, box->to == 0);
		else
			put_arrow(&report->html, i < picture->ring ? "ring" : "arrow", from, to);
	}
}

/* caption: what the picture shows, also for those who do not see it. */
static void put_picture(struct fb_report *report, const struct fb_picture *picture,
			const char *caption)
{
	struct fb_html *html = &report->html;
	int ring_room = picture->ring ? RING_ROOM : 0;
	int width = 2 * MARGIN + (int)(picture->columns - 1) * COLUMN_PITCH + BOX_WIDTH + ring_room;
	int height =
		2 * MARGIN + (int)picture->rows * ROW_PITCH - (ROW_PITCH - BOX_HEIGHT) + ring_room;

	fb_html_raw(html, "<figure class=\"scroll\">");
	fb_html_element(html, "figcaption", NULL, "%s", caption);
	fb_html_markup(
		html,
		"<svg class=\"picture\" role=\"img\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
		width, height, width, height);
	fb_html_element(html, "title", NULL, "%s", caption);
	fb_html_raw(html, "\n");
	put_arrows(report, picture);
	for (size_t i = 0; i < picture->count; i++)
		put_box(report, picture, &picture->boxes[i]);
	fb_html_raw(html, "</svg></figure>\n");
}

static void put_cycles(struct fb_report *report, const struct fb_picture_index *index,
		       struct fb_picture *picture)
{
	char caption[160], behind[48];

	for (size_t i = 0; i < index->analysis->cycle_count && i < MOST_CYCLES; i++) {
		const struct fb_wait_cycle *cycle = &index->analysis->cycles[i];

		snprintf(behind, sizeof(behind), ", %zu more %s for it", cycle->behind,
			 cycle->behind == 1 ? "waits" : "wait");
		snprintf(caption, sizeof(caption), "Deadlock of %zu thread%s%s",
			 cycle->member_count, cycle->member_count == 1 ? "" : "s",
			 cycle->behind ? behind : "");
		fb_picture_of_cycle(index, cycle, picture);
		put_picture(report, picture, caption);
	}
}

/* Of the thread or object that a chain ends at. */
static const char *name_of(const struct fb_report *report, const struct fb_picture_box *end)
{
	const struct fb_wait_object *object = &fb_waits_graph(report->waits)->objects[end->object];

	if (end->kind != FB_PICTURE_OBJECT)
		return "a thread that is not known";
	return object->name ? object->name : object->class;
}

static void put_roots(struct fb_report *report, const struct fb_picture_index *index,
		      struct fb_picture *picture)
{
	const struct fb_wait_analysis *analysis = index->analysis;
	char caption[192];
	size_t shown = 0;

	for (size_t i = 0; i < analysis->root_count && shown < MOST_ROOTS; i++) {
		const struct fb_wait_root *root = &analysis->roots[i];
		const struct fb_task *task =
			root->tid < 0 ? NULL : fb_tasks_by_tid(report->tasks, root->tid);

		if (root->threads < LEAST_THREADS)
			continue;
		fb_picture_of_root(index, root, task ? task->pid : root->tid, picture);
		if (picture->count < LEAST_THREADS)
			continue;
		snprintf(caption, sizeof(caption), "%zu threads wait for %s%s", root->threads,
			 task ? fb_report_task(task).text : name_of(report, &picture->boxes[0]),
			 root->tid < 0 ? ", whose owner is not known" : "");
		put_picture(report, picture, caption);
		shown++;
	}
}

struct fb_error *fb_report_pictures(struct fb_report *report)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(report->waits);
	struct fb_picture_index index;
	struct fb_picture picture;
	struct fb_error *err =
		fb_picture_index_init(fb_waits_graph(report->waits), analysis, &index);

	if (err)
		return err;
	if (analysis->cycle_count || analysis->root_count)
		fb_html_element(
			&report->html, "p", "how",
			"In the pictures, what is of programs is blue, and what is of the kernel red.");
	put_cycles(report, &index, &picture);
	put_roots(report, &index, &picture);
	fb_picture_index_deinit(&index);
	return NULL;
}
