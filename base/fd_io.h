/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole messages through a descriptor: a pipe or a socket to a child, or a file that is read or written once.
 * The system calls take and give parts of what was asked for, and signals interrupt them.
 */
#ifndef FB_BASE_FD_IO_H
#define FB_BASE_FD_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Writes size bytes to fd. False where the descriptor takes no more, and errno says why. Calls nothing but
 * write(), so that a child may use it after fork(). */
bool fb_write_all(int fd, const void *bytes, size_t size);

/* Reads size bytes from fd. False where reading fails (errno), or where the other end is closed before
 * that many bytes have come (errno is then 0). Calls nothing but read(). */
bool fb_read_all(int fd, void *bytes, size_t size);

/* Appends what fd has up to its end to text: for files of /proc and /sys, whose sizes say nothing. name is for
 * messages. FB_LIMIT, FB_NOMEM as fb_buf_reserve(); FB_OS where reading fails, and errno then says why. */
FB_MUST_CHECK struct fb_error *fb_read_to_end(int fd, const char *name, struct fb_buf *text);

#endif
