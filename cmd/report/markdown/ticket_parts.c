// SPDX-License-Identifier: GPL-2.0-or-later
/* What the sections of a ticket share: the threads concerned, and the first error. Called by them. */
#include "cmd/report/markdown/ticket_private.h"

void fb_ticket_concern(struct fb_ticket *ticket, const struct fb_task *task)
{
	for (size_t i = 0; i < ticket->concerned_count; i++)
		if (ticket->concerned[i] == task)
			return;
	if (!task || task->idle)
		return;
	if (ticket->concerned_count < FB_TICKET_CONCERNED)
		ticket->concerned[ticket->concerned_count++] = task;
	else
		ticket->stacks++;
}

void fb_ticket_keep(struct fb_ticket *ticket, struct fb_error *err)
{
	if (err && !ticket->markdown.err)
		ticket->markdown.err = err;
	else
		fb_error_destroy(err);
}
