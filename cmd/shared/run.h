/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one command. Called by main(), and by the shell in a child for each command. */
#ifndef FB_CMD_RUN_H
#define FB_CMD_RUN_H

#include "cmd/shared/command.h"

/* Runs a command and prints its error, or its remarks and warnings. argv[0] is "fbundle NAME", which argp's messages
 * begin with. commands is for the shell, see struct fb_context. opened: an input that is open already (borrowed; the
 * process is then a child that ends after the command); NULL: the command opens its own. Returns the exit status (enum
 * fb_exit); where the usage is wrong, exits. */
int fb_run(const struct fb_command *command, const struct fb_command *const *commands,
	   const struct fb_opened *opened, int argc, char **argv);

/* Prints the warnings, unless --quiet was given, without those that were told when a shell opened the input. */
void fb_run_print_warnings(const struct fb_context *context);

#endif
