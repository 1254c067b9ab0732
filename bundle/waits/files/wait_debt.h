/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out which end of a TCP connection has to send next ("owes" the other end a reply). A server in its event loop
 * is idle, or it is working on requests: if the client sent last on a connection, the server owes a reply; if the
 * server itself has sent a request to another server, which has not replied, the server waits for that one. For
 * protocols in which one end only sends, the result is wrong, so that nothing that is derived from it is certain.
 * Called by wait_watched.c.
 */
#ifndef FB_BUNDLE_WAIT_DEBT_H
#define FB_BUNDLE_WAIT_DEBT_H

#include "bundle/waits/finder/wait_finder.h"

enum fb_wait_debt {
	FB_WAIT_NO_DEBT, /* no connection, the reply was sent, or it is not known */
	FB_WAIT_OWES, /* this end accepted the connection, and received last, or has bytes unread */
	FB_WAIT_IS_OWED, /* this end connected, sent last, and has read all that came before */
	FB_WAIT_LISTENS, /* it is no end of a connection, but a listening TCP or UNIX socket */
};

/* The debt of the end whose struct file is at the address file. Errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_wait_debt_of(struct fb_wait_finder *finder, uint64_t file,
					       enum fb_wait_debt *debt_ret);

#endif
