/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FB_CMD_PAGES_REFERENCE_H
#define FB_CMD_PAGES_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

/* Copies docs/cli.md from `from` to `to`, and replaces the parts between a line "<!-- made: NAME -->" and a line
 * "<!-- end -->": for the name of a command by its heading and the table of its options, for "all" by the table of the
 * options of all commands. False where a command has no part, or a part has an unknown name; each such case is printed
 * on standard error. Called by make_pages.c. */
bool fb_reference_renew(FILE *from, FILE *to);

/* The same for docs/crash-users.md, which has the table of what the prompt understands. */
bool fb_reference_renew_aliases(FILE *from, FILE *to);

#endif
