/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of an input: its memory from the dump, and from its core where the
 * dump has a hole.
 */
#ifndef FB_BUNDLE_PROCESS_H
#define FB_BUNDLE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "kernel/files/path.h"

/* The command line as at the panic, NULs turned into spaces; else as in the process's core, of whose
 * notes 80 bytes at most; "" where neither has it. Cores must have been asked for before
 * (fb_input_cores()), here and below. */
FB_MUST_CHECK struct fb_error *
fb_process_cmdline(struct fb_input *input, const struct fb_task *task, char *to, size_t size);

/* The real user ID; where the dump has lost it the core's, which is that of the user namespace of
 * whoever wrote it. UINT32_MAX: unknown. */
uint32_t fb_process_uid(struct fb_input *input, const struct fb_task *task, bool *from_core_ret);

/* The thread in its process's core, which may number it as a PID namespace does; NULL: the core has it not. */
const struct fb_core_thread *fb_process_core_thread(const struct fb_core *core,
						    const struct fb_task *task);

/*
 * The root that paths of a process are shown from: PID 1's, because that is what /proc shows to
 * whoever looks from the host; with own_root the process's (a container's files then look as its
 * programs see them). False where it cannot be read: paths then go up to the mount namespace's root.
 */
FB_MUST_CHECK struct fb_error *fb_process_root(struct fb_input *input, const struct fb_task *task,
					       bool own_root, struct fb_path *root_ret,
					       bool *known_ret);

#endif
