/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a child of a command that reads many inputs may open. Called by the command triage. */
#ifndef FB_CMD_CONFINE_H
#define FB_CMD_CONFINE_H

#include "cmd/shared/command.h"

/* For a child of a process that fb_context_confine() confined: from now on it may open only the file or folder at path,
 * what all commands may read, and temporary files; not what the parent writes, and no other input. Does nothing with
 * --no-sandbox. */
FB_MUST_CHECK struct fb_error *fb_confine_to(const struct fb_context *context, const char *path);

#endif
