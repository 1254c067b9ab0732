/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sections of a ticket share. Included only by the files of this folder. */
#ifndef FB_CMD_REPORT_TICKET_PRIVATE_H
#define FB_CMD_REPORT_TICKET_PRIVATE_H

#include "cmd/report/markdown/ticket.h"

/* Threads whose stacks are shown. */
#define FB_TICKET_CONCERNED 48u

struct fb_ticket {
	struct fb_report *report;
	struct fb_markdown markdown;
	/* In the order in which their stacks are shown; each once. */
	const struct fb_task *concerned[FB_TICKET_CONCERNED];
	size_t concerned_count;
	/* How much was left out of what. */
	size_t log_lines, wait_lines, findings, stacks;
};

/* Adds a thread to those concerned; task may be NULL. */
void fb_ticket_concern(struct fb_ticket *ticket, const struct fb_task *task);
/* Keeps the first error. */
void fb_ticket_keep(struct fb_ticket *ticket, struct fb_error *err);

/* ticket_waits.c: deadlocks and the chains behind which most threads hang, whose threads are concerned. */
void fb_ticket_waits(struct fb_ticket *ticket);
/* ticket_stacks.c */
void fb_ticket_stacks(struct fb_ticket *ticket);

#endif
