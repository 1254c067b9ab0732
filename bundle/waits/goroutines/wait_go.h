/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognises threads of Go's scheduler that have nothing to run, and reads the goroutines of their processes. Called by
 * bundle/waits/wait_unknown.c and waits.c.
 */
#ifndef FB_BUNDLE_WAIT_GO_H
#define FB_BUNDLE_WAIT_GO_H

#include <stdbool.h>
#include <stddef.h>

#include "bundle/waits/finder/wait_blocked.h"
#include "bundle/waits/goroutines/wait_goroutines.h"

/* *found_ret: whether the thread is one of Go's that sleeps because its scheduler has nothing for it to do. Its wait,
 * of the kind go-idle, is then added. Where it does not, *detail (NULL before; owned by the caller) is given what is
 * known of it. The goroutines of its process are read at its first thread. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_wait_go(struct fb_wait_finder *finder,
					  const struct fb_blocked *blocked, char **detail,
					  bool *found_ret);

/* The processes in Go whose goroutines were read, owned by the finder. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_wait_go_processes(struct fb_wait_finder *finder,
						    const struct fb_wait_goroutines **list_ret,
						    size_t *count_ret);

/* What a thread of the scheduler does that is in this function of Go's runtime: "has no goroutine to run"; NULL: it is
 * none of those in which threads idle. Static. */
const char *fb_wait_go_idle(const char *function);

#endif
