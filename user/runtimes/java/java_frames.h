/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of Java. Called by java_stack.c, java_frames.c and runtimes.c. */
#ifndef FB_USER_JAVA_FRAMES_H
#define FB_USER_JAVA_FRAMES_H

#include "base/error.h"
#include "user/runtimes/java/java_private.h"
#include "user/unwind/unwind.h"

/* Fills stack, which is empty, with the machine's frames of the thread from where it left Java on, without names; none
 * where it is in Java, or never was. Those of the VM between calls of Java are left out. stack->end says what keeps
 * frames from being found. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_java_walk(struct fb_java *java,
					    const struct fb_java_thread *thread,
					    struct fb_user_stack *stack);

#endif
