// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The waits of a ticket: deadlocks, and the longest chain of each of those ends behind which most threads hang, each as
 * a block of lines. Called by ticket.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd/report/markdown/ticket_private.h"

#define MOST_CYCLES 5u
#define MOST_ROOTS 8u
/* Threads of one deadlock or chain that are listed, and bytes of its lines. */
#define MOST_LINES 24u
#define BLOCK_BYTES 4000u
#define MAX_LINES (256u << 10)

static const struct fb_task *task_of(const struct fb_ticket *ticket, int32_t tid)
{
	return fb_tasks_by_tid(ticket->report->tasks, tid);
}

/* "130 lock-ab  mutex 0x55d4a696e4e0, by 131 lock-ba  (56.1 s)" */
static void add_wait(struct fb_ticket *ticket, const struct fb_wait *wait, struct fb_buf *lines)
{
	const struct fb_task *task = task_of(ticket, wait->tid);
	char text[512], since[32] = "unknown";

	if (isfinite(wait->seconds))
		fb_text_duration(wait->seconds, since, sizeof(since));
	fb_ticket_keep(ticket, fb_buf_printf(lines, "%d %s  %s  (%s)\n", wait->tid,
					     task ? fb_task_comm(task).text : "?",
					     fb_wait_describe(ticket->report->waits, wait, text,
							      sizeof(text)),
					     since));
	fb_ticket_concern(ticket, task);
}

static void put_cycle(struct fb_ticket *ticket, const struct fb_wait_cycle *cycle)
{
	const struct fb_wait_graph *graph = fb_waits_graph(ticket->report->waits);
	struct fb_markdown *markdown = &ticket->markdown;
	struct fb_buf lines;
	size_t shown = 0;

	fb_buf_init(&lines, MAX_LINES);
	for (; shown < cycle->count && shown < MOST_LINES; shown++)
		add_wait(ticket, &graph->waits[cycle->waits[shown]], &lines);
	fb_markdown_format(markdown, "Deadlock of %zu thread%s", cycle->member_count,
			   cycle->member_count == 1 ? "" : "s");
	if (cycle->behind)
		fb_markdown_format(markdown, "; %zu more wait%s for it", cycle->behind,
				   cycle->behind == 1 ? "s" : "");
	fb_markdown_raw(markdown, "; each waits for the next, the last for the first:\n\n");
	ticket->wait_lines += fb_markdown_block(markdown, &lines, BLOCK_BYTES, false);
	ticket->wait_lines +=
		cycle->member_count - (shown < cycle->member_count ? shown : cycle->member_count);
	fb_buf_deinit(&lines);
}

/* What a chain ends at: a thread, or an object without a known owner. */
static void put_root_name(struct fb_ticket *ticket, const struct fb_wait_root *root)
{
	const struct fb_wait_graph *graph = fb_waits_graph(ticket->report->waits);
	const struct fb_task *task = root->tid >= 0 ? task_of(ticket, root->tid) : NULL;
	struct fb_markdown *markdown = &ticket->markdown;

	if (root->tid >= 0) {
		fb_markdown_format(markdown, "%" PRId32 " ", root->tid);
		fb_markdown_prose(markdown, task ? fb_task_comm(task).text : "?", 64);
		fb_ticket_concern(ticket, task);
		return;
	}
	if (root->object < graph->object_count) {
		const struct fb_wait_object *object = &graph->objects[root->object];

		fb_markdown_prose(markdown, object->name ? object->name : object->class, 300);
	}
	fb_markdown_raw(markdown, ", whose owner is not known");
}

static void put_root(struct fb_ticket *ticket, const struct fb_wait_root *root)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(ticket->report->waits);
	const struct fb_wait_graph *graph = fb_waits_graph(ticket->report->waits);
	struct fb_markdown *markdown = &ticket->markdown;
	size_t at = root->deepest, shown = 0;
	struct fb_buf lines;

	fb_buf_init(&lines, MAX_LINES);
	fb_markdown_format(markdown, "%zu thread%s wait%s, directly or not, for ", root->threads,
			   root->threads == 1 ? "" : "s", root->threads == 1 ? "s" : "");
	put_root_name(ticket, root);
	fb_markdown_raw(markdown, "; the longest chain:\n\n");
	for (; at < graph->wait_count && shown < root->depth && shown < MOST_LINES; shown++) {
		add_wait(ticket, &graph->waits[at], &lines);
		at = analysis->next[at];
	}
	ticket->wait_lines += fb_markdown_block(markdown, &lines, BLOCK_BYTES, false);
	ticket->wait_lines += root->depth - shown;
	fb_buf_deinit(&lines);
}

void fb_ticket_waits(struct fb_ticket *ticket)
{
	struct fb_markdown *markdown = &ticket->markdown;
	const struct fb_wait_analysis *analysis;
	size_t roots = 0;

	fb_markdown_raw(markdown, "## Who waits for whom\n\n");
	if (!ticket->report->waits) {
		fb_markdown_raw(markdown, "It cannot be told from this dump.\n\n");
		return;
	}
	analysis = fb_waits_analysis(ticket->report->waits);
	for (size_t i = 0; i < analysis->cycle_count && i < MOST_CYCLES; i++)
		put_cycle(ticket, &analysis->cycles[i]);
	if (analysis->cycle_count > MOST_CYCLES)
		fb_markdown_format(markdown, "%zu more deadlocks: `fbundle waits` has them.\n\n",
				   analysis->cycle_count - MOST_CYCLES);
	/* Threads that wait for a server which waits for requests are no news. */
	for (size_t i = 0; i < analysis->root_count && roots < MOST_ROOTS; i++) {
		const struct fb_wait_root *root = &analysis->roots[i];

		if (!root->hung && !root->stopped)
			continue;
		put_root(ticket, root);
		roots++;
	}
	if (!analysis->cycle_count && !roots)
		fb_markdown_raw(markdown, "No deadlock, and no chain of threads that hang.\n\n");
}
