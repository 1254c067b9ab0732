/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FB_CMD_PAGES_REFERENCE_H
#define FB_CMD_PAGES_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

/* Copies docs/cli.md, with the parts made anew that stand between a line "<!-- made: NAME -->" and one "<!-- end
 * -->": for a command its heading and the table of its options, for "all" the table of those that all commands
 * take. Whether each command has a part, and each part is known; what is not so is told on standard error. */
bool fb_reference_renew(FILE *from, FILE *to);

#endif
