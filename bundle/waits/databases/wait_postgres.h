/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognises backends of PostgreSQL that wait for a lock of the database: for a heavyweight lock they sleep in
 * epoll_wait() at their latch, for a lightweight one in futex() at their semaphore. Called by
 * bundle/waits/wait_unknown.c.
 */
#ifndef FB_BUNDLE_WAIT_POSTGRES_H
#define FB_BUNDLE_WAIT_POSTGRES_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/process/postgres_servers.h"
#include "bundle/waits/finder/wait_blocked.h"

/* *found_ret: whether the thread waits for a lock of PostgreSQL. Its wait is then added, and who blocks it, as
 * pg_blocking_pids() says. Where it does not, *detail (NULL before; owned by the caller) is given what is known of the
 * backend: its state and query, or why its locks cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_wait_postgres(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked, char **detail,
						bool *found_ret);

/* The same of a process of a server that is known: of its wait for a heavyweight lock, which ends by itself where
 * `ends` is set; and of that for a lightweight lock, at the word of futex() at this address. */
FB_MUST_CHECK struct fb_error *fb_wait_postgres_lock(struct fb_wait_finder *finder,
						     const struct fb_postgres_servers *servers,
						     struct fb_postgres_server *server,
						     const struct fb_blocked *blocked, bool ends,
						     char **detail, bool *found_ret);
FB_MUST_CHECK struct fb_error *fb_wait_postgres_lwlock(struct fb_wait_finder *finder,
						       const struct fb_postgres_server *server,
						       const struct fb_blocked *blocked,
						       uint64_t word, bool *found_ret);

#endif
