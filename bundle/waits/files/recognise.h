/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognisers of waits for files; see struct fb_wait_recogniser. Called through bundle/waits/recognisers.c. */
#ifndef FB_BUNDLE_WAIT_FILES_RECOGNISE_H
#define FB_BUNDLE_WAIT_FILES_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

/* A pipe or FIFO that is empty or full. */
struct fb_error *fb_wait_pipe(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_fifo_open(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_eventfd(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* A socket: for data, room to send, or a connection. */
struct fb_error *fb_wait_socket(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* Several files at once: poll() and select(), and epoll. */
struct fb_error *fb_wait_poll(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
struct fb_error *fb_wait_epoll(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* flock(), POSIX and open-file-description locks, leases. */
struct fb_error *fb_wait_file_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
