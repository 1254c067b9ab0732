/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data of a process that come from the dump, or from its core where the dump has lost
 * them. fb_input_cores() must have been called before.
 */
#ifndef FB_BUNDLE_PROCESS_H
#define FB_BUNDLE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "kernel/files/path.h"

/* Writes the command line at the panic to `to` (size bytes), with spaces for NULs; else that of the process's core,
 * whose notes have at most 80 bytes of it; "" where neither has it. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *
fb_process_cmdline(struct fb_input *input, const struct fb_task *task, char *to, size_t size);

/* The real user ID; where the dump has lost it, that of the core, which is in the user namespace of the process that
 * wrote the core (*from_core_ret). UINT32_MAX: unknown. */
uint32_t fb_process_uid(struct fb_input *input, const struct fb_task *task, bool *from_core_ret);

/* The thread of a task in the core of its process, which may have the TID of an inner PID namespace; NULL: the core
 * does not have it. */
const struct fb_core_thread *fb_process_core_thread(const struct fb_core *core,
						    const struct fb_task *task);

/*
 * The root directory to which the paths of a process are relative when they are shown: that of PID 1, as /proc
 * shows them on the host; with own_root that of the process, so that the paths of a container are as its
 * programs see them. *known_ret is false where it cannot be read: paths then begin at the root of the mount
 * namespace.
 */
FB_MUST_CHECK struct fb_error *fb_process_root(struct fb_input *input, const struct fb_task *task,
					       bool own_root, struct fb_path *root_ret,
					       bool *known_ret);

#endif
