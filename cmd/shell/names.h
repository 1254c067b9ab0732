/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the input that a word on the command line may be completed to. The reader of the dump lists them; the
 * terminal's process takes only what it has checked (complete.h).
 */
#ifndef FB_CMD_SHELL_NAMES_H
#define FB_CMD_SHELL_NAMES_H

#include <stdbool.h>

#include "bundle/input/input.h"

/* More are not listed. */
#define FB_MAX_NAMES 4000u

/* What is listed: the first word of the request. */
enum fb_names {
	FB_NAMES_SYMBOLS, /* of the kernel */
	FB_NAMES_TYPES,   /* structs, unions, enums and typedefs */
	FB_NAMES_MEMBERS, /* of a type: ".mm->pgd", or with it before them: "task_struct.mm.pgd" */
	FB_NAMES_PIDS,    /* PIDs, and names of processes */
	FB_NAMES_COUNT,
};

/* The words that stand for them in a request. */
extern const char *const fb_names_words[FB_NAMES_COUNT];

/* Prints on stdout, each on a line, the names that begin with prefix. type: whose members; "" for the others. */
FB_MUST_CHECK struct fb_error *fb_names_print(struct fb_input *input, enum fb_names names,
					      const char *prefix, const char *type);

/* Whether text is a name as kernels and people write them: letters, digits, "_.-:" and "->", at most 255 bytes, not
 * beginning with '-'. Nothing else is printed, and nothing else is taken. */
bool fb_names_good(const char *text, size_t length);

#endif
