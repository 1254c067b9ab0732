/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognisers of waits for the answer of a user process that the kernel asks: the server of a FUSE
 * file system, a scanner with fanotify's permission events, a supervisor of system calls with seccomp,
 * whoever handles page faults with userfaultfd. Each as in struct fb_wait_recogniser.
 */
#ifndef FB_BUNDLE_WAIT_SUPERVISORS_RECOGNISE_H
#define FB_BUNDLE_WAIT_SUPERVISORS_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

struct fb_error *fb_wait_fuse(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_fanotify(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_seccomp(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_userfault(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
