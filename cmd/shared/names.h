/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds commands by name. commands is a list like fb_commands (command.h). */
#ifndef FB_CMD_NAMES_H
#define FB_CMD_NAMES_H

#include "cmd/shared/command.h"

/* The command of that name, or NULL. */
const struct fb_command *fb_command_find(const struct fb_command *const *commands,
					 const char *name);

/* The command that a mistyped name is nearest to, or NULL: half of it must be right. */
const struct fb_command *fb_command_nearest(const struct fb_command *const *commands,
					    const char *name);

#endif
