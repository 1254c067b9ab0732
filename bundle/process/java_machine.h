/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual machine of Java in a process. Called by bundle/waits/futex, and by the command ps. */
#ifndef FB_BUNDLE_JAVA_MACHINE_H
#define FB_BUNDLE_JAVA_MACHINE_H

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/process/joined_space.h"
#include "user/runtimes/java/java.h"

/* Whether the thread is one that each virtual machine has, by the name that it gives itself. */
bool fb_java_machine_may_be(const struct fb_task *task);

/* Opens it in the memory of the process, which is borrowed, as is pool, which owns the texts. Errors are those of
 * fb_java_open(), and of loading the process's mappings. */
FB_MUST_CHECK struct fb_error *
fb_java_machine_open(struct fb_input *input, const struct fb_task *task, struct fb_joined *joined,
		     struct fb_string_pool *pool, struct fb_java **java_ret);

#endif
