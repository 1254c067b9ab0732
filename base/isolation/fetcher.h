/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fetches files by build-id from debuginfod's servers, where the user has set
 * DEBUGINFOD_URLS. A separate process, the fetcher, does so. It may reach the network
 * and write its cache, but gets no byte of a dump; the processes that read dumps may do
 * neither. A request to it is a build-id, its reply a file that is open for reading.
 * Commands start it (cmd/shared/confine.c); the children of base/isolation/isolate.h
 * send it requests.
 */
#ifndef FB_BASE_ISOLATION_FETCHER_H
#define FB_BASE_ISOLATION_FETCHER_H

#include "base/error.h"
#include "base/isolation/sandbox.h"

struct fb_fetcher;

enum fb_fetch_what {
	FB_FETCH_EXECUTABLE,
	FB_FETCH_DEBUGINFO,
};

/* Starts the fetcher. To be called before the caller enters its own sandbox and before it has read any
 * input. sandbox is what the fetcher's process may do; NULL: no sandbox. *fetcher_ret is NULL where
 * DEBUGINFOD_URLS is not set. FB_OS, FB_EXHAUSTED, FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_fetcher_start(const struct fb_sandbox_options *sandbox,
						struct fb_fetcher **fetcher_ret);
void fb_fetcher_destroy(struct fb_fetcher *fetcher);

/* Opens a channel to the fetcher: a descriptor that one process or thread at a time may use, and that the
 * caller closes. -1 where the fetcher has ended or no descriptor is left. */
int fb_fetcher_connect(struct fb_fetcher *fetcher);

/* Requests a file through a channel, and waits for it. build_id: hexadecimal digits. The caller closes
 * *fd_ret. FB_NOT_FOUND: no server has the file; FB_INVALID: build_id is no build-id; FB_UNSUPPORTED:
 * debuginfod's library is not installed; FB_OS: the fetcher has ended. */
FB_MUST_CHECK struct fb_error *fb_fetch(int channel, enum fb_fetch_what what, const char *build_id,
					int *fd_ret);

#endif
