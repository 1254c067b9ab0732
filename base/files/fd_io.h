/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes whole messages through a file descriptor: a pipe or a socket to a child, or a file that is
 * read or written once. The system calls may transfer less than was asked for, and signals may interrupt
 * them; these functions go on until all is done.
 */
#ifndef FB_BASE_FD_IO_H
#define FB_BASE_FD_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Writes size bytes to fd. False where write() fails; errno says why. Calls nothing but write(), so that a
 * child may call it after fork(). */
bool fb_write_all(int fd, const void *bytes, size_t size);

/* Reads size bytes from fd. False where reading fails (errno), or where the other end is closed before
 * that many bytes have come (errno is then 0). Calls nothing but read(). */
bool fb_read_all(int fd, void *bytes, size_t size);

/* Appends all that fd has up to its end to text. It serves files of /proc and /sys, whose st_size is 0 or
 * wrong. name is for messages. FB_LIMIT and FB_NOMEM as fb_buf_reserve(); FB_OS where reading fails; errno
 * then says why. */
FB_MUST_CHECK struct fb_error *fb_read_to_end(int fd, const char *name, struct fb_buf *text);

#endif
