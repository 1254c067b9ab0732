/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the ends of a TCP connection owe each other. A server in its event loop is idle, or it works on requests:
 * for one whose last word on a connection was the client's it owes an answer, and where it has asked another
 * server itself, which has not answered yet, it waits for that. Where one end only ever sends, this tells what is
 * not so: nothing that is concluded from it is certain.
 */
#ifndef FB_BUNDLE_WAIT_DEBT_H
#define FB_BUNDLE_WAIT_DEBT_H

#include "bundle/waits/finder/wait_finder.h"

enum fb_wait_debt {
	FB_WAIT_NO_DEBT, /* no connection, the answer was given, or it cannot be told */
	FB_WAIT_OWES, /* this end accepted the connection, and received last, or has bytes unread */
	FB_WAIT_IS_OWED, /* this end connected, sent last, and has read all that came before */
	FB_WAIT_LISTENS, /* it is no end: connections are accepted here, of TCP or of UNIX sockets */
};

/* Of this end, a struct file. Read errors. */
FB_MUST_CHECK struct fb_error *fb_wait_debt_of(struct fb_wait_finder *finder, uint64_t file,
					       enum fb_wait_debt *debt_ret);

#endif
