/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Installs fbundle in place of makedumpfile where kdump-tools saves a dump: a folder with a script named makedumpfile,
 * which runs fbundle, or the real makedumpfile where fbundle cannot be started; and lines in the configuration of
 * kdump-tools by which kdump-config finds that folder first.
 * No file of another package is moved or replaced. A PATH in a drop-in of the systemd service would have no effect,
 * because kdump-config sets PATH itself, and reads its configuration after that. Called by `fbundle dump` for its
 * options that install and remove the hook, and by `fbundle doctor`.
 */
#ifndef FB_BUNDLE_KDUMP_HOOK_H
#define FB_BUNDLE_KDUMP_HOOK_H

#include <stdbool.h>

#include "base/error.h"

#define FB_KDUMP_HOOK_FOLDER "/usr/local/lib/fbundle/kdump"
#define FB_KDUMP_HOOK_SCRIPT FB_KDUMP_HOOK_FOLDER "/makedumpfile"
#define FB_KDUMP_DEFAULTS "/etc/default/kdump-tools"

struct fb_kdump_hook {
	bool kdump_tools; /* the configuration of kdump-tools exists */
	bool script;      /* FB_KDUMP_HOOK_SCRIPT exists */
	bool runs;        /* the script contains the path of a program that may be executed */
	bool configured;  /* the configuration has the lines */
};

/* Installs the script and the lines. root: the folder with the host's files, "" for the host itself. program: the
 * absolute path of fbundle on that host, of letters, digits and "/._+-" only, else FB_INVALID. A second call changes
 * nothing. FB_NOT_FOUND: kdump-tools is not installed; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_kdump_hook_install(const char *root, const char *program);

/* Removes the lines and the script, where they exist. */
FB_MUST_CHECK struct fb_error *fb_kdump_hook_uninstall(const char *root);

FB_MUST_CHECK struct fb_error *fb_kdump_hook_check(const char *root,
						   struct fb_kdump_hook *hook_ret);

#endif
