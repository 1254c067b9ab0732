/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fbundle dump --install, --uninstall and --check. Called by dump.c.
 */
#ifndef FB_CMD_DUMP_HOOK_H
#define FB_CMD_DUMP_HOOK_H

#include "base/error.h"
#include "cmd/shared/command.h"

enum fb_hook_action {
	FB_HOOK_NONE,
	FB_HOOK_INSTALL,
	FB_HOOK_UNINSTALL,
	FB_HOOK_CHECK,
};

/* Runs one of the three actions. root: the folder with the host's files, or NULL for this host. Where the check finds
 * that kdump-tools does not use fbundle, that is a warning. Exits with FB_EXIT_USAGE where other options or arguments
 * were given. */
FB_MUST_CHECK struct fb_error *fb_hook_run(struct fb_context *context, enum fb_hook_action action,
					   const char *root);

#endif
