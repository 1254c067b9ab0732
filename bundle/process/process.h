/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of an input: its memory from the dump, and from its core where the
 * dump has a hole.
 */
#ifndef FB_BUNDLE_PROCESS_H
#define FB_BUNDLE_PROCESS_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "kernel/files/path.h"

/* The command line as at the panic, NULs turned into spaces; "" where its page is nowhere.
 * Cores must have been asked for before (fb_input_cores()). */
FB_MUST_CHECK struct fb_error *
fb_process_cmdline(struct fb_input *input, const struct fb_task *task, char *to, size_t size);

/*
 * The root that paths of a process are shown from: PID 1's, because that is what /proc shows to
 * whoever looks from the host; with own_root the process's (a container's files then look as its
 * programs see them). False where it cannot be read: paths then go up to the mount namespace's root.
 */
FB_MUST_CHECK struct fb_error *fb_process_root(struct fb_input *input, const struct fb_task *task,
					       bool own_root, struct fb_path *root_ret,
					       bool *known_ret);

#endif
