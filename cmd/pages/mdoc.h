/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain text as mdoc(7), the language of manual pages, has it: escaped, a line for each sentence, and no line
 * longer than mandoc's lint allows.
 */
#ifndef FB_CMD_PAGES_MDOC_H
#define FB_CMD_PAGES_MDOC_H

#include <argp.h>
#include <stdio.h>

/* Escaped, on the line where it stands. */
void fb_mdoc_literal(FILE *to, const char *text);

/* Lines of running text, and end behind the last word. */
void fb_mdoc_text(FILE *to, const char *text, const char *end);

/* The same with a capital first and a full stop last. */
void fb_mdoc_sentence(FILE *to, const char *text);

/* What follows a command's name: "INPUT [PID|NAME...]". */
void fb_mdoc_arguments(FILE *to, const char *arguments);

/* The .It line of an option. */
void fb_mdoc_item(FILE *to, const struct argp_option *option);

#endif
