/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes plain text in mdoc(7), the language of manual pages: escaped, with a line for each sentence, and with no
 * line longer than mandoc's lint allows. Called by make_pages.c.
 */
#ifndef FB_CMD_PAGES_MDOC_H
#define FB_CMD_PAGES_MDOC_H

#include <argp.h>
#include <stdio.h>

/* Writes text escaped, without line breaks. */
void fb_mdoc_literal(FILE *to, const char *text);

/* Writes text as lines of running text, with `end` after the last word. */
void fb_mdoc_text(FILE *to, const char *text, const char *end);

/* The same with a capital letter first and a full stop last. */
void fb_mdoc_sentence(FILE *to, const char *text);

/* Writes the arguments of a command: "INPUT [PID|NAME...]". */
void fb_mdoc_arguments(FILE *to, const char *arguments);

/* Writes the .It line of an option. */
void fb_mdoc_item(FILE *to, const struct argp_option *option);

#endif
