// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists further threads that have the same stack. Called by bt_print.c. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/bt/bt.h"

#define COLUMNS 100
#define INDENT 14
/* A person reads no more of them. The JSON has all. */
#define MOST_OTHERS 40u

/* One more word; *column: where it starts, 0 where the list does. */
static void print_word(struct fb_output *output, const char *word, size_t *column)
{
	const size_t length = strlen(word) + 1;

	if (*column == 0 || *column + length > COLUMNS) {
		fb_print(output, FB_STYLE_DIM, "%s  %s", *column ? "\n" : "",
			 *column ? "            " : "and TIDs    ");
		*column = INDENT;
	} else {
		fb_print(output, FB_STYLE_PLAIN, " ");
	}
	fb_print(output, FB_STYLE_PLAIN, "%s", word);
	*column += length;
}

void fb_bt_print_others(struct fb_output *output, const struct fb_task *const *others, size_t count)
{
	const size_t shown = count > MOST_OTHERS ? MOST_OTHERS : count;
	size_t column = 0;

	for (size_t i = 0; i < shown; i++) {
		char text[64], comm[40];

		fb_text_escape(others[i]->comm, strnlen(others[i]->comm, sizeof(others[i]->comm)),
			       comm, sizeof(comm));
		snprintf(text, sizeof(text), "%d (%s)%s", others[i]->tid, comm,
			 i + 1 < count ? "," : "");
		print_word(output, text, &column);
	}
	if (shown < count)
		fb_print(output, FB_STYLE_DIM, "\n              and %zu more, which --json lists",
			 count - shown);
	if (count)
		fb_print(output, FB_STYLE_PLAIN, "\n");
}
