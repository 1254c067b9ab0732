/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fbundle takes makedumpfile's place where kdump-tools saves a dump: a folder that holds a script named
 * makedumpfile, which runs fbundle, and where that does not start the real one; and lines in kdump-tools' own
 * configuration that have kdump-config look there first.
 * No file of another package is moved or replaced. A PATH in a drop-in of the service would do nothing:
 * kdump-config sets PATH itself, and reads its configuration behind that.
 */
#ifndef FB_BUNDLE_KDUMP_HOOK_H
#define FB_BUNDLE_KDUMP_HOOK_H

#include <stdbool.h>

#include "base/error.h"

#define FB_KDUMP_HOOK_FOLDER "/usr/local/lib/fbundle/kdump"
#define FB_KDUMP_HOOK_SCRIPT FB_KDUMP_HOOK_FOLDER "/makedumpfile"
#define FB_KDUMP_DEFAULTS "/etc/default/kdump-tools"

struct fb_kdump_hook {
	bool kdump_tools; /* its configuration is there */
	bool script;      /* FB_KDUMP_HOOK_SCRIPT is there */
	bool runs;        /* and names a program that may be run */
	bool configured;  /* the configuration has the lines */
};

/* root: the folder below which the host's files are, "" for the host itself. program: the absolute path that
 * fbundle has on that host, of letters, digits and "/._+-" only, else FB_INVALID. Done twice it changes
 * nothing. FB_NOT_FOUND: kdump-tools is not installed. */
FB_MUST_CHECK struct fb_error *fb_kdump_hook_install(const char *root, const char *program);

/* Takes the lines and the script away, where they are. */
FB_MUST_CHECK struct fb_error *fb_kdump_hook_uninstall(const char *root);

FB_MUST_CHECK struct fb_error *fb_kdump_hook_check(const char *root,
						   struct fb_kdump_hook *hook_ret);

#endif
