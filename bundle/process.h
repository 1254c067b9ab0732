/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of an input: its memory from the dump, and from its core where the
 * dump has a hole.
 */
#ifndef FB_BUNDLE_PROCESS_H
#define FB_BUNDLE_PROCESS_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/input.h"

/* The command line as at the panic, NULs turned into spaces; "" where its page is nowhere.
 * Cores must have been asked for before (fb_input_cores()). */
FB_MUST_CHECK struct fb_error *
fb_process_cmdline(struct fb_input *input, const struct fb_task *task, char *to, size_t size);

#endif
