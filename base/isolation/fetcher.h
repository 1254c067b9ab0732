/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files by build-id from debuginfod's servers, where the user has set
 * DEBUGINFOD_URLS. A process of its own fetches them: it may reach the network
 * and write its cache, but sees no byte of a dump, while whoever reads dumps and
 * asks it may do neither. What it is asked is a build-id; what it answers is a
 * file, open for reading. Commands start it (cmd/shared/confine.c); children of
 * base/isolation/isolate.h ask it.
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

/* Before the caller enters its sandbox, and before it has read anything. sandbox is the fetcher's
 * own; NULL: none. *fetcher_ret is NULL where DEBUGINFOD_URLS is not set. */
FB_MUST_CHECK struct fb_error *fb_fetcher_start(const struct fb_sandbox_options *sandbox,
						struct fb_fetcher **fetcher_ret);
void fb_fetcher_destroy(struct fb_fetcher *fetcher);

/* A channel to it, for one process or thread at a time, to be closed by the caller; -1: it is gone, or
 * no descriptor is left. */
int fb_fetcher_connect(struct fb_fetcher *fetcher);

/* build_id: hexadecimal digits. *fd_ret is the caller's to close. FB_NOT_FOUND: no server has it;
 * FB_INVALID: no build-id; FB_UNSUPPORTED: debuginfod's library is not installed; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_fetch(int channel, enum fb_fetch_what what, const char *build_id,
					int *fd_ret);

#endif
