/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What users of crash type, in fbundle's words. The table is alias_table.c; docs/crash-users.md has it for people, and
 * a test holds the two together.
 */
#ifndef FB_CMD_SHELL_ALIAS_H
#define FB_CMD_SHELL_ALIAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/shell/line.h"

/*
 * A row of the table. These words of crash stand for any word that fits:
 *
 *     PID, N    a decimal number
 *     ADDR      a hexadecimal number, or the name of a symbol
 *     NAME, TYPE, MEMBER, LINK, FILE   any word that is no option
 *
 * Two of them in one word are parted by '.', as TYPE.MEMBER; "..." at the end stands for any further words, or none.
 * In `here` they stand for what was typed. 8N is eight times N, and @ is the current task's PID; @? is too, and nothing
 * where there is no current task.
 */
struct fb_alias {
	const char *crash;
	const char *here;   /* NULL: fbundle has no such command, the remark says what there is */
	const char *remark; /* for standard error; NULL: none */
};

/* Ends with a row whose crash is NULL. The first row that fits is taken. */
extern const struct fb_alias fb_alias_table[];

/* The first row of the table that the words fit, or NULL. */
const struct fb_alias *fb_alias_find(const struct fb_alias *table, const char *const *words,
				     size_t count);

/* Whether words are what a pattern of such a row describes. */
bool fb_alias_fits(const char *pattern, const char *const *words, size_t count);

/* Puts the words of `here` into line_ret, with what was typed in place of its placeholders. alias must fit the words
 * and have a `here`. current: the PID of the current task, or -1: FB_INVALID where one is needed. The caller frees the
 * line. */
FB_MUST_CHECK struct fb_error *fb_alias_apply(const struct fb_alias *alias,
					      const char *const *words, size_t count,
					      int32_t current, struct fb_line *line_ret);

/* crash's form of `struct`: "task_struct.mm,comm ADDR", also without the word struct before it and with '*' before the
 * type. Puts fbundle's into line_ret; *is_ret: whether the words have that form, else line_ret stays untouched. */
FB_MUST_CHECK struct fb_error *fb_alias_struct(const char *const *words, size_t count, bool *is_ret,
					       struct fb_line *line_ret);

#endif
