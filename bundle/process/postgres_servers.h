/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The servers of PostgreSQL of a host, each read once through the memory of one of its processes, for all of them: they
 * share it. Called by bundle/waits/databases, and by the command ps.
 */
#ifndef FB_BUNDLE_POSTGRES_SERVERS_H
#define FB_BUNDLE_POSTGRES_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "bundle/input/input.h"
#include "bundle/process/joined_space.h"
#include "user/runtimes/postgres.h"

/* The processes that one postmaster started. */
struct fb_postgres_server {
	int32_t postmaster; /* PID; the parent of its backends */
	/* NULL: it could not be read; why then has the reason, printable, "" where its processes are none of a
	 * server's. */
	struct fb_postgres *postgres; /* owned */
	char why[256];
	int32_t why_told;             /* the PID of which it was told; 0: none yet */
	const struct fb_task *reader; /* through whose memory it was read */
	struct fb_joined *joined;     /* owned; that memory */
	struct fb_space *space;       /* of joined */
	unsigned tries;
	/* by the PID in their PID namespace, index in the table of tasks */
	struct fb_u64_map tasks;
};

struct fb_postgres_servers {
	struct fb_input *input;       /* borrowed, as all that is in options */
	const struct fb_tasks *tasks; /* borrowed */
	struct fb_joined_options options;
	struct fb_postgres_server *list; /* owned */
	size_t count, room;
	struct fb_u64_map by_postmaster;
};

/* Whether the thread may be one of a server, by its name. */
bool fb_postgres_may_be(const struct fb_task *task);
/* The server of the process, which the first call for one of its processes reads. *server_ret is valid until the next
 * call. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_postgres_server_of(struct fb_postgres_servers *servers,
						     const struct fb_task *task,
						     struct fb_postgres_server **server_ret);
/* The backend that the process is; NULL: none. */
const struct fb_postgres_backend *fb_postgres_backend_of(const struct fb_postgres_server *server,
							 const struct fb_task *task);
/* The process of the server with this PID in its PID namespace; NULL: it is none. */
const struct fb_task *fb_postgres_task_of(const struct fb_postgres_servers *servers,
					  const struct fb_postgres_server *server, int32_t pid);
void fb_postgres_servers_deinit(struct fb_postgres_servers *servers);

#endif
