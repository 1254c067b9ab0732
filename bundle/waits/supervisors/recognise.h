/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognisers of waits for a reply of a user process to the kernel: the server of a FUSE file system, a
 * scanner with fanotify's permission events, a supervisor of system calls with seccomp, a handler of page
 * faults with userfaultfd. See struct fb_wait_recogniser. Called through bundle/waits/recognisers.c.
 */
#ifndef FB_BUNDLE_WAIT_SUPERVISORS_RECOGNISE_H
#define FB_BUNDLE_WAIT_SUPERVISORS_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

struct fb_error *fb_wait_fuse(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_fanotify(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_seccomp(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_userfault(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
