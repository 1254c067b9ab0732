/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ps --json` and `ps --long` show of backends of PostgreSQL: pg_stat_activity and pg_blocking_pids(). Called by
 * ps.c. */
#ifndef FB_CMD_PS_POSTGRES_H
#define FB_CMD_PS_POSTGRES_H

#include <stddef.h>

#include "bundle/process/postgres_servers.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"

struct fb_ps_postgres {
	struct fb_memory_sources sources;
	struct fb_postgres_servers servers;
};

/* Looks up no more than the names of tasks. All zeros before; to be deinitialised on failure too. */
FB_MUST_CHECK struct fb_error *fb_ps_postgres_init(struct fb_context *context,
						   struct fb_input *input,
						   const struct fb_tasks *tasks,
						   struct fb_ps_postgres *postgres);
void fb_ps_postgres_deinit(struct fb_ps_postgres *postgres);

/* Sets postgres of the task's object: null where it is no backend, or its server's memory cannot be read. Only fatal
 * errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_postgres_to_json(struct fb_ps_postgres *postgres,
						      const struct fb_task *task, json_t *object);
/* Writes the backend's state and query to `to` ("active: select 1"); "" for others. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_postgres_text(struct fb_ps_postgres *postgres,
						   const struct fb_task *task, char *to,
						   size_t size);

#endif
