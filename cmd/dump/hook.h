/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fbundle dump --install, --uninstall and --check.
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

/* root: the folder that the host's files are below, or NULL for this host. A check that finds kdump-tools
 * set up otherwise is a warning. Other options or arguments than these are wrong usage. */
FB_MUST_CHECK struct fb_error *fb_hook_run(struct fb_context *context, enum fb_hook_action action,
					   const char *root);

#endif
