/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells whether what the memory of a process says of its threads' waiting holds at the panic: memory of a core is
 * older. Called for runtimes and databases. */
#ifndef FB_BUNDLE_WAIT_CURRENT_H
#define FB_BUNDLE_WAIT_CURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "bundle/waits/finder/wait_finder.h"

/* Whether what is at the address in a process's memory was read from the dump itself, and not from a core. */
FB_MUST_CHECK struct fb_error *fb_wait_is_of_dump(struct fb_space *space, uint64_t address,
						  bool *is_ret);
/* Whether what was read of a thread's waiting holds at the panic: it was read from the dump, or the thread has not run
 * since the core of the process pid, in which that stands, was taken. */
FB_MUST_CHECK struct fb_error *fb_wait_is_current(struct fb_wait_finder *finder, bool of_dump,
						  const struct fb_task *task, int32_t pid,
						  bool *is_ret);

#endif
