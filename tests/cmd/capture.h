/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a part of a command prints. */
#ifndef FB_TESTS_CMD_CAPTURE_H
#define FB_TESTS_CMD_CAPTURE_H

/* Between the two, stdout goes to a file; capture_end() gives its text, which the caller frees. */
void capture_begin(void);
char *capture_end(void);

#endif
